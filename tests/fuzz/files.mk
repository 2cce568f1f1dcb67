# SPDX-License-Identifier: BSD-2-Clause
# Fuzzers: LLVMFuzzerTestOneInput in one file each; their corpus is tests/fuzz/corpus/NAME/.
# PARTS_NAME is what a fuzzer needs besides the core, LIBS_NAME which libraries; SEEDS_NAME whose corpora
# `make fuzz` begins with besides its own.

FUZZERS := \
	tests/fuzz/fuzz_acpi.c \
	tests/fuzz/fuzz_bls.c \
	tests/fuzz/fuzz_bls_order.c \
	tests/fuzz/fuzz_boot_choice.c \
	tests/fuzz/fuzz_bundle.c \
	tests/fuzz/fuzz_check.c \
	tests/fuzz/fuzz_cmos.c \
	tests/fuzz/fuzz_console.c \
	tests/fuzz/fuzz_cmdline.c \
	tests/fuzz/fuzz_count.c \
	tests/fuzz/fuzz_devices.c \
	tests/fuzz/fuzz_disk.c \
	tests/fuzz/fuzz_efi_map.c \
	tests/fuzz/fuzz_efi_options.c \
	tests/fuzz/fuzz_efi_tables.c \
	tests/fuzz/fuzz_event_log.c \
	tests/fuzz/fuzz_ext.c \
	tests/fuzz/fuzz_fat.c \
	tests/fuzz/fuzz_fdt.c \
	tests/fuzz/fuzz_fw_cfg.c \
	tests/fuzz/fuzz_grub_cfg.c \
	tests/fuzz/fuzz_guest.c \
	tests/fuzz/fuzz_handoff.c \
	tests/fuzz/fuzz_initrd.c \
	tests/fuzz/fuzz_isa.c \
	tests/fuzz/fuzz_keep.c \
	tests/fuzz/fuzz_memmap.c \
	tests/fuzz/fuzz_mmio.c \
	tests/fuzz/fuzz_net.c \
	tests/fuzz/fuzz_nvme.c \
	tests/fuzz/fuzz_partitions.c \
	tests/fuzz/fuzz_pci.c \
	tests/fuzz/fuzz_pci_bus.c \
	tests/fuzz/fuzz_pe.c \
	tests/fuzz/fuzz_pin.c \
	tests/fuzz/fuzz_plan.c \
	tests/fuzz/fuzz_planner.c \
	tests/fuzz/fuzz_ports.c \
	tests/fuzz/fuzz_probe.c \
	tests/fuzz/fuzz_riscv.c \
	tests/fuzz/fuzz_session.c \
	tests/fuzz/fuzz_smbios.c \
	tests/fuzz/fuzz_start_info.c \
	tests/fuzz/fuzz_tables.c \
	tests/fuzz/fuzz_uki.c \
	tests/fuzz/fuzz_unpack.c \
	tests/fuzz/fuzz_vhost_user.c \
	tests/fuzz/fuzz_virtio.c \
	tests/fuzz/fuzz_virtqueue.c \
	tests/fuzz/fuzz_zero_page.c \

PARTS_fuzz_tables := x86/pc/items.c x86/pc/tables.c
ASMS_fuzz_tables := x86/pc/sum.asm
PARTS_fuzz_acpi := tests/fuzz/arena.c x86/boot/acpi.c
PARTS_fuzz_start_info := tests/fuzz/arena.c x86/boot/launcher.c
PARTS_fuzz_zero_page := tests/fuzz/arena.c x86/boot/launcher.c x86/bzimage/zero_page.c
PARTS_fuzz_smbios := x86/pc/items.c x86/pc/smbios.c x86/pc/tables.c
ASMS_fuzz_smbios := x86/pc/sum.asm
PARTS_fuzz_event_log := tests/fuzz/no_words.c tools/measure/compare.c tools/measure/events.c \
	tools/measure/log.c tools/measure/sums.c
LIBS_fuzz_event_log := -lnettle
PARTS_fuzz_ports := tools/run/rtc.c tools/run/uart.c
PARTS_fuzz_planner := tests/fuzz/plan_solver.c tests/fuzz/range_memory.c tests/unit/plan_bench.c
LIBS_fuzz_planner := -lcmocka
PARTS_fuzz_plan := tools/plan/cpio.c tools/plan/findings.c tools/plan/map.c tools/plan/map_e820.c \
	tools/plan/map_efi.c tools/plan/map_qemu.c
