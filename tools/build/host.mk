# SPDX-License-Identifier: BSD-2-Clause
# The program kshim, and the library.

build/host/list: FORCE
	@$(call note,$@,$(TOOL_SRCS))

build/kshim: $(TOOL_SRCS:%.c=build/host/%.o) build/host/libkshim.a build/host/list
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_host) -o $@ $(filter %.o %.a,$^) $(TOOL_LIBS)

# The guest's init, static because it is alone in its initramfs.
build/kshim-init: $(TOOL_GUEST:%.c=build/host/%.o)
	$(call say,LD,$@)
	$(Q)$(CC) -static -s -Wl,--gc-sections -o $@ $^
	$(Q)strip --remove-section=.comment $@

# What the kernel calls its system calls, by their numbers.
build/syscalls.def: tools/build/host.mk | needs
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)echo '#include <asm/unistd_64.h>' | $(CC) -E -dM - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) \([0-9]*\)$$/[\2] = "\1",/p' >$@
	@test -s $@
build/host/tools/run/jail.o build/asan/tools/run/jail.o build/cov/tools/run/jail.o: build/syscalls.def

# The same under sanitizers, for tests/check.
build/asan/kshim: $(TOOL_SRCS:%.c=build/asan/%.o) build/asan/tests/unit/jail_more.o build/asan/libkshim.a build/host/list
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_asan) -o $@ $(filter %.o %.a,$^) $(TOOL_LIBS)

# One object, in which only what kshim.h declares is global, by its prefixed name.
build/lib/kshim.h: tools/lib/kshim.h.in tools/lib/make-header $(wildcard stub/*/*.h) \
		stub/base/refusal.def build/lib/version
	$(call say,GEN,$@)
	$(Q)$(PYTHON) tools/lib/make-header $(VERSION) $< $@ build/lib/symbols

build/lib/version: FORCE
	@$(call note,$@,$(VERSION))

build/lib/libkshim.a: build/pic/libkshim.a build/lib/kshim.h tools/lib/check-library
	$(call say,AR,$@)
	$(Q)$(LD) -r -o build/lib/kshim.o --whole-archive $<
	$(Q)cut -d' ' -f2 build/lib/symbols >build/lib/global
	$(Q)objcopy --redefine-syms=build/lib/symbols --keep-global-symbols=build/lib/global \
		build/lib/kshim.o
	$(Q)$(PYTHON) tools/lib/check-library build/lib/kshim.o build/lib/global
	@rm -f $@
	$(Q)ar rcsD $@ build/lib/kshim.o

