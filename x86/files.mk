# SPDX-License-Identifier: BSD-2-Clause
# The x86 body: rooms first, then each image as the list of what it is linked from.
# X86_OFFSETS makes the constants that nasm includes (build/x86/offsets.inc).

X86_CPU := \
	x86/cpu/jump.c \
	x86/cpu/mem.asm \
	x86/cpu/rng.c \
	x86/cpu/serial.c \
	x86/cpu/trampoline.asm \

# The steps of a boot, in every image.
X86_BOOT := \
	x86/boot/console.c \
	x86/boot/die.c \
	x86/boot/execute.c \
	x86/boot/fault.asm \
	x86/boot/fw_cfg.c \
	x86/boot/idt.c \
	x86/boot/lines.c \
	x86/boot/reach.c \
	x86/boot/report.c \
	x86/boot/sources.c \
	x86/boot/staging.c \
	x86/boot/steps.c \

# For images that a launcher or loader starts: what it handed over.
X86_LAUNCHED := \
	x86/boot/acpi.c \
	x86/boot/launched.c \
	x86/boot/launcher.c \

# What a firmware does to QEMU's PCs. Tests link PC_PURE, which reaches the machine by what it is given.
PC_PURE := \
	x86/pc/cmos.c \
	x86/pc/items.c \
	x86/pc/mptable.c \
	x86/pc/mtrr.c \
	x86/pc/pci_assign.c \
	x86/pc/pci_need.c \
	x86/pc/pci_scan.c \
	x86/pc/smbios.c \
	x86/pc/tables.c \

PC_MACHINE := \
	x86/pc/pc.c \
	x86/pc/pc_chipset.c \
	x86/pc/pc_map.c \
	x86/pc/pci_config.c \
	x86/pc/sum.asm \
	x86/pc/wake.c \
	x86/pc/wake_page.asm \

KSHIM_ELF := $(X86_CPU) $(X86_BOOT) $(X86_LAUNCHED) \
	x86/elf/entry.asm \
	x86/elf/main.c \

KSHIM_BZIMAGE := $(X86_CPU) $(X86_BOOT) $(X86_LAUNCHED) \
	x86/bzimage/linux_early.c \
	x86/bzimage/linux_entry.asm \
	x86/bzimage/linux_main.c \
	x86/bzimage/linux_place.c \
	x86/bzimage/zero_page.c \

KSHIM_ROM := $(X86_CPU) $(X86_BOOT) $(PC_PURE) $(PC_MACHINE) \
	x86/rom/qemu.c \
	x86/rom/resume.asm \
	x86/rom/rom.c \
	x86/rom/rom_entry.asm \
	x86/rom/unpack.asm \

X86_OFFSETS := x86/offsets.c

# Of the ROM's code what runs most, compiled for speed, and (kshim-rom.ld) what no usual boot touches,
# which keeps its place in files of its own; the rest is compiled for size.
ROM_FAST := \
	stub/body/body.c \
	stub/body/body_rom.c \
	stub/input/cmdline.c \
	stub/handoff/entry.c \
	stub/input/fw_cfg_items.c \
	stub/handoff/handoff.c \
	stub/handoff/handoff_start_info.c \
	stub/input/memmap.c \
	stub/body/make_moves.c \
	stub/plan/plan_moves.c \
	stub/plan/plan.c \
	stub/plan/plan_initrd.c \
	stub/plan/space.c \
	x86/boot/execute.c \
	x86/boot/fw_cfg.c \
	x86/pc/items.c \
	x86/cpu/jump.c \
	x86/pc/mtrr.c \
	x86/pc/pc.c \
	x86/pc/pc_map.c \
	x86/rom/qemu.c \
	x86/boot/reach.c \
	x86/rom/rom.c \
	x86/boot/sources.c \
	x86/boot/steps.c \
	x86/pc/tables.c \
	x86/pc/wake.c \

ROM_COLD := \
	stub/probe/probe_elf.c \
	stub/probe/probe_entry.c \
	stub/probe/probe_note.c \
	stub/probe/probe_other.c \
	stub/probe/probe_pe.c \
	stub/base/refusal.c \
	stub/base/refusal_text.c \
	stub/body/report.c \
	stub/base/text.c \
	x86/boot/die.c \
	x86/boot/idt.c \
	x86/pc/mptable.c \
	x86/boot/report.c \
	x86/boot/staging.c \
	x86/cpu/serial.c \
