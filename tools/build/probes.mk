# SPDX-License-Identifier: BSD-2-Clause
# Probe kernels: what the boots of tests/ start instead of Linux.

# One image holds both verdicts; pack.py makes all probe kernels of it. The .def files give their
# numbers to C, nasm and Python.
PROBE_LDFLAGS := -static -nostdlib --build-id=none --orphan-handling=error --fatal-warnings \
	--no-warn-rwx-segments
PROBE_INCS := build/probes/saved.inc build/probes/layout.inc

build/probes/saved.inc: PROBE_DEF := -D'SAVED(name)=S_\#\#name: resq 1'
build/probes/layout.inc: PROBE_DEF := -D'LAYOUT(name,at)=name equ at'
$(PROBE_INCS): build/probes/%.inc: tests/probes/%.def | needs
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -E -P -x c $(PROBE_DEF) -o $@ $<

build/probes/core64: $(PROBE_SRCS:%.c=build/probe64/%.o) tests/probes/core64.ld
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(LD) -m elf_x86_64 $(PROBE_LDFLAGS) -T tests/probes/core64.ld -o $@.elf \
		$(filter %.o,$^)
	$(Q)objcopy -O binary -j .core64 $@.elf $@

build/probes/head.o: tests/probes/head.asm build/probes/core64 $(PROBE_INCS)
	$(call say,NASM,$@)
	$(Q)$(NASM) -f elf32 $(NASM_WARNINGS) --reproducible -Ibuild/probes/ \
		-DCORE64_FILE="'build/probes/core64'" -o $@ $<

build/probes/core: build/probes/head.o $(PROBE_SRCS:%.c=build/probe32/%.o) tests/probes/core32.ld
	$(call say,LD,$@)
	$(Q)$(LD) -m elf_i386 $(PROBE_LDFLAGS) -T tests/probes/core32.ld -o $@.elf \
		$(filter %.o,$^)
	$(Q)objcopy -O binary -j .head -j .core32 -j .core64 -j .scratch $@.elf $@

build/probes/packed: build/probes/core tests/probes/pack.py tests/probes/layout.def
	$(call say,PACK,build/probes)
	$(Q)$(PYTHON) tests/probes/pack.py $< $(@D)/kernels
	@touch $@

build/probes/prelude build/probes/no_a20: build/probes/%: tests/probes/%.asm | needs
	$(call say,NASM,$@)
	@mkdir -p $(@D)
	$(Q)$(NASM) -f bin $(NASM_WARNINGS) -o $@ $<

# The probe guest for RISC-V, a Linux Image.
build/riscv/probe.elf: build/riscv/tests/riscv/probe_head.o build/riscv/tests/riscv/probe.o build/riscv/tests/riscv/probe_fwft.o \
		build/riscv/tests/riscv/probe_seed.o \
		build/riscv/riscv/base/mem.o build/riscv/libkshim.a tests/riscv/probe.ld
	$(call say,LD,$@)
	$(Q)$(RISCV_CROSS)ld -m elf64lriscv -static -nostdlib --build-id=none --fatal-warnings \
		--no-warn-rwx-segments --no-relax --gc-sections -T tests/riscv/probe.ld -o $@ \
		$(filter %.o,$^) build/riscv/libkshim.a

build/riscv/probe.bin: build/riscv/probe.elf
	$(call say,COPY,$@)
	$(Q)$(RISCV_CROSS)objcopy -O binary $< $@

build/efi/caller.elf: $(CALLER_SRCS:%.c=build/efi/%.o) $(CALLER_ASMS:%.asm=build/x86/%.o) \
		build/x86/efi/sbat.o build/x86/x86/cpu/mem.o efi/kshim.ld
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS_efi) -T efi/kshim.ld -o $@ $(filter %.o,$^)

build/caller.efi: build/efi/header build/efi/caller.elf tools/pack-efi
	$(call say,PACK,$@)
	$(Q)$(PYTHON) tools/pack-efi build/efi/header build/efi/caller.elf $@

.PHONY: probes
probes: build/caller.efi build/probes/packed build/probes/prelude build/probes/no_a20 \
	build/riscv/probe.bin

