# SPDX-License-Identifier: BSD-2-Clause
# make install, make uninstall, make deb.

# Where `make install` puts what `make` built; DESTDIR goes before each.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
IMAGEDIR ?= $(DATADIR)/kshim
SCHEMADIR ?= $(DATADIR)/kshim
EFIDIR ?= $(PREFIX)/lib/kshim
QEMUDIR ?= $(DATADIR)/qemu
BASHDIR ?= $(DATADIR)/bash-completion/completions
ZSHDIR ?= $(DATADIR)/zsh/site-functions
SCHEMAS := $(wildcard tools/*/*.schema.json)
MANUALS := $(sort $(filter-out build/%,$(wildcard $(foreach n,1 3 7,*/*.$(n) */*/*.$(n)))))

# FILE:PLACE of all that is installed, programs apart for their mode.
into = $(foreach f,$(2),$(f):$(1)/$(notdir $(f)))
INSTALL_PROGRAMS := $(call into,$(BINDIR),$(filter build/kshim,$(PRODUCTS)))
INSTALL_FILES := \
	$(call into,$(IMAGEDIR),build/install/kshim.elf $(filter %.bzimage %.bin,$(PRODUCTS))) \
	$(call into,$(SCHEMADIR),$(if $(INSTALL_PROGRAMS),$(SCHEMAS))) \
	$(call into,$(EFIDIR),$(filter %.efi %/kshim-init,$(PRODUCTS))) \
	$(call into,$(QEMUDIR),$(filter %.rom,$(PRODUCTS))) \
	$(call into,$(LIBDIR),$(filter %.a,$(PRODUCTS))) \
	$(call into,$(INCLUDEDIR),$(filter %.h,$(PRODUCTS))) \
	$(call into,$(PKGCONFIGDIR),build/lib/kshim.pc) \
	$(call into,$(BASHDIR),tools/completions/kshim) \
	$(call into,$(ZSHDIR),tools/completions/_kshim) \
	$(foreach m,$(MANUALS),$(m):$(MANDIR)/man$(subst .,,$(suffix $(m)))/$(notdir $(m)))

.PHONY: install uninstall deb
install: all build/lib/kshim.pc build/install/kshim.elf
	$(call say,INST,$(DESTDIR)$(PREFIX))
	$(Q)for f in $(INSTALL_PROGRAMS); do \
		install -D -m 755 "$${f%%:*}" "$(DESTDIR)$${f#*:}" || exit 1; done
	$(Q)for f in $(INSTALL_FILES); do \
		install -D -m 644 "$${f%%:*}" "$(DESTDIR)$${f#*:}" || exit 1; done
	$(if $(filter %.rom,$(PRODUCTS)),$(if $(filter-out /usr/share/qemu,$(QEMUDIR)),\
		@echo 'QEMU finds kshim.rom by -L $(QEMUDIR) -bios kshim.rom'))

uninstall:
	$(Q)for f in $(INSTALL_PROGRAMS) $(INSTALL_FILES); do rm -f "$(DESTDIR)$${f#*:}"; done
	$(Q)rmdir $(foreach d,$(sort $(IMAGEDIR) $(SCHEMADIR) $(EFIDIR)),"$(DESTDIR)$d") 2>/dev/null || :

deb:
	+@tools/make-deb $(VERSION) build/deb

# Launchers read it whole, so it goes without symbols.
build/install/kshim.elf: build/kshim.elf
	@mkdir -p $(@D)
	$(Q)objcopy --strip-all $< $@

# Made anew each time, for PREFIX may differ; paths below it are written relative to it.
build/lib/kshim.pc: tools/lib/kshim.pc.in FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR:$(PREFIX)/%=$${prefix}/%)|' \
		-e 's|@LIBDIR@|$(LIBDIR:$(PREFIX)/%=$${prefix}/%)|' $< >$@

