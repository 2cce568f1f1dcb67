/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which program boots the file in each of kshim's ways: trial.h.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/check/trial.h"
#include "tools/cmd.h"
#include "tools/file.h"
#include "tools/find_image.h"
#include "tools/linux_log.h"

#define SECONDS   90
#define ARGS_MAX  40
#define LINE      "console=ttyS0 panic=-1"
#define OVMF      "/usr/share/OVMF/OVMF_CODE_4M.fd"
#define EXIT_PORT "isa-debug-exit,iobase=0xf4,iosize=0x04"

struct session {
	struct report *r;
	const char *path; /* the file itself */
	char bundle[32];  /* a bundle of the file, "" if there is none yet */
	char folder[32];  /* with the unified kernel image in it */
	const char *uki;
	bool kvm;
	const char *argv[ARGS_MAX];
	unsigned args;
};

static void
arg(struct session *s, const char *text)
{
	if (s->args + 1 < ARGS_MAX)
		s->argv[s->args++] = text;
	s->argv[s->args] = NULL;
}

static void
args(struct session *s, const char *const *list)
{
	for (; *list; list++)
		arg(s, *list);
}

/* An image of ours, as a path; NULL if it is not on this host. */
static const char *
image(struct session *s, const char *name)
{
	char path[PATH_MAX];
	const char *found = find_image(name, path, sizeof(path));

	return found ? report_format(s->r, "%s", found) : NULL;
}

/* /dev/kvm alone proves little: it may be an emulation. The CPU's flags must agree. */
static bool
kvm_is_real(void)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[8192];
	bool flag = false;
	int fd;

	while (f && !flag && fgets(line, sizeof(line), f))
		flag = strncmp(line, "flags", 5) == 0 &&
		       (strstr(line, " vmx ") || strstr(line, " svm "));
	if (f)
		fclose(f);
	fd = flag ? open("/dev/kvm", O_RDWR | O_CLOEXEC) : -1;
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
never(const char *output)
{
	(void)output;
	return false;
}

/* The guest has shown all that it will. */
static bool
has_ended(const char *output)
{
	return strstr(output, "as init process") || linux_log_panic_end(output);
}

/* kshim.efi takes a unified kernel image from a volume: a folder that QEMU shows as FAT. */
static bool
make_volume(struct session *s)
{
	struct outfile out;

	strcpy(s->folder, "/tmp/kshim-check-XXXXXX");
	if (!mkdtemp(s->folder))
		return false;
	s->uki = report_format(s->r, "%s/uki.efi", s->folder);
	if (outfile_open(s->uki, &out) != STATUS_OK)
		return false;
	outfile_write(&out, s->r->bytes.base, s->r->bytes.size);
	return outfile_commit(&out) == STATUS_OK;
}

static bool
make_bundle(struct session *s)
{
	static struct trial_run run;
	const char *const argv[] = {"/proc/self/exe", "bundle", "-o", s->bundle, s->path, NULL};
	int fd;

	if (s->bundle[0])
		return true;
	strcpy(s->bundle, "/tmp/kshim-check-XXXXXX");
	fd = mkstemp(s->bundle);
	if (fd >= 0)
		close(fd);
	return fd >= 0 && trial_exec(argv, SECONDS, never, &run) && run.status == 0;
}

static void
run_and_judge(struct session *s, struct trial *t)
{
	static struct trial_run run;

	if (trial_exec(s->argv, SECONDS, has_ended, &run)) {
		trial_judge(s->r, &run, t);
		return;
	}
	t->reached = "skipped";
	t->good = true;
	t->text = report_format(s->r, "%s is missing", s->argv[0]);
}

/* The image that this way needs; NULL: none. */
static const char *
image_of_way(const char *name)
{
	if (strcmp(name, "kshim.stub") == 0)
		return "kshim.elf";
	if (strcmp(name, "kshim.riscv") == 0)
		return "kshim-riscv64.bin";
	return strcmp(name, "kshim.direct") == 0 ? NULL : name;
}

/* What is handed over: a unified kernel image as it is, a bundle of anything else. */
static const char *
handed(const struct session *s)
{
	return s->r->kind == KIND_UKI ? s->path : s->bundle;
}

static void
by_kvm(struct session *s, bool direct)
{
	arg(s, "/proc/self/exe");
	args(s, (const char *const[]){"run", "-m", "1G", "-a", LINE, NULL});
	if (direct)
		arg(s, "--direct");
	arg(s, handed(s));
}

