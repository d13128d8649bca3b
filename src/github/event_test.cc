#include "github/event.h"
