/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of a .config that matter in a virtual machine: of the one inside the kernel
 * (CONFIG_IKCONFIG), else of the one that distributions install beside it.
 */
#include <limits.h>
#include <string.h>

#include "tools/check/check.h"
#include "tools/check/verdicts.h"
#include "tools/cmd.h"
#include "tools/config_beside.h"
#include "tools/ikconfig.h"

static const struct {
	const char *name, *meaning;
} options[] = {
        {"64BIT", "64-bit programs"},
        {"PVH", "vmlinux can be entered by PVH"},
        {"RELOCATABLE", "runs at other addresses than it was linked for"},
        {"RANDOMIZE_BASE", "KASLR"},
        {"EFI_STUB", "UEFI can start the bzImage or Image itself"},
        {"HYPERVISOR_GUEST", "x86: looks for a hypervisor at all"},
        {"KVM_GUEST", "KVM's clock and other helps"},
        {"PARAVIRT", "replaces instructions that are slow in a guest"},
        {"XEN_PVH", "runs as a PVH guest of Xen"},
        {"ACPI", "finds devices and powers off by ACPI"},
        {"X86_MPPARSE", "finds CPUs without ACPI (Firecracker before 1.8)"},
        {"SMP", "more than one CPU"},
        {"PRINTK", "messages on a console"},
        {"TTY", "terminals, and consoles"},
        {"RTC_DRV_CMOS", "the date, from the clock of a PC"},
        {"BINFMT_ELF", "runs programs"},
        {"BINFMT_SCRIPT", "runs scripts"},
        {"UNIX98_PTYS", "terminals of programs"},
        {"SIGNALFD", "programs that wait for signals as for files"},
        {"PROC_FS", "/proc"},
        {"SYSFS", "/sys"},
        {"TMPFS", "file systems in memory"},
        {"BLK_DEV_INITRD", "takes an initrd"},
        {"RD_GZIP", "initrd compression"},
        {"RD_BZIP2", "initrd compression"},
        {"RD_LZMA", "initrd compression"},
        {"RD_XZ", "initrd compression"},
        {"RD_LZO", "initrd compression"},
        {"RD_LZ4", "initrd compression"},
        {"RD_ZSTD", "initrd compression"},
        {"DEVTMPFS", "/dev without udev"},
        {"SERIAL_8250", "serial ports"},
        {"SERIAL_8250_CONSOLE", "console=ttyS0"},
        {"HVC_DRIVER", "console=hvc0, with VIRTIO_CONSOLE"},
        {"VIRTIO_CONSOLE", "console=hvc0"},
        {"PCI_MSI", "interrupts of devices on PCI that share nothing"},
        {"PCI", "q35, pc; microvm only if asked for"},
        {"VIRTIO_MENU", "virtio devices at all"},
        {"VIRTIO_PCI", "virtio devices on PCI"},
        {"VIRTIO_MMIO", "virtio devices of microvm and Firecracker"},
        {"VIRTIO_MMIO_CMDLINE_DEVICES", "the same, named on the command line"},
        {"HW_RANDOM", "devices of random numbers"},
        {"HW_RANDOM_VIRTIO", "random numbers of the host"},
        {"VIRTIO_BLK", "disks"},
        {"NET", "networks"},
        {"INET", "networks of IP"},
        {"NETDEVICES", "devices of networks"},
        {"VIRTIO_NET", "network"},
        {"VIRTIO_FS", "directories of the host"},
        {"FUSE_FS", "the same"},
        {"OVERLAY_FS", "writes to a tree that stay in memory"},
        {"VSOCKETS", "sockets between guests and their host"},
        {"VIRTIO_VSOCKETS", "sockets to the host"},
        {"EXT4_FS", "a root file system, if built in"},
        {"FW_CFG_SYSFS", "QEMU's fw_cfg below /sys"},
        {"CMDLINE_BOOL", "a command line built in"},
        {"CMDLINE", "the command line that is built in"},
        {"MODULES", "loadable modules"},
        {"IKCONFIG_PROC", "/proc/config.gz"},
};

static bool
is_set(struct span text, const char *name)
{
	struct span v;

	return config_value(text, name, &v) && v.size && (v.base[0] == 'y' || v.base[0] == 'm');
}

