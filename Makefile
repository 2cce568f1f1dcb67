# SPDX-License-Identifier: BSD-2-Clause
# kshim: `make help` names the targets. Products lie in build/, objects in build/ENV/.
#
# A source file is one line in one of the lists below, and nothing else. The environments are
#   host  programs for this machine        x86   freestanding 64-bit code of kshim.elf
#   asan  the same under sanitizers, for tests/unit and tests/fuzz
#   rom   x86's once more, for kshim.rom
# and all come from one template (ENVIRONMENT, further down).

VERSION := 0.1.0

# ---------------------------------------------------------------- sources

# The core: compiled for every environment.
STUB_SRCS := \
	stub/bls.c \
	stub/bls_order.c \
	stub/body.c \
	stub/body_rom.c \
	stub/bundle.c \
	stub/cmdline.c \
	stub/efi_map.c \
	stub/efi_tables.c \
	stub/entry.c \
	stub/fdt.c \
	stub/fdt_boot.c \
	stub/fdt_write.c \
	stub/fw_cfg_items.c \
	stub/gstage.c \
	stub/handoff.c \
	stub/handoff_setup_data.c \
	stub/handoff_start_info.c \
	stub/handoff_zero_page.c \
	stub/image.c \
	stub/isa.c \
	stub/keep.c \
	stub/kernel_file.c \
	stub/machine.c \
	stub/memmap.c \
	stub/moves.c \
	stub/paging.c \
	stub/pe.c \
	stub/pin.c \
	stub/place.c \
	stub/plan.c \
	stub/plan_any.c \
	stub/plan_initrd.c \
	stub/plan_kernel.c \
	stub/plan_riscv.c \
	stub/probe.c \
	stub/probe_bzimage.c \
	stub/probe_elf.c \
	stub/probe_entry.c \
	stub/probe_note.c \
	stub/probe_other.c \
	stub/probe_pe.c \
	stub/probe_riscv.c \
	stub/refusal.c \
	stub/refusal_text.c \
	stub/report.c \
	stub/rvinsn.c \
	stub/sha256.c \
	stub/space.c \
	stub/text.c \

# The x86 body, C and nasm. X86_OFFSETS makes the constants that nasm includes (offsets.inc).
X86_SRCS := \
	x86/acpi.c \
	x86/console.c \
	x86/die.c \
	x86/execute.c \
	x86/fw_cfg.c \
	x86/idt.c \
	x86/jump.c \
	x86/launched.c \
	x86/launcher.c \
	x86/lines.c \
	x86/main.c \
	x86/reach.c \
	x86/report.c \
	x86/rng.c \
	x86/room.c \
	x86/serial.c \
	x86/sources.c \
	x86/steps.c \

X86_ASMS := \
	x86/entry.asm \
	x86/fault.asm \
	x86/mem.asm \
	x86/trampoline.asm \

# What a firmware does to QEMU's PCs. Tests link those that reach the machine by what they are given.
PC_PURE := \
	x86/cmos.c \
	x86/items.c \
	x86/mptable.c \
	x86/mtrr.c \
	x86/pci_assign.c \
	x86/pci_need.c \
	x86/pci_scan.c \
	x86/smbios.c \
	x86/tables.c \

PC_SRCS := $(PC_PURE) \
	x86/pc.c \
	x86/pc_chipset.c \
	x86/pc_map.c \
	x86/pci_config.c \
	x86/wake.c \

PC_ASMS := \
	x86/sum.asm \
	x86/wake_page.asm \

# kshim.bzimage: what it has instead of the PVH entry. LINUX_SETUP is its real-mode part.
LINUX_SRCS := \
	x86/linux_early.c \
	x86/linux_main.c \
	x86/linux_place.c \
	x86/zero_page.c \

LINUX_ASMS := \
	x86/linux_entry.asm \

LINUX_SETUP := x86/linux_setup.asm
LINUX_NOT := x86/entry.asm x86/main.c
LINUX_LDS := x86/kshim-bzimage.ld

# kshim.rom: what it has instead of the PVH entry.
ROM_SRCS := $(PC_SRCS) \
	x86/qemu.c \
	x86/rom.c \

ROM_ASMS := $(PC_ASMS) \
	x86/rom_entry.asm \
	x86/resume.asm \
	x86/unpack.asm \

# Of the ROM's code what runs most, compiled for speed, and (kshim-rom.ld) what no usual boot touches,
# which keeps its place in files of its own; the rest is compiled for size.
ROM_FAST := \
	stub/body.c \
	stub/body_rom.c \
	stub/cmdline.c \
	stub/entry.c \
	stub/fw_cfg_items.c \
	stub/handoff.c \
	stub/handoff_start_info.c \
	stub/memmap.c \
	stub/moves.c \
	stub/place.c \
	stub/plan.c \
	stub/plan_initrd.c \
	stub/space.c \
	x86/execute.c \
	x86/fw_cfg.c \
	x86/items.c \
	x86/jump.c \
	x86/mtrr.c \
	x86/pc.c \
	x86/pc_map.c \
	x86/qemu.c \
	x86/reach.c \
	x86/rom.c \
	x86/sources.c \
	x86/steps.c \
	x86/tables.c \
	x86/wake.c \

