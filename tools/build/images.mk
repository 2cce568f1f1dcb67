# SPDX-License-Identifier: BSD-2-Clause
# The images: how each is linked, packed and looked at. What is in them is in FOLDER/files.mk.

# Objects of the sources $(1), C and nasm, as environment $(2) compiles them.
x86_objects = $(patsubst %.c,build/$(2)/%.o,$(filter %.c,$(1))) \
	$(patsubst %.asm,build/x86/%.o,$(filter %.asm,$(1)))

# X86_OFFSETS holds asm(".ascii \"@ NAME %c0\"" : : "i"(offsetof(...))); the compiler's
# assembly carries the numbers, sed makes nasm's %define of them.
build/x86/offsets.inc: $(X86_OFFSETS) build/x86/flags | needs
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -g,$(CFLAGS_x86)) -MMD -MP -MT $@ -MF build/x86/offsets.d \
		-S -o build/x86/offsets.s $<
	$(Q)sed -n 's/^.*"@ \([A-Za-z0-9_]*\) \(-\{0,1\}[0-9]*\)"$$/%define \1 \2/p' \
		build/x86/offsets.s >$@
	@test -s $@ || { echo '$@: no constant found in $<' >&2; exit 1; }
-include build/x86/offsets.d

build/x86/nasm-flags: FORCE
	@$(call note,$@,$(NASM) $(NASMFLAGS))

build/x86/%.o: %.asm build/x86/nasm-flags build/x86/offsets.inc | needs
	$(call say,NASM,$@)
	@mkdir -p $(@D)
	$(Q)$(NASM) $(NASMFLAGS) -Ibuild/x86/ -MD $(@:.o=.d) -MP -MT $@ -o $@ $<
-include $(patsubst %.asm,build/x86/%.d,$(sort $(filter %.asm,$(KSHIM_ELF) $(KSHIM_BZIMAGE) \
	$(KSHIM_ROM) $(EFI_ASMS) $(CALLER_ASMS))))

# After each link: names for the sentence about a fault, and what the image is looked at with. A boot
# takes less than 32 of its 48 or 64 KiB of stack, a fault less than FAULT_STACK_LEN.
X86_LINK_TOOLS := tools/add-symbols tools/check-image tools/check-stack
stack_is_bounded = $(PYTHON) tools/check-stack $(1) $(2) 32768 && $(PYTHON) tools/check-stack $(1) fault 2048

build/x86/list: FORCE
	@$(call note,$@,$(KSHIM_ELF))

build/kshim.elf: $(call x86_objects,$(KSHIM_ELF),x86) build/x86/libkshim.a x86/elf/kshim.ld \
		x86/boot/sections.ld build/x86/list $(X86_LINK_TOOLS)
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS_x86) -T x86/elf/kshim.ld -Map build/x86/kshim.map -o $@.new \
		$(filter %.o,$^) build/x86/libkshim.a
	$(Q)$(PYTHON) tools/add-symbols $@.new
	$(Q)$(PYTHON) tools/check-image --pvh --section .text --section .rodata --section .symbols $@.new
	$(Q)$(call stack_is_bounded,$@.new,kshim_main)
	@mv $@.new $@

# ---------------------------------------------------------------- x86: kshim.bzimage

build/x86/linux-list: FORCE
	@$(call note,$@,$(KSHIM_BZIMAGE))

# Sentences and codes for assembly that is linked with no C.
build/x86/refusals.inc: stub/base/refusal.def | needs
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -E -P -x c -o $@ \
		-D'REFUSAL(n,ident,name,s,t)=%define LINE_##ident s, " [", name, "]"' $<
	@grep -q LINE_LOADER_A20 $@

build/x86/linux_setup: x86/bzimage/linux_setup.asm x86/cpu/stop.inc build/x86/offsets.inc build/x86/refusals.inc
	$(call say,NASM,$@)
	$(Q)$(NASM) -f bin $(NASM_WARNINGS) -I. -Ibuild/x86/ -DKSHIM_VERSION="'$(VERSION)'" -o $@ $<

# Relocations are kept for the packer (-q).
build/x86/kshim-bzimage.elf: $(call x86_objects,$(KSHIM_BZIMAGE),x86) build/x86/libkshim.a \
		x86/bzimage/kshim-bzimage.ld x86/boot/sections.ld build/x86/linux-list $(X86_LINK_TOOLS)
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS_x86) -q -T x86/bzimage/kshim-bzimage.ld -Map build/x86/kshim-bzimage.map -o $@.new \
		$(filter %.o,$^) build/x86/libkshim.a
	$(Q)$(PYTHON) tools/add-symbols $@.new
	$(Q)$(PYTHON) tools/check-image --section .text --section .rodata --section .symbols $@.new
	$(Q)$(call stack_is_bounded,$@.new,linux_main)
	@mv $@.new $@

build/kshim.bzimage: build/x86/linux_setup build/x86/kshim-bzimage.elf tools/pack-bzimage
	$(call say,PACK,$@)
	$(Q)$(PYTHON) tools/pack-bzimage build/x86/linux_setup build/x86/kshim-bzimage.elf $@

# ---------------------------------------------------------------- x86: kshim.rom

