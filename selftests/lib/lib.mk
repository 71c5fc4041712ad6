# SPDX-License-Identifier: GPL-2.0
#
# What the Makefiles of the test directories have in common; comes before the kernel's lib.mk.

ifeq ($(KSRC),)
$(error Set KSRC to kernel sources, as in "make KSRC=$$(selftests/vm/kernels source)")
endif

lib := $(dir $(lastword $(MAKEFILE_LIST)))
project := $(abspath $(lib)../..)
# Where the library has been built.
BUILD ?= $(project)/build

# The harness is no code of ours; its headers are not held to our warnings.
CFLAGS += -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter \
	  -isystem $(KSRC)/tools/testing/selftests \
	  -I$(lib) -I$(project)/include -I$(project)/include/uapi \
	  $(shell pkg-config --cflags libmnl)
LDLIBS += $(shell pkg-config --libs libmnl) -lpthread

# A library whose lines are counted by clang, see ../../userspace/Makefile, needs what counts them.
ifneq ($(COVERAGE),)
profile := $(BUILD)/selftests/profile.a
LDLIBS += -Wl,-u,__llvm_profile_runtime $(profile)
endif

# What every program is linked with, behind the rules of the kernel's lib.mk.
helpers := $(BUILD)/selftests/helpers.a
libraries := $(helpers) $(BUILD)/lib/libbgtask.a
LOCAL_HDRS += $(wildcard $(lib)*.h) $(project)/include/bgtask.h $(lib)lib.mk