ROM_COLD := \
	stub/probe_elf.c \
	stub/probe_entry.c \
	stub/probe_note.c \
	stub/probe_other.c \
	stub/probe_pe.c \
	stub/refusal.c \
	stub/refusal_text.c \
	stub/report.c \
	stub/text.c \
	x86/die.c \
	x86/idt.c \
	x86/mptable.c \
	x86/report.c \
	x86/room.c \
	x86/serial.c \

ROM_NOT := x86/acpi.c x86/entry.asm x86/launched.c x86/launcher.c x86/main.c
ROM_LDS := x86/kshim-rom.ld

X86_OFFSETS := x86/offsets.c
X86_LDS := x86/kshim.ld

# The RISC-V body, C and assembly, with offsets.inc as on x86.
RISCV_SRCS := \
	riscv/console.c \
	riscv/die.c \
	riscv/execute.c \
	riscv/fw_cfg.c \
	riscv/guest.c \
	riscv/guest_hart.c \
	riscv/guest_sbi.c \
	riscv/guest_hsm.c \
	riscv/harts.c \
	riscv/main.c \
	riscv/mem.c \
	riscv/plic.c \
	riscv/report.c \
	riscv/sources.c \
	riscv/trap.c \

RISCV_ASMS := \
	riscv/head.S \
	riscv/vcpu.S \

RISCV_OFFSETS := riscv/offsets.c
RISCV_LDS := riscv/kshim.ld

# The UEFI body. EFI_ASMS are its own and what it shares with x86/ (built there).
EFI_SRCS := \
	efi/entries.c \
	efi/execute.c \
	efi/file.c \
	efi/firmware.c \
	efi/main.c \
	efi/options.c \
	efi/report.c \
	efi/say.c \
	efi/secure.c \
	efi/sources.c \
	efi/start.c \
	efi/system.c \
	efi/tpm.c \
	efi/unpack.c \
	efi/utf.c \
	x86/jump.c \
	x86/rng.c \
	x86/serial.c \

EFI_ASMS := \
	efi/sbat.asm \
	x86/mem.asm \
	x86/trampoline.asm \

EFI_LDS := efi/kshim.ld

# The boot manager of tests/efi, linked and packed as kshim.efi is.
CALLER_SRCS := \
	tests/efi/caller.c \

CALLER_ASMS := \
	tests/efi/levels.asm \


# The host program build/kshim.
TOOL_SRCS := \
	tools/bundle_write.c \
	tools/check/check.c \
	tools/check/cmd_check.c \
	tools/check/config.c \
	tools/check/elf_view.c \
	tools/check/facts_bzimage.c \
	tools/check/facts_elf.c \
	tools/check/facts_image.c \
	tools/check/facts_notes.c \
	tools/check/facts_pe.c \
	tools/check/gate_compare.c \
	tools/check/gate_require.c \
	tools/check/identify.c \
	tools/check/json.c \
	tools/check/launch_kshim.c \
	tools/check/launch_loader.c \
	tools/check/launch_qemu.c \
	tools/check/launch_vmm.c \
	tools/check/launchers.c \
	tools/check/note_scan.c \
	tools/check/report.c \
	tools/check/text.c \
	tools/check/text_facts.c \
	tools/check/trial.c \
	tools/check/trial_exec.c \
	tools/check/trial_judge.c \
	tools/check/verdicts.c \
	tools/check/verdicts_bzimage.c \
	tools/check/verdicts_elf.c \
	tools/check/verdicts_other.c \
	tools/check/ways.c \
	tools/cmd_bundle.c \
	tools/cmd_explain.c \
	tools/cmd_pin.c \
	tools/cmd_unpack.c \
	tools/file.c \
	tools/find_image.c \
	tools/ikconfig.c \
	tools/kshim.c \
	tools/payload.c \
	tools/plan/advice.c \
	tools/plan/case.c \
	tools/plan/cmd_plan.c \
	tools/plan/collide.c \
	tools/plan/config.c \
	tools/plan/cpio.c \
	tools/plan/findings.c \
	tools/plan/look_initrd.c \
	tools/plan/look_words.c \
	tools/plan/map.c \
	tools/plan/map_e820.c \
	tools/plan/map_efi.c \
	tools/plan/map_file.c \
	tools/plan/map_qemu.c \
	tools/plan/order.c \
	tools/plan/scene.c \
	tools/plan/show_json.c \
	tools/plan/show_svg.c \
	tools/plan/show_text.c \
	tools/plan/svg.c \
	tools/plan/target.c \
	tools/plan/target_efi.c \
	tools/plan/target_qemu.c \
	tools/plan/target_rom.c \
	tools/plan/target_riscv.c \
	tools/plan/target_virt.c \
	tools/request.c \
	tools/run/acpi.c \
	tools/run/aml.c \
	tools/run/as.c \
	tools/run/boot.c \
	tools/run/carry.c \
	tools/run/cmd_diff_handoff.c \
	tools/run/cmd_run.c \
	tools/run/cpu.c \
	tools/run/cpuid.c \
	tools/run/devices.c \
	tools/run/dump.c \
	tools/run/dump_linux.c \
	tools/run/dump_pvh.c \
	tools/run/ending.c \
	tools/run/inputs.c \
	tools/run/layout.c \
	tools/run/machine.c \
	tools/run/memory.c \
	tools/run/mptable.c \
	tools/run/options.c \
	tools/run/plan_print.c \
	tools/run/report.c \
	tools/run/report_cpu.c \
	tools/run/rtc.c \
	tools/run/terminal.c \
	tools/run/uart.c \
	tools/run/vm.c \
	tools/size.c \
	tools/term.c \
	tools/unlzop.c \
	tools/unpack.c \

