/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --for run: what `kshim run` needs of a kernel, by the names of its options, and a fragment of
 * a configuration with what it lacks.
 *
 * Source: the machine of tools/run/README.md, whose console is COM1 without --console;
 * Linux 6.1 to 7.2, the Kconfig files of these options.
 */
#include <string.h>

#include "tools/check/gate.h"

enum want {
	MUST,
	BETTER, /* a run goes without, as the text says */
	MODULE, /* so, and a module will do, which an initrd loads */
};

static const struct {
	const char *option;
	enum want want;
	const char *text;
} wants[] = {
        {"PRINTK", MUST, "messages, of which a panic is one"},
        {"TTY", MUST, "the console"},
        {"SERIAL_8250", MUST, "the serial port, the one console that is always there"},
        {"SERIAL_8250_CONSOLE", MUST, "console=ttyS0"},
        {"BLK_DEV_INITRD", BETTER, "without: no --initrd, only a root on a --disk"},
        {"BINFMT_ELF", MUST, "programs"},
        {"BINFMT_SCRIPT", MODULE, "without: an init that is a script does not start"},
        {"PROC_FS", BETTER, "without: no /proc for the initrd's programs"},
        {"SYSFS", BETTER, "without: no /sys for the initrd's programs"},
        {"TMPFS", BETTER, "without: no files in memory beside the initrd's"},
        {"DEVTMPFS", BETTER, "without: the initrd must make its devices' nodes"},
        {"ACPI", BETTER, "without: one that powers off only halts"},
        {"SMP", BETTER, "without: one CPU, whatever --cpus says"},
        {"HYPERVISOR_GUEST", BETTER, "without: it knows of no hypervisor"},
        {"PARAVIRT", BETTER, "without: it has no clock of KVM's"},
        {"KVM_GUEST", BETTER, "without: it has no clock of KVM's, and measures its own"},
        {"RTC_DRV_CMOS", BETTER, "without: it does not know the date"},
        {"PCI", BETTER, "without: no devices, as those of --disk and --rng"},
        {"PCI_MSI", BETTER, "without: devices share few interrupts"},
        {"VIRTIO_MENU", BETTER, "without: no devices"},
        {"VIRTIO_PCI", MODULE, "without: no devices"},
        {"HW_RANDOM", MODULE, "without: --rng gives it nothing"},
        {"HW_RANDOM_VIRTIO", MODULE, "without: --rng gives it nothing"},
        {"VIRTIO_BLK", MODULE, "without: no --disk"},
        {"VIRTIO_CONSOLE", MODULE, "without: no --console"},
};

#define NR_WANTS (sizeof(wants) / sizeof(wants[0]))

static void
add(struct outcome *o, const struct run_need *need)
{
	struct run_need *n = report_alloc(o->report, sizeof(*n));

	*n = *need;
	if (o->run_last)
		o->run_last->next = n;
	else
		o->run_first = n;
	o->run_last = n;
}

/* Is the kernel one that `kshim run` can start, by its stub or --direct? */
static struct run_need
look_at_entry(const struct report *r)
{
	const struct launch *stub = report_find_launch(r, "kshim.stub"),
	                    *direct = report_find_launch(r, "kshim.direct");
	const struct launch *l = stub && stub->boots ? stub : direct;

	return (struct run_need){.name = l ? l->name : "kshim.direct",
	        .must = true,
	        .met = l && l->boots,
	        .text = l ? l->text : "it is no kernel"};
}

static struct run_need
look_at_option(struct report *r, size_t i, const char *value)
{
	bool module = wants[i].want == MODULE && strcmp(value, "m") == 0;
	const char *text = wants[i].text;

	if (module)
		text = report_format(r, "a module, for the initrd to load; %s", text);
	return (struct run_need){.name = report_format(r, "CONFIG_%s", wants[i].option),
	        .value = value,
	        .must = wants[i].want == MUST,
	        .met = module || strcmp(value, "y") == 0,
	        .module = module,
	        .text = text};
}

bool
gate_run(struct outcome *o)
{
	struct run_need entry = look_at_entry(o->report);
	bool met = entry.met, known = report_config(o->report, wants[0].option);

	add(o, &entry);
	if (!known)
		add(o, &(struct run_need){.name = "linux.config",
		               .must = true,
		               .text = "there is no .config inside, nor beside it: what it has is not known"});
	for (size_t i = 0; known && i < NR_WANTS; i++) {
		const char *value = report_config(o->report, wants[i].option);
		struct run_need n = look_at_option(o->report, i, value ? value : "n");

		add(o, &n);
		met = met && (n.met || !n.must);
	}
	return met && known;
}