# What of tools/ reads files.
FUZZ_FILES := tests/fuzz/no_words.c tools/budget.c tools/disk_image.c tools/file.c tools/ikconfig.c \
	tools/mapping.c tools/option.c tools/outfile.c tools/payload.c tools/regular.c tools/size.c \
	tools/unlzop.c tools/unpack.c
FUZZ_LIBS := -larchive -llzo2 -lz
PARTS_fuzz_initrd := $(FUZZ_FILES) tools/config_beside.c tools/plan/config.c tools/plan/cpio.c tools/plan/findings.c \
	tools/plan/findings_initrd.c
LIBS_fuzz_initrd := $(FUZZ_LIBS)
PARTS_fuzz_console := tools/launch/layout.c tools/run/memory.c tools/run/virtio/console.c \
	tools/run/virtio/console_control.c tools/run/virtio/queue.c
LIBS_fuzz_console := -lpthread
PARTS_fuzz_cmos := x86/pc/cmos.c
PARTS_fuzz_mmio := x86/disk/disk_rank.c x86/disk/mmio_find.c
PARTS_fuzz_pci := x86/pc/pci_assign.c x86/pc/pci_need.c x86/pc/pci_scan.c
PARTS_fuzz_nvme := tests/fuzz/arena.c x86/disk/nvme_disk.c x86/disk/pci_find.c x86/disk/virtio.c x86/disk/virtio_blk.c \
	x86/disk/virtio_mmio.c x86/disk/virtio_pci.c x86/disk/virtio_scsi.c
PARTS_fuzz_virtio := tests/fuzz/arena.c x86/disk/pci_find.c x86/disk/virtio_blk.c x86/disk/virtio_mmio.c \
	x86/disk/virtio_pci.c x86/disk/virtio_scsi.c x86/disk/nvme.c x86/disk/nvme_disk.c
# All of the program but what is a command, what measures and what runs a machine.
PARTS_fuzz_check := tests/fuzz/check_look.c tests/fuzz/no_words.c $(filter-out tools/kshim.c tools/cmd_% \
	tools/check/cmd_% tools/plan/cmd_% $(TOOL_MEASURE) $(TOOL_RUN),$(TOOL_SRCS))
LIBS_fuzz_check := $(FUZZ_LIBS) -ljson-c
SEEDS_fuzz_check := bundle,fat,initrd,partitions,probe,riscv,uki
PARTS_fuzz_boot_choice := tests/fuzz/disk_tree.c tests/unit/fat_tree.c
PARTS_fuzz_count := $(PARTS_fuzz_boot_choice)
PARTS_fuzz_disk := $(PARTS_fuzz_check) tests/fuzz/disk_tree.c tests/unit/fat_tree.c
LIBS_fuzz_disk := $(LIBS_fuzz_check)
PARTS_fuzz_unpack := $(FUZZ_FILES)
LIBS_fuzz_unpack := $(FUZZ_LIBS)
PARTS_fuzz_devices := tools/run/ending.c tools/run/rtc.c tools/run/uart.c
LIBS_fuzz_devices := -lpthread
PARTS_fuzz_handoff := tests/fuzz/no_words.c tools/json_new.c tools/launch/layout.c tools/run/dump_linux.c \
	tools/run/dump_pvh.c tools/run/dump_state.c tools/run/ending.c tools/run/memory.c
LIBS_fuzz_handoff := -ljson-c -lz -lpthread
PARTS_fuzz_pci_bus := tools/launch/layout.c tools/run/ending.c tools/run/memory.c tools/run/pci/pci.c tools/run/virtio/common.c \
	tools/run/virtio/loop.c tools/run/virtio/msix.c tools/run/virtio/queue.c tools/run/virtio/virtio_pci.c
LIBS_fuzz_pci_bus := -lpthread
PARTS_fuzz_virtqueue := tools/launch/layout.c tools/run/memory.c tools/run/virtio/blk_request.c \
	tools/run/virtio/queue.c
PARTS_fuzz_session := tools/run/command/session.c
PARTS_fuzz_net := tools/launch/layout.c tools/run/memory.c tools/run/net/wire.c tools/run/virtio/net_frames.c \
	tools/run/virtio/queue.c
PARTS_fuzz_vhost_user := tools/run/vhost/user.c
PARTS_fuzz_guest := riscv/guest/guest_calls.c riscv/guest/guest_fwft.c riscv/guest/guest_hart.c \
	riscv/guest/guest_hsm.c riscv/guest/guest_legacy.c riscv/guest/guest_sbi.c riscv/guest/guest_state.c
