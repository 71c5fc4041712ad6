// SPDX-License-Identifier: GPL-2.0
/* Defines the tracepoints that trace.h declares; every other file only uses them. */
#define CREATE_TRACE_POINTS
#include "trace.h"