# Builders and fakes that every unit test is linked with, and the tests: one program a file.
UNIT_SRCS := \
	tests/unit/build_bzimage.c \
	tests/unit/build_elf.c \
	tests/unit/handoff_bench.c \
	tests/unit/low_memory.c \
	tests/unit/pc_bench.c \
	tests/unit/plan_bench.c \
	tests/unit/put_file.c \
	tests/unit/qtest.c \
	$(PC_PURE) \
	efi/options.c \
	efi/utf.c \
	x86/acpi.c \
	x86/launcher.c \
	x86/linux_place.c \
	x86/room.c \
	x86/zero_page.c \
	tools/run/acpi.c \
	tools/run/aml.c \
	tools/run/layout.c \
	tools/run/memory.c \
	tools/run/mptable.c \
	tools/run/rtc.c \
	tools/run/uart.c \

UNIT_TESTS := \
	tests/unit/test_bls.c \
	tests/unit/test_bundle.c \
	tests/unit/test_cmdline.c \
	tests/unit/test_efi_map.c \
	tests/unit/test_efi_tables.c \
	tests/unit/test_efi_options.c \
	tests/unit/test_entry.c \
	tests/unit/test_fdt.c \
	tests/unit/test_fdt_boot.c \
	tests/unit/test_fdt_dtc.c \
	tests/unit/test_gstage.c \
	tests/unit/test_handoff.c \
	tests/unit/test_handoff_efi.c \
	tests/unit/test_handoff_setup_data.c \
	tests/unit/test_handoff_zero_page.c \
	tests/unit/test_image.c \
	tests/unit/test_keep.c \
	tests/unit/test_kernel_file.c \
	tests/unit/test_memmap.c \
	tests/unit/test_paging.c \
	tests/unit/test_pc_memory.c \
	tests/unit/test_pc_pci.c \
	tests/unit/test_pc_tables.c \
	tests/unit/test_pe.c \
	tests/unit/test_pin.c \
	tests/unit/test_plan_initrd.c \
	tests/unit/test_plan_kernel.c \
	tests/unit/test_plan_moves.c \
	tests/unit/test_probe_bzimage.c \
	tests/unit/test_probe_elf.c \
	tests/unit/test_probe_entry.c \
	tests/unit/test_probe_note.c \
	tests/unit/test_probe_other.c \
	tests/unit/test_refusal.c \
	tests/unit/test_report.c \
	tests/unit/test_riscv_image.c \
	tests/unit/test_riscv_parts.c \
	tests/unit/test_run_machine.c \
	tests/unit/test_space.c \
	tests/unit/test_wire.c \
	tests/unit/test_x86_acpi.c \
	tests/unit/test_x86_launcher.c \
	tests/unit/test_x86_unpack.c \
	tests/unit/test_x86_zero_page.c \
	tests/unit/test_x86_linux_place.c \
	tests/unit/test_x86_parts.c \

# Fuzzers: LLVMFuzzerTestOneInput in one file each; their corpus is tests/fuzz/corpus/NAME/.
FUZZERS := \
	tests/fuzz/fuzz_bundle.c \
	tests/fuzz/fuzz_fdt.c \
	tests/fuzz/fuzz_initrd.c \
	tests/fuzz/fuzz_plan.c \
	tests/fuzz/fuzz_probe.c \
	tests/fuzz/fuzz_tables.c \

# The probe kernels' verdict (tests/probes), compiled for 32 and for 64 bits.
PROBE_SRCS := \
	tests/probes/bytes.c \
	tests/probes/dump.c \
	tests/probes/linux.c \
	tests/probes/memory.c \
	tests/probes/pagewalk.c \
	tests/probes/pvh.c \
	tests/probes/say.c \
	tests/probes/state.c \
	tests/probes/verdict.c \
	tests/probes/words.c \

# ---------------------------------------------------------------- tools and flags

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin LD),default)
LD := ld
endif
NASM ?= nasm
RISCV_CROSS ?= riscv64-linux-gnu-
CLANG ?= clang
PYTHON ?= /usr/bin/python3

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wpointer-arith -Wundef -Wwrite-strings -Wconversion -Wno-sign-conversion
COMMON := -std=c11 -g $(WARNINGS) -I. -ffile-prefix-map=$(CURDIR)=. -fno-common

# What a packager or user sets (CPPFLAGS, CFLAGS, LDFLAGS) is for the program kshim only.
CFLAGS_host := $(COMMON) -O2 -D_GNU_SOURCE -DKSHIM_VERSION='"$(VERSION)"' $(CPPFLAGS) $(CFLAGS)
CFLAGS_asan := $(COMMON) -O1 -D_GNU_SOURCE -DKSHIM_VERSION='"$(VERSION)"' \
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# min-pagesize: page 0 is memory, and the BIOS keeps data there.
CFLAGS_x86 := $(COMMON) -Oz -DKSHIM_VERSION='"$(VERSION)"' -m64 -march=x86-64 -ffreestanding \
	-fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only -mcmodel=small \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -ffunction-sections -fdata-sections -fno-tree-sra -fno-jump-tables \
	--param=min-pagesize=0
