# SPDX-License-Identifier: BSD-2-Clause
# The host program build/kshim.

TOOL_SRCS := \
	tools/budget.c \
	tools/bundle_write.c \
	tools/cmd_bundle.c \
	tools/cmd_explain.c \
	tools/cmd_pin.c \
	tools/cmd_unpack.c \
	tools/config_beside.c \
	tools/disk_image.c \
	tools/file.c \
	tools/find_image.c \
	tools/ikconfig.c \
	tools/json_new.c \
	tools/kshim.c \
	tools/linux_banner.c \
	tools/linux_log.c \
	tools/mapping.c \
	tools/newc_write.c \
	tools/payload.c \
	tools/option.c \
	tools/outfile.c \
	tools/regular.c \
	tools/request.c \
	tools/sbat.c \
	tools/size.c \
	tools/term.c \
	tools/unlzop.c \
	tools/unpack.c \

TOOL_CHECK := \
	tools/check/advise.c \
	tools/check/check.c \
	tools/check/cmd_check.c \
	tools/check/config.c \
	tools/check/disk_bios.c \
	tools/check/disk_entry.c \
	tools/check/disk_uefi.c \
	tools/check/elf_view.c \
	tools/check/facts_bzimage.c \
	tools/check/facts_disk.c \
	tools/check/facts_elf.c \
	tools/check/facts_image.c \
	tools/check/facts_notes.c \
	tools/check/facts_pe.c \
	tools/check/gate_compare.c \
	tools/check/gate_require.c \
	tools/check/gate_run.c \
	tools/check/identify.c \
	tools/check/identify_code.c \
	tools/check/identify_programs.c \
	tools/check/json.c \
	tools/check/launch_disk.c \
	tools/check/launch_kshim.c \
	tools/check/launch_loader.c \
	tools/check/launch_qemu.c \
	tools/check/launch_vmm.c \
	tools/check/launchers.c \
	tools/check/multiboot.c \
	tools/check/note_scan.c \
	tools/check/report.c \
	tools/check/text.c \
	tools/check/text_disk.c \
	tools/check/text_facts.c \
	tools/check/text_run.c \
	tools/check/trial.c \
	tools/check/trial_exec.c \
	tools/check/trial_judge.c \
	tools/check/verdicts.c \
	tools/check/verdicts_bzimage.c \
	tools/check/verdicts_elf.c \
	tools/check/verdicts_other.c \
	tools/check/ways.c \

TOOL_PLAN := \
	tools/plan/advice.c \
	tools/plan/boot_look.c \
	tools/plan/cmd_plan.c \
	tools/plan/collide.c \
	tools/plan/config.c \
	tools/plan/cpio.c \
	tools/plan/findings.c \
	tools/plan/findings_initrd.c \
	tools/plan/findings_words.c \
	tools/plan/map.c \
	tools/plan/map_e820.c \
	tools/plan/map_efi.c \
	tools/plan/map_file.c \
	tools/plan/map_qemu.c \
	tools/plan/options.c \
	tools/plan/plan_case.c \
	tools/plan/regions.c \
	tools/plan/show_json.c \
	tools/plan/show_svg.c \
	tools/plan/show_text.c \
	tools/plan/svg.c \
	tools/plan/target.c \
	tools/plan/target_efi.c \
	tools/plan/target_qemu.c \
	tools/plan/target_riscv.c \
	tools/plan/target_rom.c \
	tools/plan/target_virt.c \
	tools/plan/unpacking.c \

TOOL_MEASURE := \
	tools/measure/authenticode.c \
	tools/measure/before.c \
	tools/measure/beside.c \
	tools/measure/cmd_measure.c \
	tools/measure/compare.c \
	tools/measure/entries.c \
	tools/measure/events.c \
	tools/measure/firmware.c \
	tools/measure/foretell.c \
	tools/measure/line.c \
	tools/measure/log.c \
	tools/measure/media.c \
	tools/measure/places.c \
	tools/measure/show_json.c \
	tools/measure/show_text.c \
	tools/measure/sources.c \
	tools/measure/sums.c \

# /init of a command's machine, a program of its own.
TOOL_GUEST := \
	tools/guest/command.c \
	tools/guest/init.c \
	tools/guest/port.c \
	tools/guest/setup.c \

# What `plan` and `run` both know of launchers.
TOOL_LAUNCH := \
	tools/launch/layout.c \

TOOL_RUN := \
	tools/run/acpi.c \
	tools/run/aml.c \
	tools/run/as.c \
	tools/run/boot.c \
	tools/run/carry.c \
	tools/run/cmd_diff_handoff.c \
	tools/run/cmd_run.c \
	tools/run/command/attach.c \
	tools/run/command/caller.c \
	tools/run/command/about.c \
	tools/run/command/initramfs.c \
	tools/run/command/modules.c \
	tools/run/command/needs.c \
	tools/run/command/options.c \
	tools/run/command/outcome.c \
	tools/run/command/prepare.c \
	tools/run/command/serve.c \
	tools/run/command/session.c \
	tools/run/command/start.c \
	tools/run/cpu.c \
	tools/run/cpuid.c \
	tools/run/devices.c \
	tools/run/disk_files.c \
	tools/run/dump.c \
	tools/run/dump_linux.c \
	tools/run/dump_pvh.c \
	tools/run/ending.c \
	tools/run/escapes.c \
	tools/run/hold.c \
	tools/run/inputs.c \
	tools/run/jail.c \
	tools/run/jail_files.c \
	tools/run/machine.c \
	tools/run/memory.c \
	tools/run/mptable.c \
	tools/run/options.c \
	tools/run/options_engines.c \
	tools/run/pci/pci.c \
	tools/run/pci/wires.c \
	tools/run/plan_print.c \
	tools/run/plug.c \
	tools/run/plug_devices.c \
	tools/run/report.c \
	tools/run/report_cpu.c \
	tools/run/rtc.c \
	tools/run/signals.c \
	tools/run/terminal.c \
	tools/run/uart.c \
	tools/run/vhost/child.c \
	tools/run/vhost/device.c \
	tools/run/vhost/engine.c \
	tools/run/vhost/share.c \
	tools/run/vhost/user.c \
	tools/run/virtio/blk.c \
	tools/run/virtio/blk_request.c \
	tools/run/virtio/common.c \
	tools/run/virtio/console.c \
	tools/run/virtio/console_control.c \
	tools/run/virtio/console_data.c \
	tools/run/virtio/device.c \
	tools/run/virtio/loop.c \
	tools/run/virtio/msix.c \
	tools/run/virtio/queue.c \
	tools/run/virtio/rng.c \
	tools/run/virtio/virtio_pci.c \
	tools/run/vm.c \
	tools/run/watch.c \

TOOL_SRCS += $(TOOL_CHECK) $(TOOL_LAUNCH) $(TOOL_MEASURE) $(TOOL_PLAN) $(TOOL_RUN)
