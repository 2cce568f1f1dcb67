# SPDX-License-Identifier: BSD-2-Clause
# The core, room by room, in the order in which the rooms may include each other (tools/lint-layers).
# A new file is one line here.

# bytes, ranges, refusals, text: what every room uses
STUB_BASE := \
	stub/base/crc32.c \
	stub/base/guid.c \
	stub/base/refusal.c \
	stub/base/refusal_text.c \
	stub/base/sha256.c \
	stub/base/text.c \

# what is handed over: files, command lines, memory maps, trees, bundles, UKIs
STUB_INPUT := \
	stub/input/bls.c \
	stub/input/bls_order.c \
	stub/input/bundle.c \
	stub/input/cmdline.c \
	stub/input/efi_addon.c \
	stub/input/efi_entry.c \
	stub/input/efi_extra.c \
	stub/input/efi_line.c \
	stub/input/efi_load_option.c \
	stub/input/efi_map.c \
	stub/input/efi_measures.c \
	stub/input/efi_options.c \
	stub/input/efi_secret.c \
	stub/input/efi_tables.c \
	stub/input/fdt.c \
	stub/input/fdt_write.c \
	stub/input/fw_cfg_items.c \
	stub/input/grub_cfg.c \
	stub/input/grub_default.c \
	stub/input/grub_entry.c \
	stub/input/grub_files.c \
	stub/input/grub_test.c \
	stub/input/grub_variables.c \
	stub/input/grub_words.c \
	stub/input/image.c \
	stub/input/keep.c \
	stub/input/memmap.c \
	stub/input/newc_write.c \
	stub/input/pe.c \
	stub/input/pin.c \
	stub/input/smbios.c \
	stub/input/uki.c \
	stub/input/utf.c \

# disks: volumes, partitions, file systems, what is booted from them
STUB_DISK := \
	stub/disk/boot_bls_grub.c \
	stub/disk/boot_choice.c \
	stub/disk/boot_count.c \
	stub/disk/boot_device.c \
	stub/disk/boot_entries.c \
	stub/disk/boot_grub.c \
	stub/disk/boot_grub_files.c \
	stub/disk/boot_guess.c \
	stub/disk/boot_list.c \
	stub/disk/disk.c \
	stub/disk/disk_write.c \
	stub/disk/ext.c \
	stub/disk/ext_dir.c \
	stub/disk/ext_inode.c \
	stub/disk/ext_map.c \
	stub/disk/fat.c \
	stub/disk/fat_dir.c \
	stub/disk/fat_names.c \
	stub/disk/fat_rename.c \
	stub/disk/file_system.c \
	stub/disk/foreign.c \
	stub/disk/fs_path.c \
	stub/disk/partition_gpt.c \
	stub/disk/partition_mbr.c \
	stub/disk/partition_types.c \
	stub/disk/partitions.c \

# what a kernel file says of itself: facts
STUB_PROBE := \
	stub/probe/probe.c \
	stub/probe/probe_bzimage.c \
	stub/probe/probe_elf.c \
	stub/probe/probe_entry.c \
	stub/probe/probe_help.c \
	stub/probe/probe_note.c \
	stub/probe/probe_other.c \
	stub/probe/probe_pe.c \
	stub/probe/probe_riscv.c \

# where everything goes, and in which order it gets there
STUB_PLAN := \
	stub/plan/lengths.c \
	stub/plan/plan.c \
	stub/plan/plan_any.c \
	stub/plan/plan_initrd.c \
	stub/plan/plan_kernel.c \
	stub/plan/plan_moves.c \
	stub/plan/plan_pages.c \
	stub/plan/plan_riscv.c \
	stub/plan/planner.c \
	stub/plan/space.c \

# what the kernel finds: zero page, start_info, page tables, registers
STUB_HANDOFF := \
	stub/handoff/entry.c \
	stub/handoff/handoff.c \
	stub/handoff/handoff_setup_data.c \
	stub/handoff/handoff_start_info.c \
	stub/handoff/handoff_zero_page.c \
	stub/handoff/paging.c \

# what only a RISC-V machine has
STUB_RISCV := \
	stub/riscv/fdt_boot.c \
	stub/riscv/fwft.c \
	stub/riscv/gstage.c \
	stub/riscv/isa.c \
	stub/riscv/riscv_machine.c \
	stub/riscv/rvinsn.c \

# what the bodies share on top of the plan
STUB_BODY := \
	stub/body/body.c \
	stub/body/body_rom.c \
	stub/body/kernel_file.c \
	stub/body/make_moves.c \
	stub/body/report.c \
	stub/body/report_lines.c \
	stub/body/sources.c \
	stub/body/symbols.c \

STUB_SRCS := $(STUB_BASE) $(STUB_INPUT) $(STUB_DISK) $(STUB_PROBE) $(STUB_PLAN) \
	$(STUB_HANDOFF) $(STUB_RISCV) $(STUB_BODY)
