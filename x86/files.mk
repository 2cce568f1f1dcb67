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
	x86/boot/acpi.c \
	x86/boot/console.c \
	x86/boot/die.c \
	x86/boot/execute.c \
	x86/boot/fault_entries.asm \
	x86/boot/fault.c \
	x86/boot/fw_cfg.c \
	x86/boot/lines.c \
	x86/boot/reach.c \
	x86/boot/sources.c \
	x86/boot/staging.c \
	x86/boot/steps.c \

# For images that a launcher or loader starts: what it handed over.
X86_LAUNCHED := \
	x86/boot/descriptors.c \
	x86/boot/launched.c \
	x86/boot/launcher.c \
	x86/boot/protect.c \

# Disks, for a machine that is set up.
X86_DISK := \
	x86/disk/boot_disk.c \
	x86/disk/disk_rank.c \
	x86/disk/disks.c \
	x86/disk/mmio_find.c \
	x86/disk/nvme.c \
	x86/disk/nvme_disk.c \
	x86/disk/pci_find.c \
	x86/disk/virtio.c \
	x86/disk/virtio_blk.c \
	x86/disk/virtio_mmio.c \
	x86/disk/virtio_pci.c \
	x86/disk/virtio_scsi.c \
	x86/pc/pci_config.c \

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
	x86/pc/local_apic.c \
	x86/pc/pc.c \
	x86/pc/pc_chipset.c \
	x86/pc/pc_map.c \
	x86/pc/sum.asm \
	x86/pc/wake.c \
	x86/pc/wake_page.asm \

KSHIM_ELF := $(X86_CPU) $(X86_BOOT) $(X86_LAUNCHED) $(X86_DISK) \
	x86/elf/entry.asm \
	x86/elf/main.c \

KSHIM_BZIMAGE := $(X86_CPU) $(X86_BOOT) $(X86_LAUNCHED) $(X86_DISK) \
	x86/bzimage/linux_early.c \
	x86/bzimage/linux_entry.asm \
	x86/bzimage/linux_main.c \
	x86/bzimage/linux_place.c \
	x86/bzimage/linux_window.c \
	x86/bzimage/zero_page.c \

KSHIM_ROM := $(X86_CPU) $(X86_BOOT) $(X86_DISK) $(PC_PURE) $(PC_MACHINE) \
	x86/rom/qemu.c \
	x86/rom/resume.asm \
	x86/rom/rom.c \
	x86/rom/rom_entry.asm \

X86_OFFSETS := x86/offsets.c
