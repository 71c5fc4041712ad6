# SPDX-License-Identifier: GPL-2.0
#
# Where everything starts; what needs more than a line is a script below selftests/.

VERSION := 0.1.0
PREFIX ?= /usr/local
KDIR ?= /lib/modules/$(shell uname -r)/build
KERNEL ?= 6.12

MAKEFLAGS += --no-print-directory
need = @selftests/vm/packages
source = $$(selftests/vm/kernels source)
# What those kernels need that are built here.
kernel-sets := $(if $(filter debug coverage,$(KERNEL)),source kernel)
export KERNEL

.PHONY: all tools module module-vm selftests vm demo setup check check-all soak bench static
.PHONY: mutate coverage
.PHONY: generate check-generated install uninstall modules_install clean help

all: tools $(if $(wildcard $(KDIR)),module)

help:
	@echo 'Build:'
	@echo '  all                 the tools, and the module if KDIR has headers (default)'
	@echo '  tools               build/bin/* and build/lib/libbgtask.*'
	@echo '  module              build/module/host/bgtask.ko for KDIR=$(KDIR)'
	@echo '  install             the tools, and the module for DKMS, below $(PREFIX)'
	@echo '  uninstall           remove what install installed there'
	@echo '  modules_install     the module for the kernel of KDIR'
	@echo '  clean               remove build/'
	@echo
	@echo 'Try and test, in a QEMU guest with KERNEL=6.12, 6.1 or debug:'
	@echo '  setup               the Debian packages that these need; each sees to its own, too'
	@echo '  vm [CMD=...]        a root shell, or one command, with the module loaded'
	@echo '  demo                what bgtask does, in a minute'
	@echo '  check               before a change: static checks, unit tests, the selftests'
	@echo '  check-all           on all kernels; fuzzers, too, costs, power cuts, install'
	@echo '  soak                fuzzers, the selftests on the debug kernel, power cuts:' \
		'long rounds'
	@echo '  bench               what it costs and how exact it is, next to its peers'
	@echo '  coverage            which lines of the module, helper and library no test runs'
	@echo '  mutate [COUNT=200] [SEED=1] [FILES=...]'
	@echo '                      which faults of one line no test notices'
	@echo
	@echo 'Parts of the above:'
	@echo '  module-vm           build/module/$$KERNEL/bgtask.ko for the guest'
	@echo '  selftests           the test programs'
	@echo '  static              static checks'
	@echo '  generate            remake the files made from the netlink spec'
	@echo '  check-generated     see whether they are up to date'

# Build

tools:
	@$(MAKE) -C userspace O=$(CURDIR)/build VERSION=$(VERSION)

module:
	@KDIR=$(KDIR) selftests/vm/module host

module-vm:
	$(need) module $(kernel-sets)
	@selftests/vm/module $(KERNEL)

selftests:
	$(need) tools source tests module
	@$(MAKE) -C selftests KSRC=$(source)
	@selftests/vm/test-power $(KERNEL)

# Try and test. These, and nothing above, install packages.

guest-sets := vm tools module $(kernel-sets)

# CMD is the shell's, not make's: its dollars stay as they are.
vm: guest
	@selftests/vm/run $(if $(CMD),-- bash -c '$(subst ','\'',$(value CMD))')

# Both make "guest" themselves: what is missing is to be said once, all of it.
demo:
	$(need) $(guest-sets) source
	@selftests/demo/run

bench:
	$(need) $(guest-sets) bench
	@selftests/bench/run

check-sets := vm tools module source tests static

setup:
	$(need) $(check-sets) bench fuzz kernel

check:
	$(need) $(check-sets) $(kernel-sets)
	@selftests/check static $(KERNEL)

check-all:
	$(need) $(check-sets) bench fuzz kernel
	@selftests/check static+bench install vm+fuzz demo $$(selftests/vm/kernels list) \
		power-cut-6.12 debug

soak:
	$(need) $(check-sets) kernel fuzz
	@SOAK=1 selftests/check fuzz debug power-cut-6.12

coverage:
	$(need) $(check-sets) kernel fuzz coverage
	@selftests/coverage/run

mutate:
	$(need) $(check-sets)
	@COUNT='$(COUNT)' SEED='$(SEED)' FILES='$(FILES)' selftests/mutate/run

static:
	@selftests/static

.PHONY: guest
guest:
	$(need) $(guest-sets)
	@selftests/vm/ready

# The netlink spec

generate:
	$(need) source
	@include/regen $(source)

check-generated:
	$(need) source
	@include/regen --check $(source)

# Install

module-source = $(DESTDIR)$(PREFIX)/src/bgtask-$(VERSION)

install: tools
	@$(MAKE) -C userspace O=$(CURDIR)/build VERSION=$(VERSION) \
		PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) install
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/bgtask include/bgtask.yaml
	install -Dm644 -t $(module-source) Kbuild kmod/dkms.conf
	cd kmod && find . -name '*.[ch]' -exec install -Dm644 {} $(module-source)/kmod/{} \;
	install -Dm644 -t $(module-source)/include include/utf8.h
	install -Dm644 -t $(module-source)/include/uapi/linux include/uapi/linux/*.h

uninstall:
	@$(MAKE) -C userspace O=$(CURDIR)/build PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) uninstall
	rm -rf $(DESTDIR)$(PREFIX)/share/bgtask $(module-source)

# Distributions keep the key to sign modules with to themselves, and Kbuild leaves depmod out where
# there is no System.map beside the headers, as is usual.
modules_install: module
	@$(MAKE) -C $(KDIR) M=$(CURDIR)/build/module/host modules_install \
		$(if $(wildcard $(KDIR)/certs/signing_key.pem),,CONFIG_MODULE_SIG_ALL=)
	@depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) \
		$$($(MAKE) -s -C $(KDIR) kernelrelease)

clean:
	rm -rf build