# The ROM is optimised as a whole. What is fast is so by few instructions, so nothing is aligned, and more
# is inlined; blocks are not sorted into usual and rare ones, for the compiler takes for rare what runs
# in every boot, and values are not kept in registers that must be saved for that. ROM_INLINE is how
# much GCC inlines by itself: less makes a smaller ROM, should another GCC's not fit.
ROM_INLINE ?= 30
CFLAGS_rom := $(CFLAGS_x86) -flto
CFLAGS_rom_fast := -O2 -ftree-sra -fno-reorder-blocks-and-partition \
	-fno-align-functions -fno-align-loops -fno-align-jumps -fno-gcse -fno-tree-pre \
	--param=max-inline-insns-auto=$(ROM_INLINE) --param=max-inline-insns-single=200
AR_rom := gcc-ar
CFLAGS_riscv := $(COMMON) -Os -DKSHIM_VERSION='"$(VERSION)"' -march=rv64imac_zicsr_zifencei \
	-mabi=lp64 -mcmodel=medany -mno-relax -mstrict-align -ffreestanding -fpie \
	-fvisibility=hidden -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -fno-tree-loop-distribute-patterns -fno-jump-tables \
	-ffunction-sections -fdata-sections
# gnu-efi's headers; UEFI's calling convention by GNU_EFI_USE_MS_ABI, L"..." of 16 bits.
CFLAGS_efi := $(COMMON) -Os -DKSHIM_VERSION='"$(VERSION)"' -m64 -march=x86-64 -ffreestanding \
	-fpie -fvisibility=hidden -mno-red-zone -mgeneral-regs-only -fshort-wchar \
	-DGNU_EFI_USE_MS_ABI -isystem /usr/include/efi -isystem /usr/include/efi/x86_64 \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -fno-jump-tables -ffunction-sections -fdata-sections
# Position-independent, without variables or tables that a loader would have to relocate.
PROBE_CFLAGS := $(filter-out -g,$(COMMON)) -Os -march=x86-64 -ffreestanding -fpie \
	-fvisibility=hidden -fno-jump-tables -mno-red-zone -mgeneral-regs-only \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -isystem /usr/include/x86_64-linux-gnu
CFLAGS_probe32 := $(PROBE_CFLAGS) -m32
CFLAGS_probe64 := $(PROBE_CFLAGS) -m64
# The library for others' programs: position-independent, nothing but the four mem functions.
CFLAGS_pic := $(filter-out -g,$(COMMON)) -O2 -ffreestanding -fPIC -fno-stack-protector \
	-ffunction-sections -fdata-sections
CC_riscv := $(RISCV_CROSS)gcc
AR_riscv := $(RISCV_CROSS)ar
LDFLAGS_host := $(LDFLAGS)
LDFLAGS_asan := -fsanitize=address,undefined
LDFLAGS_x86 := -m elf_x86_64 -static -nostdlib --build-id=none -z noexecstack \
	-z max-page-size=4096 --gc-sections --orphan-handling=error --fatal-warnings
LDFLAGS_riscv := -m elf64lriscv -static -pie --no-dynamic-linker -nostdlib --build-id=none \
	-z noexecstack -z norelro -z max-page-size=4096 --no-relax --gc-sections \
	--orphan-handling=error --fatal-warnings
LDFLAGS_efi := -m elf_x86_64 -static -nostdlib --build-id=none -z noexecstack -q \
	--gc-sections --orphan-handling=error --fatal-warnings
# What is left to the linker is no fault; nasm has a warning of that from 2.16.02 on.
NASM_WARNINGS := -w+all -w+error -w-unknown-warning -w-reloc
NASMFLAGS := -f elf64 $(NASM_WARNINGS) --reproducible -I.

TOOL_LIBS := -larchive -ljson-c -llzo2 -lz -lpthread
UNIT_LIBS := -lcmocka -lfdt

# V=1 shows the commands themselves.
ifeq ($(V),1)
say = @:
Q :=
else
say = @printf '  %-5s %s\n' $(1) '$(2)'
Q := @
endif

# ---------------------------------------------------------------- targets

# So far a product without sources is left out of `make`.
PRODUCTS := $(if $(strip $(X86_SRCS)),build/kshim.elf) $(if $(strip $(TOOL_SRCS)),build/kshim)
PRODUCTS += build/kshim.bzimage build/kshim.rom build/kshim.efi build/kshim-riscv64.bin
PRODUCTS += build/lib/libkshim.a build/lib/kshim.h
UNIT_PROGRAMS := $(UNIT_TESTS:tests/unit/%.c=build/asan/%)
FUZZ_PROGRAMS := $(FUZZERS:tests/fuzz/%.c=build/asan/%)

.PHONY: all
all: $(PRODUCTS)

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

# Write $(2) to file $(1), leaving it (and what depends on it) alone if that is in it already.
note = mkdir -p $(dir $(1)) && printf '%s\n' '$(subst ','\'',$(2))' >$(1).new && \
	if cmp -s $(1).new $(1); then rm $(1).new; else mv $(1).new $(1); fi

