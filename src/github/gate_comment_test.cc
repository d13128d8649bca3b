#include "github/gate_comment.h"
