#include "history/baseline.h"