.PHONY: FORCE
FORCE:

# $(call ENVIRONMENT,NAME): how a C file becomes build/NAME/FILE.o, and the core libkshim.a.
# Flags and lists are noted in files, so that a change of them rebuilds what it should.
define ENVIRONMENT
CC_$(1) ?= $$(CC)
AR_$(1) ?= ar
build/$(1)/flags: FORCE
	@$$(call note,$$@,$$(CC_$(1)) $$(CFLAGS_$(1)) / $$(LDFLAGS_$(1)))
build/$(1)/core: FORCE
	@$$(call note,$$@,$$(STUB_SRCS))
build/$(1)/%.o: %.c build/$(1)/flags | needs
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_$(1)) $$(CFLAGS_FILE) -MMD -MP -c -o $$@ $$<
build/$(1)/libkshim.a: $$(STUB_SRCS:%.c=build/$(1)/%.o) build/$(1)/core
	$$(call say,AR,$$@)
	@rm -f $$@
	$$(Q)$$(AR_$(1)) rcsD $$@ $$(filter %.o,$$^)
-include $$(addprefix build/$(1)/,$$(patsubst %.c,%.d,$$(STUB_SRCS) $$(SRCS_$(1))))
endef

SRCS_host := $(TOOL_SRCS)
SRCS_asan := $(TOOL_SRCS) $(UNIT_SRCS) $(UNIT_TESTS) $(FUZZERS) tests/fuzz/replay.c
SRCS_x86 := $(X86_SRCS) $(LINUX_SRCS) $(ROM_SRCS)
SRCS_rom := $(sort $(X86_SRCS) $(ROM_SRCS))
$(ROM_FAST:%.c=build/rom/%.o): CFLAGS_FILE = $(CFLAGS_rom_fast)
$(ROM_COLD:%.c=build/rom/%.o): CFLAGS_FILE = -fno-lto
# Page-table entries are written by pairs; no fault handler of ours that returns uses SSE. Not in
# kshim.elf: a KVM that emulates, for want of VMX and SVM, does not know such instructions.
build/rom/stub/paging.o: CFLAGS_FILE += -msse2
SRCS_efi := $(EFI_SRCS) $(CALLER_SRCS)
SRCS_riscv := $(RISCV_SRCS)
SRCS_probe32 := $(PROBE_SRCS)
SRCS_probe64 := $(PROBE_SRCS)
$(foreach env,host asan x86 rom efi riscv probe32 probe64 pic,$(eval $(call ENVIRONMENT,$(env))))

# Says which Debian package is missing, before a compiler says it worse.
.PHONY: needs
needs:
	@tools/deps --check build

# ---------------------------------------------------------------- x86: kshim.elf

X86_OBJS := $(X86_SRCS:%.c=build/x86/%.o) $(X86_ASMS:%.asm=build/x86/%.o)
X86_INC := $(if $(X86_OFFSETS),build/x86/offsets.inc)

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

build/x86/%.o: %.asm build/x86/nasm-flags $(X86_INC) | needs
	$(call say,NASM,$@)
	@mkdir -p $(@D)
	$(Q)$(NASM) $(NASMFLAGS) -Ibuild/x86/ -MD $(@:.o=.d) -MP -MT $@ -o $@ $<
-include $(patsubst %.asm,build/x86/%.d,$(sort $(X86_ASMS) $(LINUX_ASMS) $(ROM_ASMS) \
	$(EFI_ASMS) $(CALLER_ASMS)))

build/x86/list: FORCE
	@$(call note,$@,$(X86_SRCS) $(X86_ASMS))

build/kshim.elf: $(X86_OBJS) build/x86/libkshim.a $(X86_LDS) x86/sections.ld build/x86/list tools/check-image
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS_x86) -T $(X86_LDS) -Map build/x86/kshim.map -o $@.new \
		$(filter %.o,$^) build/x86/libkshim.a
	$(Q)$(PYTHON) tools/check-image --pvh --section .text --section .rodata $@.new
	@mv $@.new $@

# ---------------------------------------------------------------- x86: kshim.bzimage

LINUX_ALL := $(filter-out $(LINUX_NOT),$(X86_SRCS) $(X86_ASMS)) $(LINUX_SRCS) $(LINUX_ASMS)
LINUX_OBJS := $(patsubst %,build/x86/%.o,$(basename $(LINUX_ALL)))

build/x86/linux-list: FORCE
	@$(call note,$@,$(LINUX_ALL))

# Sentences and codes for assembly that is linked with no C.
build/x86/refusals.inc: stub/refusal.def | needs
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -E -P -x c -o $@ \
		-D'REFUSAL(n,ident,name,s,t)=%define LINE_##ident s, " [", name, "]"' $<
	@grep -q LINE_LOADER_A20 $@

build/x86/linux_setup: $(LINUX_SETUP) x86/stop.inc build/x86/offsets.inc build/x86/refusals.inc
	$(call say,NASM,$@)
	$(Q)$(NASM) -f bin $(NASM_WARNINGS) -I. -Ibuild/x86/ -DKSHIM_VERSION="'$(VERSION)'" -o $@ $<