static void
by_qemu(struct session *s, const char *name)
{
	const char *drive =
	        report_format(s->r, "if=pflash,format=raw,readonly=on,file=%s", OVMF);

	args(s, (const char *const[]){"qemu-system-x86_64", "-accel", s->kvm ? "kvm" : "tcg",
	                "-M", "q35", "-m", "1G", "-nodefaults", "-display", "none",
	                "-no-reboot", "-serial", "stdio", "-device", EXIT_PORT, NULL});
	if (strcmp(name, "kshim.efi") == 0 && s->r->kind == KIND_UKI) {
		args(s, (const char *const[]){"-drive", drive, "-kernel", image(s, "kshim.efi"),
		                "-append", report_format(s->r, "\\uki.efi %s loglevel=7", LINE),
		                "-drive",
		                report_format(s->r,
		                        "if=virtio,format=raw,readonly=on,file=fat:%s",
		                        s->folder),
		                NULL});
	} else if (strcmp(name, "kshim.efi") == 0) {
		args(s, (const char *const[]){"-drive", drive, "-kernel", image(s, "kshim.efi"),
		                "-append", LINE, "-initrd", s->bundle, NULL});
	} else if (strcmp(name, "kshim.rom") == 0) {
		args(s, (const char *const[]){"-bios", image(s, "kshim.rom"), "-fw_cfg",
		                report_format(
		                        s->r, "name=opt/org.kshim/cmdline,string=%s", LINE),
		                "-fw_cfg",
		                report_format(
		                        s->r, "name=opt/org.kshim/kernel,file=%s", handed(s)),
		                NULL});
	} else {
		args(s, (const char *const[]){"-kernel", image(s, image_of_way(name)),
		                "-append", LINE, "-initrd", handed(s), NULL});
	}
}

static void
by_riscv(struct session *s)
{
	args(s, (const char *const[]){"qemu-system-riscv64", "-M", "virt", "-m", "1G",
	                "-nographic", "-no-reboot", "-kernel", image(s, "kshim-riscv64.bin"),
	                "-initrd", handed(s), "-append", LINE, NULL});
}

static bool
is_there(const char *path)
{
	return access(path, R_OK) == 0;
}

/* Why it cannot be tried here, or NULL. */
static const char *
missing(struct session *s, const char *name)
{
	const char *wanted = image_of_way(name);

	if (wanted && !image(s, wanted))
		return report_format(s->r, "%s is not on this host", wanted);
	if (strcmp(name, "kshim.direct") == 0 && !s->kvm)
		return "needs a real KVM, which is not here";
	if (strcmp(name, "kshim.efi") == 0 && !is_there(OVMF))
		return OVMF " is missing (package ovmf)";
	return NULL;
}

static void
try(struct session *s, const char *name)
{
	struct trial t = {.name = name, .reached = "skipped", .good = true};

	s->args = 0;
	t.text = missing(s, name);
	if (!t.text && s->r->kind == KIND_UKI && strcmp(name, "kshim.efi") == 0 &&
	        !make_volume(s)) {
		t.text = "no folder for it can be made below /tmp";
	} else if (!t.text && s->r->kind != KIND_UKI && !make_bundle(s)) {
		t.reached = "refused";
		t.good = false;
		t.text = "`kshim bundle` does not take it";
	}
	if (!t.text) {
		if (strcmp(name, "kshim.riscv") == 0)
			by_riscv(s);
		else if (s->kvm && strcmp(name, "kshim.efi") != 0 &&
		         strcmp(name, "kshim.rom") != 0 && strcmp(name, "kshim.bzimage") != 0)
			by_kvm(s, strcmp(name, "kshim.direct") == 0);
		else
			by_qemu(s, name);
		run_and_judge(s, &t);
	}
	report_trial(s->r, &t);
}

void
trials(struct report *r, const char *path)
{
	static struct session s;

	memset(&s, 0, sizeof(s));
	s.r = r;
	s.path = path;
	s.kvm = kvm_is_real();
	for (const struct launch *l = r->launch_first; l; l = l->next)
		if (strncmp(l->name, "kshim.", 6) == 0 && l->boots)
			try(&s, l->name);
	if (s.bundle[0])
		unlink(s.bundle);
	if (s.uki)
		unlink(s.uki);
	if (s.folder[0])
		rmdir(s.folder);
}