ROM_OBJS := $(call x86_objects,$(KSHIM_ROM),rom)
build/rom/list: FORCE
	@$(call note,$@,$(KSHIM_ROM))
$(ROM_OBJS) $(STUB_SRCS:%.c=build/rom/%.o): build/rom/list

# What reads disks waits for them, and is not compiled for speed.
DISK_SRCS := $(STUB_DISK) $(filter stub/input/bls% stub/input/grub%,$(STUB_INPUT)) $(filter x86/disk/%,$(X86_DISK))
$(DISK_SRCS:%.c=build/rom/%.o): CFLAGS_FILE := -Oz

build/x86/kshim-rom.elf: $(ROM_OBJS) build/rom/libkshim.a x86/rom/kshim-rom.ld x86/boot/sections.ld \
		build/rom/list $(X86_LINK_TOOLS)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS_rom) -flto-partition=one -nostdlib -static \
		$(addprefix -Xlinker ,$(LDFLAGS_x86)) -T x86/rom/kshim-rom.ld \
		-Xlinker -Map -Xlinker build/x86/kshim-rom.map -o $@.new \
		$(filter %.o,$^) build/rom/libkshim.a
	$(Q)$(PYTHON) tools/add-symbols $@.new
	$(Q)$(PYTHON) tools/check-image --section .text --section .rodata --section .symbols $@.new
	$(Q)$(call stack_is_bounded,$@.new,rom_main)
	@mv $@.new $@

# The ROM is what lies before the linked window's end.
build/kshim.rom: build/x86/kshim-rom.elf tools/check-rom
	$(call say,COPY,$@)
	$(Q)objcopy -O binary -j .text -j .rodata -j .symbols -j .reset --pad-to 0x80000000 --gap-fill 0xff \
		$< $@.new
	$(Q)$(PYTHON) tools/check-rom --version '$(VERSION)' $@.new
	@mv $@.new $@

# ---------------------------------------------------------------- efi: kshim.efi

EFI_OBJS := $(EFI_SRCS:%.c=build/efi/%.o) $(EFI_ASMS:%.asm=build/x86/%.o)

build/efi/list: FORCE
	@$(call note,$@,$(EFI_SRCS) $(EFI_ASMS))

build/efi/header: efi/header.asm | needs
	$(call say,NASM,$@)
	@mkdir -p $(@D)
	$(Q)$(NASM) -f bin $(NASM_WARNINGS) -o $@ $<

build/efi/kshim.elf: $(EFI_OBJS) build/efi/libkshim.a efi/kshim.ld build/efi/list
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS_efi) -T efi/kshim.ld -Map build/efi/kshim.map -o $@ \
		$(filter %.o,$^) build/efi/libkshim.a

# UEFI 2.10, 2.3.4: an application has 128 KiB of stack, which the services that it calls share.
build/kshim.efi: build/efi/header build/efi/kshim.elf tools/pack-efi tools/check-stack
	$(call say,PACK,$@)
	$(Q)$(PYTHON) tools/check-stack build/efi/kshim.elf efi_main 16384
	$(Q)$(PYTHON) tools/pack-efi build/efi/header build/efi/kshim.elf $@

# ---------------------------------------------------------------- RISC-V: kshim-riscv64.bin

build/riscv/offsets.inc: $(RISCV_OFFSETS) build/riscv/flags | needs
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(CC_riscv) $(filter-out -g,$(CFLAGS_riscv)) -MMD -MP -MT $@ -MF build/riscv/offsets.d \
		-S -o build/riscv/offsets.s $<
	$(Q)sed -n 's/^[[:space:]]*@ \([A-Za-z0-9_]*\) \(-\{0,1\}[0-9]*\)$$/#define \1 \2/p' \
		build/riscv/offsets.s >$@
	@test -s $@ || { echo '$@: no constant found in $<' >&2; exit 1; }
-include build/riscv/offsets.d

build/riscv/%.o: %.S build/riscv/flags build/riscv/offsets.inc | needs
	$(call say,AS,$@)
	@mkdir -p $(@D)
	$(Q)$(CC_riscv) $(filter-out -std=c11,$(CFLAGS_riscv)) -Ibuild/riscv -MMD -MP -c -o $@ $<
-include $(RISCV_ASMS:%.S=build/riscv/%.d)

build/riscv/list: FORCE
	@$(call note,$@,$(RISCV_SRCS) $(RISCV_ASMS))

build/riscv/kshim.elf: $(RISCV_SRCS:%.c=build/riscv/%.o) $(RISCV_ASMS:%.S=build/riscv/%.o) \
		build/riscv/libkshim.a riscv/boot/kshim.ld build/riscv/list tools/add-symbols
	$(call say,LD,$@)
	$(Q)$(RISCV_CROSS)ld $(LDFLAGS_riscv) -T riscv/boot/kshim.ld -Map build/riscv/kshim.map -o $@ \
		$(filter %.o,$^) build/riscv/libkshim.a
	$(Q)$(PYTHON) tools/add-symbols $@

build/kshim-riscv64.bin: build/riscv/kshim.elf tools/check-image
	$(call say,COPY,$@)
	$(Q)$(PYTHON) tools/check-image --self-relocating --section .text --section .rodata --section .symbols $<
	$(Q)$(RISCV_CROSS)objcopy -O binary $< $@

