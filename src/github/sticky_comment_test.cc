#include "github/sticky_comment.h"