# Relocations are kept for the packer (-q).
build/x86/kshim-bzimage.elf: $(LINUX_OBJS) build/x86/libkshim.a $(LINUX_LDS) x86/sections.ld \
		build/x86/linux-list
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS_x86) -q -T $(LINUX_LDS) -Map build/x86/kshim-bzimage.map -o $@.new \
		$(filter %.o,$^) build/x86/libkshim.a
	@mv $@.new $@

build/kshim.bzimage: build/x86/linux_setup build/x86/kshim-bzimage.elf tools/pack-bzimage
	$(call say,PACK,$@)
	$(Q)$(PYTHON) tools/pack-bzimage build/x86/linux_setup build/x86/kshim-bzimage.elf $@

# ---------------------------------------------------------------- x86: kshim.rom

ROM_ALL := $(filter-out $(ROM_NOT),$(X86_SRCS) $(X86_ASMS)) $(ROM_SRCS) $(ROM_ASMS)
ROM_OBJS := $(patsubst %.c,build/rom/%.o,$(filter %.c,$(ROM_ALL))) \
	$(patsubst %.asm,build/x86/%.o,$(filter %.asm,$(ROM_ALL)))

build/rom/list: FORCE
	@$(call note,$@,$(ROM_ALL) / $(ROM_FAST) / $(ROM_COLD) / $(CFLAGS_rom_fast))
$(ROM_OBJS) $(STUB_SRCS:%.c=build/rom/%.o): build/rom/list

build/x86/kshim-rom.elf: $(ROM_OBJS) build/rom/libkshim.a $(ROM_LDS) x86/sections.ld \
		build/rom/list tools/check-image
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS_rom) $(CFLAGS_rom_fast) -flto-partition=one -nostdlib -static \
		$(addprefix -Xlinker ,$(LDFLAGS_x86)) -T $(ROM_LDS) \
		-Xlinker -Map -Xlinker build/x86/kshim-rom.map -o $@.new \
		$(filter %.o,$^) build/rom/libkshim.a
	$(Q)$(PYTHON) tools/check-image --section .text --section .rodata $@.new
	@mv $@.new $@

# The ROM is what lies in the last 64 KiB before the linked window's end, and the cold part, packed.
build/kshim.rom: build/x86/kshim-rom.elf tools/pack-rom tools/check-rom
	$(call say,PACK,$@)
	$(Q)objcopy -O binary -j .text -j .rodata -j .reset --pad-to 0x80000000 --gap-fill 0xff \
		$< build/rom/hot
	$(Q)objcopy -O binary -j .cold $< build/rom/cold
	$(Q)$(PYTHON) tools/pack-rom build/rom/hot build/rom/cold $@.new
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

build/efi/kshim.elf: $(EFI_OBJS) build/efi/libkshim.a $(EFI_LDS) build/efi/list
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS_efi) -T $(EFI_LDS) -Map build/efi/kshim.map -o $@ \
		$(filter %.o,$^) build/efi/libkshim.a

build/kshim.efi: build/efi/header build/efi/kshim.elf tools/pack-efi
	$(call say,PACK,$@)
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
		build/riscv/libkshim.a $(RISCV_LDS) build/riscv/list
	$(call say,LD,$@)
	$(Q)$(RISCV_CROSS)ld $(LDFLAGS_riscv) -T $(RISCV_LDS) -Map build/riscv/kshim.map -o $@ \
		$(filter %.o,$^) build/riscv/libkshim.a

build/kshim-riscv64.bin: build/riscv/kshim.elf tools/check-image
	$(call say,COPY,$@)
	$(Q)$(PYTHON) tools/check-image --self-relocating --section .text --section .rodata $<
	$(Q)$(RISCV_CROSS)objcopy -O binary $< $@

# ---------------------------------------------------------------- host: the kshim program

build/host/list: FORCE
	@$(call note,$@,$(TOOL_SRCS))

build/kshim: $(TOOL_SRCS:%.c=build/host/%.o) build/host/libkshim.a build/host/list
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_host) -o $@ $(filter %.o %.a,$^) $(TOOL_LIBS)

# The same under sanitizers, for tests/check.
build/asan/kshim: $(TOOL_SRCS:%.c=build/asan/%.o) build/asan/libkshim.a build/host/list
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_asan) -o $@ $(filter %.o %.a,$^) $(TOOL_LIBS)

# ---------------------------------------------------------------- the library and the package