static bool
is_builtin(struct span text, const char *name)
{
	struct span v;

	return config_value(text, name, &v) && v.size && v.base[0] == 'y';
}

static void
judge(struct report *r, struct span text)
{
	bool elf = r->kind == KIND_ELF, guest = is_set(text, "KVM_GUEST");
	bool console =
	        is_builtin(text, "SERIAL_8250_CONSOLE") || is_builtin(text, "VIRTIO_CONSOLE");
	bool bus = is_set(text, "VIRTIO_PCI") || is_set(text, "VIRTIO_MMIO");
	bool initrd = is_set(text, "BLK_DEV_INITRD");

	if (elf) {
		report_verdict(r, V_CONFIG_PVH, is_set(text, "PVH") ? LEVEL_OK : LEVEL_WARNING,
		        is_set(text, "PVH") ? "CONFIG_PVH is set" : "CONFIG_PVH is not set");
		report_verdict(r, V_CONFIG_GUEST, guest ? LEVEL_OK : LEVEL_NOTE,
		        guest ? "CONFIG_KVM_GUEST is set"
		              : "CONFIG_KVM_GUEST is not set: no KVM clock");
	}
	report_verdict(r, V_CONFIG_SERIAL, console ? LEVEL_OK : LEVEL_WARNING,
	        console ? "a serial or virtio console is built in"
	                : "no serial or virtio console is built in: a boot is silent");
	if (!bus)
		report_verdict(r, V_CONFIG_VIRTIO, LEVEL_WARNING, "it has no virtio");
	else if (!is_builtin(text, "VIRTIO_BLK") || !is_builtin(text, "EXT4_FS"))
		report_verdict(r, V_CONFIG_VIRTIO, LEVEL_NOTE,
		        "virtio disks or ext4 are not built in: a root file system on a virtio disk needs an initrd");
	else
		report_verdict(r, V_CONFIG_VIRTIO, LEVEL_OK,
		        "virtio disks and ext4 are built in: it can do without an initrd");
	report_verdict(r, V_CONFIG_INITRD, initrd ? LEVEL_OK : LEVEL_NOTE,
	        initrd ? "it takes an initrd"
	               : "CONFIG_BLK_DEV_INITRD is not set: it takes no initrd");
}

static void
add_options(struct report *r, struct span text)
{
	static const char *const columns[] = {"option", "value"};
	struct table *t = report_table(r, "config", 2, columns);

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct row *row = report_row(r, t);
		struct span v;

		row->cell[0] = value_text(options[i].name);
		row->cell[1] = value_text(
		        config_value(text, options[i].name, &v) ? report_text(r, v) : "n");
		row->meaning = options[i].meaning;
	}
	judge(r, text);
}

void
config_facts(struct report *r, struct budget *b)
{
	char why[UNPACK_WHY];
	struct file text;
	int status = ikconfig_read_plain(r->bytes, b, &text, why);

	if (status == STATUS_REFUSED) {
		report_fact(r, "linux.config", value_text("unread"), NULL);
		report_verdict(r, V_CONFIG_READ, LEVEL_WARNING, "the configuration inside: %s",
		        without_path(why, b->path));
	}
	if (status != STATUS_OK || !text.size)
		return;
	report_keep(r, text.data);
	report_fact(r, "linux.config", value_text("embedded"), NULL);
	add_options(r, file_span(&text));
}

/* The release in Linux's version string: up to the first blank. */
static struct span
release(const char *version)
{
	return (struct span){(const uint8_t *)version, strcspn(version, " ")};
}

void
config_beside(struct report *r, const char *path)
{
	const struct fact *version = report_find(r, "linux.version");
	struct report *linux_report = r;
	char beside[PATH_MAX];
	struct file text;

	if (!version || report_find(r, "linux.config"))
		return;
	while (linux_report->inner)
		linux_report = linux_report->inner;
	if (!config_beside_find(path, release(version->value.text), beside, sizeof(beside)) ||
	        file_read_text(beside, &text) != STATUS_OK) {
		report_fact(linux_report, "linux.config", value_text("none"),
		        "no .config inside (CONFIG_IKCONFIG), nor a config-VERSION beside it");
		return;
	}
	report_fact(linux_report, "linux.config", value_text("beside"),
	        report_format(r, "none inside; read from %s", beside));
	add_options(linux_report, file_span(&text));
	file_free(&text);
}
