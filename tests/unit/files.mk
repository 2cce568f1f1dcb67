# SPDX-License-Identifier: BSD-2-Clause
# Unit tests: builders and fakes, the parts of the bodies that run on a host, and one program a test.
# `make unit T=space` builds and runs tests/unit/test_space.c alone.

UNIT_HELPERS := \
	tests/unit/build_bzimage.c \
	tests/unit/build_elf.c \
	tests/unit/child_end.c \
	tests/unit/console_bench.c \
	tests/unit/count_bench.c \
	tests/unit/ext_image.c \
	tests/unit/fat_tree.c \
	tests/unit/handoff_bench.c \
	tests/unit/low_memory.c \
	tests/unit/pc_bench.c \
	tests/unit/plan_bench.c \
	tests/unit/put_file.c \
	tests/unit/qtest.c \

UNIT_PARTS := $(PC_PURE) \
	x86/boot/acpi.c \
	x86/boot/launcher.c \
	x86/bzimage/linux_place.c \
	x86/disk/disk_rank.c \
	x86/disk/mmio_find.c \
	x86/disk/pci_find.c \
	x86/boot/staging.c \
	x86/bzimage/zero_page.c \
	tools/measure/log.c \
	tools/measure/sums.c \
	tools/run/acpi.c \
	tools/linux_log.c \
	tools/run/aml.c \
	tools/run/devices.c \
	tools/run/ending.c \
	tools/budget.c \
	tools/disk_image.c \
	tools/file.c \
	tools/ikconfig.c \
	tools/mapping.c \
	tools/newc_write.c \
	tools/option.c \
	tools/memory_text.c \
	tools/outfile.c \
	tools/payload.c \
	tools/regular.c \
	tools/size.c \
	tools/unlzop.c \
	tools/unpack.c \
	tools/guest/port.c \
	tools/run/command/caller.c \
	tools/run/command/initramfs.c \
	tools/run/command/modules.c \
	tools/run/command/needs.c \
	tools/run/command/options.c \
	tools/run/command/outcome.c \
	tools/run/command/serve.c \
	tools/run/command/session.c \
	tools/run/command/start.c \
	tools/run/escapes.c \
	tools/run/jail.c \
	tools/run/jail_files.c \
	tools/launch/layout.c \
	tools/run/memory.c \
	tools/run/memory_file.c \
	tools/run/mptable.c \
	tools/run/net/wire.c \
	tools/run/rtc.c \
	tools/run/terminal_size.c \
	tools/run/uart.c \
	tools/run/vhost/kernel.c \
	tools/run/vhost/kernel_device.c \
	tools/run/vhost/share.c \
	tools/run/vhost/user.c \
	tools/run/vhost/vsock.c \
	tools/run/virtio/blk_request.c \
	tools/run/virtio/console.c \
	tools/run/virtio/console_control.c \
	tools/run/virtio/console_data.c \
	tools/run/virtio/device.c \
	tools/run/virtio/net_frames.c \
	tools/run/virtio/queue.c \
	tools/run/virtio/rng.c \
	tools/run/watch.c \

# Assembly that tests call.
UNIT_ASMS := \
	x86/pc/sum.asm \

UNIT_TESTS := \
	tests/unit/test_bls.c \
	tests/unit/test_body.c \
	tests/unit/test_boot_choice.c \
	tests/unit/test_boot_count.c \
	tests/unit/test_boot_entries.c \
	tests/unit/test_boot_grub.c \
	tests/unit/test_bundle.c \
	tests/unit/test_cmdline.c \
	tests/unit/test_disk.c \
	tests/unit/test_efi_entry.c \
	tests/unit/test_efi_extra.c \
	tests/unit/test_efi_measures.c \
	tests/unit/test_efi_map.c \
	tests/unit/test_efi_options.c \
	tests/unit/test_efi_secret.c \
	tests/unit/test_efi_tables.c \
	tests/unit/test_entry.c \
	tests/unit/test_escapes.c \
	tests/unit/test_ext.c \
	tests/unit/test_ext_damage.c \
	tests/unit/test_fat.c \
	tests/unit/test_fat_rename.c \
	tests/unit/test_fdt.c \
	tests/unit/test_fdt_boot.c \
	tests/unit/test_fdt_dtc.c \
	tests/unit/test_fdt_order.c \
	tests/unit/test_fwft.c \
	tests/unit/test_grub_cfg.c \
	tests/unit/test_grub_full.c \
	tests/unit/test_gstage.c \
	tests/unit/test_handoff.c \
	tests/unit/test_handoff_efi.c \
	tests/unit/test_handoff_setup_data.c \
	tests/unit/test_handoff_zero_page.c \
	tests/unit/test_image.c \
	tests/unit/test_keep.c \
	tests/unit/test_jail.c \
	tests/unit/test_kernel_file.c \
	tests/unit/test_linux_log.c \
	tests/unit/test_measure.c \
	tests/unit/test_memmap.c \
	tests/unit/test_paging.c \
	tests/unit/test_nvme.c \
	tests/unit/test_partitions.c \
	tests/unit/test_pc_memory.c \
	tests/unit/test_pc_pci.c \
	tests/unit/test_pc_tables.c \
	tests/unit/test_pe.c \
	tests/unit/test_pin.c \
	tests/unit/test_plan_edges.c \
	tests/unit/test_plan_initrd.c \
	tests/unit/test_plan_kernel.c \
	tests/unit/test_plan_linux.c \
	tests/unit/test_plan_moves.c \
	tests/unit/test_probe_bzimage.c \
	tests/unit/test_probe_elf.c \
	tests/unit/test_probe_entry.c \
	tests/unit/test_probe_note.c \
	tests/unit/test_probe_other.c \
	tests/unit/test_refusal.c \
	tests/unit/test_report.c \
	tests/unit/test_riscv_image.c \
	tests/unit/test_riscv_machine.c \
	tests/unit/test_riscv_parts.c \
	tests/unit/test_run_console.c \
	tests/unit/test_run_hvc.c \
	tests/unit/test_run_command.c \
	tests/unit/test_run_machine.c \
	tests/unit/test_run_memory_file.c \
	tests/unit/test_run_net.c \
	tests/unit/test_run_queue.c \
	tests/unit/test_run_serve.c \
	tests/unit/test_run_session.c \
	tests/unit/test_run_share.c \
	tests/unit/test_run_start.c \
	tests/unit/test_run_vhost_kernel.c \
	tests/unit/test_run_watch.c \
	tests/unit/test_smbios.c \
	tests/unit/test_sources.c \
	tests/unit/test_space.c \
	tests/unit/test_symbols.c \
	tests/unit/test_uki.c \
	tests/unit/test_utf.c \
	tests/unit/test_vhost_user.c \
	tests/unit/test_wire.c \
	tests/unit/test_x86_acpi.c \
	tests/unit/test_x86_disks.c \
	tests/unit/test_x86_launcher.c \
	tests/unit/test_x86_linux_place.c \
	tests/unit/test_x86_parts.c \
	tests/unit/test_x86_zero_page.c \

# What unpacks modules.
build/asan/test_run_command build/cov/test_run_command: UNIT_LIBS += -larchive -llzo2 -lz

# File systems by mke2fs, debugfs and e2fsck, for test_ext.
build/ext/list: tests/unit/ext-images
	$(call say,EXT,$(@D))
	$(Q)$(PYTHON) $< $(@D)
$(foreach t,boot_grub ext ext_damage,build/asan/test_$(t) build/cov/test_$(t)): | build/ext/list
