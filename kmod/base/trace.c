// SPDX-License-Identifier: GPL-2.0
/* The module's own trace points, for all who record them. */
#define CREATE_TRACE_POINTS
#include "trace.h"
