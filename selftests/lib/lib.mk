# SPDX-License-Identifier: GPL-2.0
#
# Shared by the Makefiles of the test directories; must come before the kernel's lib.mk.

ifeq ($(KSRC),)
$(error Set KSRC to kernel sources, as in "make KSRC=$$(selftests/vm/kernels source)")
endif

lib := $(dir $(lastword $(MAKEFILE_LIST)))
project := $(abspath $(lib)../..)
# Where the library was built.
BUILD ?= $(project)/build

# The harness is not our code, so our warnings do not apply to its headers.
CFLAGS += -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter \
	  -isystem $(KSRC)/tools/testing/selftests \
	  -I$(lib) -I$(project)/include -I$(project)/include/uapi \
	  $(shell pkg-config --cflags libmnl)
LDLIBS += $(shell pkg-config --libs libmnl) -lpthread

# A library with clang's counters of lines (see ../../userspace/Makefile) needs clang's runtime.
ifneq ($(COVERAGE),)
profile := $(BUILD)/selftests/profile.a
LDLIBS += -Wl,-u,__llvm_profile_runtime $(profile)
endif

# Linked into each program. To be used after the rules of the kernel's lib.mk.
helpers := $(BUILD)/selftests/helpers.a
libraries := $(helpers) $(BUILD)/lib/libbgtask.a
LOCAL_HDRS += $(wildcard $(lib)*.h) $(project)/include/bgtask.h $(lib)lib.mk