# One object, in which only what kshim.h declares is global, by its prefixed name.
build/lib/kshim.h: tools/lib/kshim.h.in tools/lib/make-header $(wildcard stub/*.h) \
		stub/refusal.def build/lib/version
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
	$(call into,$(EFIDIR),$(filter %.efi,$(PRODUCTS))) \
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

# ---------------------------------------------------------------- tests

build/asan/tests/%.o: CFLAGS_FILE := -Wno-conversion

$(UNIT_PROGRAMS): build/asan/%: build/asan/tests/unit/%.o $(UNIT_SRCS:%.c=build/asan/%.o) \
		build/x86/x86/sum.o build/x86/x86/unpack.o build/asan/libkshim.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_asan) -o $@ $^ $(UNIT_LIBS)

# What fuzz_plan reads foreign bytes with.
FUZZ_PLAN_SRCS := tools/plan/cpio.c tools/plan/findings.c tools/plan/map.c tools/plan/map_e820.c \
	tools/plan/map_efi.c tools/plan/map_qemu.c
build/asan/fuzz_plan: $(FUZZ_PLAN_SRCS:%.c=build/asan/%.o)
build/fuzz/fuzz_plan: $(FUZZ_PLAN_SRCS)
# The same of fuzz_initrd, and the libraries that unpack.
FUZZ_INITRD_SRCS := tools/file.c tools/ikconfig.c tools/payload.c tools/unlzop.c tools/unpack.c \
	tools/plan/config.c tools/plan/cpio.c tools/plan/findings.c tools/plan/look_initrd.c
build/asan/fuzz_initrd: $(FUZZ_INITRD_SRCS:%.c=build/asan/%.o)
build/fuzz/fuzz_initrd: $(FUZZ_INITRD_SRCS)
%/fuzz_initrd: FUZZ_LIBS := -larchive -llzo2 -lz
# What fuzz_tables reads with.
FUZZ_X86 := x86/items.c x86/tables.c

$(FUZZ_PROGRAMS): build/asan/%: build/asan/tests/fuzz/%.o build/asan/tests/fuzz/replay.o \
		$(FUZZ_X86:%.c=build/asan/%.o) build/x86/x86/sum.o build/asan/libkshim.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_asan) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(FUZZ_LIBS)

.PHONY: test-unit test-fuzz test-cli test-check test-boot test-efi test-kvm test
test-unit: $(UNIT_PROGRAMS)
	@tests/run-units unit $^

# The corpus once more through each fuzzer; `make fuzz` looks for new inputs.
test-fuzz: $(FUZZ_PROGRAMS)
	@tests/run-units fuzz $(foreach f,$(FUZZ_PROGRAMS),'$(f) tests/fuzz/corpus/$(notdir $(f))')

# The program kshim as a user meets it.
test-cli: all probes
	@mkdir -p build/results
	@rm -f build/results/cli.xml
	@$(PYTHON) -m pytest -q -p no:cacheprovider --junitxml=build/results/cli.xml tests/cli

# New inputs by libFuzzer (clang), FUZZ_SECONDS for each fuzzer, kept in build/fuzz/NAME.found/.
FUZZ_SECONDS ?= 60
.PHONY: fuzz
fuzz: $(FUZZERS:tests/fuzz/%.c=build/fuzz/%)
	@for f in $^; do mkdir -p $$f.found; \
		$$f -max_total_time=$(FUZZ_SECONDS) -use_value_profile=1 -artifact_prefix=$$f. \
			$$f.found tests/fuzz/corpus/$${f##*/} || exit 1; done
build/fuzz/%: tests/fuzz/%.c $(STUB_SRCS) $(FUZZ_X86) build/x86/x86/sum.o
	$(call say,FUZZ,$@)
	@command -v $(CLANG) >/dev/null || { echo 'clang is missing: apt-get install clang' >&2; exit 1; }
	@mkdir -p $(@D)
	$(Q)$(CLANG) -std=c11 -D_GNU_SOURCE -g -O1 -I. -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $^ $(FUZZ_LIBS)

# The kernels that the rows boot, out of Debian's packages into build/debs/.
.PHONY: fetch
fetch:
	@$(PYTHON) tests/boot/fetch.py; status=$$?; \
		$(MAKE) --no-print-directory fetch-riscv && exit $$status

.PHONY: fetch-riscv
fetch-riscv:
	@$(PYTHON) tests/riscv/fetch.py

# Rows that boot something; they need no root, and no network after `make deps` and `make fetch`.
test-boot: all probes
	@mkdir -p build/results
	@rm -f build/results/boot.xml
	$(PYTHON) -m pytest -q -n 2 -p no:cacheprovider --junitxml=build/results/boot.xml tests/boot

# kshim check: what it prints, and that it is true: kernels are booted for that.
test-check: all probes build/asan/kshim
	@mkdir -p build/results
	@rm -f build/results/check.xml
	$(PYTHON) -m pytest -q -n 2 -p no:cacheprovider --junitxml=build/results/check.xml tests/check

# kshim.efi under OVMF; the machines are larger than others' rows, so one at a time.
test-efi: all probes
	@mkdir -p build/results
	@rm -f build/results/efi.xml
	$(PYTHON) -m pytest -q -p no:cacheprovider --junitxml=build/results/efi.xml tests/efi

# The launcher, on this machine's /dev/kvm and inside the rig (tests/rig).
build/rig/typist: tests/rig/typist.c build/host/flags | needs
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_host) -static -o $@ $<

test-kvm: all probes build/rig/typist
	@mkdir -p build/results
	@rm -f build/results/kvm.xml
	$(PYTHON) -m pytest -q -n 2 --dist loadgroup -p no:cacheprovider \
		--junitxml=build/results/kvm.xml tests/kvm

# What a boot costs in guest instructions and port I/O, counted by a plugin of QEMU's (tests/bench).
build/bench/count.so: tests/bench/count.c tests/bench/qemu_plugin.h build/host/flags | needs
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_host) -fPIC -fvisibility=hidden -shared -o $@ $<

.PHONY: size
size: all
	@$(PYTHON) tools/size

.PHONY: bench
bench: all build/bench/count.so
	@$(PYTHON) tests/bench/bench.py $(BENCH)
test-bench: bench

.PHONY: run-kvm
run-kvm: all build/rig/typist
	@tools/deps build run
	+@PYTHON='$(PYTHON)' tests/rig/run-kvm

# The same for RISC-V, one QEMU at a time, for each has several harts.
.PHONY: test-riscv
test-riscv: all probes
	@mkdir -p build/results
	@rm -f build/results/riscv.xml
	$(PYTHON) -m pytest -q -p no:cacheprovider --junitxml=build/results/riscv.xml tests/riscv

# Library, installation, manuals, completions, Debian packages.
.PHONY: test-package
test-package: all probes build/rig/typist
	@mkdir -p build/results
	@rm -f build/results/package.xml
	$(PYTHON) -m pytest -q -p no:cacheprovider --junitxml=build/results/package.xml tests/package

# All of them, whatever fails, then the sum; ALSO=lint counts what `make lint` left.
TEST_PARTS := unit fuzz cli check package bench boot efi kvm riscv
test:
	@tools/deps build run test
	@$(MAKE) --no-print-directory fetch || :
	@rm -f $(foreach part,$(TEST_PARTS),build/results/$(part) build/results/$(part).xml)
	@for part in $(TEST_PARTS); do $(MAKE) --no-print-directory test-$$part || :; done
	@tests/summary $(ALSO) $(TEST_PARTS)

# ---------------------------------------------------------------- tests: probe kernels

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
build/riscv/probe.elf: build/riscv/tests/riscv/probe_head.o build/riscv/tests/riscv/probe.o \
		build/riscv/riscv/mem.o build/riscv/libkshim.a tests/riscv/probe.ld
	$(call say,LD,$@)
	$(Q)$(RISCV_CROSS)ld -m elf64lriscv -static -nostdlib --build-id=none --fatal-warnings \
		--no-warn-rwx-segments --no-relax --gc-sections -T tests/riscv/probe.ld -o $@ \
		$(filter %.o,$^) build/riscv/libkshim.a

build/riscv/probe.bin: build/riscv/probe.elf
	$(call say,COPY,$@)
	$(Q)$(RISCV_CROSS)objcopy -O binary $< $@

build/efi/caller.elf: $(CALLER_SRCS:%.c=build/efi/%.o) $(CALLER_ASMS:%.asm=build/x86/%.o) \
		build/x86/efi/sbat.o build/x86/x86/mem.o $(EFI_LDS)
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS_efi) -T $(EFI_LDS) -o $@ $(filter %.o,$^)

build/caller.efi: build/efi/header build/efi/caller.elf tools/pack-efi
	$(call say,PACK,$@)
	$(Q)$(PYTHON) tools/pack-efi build/efi/header build/efi/caller.elf $@

.PHONY: probes
probes: build/caller.efi build/probes/packed build/probes/prelude build/probes/no_a20 \
	build/riscv/probe.bin

# ---------------------------------------------------------------- the rest

# KERNEL= INITRD= APPEND= MEMORY= CPUS= INTERACTIVE= TIMEOUT= reach the script by the environment.
.PHONY: run
run:
	+@MAKE='$(MAKE)' tools/run-guest

# The same for riscv64, and MODE=guest|direct.
.PHONY: run-riscv
run-riscv:
	+@MAKE='$(MAKE)' tools/run-riscv

.PHONY: deps deps-lint lint format clean help
deps:
	@tools/deps build run test

deps-lint:
	@tools/deps build run test lint

lint: all build/x86/libkshim.a
	@MAKE='$(MAKE)' tools/lint

format:
	git ls-files -co --exclude-standard -- '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build

define HELP
make             build everything into build/: kshim.elf, kshim.bzimage, kshim.efi, kshim ...
make run-riscv   the same for riscv64, behind the hypervisor extension (MODE=direct: not)
make run         boot a real kernel to userspace; installs and fetches what it needs
                 KERNEL=FILE INITRD='FILE...'|none APPEND='WORDS' MEMORY=512M CPUS=1
                 INTERACTIVE=1 (a shell) TIMEOUT=180 ACCEL=kvm|tcg
make run-kvm     the same by kshim run, in a virtual machine that has KVM (tests/rig)
make test        unit tests, fuzzers' corpus, the program, boots, KVM; installs what they need
make test-unit test-fuzz test-cli test-check test-boot test-efi test-kvm test-package
make deb         Debian packages in build/deb/
make install     PREFIX=/usr/local DESTDIR= and BINDIR LIBDIR DATADIR ...; make uninstall
make bench       guest instructions and port I/O from reset to the kernel, against ceilings;
                 BENCH='--all' also OVMF, BENCH='kshim.rom pc' only these rows, BENCH=--write
                 what was measured into the README files
make size        bytes of every product, against tools/limits
make fuzz        look for inputs that break the readers (clang), FUZZ_SECONDS=60 each
make deps        install, by apt, what make, make run and make test need
make fetch       get the kernels that the boots use; make test does it too
make lint        layers, format, static analysis, the linked images (make deps-lint)
make format      clang-format all C files in place
make clean       remove build/, with all that was fetched into it
V=1 shows commands.
endef
export HELP
help:
	@echo "$$HELP"
