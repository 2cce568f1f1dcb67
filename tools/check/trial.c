/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which program boots the file in each of kshim's ways: trial.h.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/check/disk.h"
#include "tools/check/launcher.h"
#include "tools/check/trial.h"
#include "tools/cmd.h"
#include "tools/file.h"
#include "tools/find_image.h"
#include "tools/linux_log.h"
#include "tools/outfile.h"

#define SECONDS        90
#define SYSTEM_SECONDS 300
#define ARGS_MAX       40
#define LINE           "console=ttyS0 panic=-1"
#define OVMF           "/usr/share/OVMF/OVMF_CODE_4M.fd"
#define EXIT_PORT      "isa-debug-exit,iobase=0xf4,iosize=0x04"

struct session {
	struct report *r;
	const char *path; /* the file itself */
	bool tell;
	unsigned tried, count; /* launchers so far, and in all */
	char folder[32];       /* for the two below, "" if there is none yet */
	const char *bundle;    /* of the file, NULL if there is none yet */
	const char *uki; /* a copy of the unified kernel image alone in its folder, or NULL */
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

/* A system has shown all that it will: a kernel that has run its initrd goes on. */
static bool
system_has_ended(const char *output)
{
	return strstr(output, " login:") || strstr(output, TRIAL_DROPPED) ||
	       strstr(output, TRIAL_EMERGENCY) || linux_log_panic_end(output);
}

/* The guest has shown all that it will. */
static bool
has_ended(const char *output)
{
	return strstr(output, "as init process") || linux_log_panic_end(output);
}

static bool
make_folder(struct session *s)
{
	if (s->folder[0])
		return true;
	strcpy(s->folder, "/tmp/kshim-check-XXXXXX");
	if (mkdtemp(s->folder))
		return true;
	s->folder[0] = 0;
	return false;
}

/* With all in it: a program that was stopped may have left a half-written file. */
static void
remove_folder(struct session *s)
{
	DIR *dir = s->folder[0] ? opendir(s->folder) : NULL;

	if (!dir)
		return;
	for (struct dirent *e; (e = readdir(dir));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlinkat(dirfd(dir), e->d_name, 0);
	closedir(dir);
	rmdir(s->folder);
}

/* kshim.efi takes a unified kernel image from a volume: a folder that QEMU shows as FAT. */
static bool
make_volume(struct session *s)
{
	struct outfile out;

	if (s->uki)
		return true;
	if (!make_folder(s))
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
	const char *path;

	if (s->bundle)
		return true;
	if (!make_folder(s))
		return false;
	path = report_format(s->r, "%s/bundle", s->folder);
	if (!trial_exec((const char *const[]){"/proc/self/exe", "bundle", "-o", path, s->path,
	                        NULL},
	            SECONDS, never, &run) ||
	        !run.ended || run.status != 0)
		return false;
	s->bundle = path;
	return true;
}

static void
run_and_judge(struct session *s, struct trial *t)
{
	static struct trial_run run;

	if (trial_exec(s->argv, s->r->disk ? SYSTEM_SECONDS : SECONDS,
	            s->r->disk ? system_has_ended : has_ended, &run)) {
		trial_judge(s->r, &run, t);
		return;
	}
	t->reached = "skipped";
	t->good = true;
	t->text = report_format(s->r, "%s is missing", s->argv[0]);
}

/* ---- what is run */

/* What is handed over: a unified kernel image as it is, a bundle of anything else. */
static const char *
handed(const struct session *s)
{
	if (s->r->kind != KIND_UKI)
		return s->bundle;
	return s->uki ? s->uki : s->path;
}

/* Behind the own words of a unified kernel image, which may be quieter than what is waited for.
 */
static const char *
line_of(const struct session *s)
{
	return s->r->kind == KIND_UKI ? LINE " loglevel=7" : LINE;
}

static void
by_kvm(struct session *s, bool direct)
{
	arg(s, "/proc/self/exe");
	args(s, (const char *const[]){"run", "-m", "1G", "-a", line_of(s), NULL});
	if (direct)
		arg(s, "--direct");
	arg(s, handed(s));
}

static void
qemu(struct session *s)
{
	args(s, (const char *const[]){"qemu-system-x86_64", "-accel", s->kvm ? "kvm" : "tcg",
	                "-M", "q35", "-m", "1G", "-nodefaults", "-display", "none",
	                "-no-reboot", "-serial", "stdio", "-device", EXIT_PORT, NULL});
}

static void
by_kernel(struct session *s, const struct launcher *l)
{
	qemu(s);
	args(s, (const char *const[]){"-kernel", image(s, l->image), "-append", line_of(s),
	                "-initrd", handed(s), NULL});
}

static void
by_stub(struct session *s, const struct launcher *l)
{
	if (s->kvm)
		by_kvm(s, false);
	else
		by_kernel(s, l);
}

static void
by_direct(struct session *s, const struct launcher *l)
{
	(void)l;
	by_kvm(s, true);
}

static void
by_rom(struct session *s, const struct launcher *l)
{
	qemu(s);
	args(s, (const char *const[]){"-bios", image(s, l->image), "-fw_cfg",
	                report_format(s->r, "name=opt/org.kshim/cmdline,string=%s", line_of(s)),
	                "-fw_cfg",
	                report_format(s->r, "name=opt/org.kshim/kernel,file=%s", handed(s)),
	                NULL});
}

/* A file's name in an option of QEMU's, where a comma is written twice. */
static const char *
qemu_name(struct report *r, const char *path)
{
	char *out = report_alloc(r, 2 * strlen(path) + 1), *to = out;

	for (; *path; path++) {
		*to++ = *path;
		if (*path == ',')
			*to++ = ',';
	}
	return out;
}

static const char *
sector_options(struct report *r)
{
	unsigned size = r->disk->image.disk.sector_size;

	return report_format(r,
	        "virtio-blk-pci,drive=d,logical_block_size=%u,physical_block_size=%u", size,
	        size);
}

/*
 * The disk image itself: QEMU opens it for reading, and what the guest writes goes to a file
 * of QEMU's that has no name.
 */
static void
by_disk(struct session *s, const struct launcher *l)
{
	static const char line[] = "name=opt/org.kshim/cmdline,string=" LINE " loglevel=7";

	qemu(s);
	args(s, (const char *const[]){"-bios", image(s, l->image), "-fw_cfg", line, "-drive",
	                report_format(s->r,
	                        "file=%s,format=raw,if=none,id=d,snapshot=on,file.read-only=on",
	                        qemu_name(s->r, s->path)),
	                "-device", sector_options(s->r), NULL});
}

static void
by_efi(struct session *s, const struct launcher *l)
{
	const char *volume =
	        report_format(s->r, "if=virtio,format=raw,readonly=on,file=fat:%s", s->folder);

	qemu(s);
	args(s, (const char *const[]){"-drive",
	                report_format(s->r, "if=pflash,format=raw,readonly=on,file=%s", OVMF),
	                "-kernel", image(s, l->image), NULL});
	if (s->r->kind == KIND_UKI)
		args(s, (const char *const[]){"-append",
		                report_format(s->r, "\\uki.efi %s", line_of(s)), "-drive",
		                volume, NULL});
	else
		args(s, (const char *const[]){"-append", LINE, "-initrd", s->bundle, NULL});
}

static void
by_riscv(struct session *s, const struct launcher *l)
{
	args(s, (const char *const[]){"qemu-system-riscv64", "-M", "virt", "-m", "1G",
	                "-nographic", "-no-reboot", "-kernel", image(s, l->image), "-initrd",
	                handed(s), "-append", line_of(s), NULL});
}

static void (*const ways[])(struct session *, const struct launcher *) = {
        [TRIAL_STUB] = by_stub,
        [TRIAL_ROM] = by_rom,
        [TRIAL_BZIMAGE] = by_kernel,
        [TRIAL_DIRECT] = by_direct,
        [TRIAL_EFI] = by_efi,
        [TRIAL_RISCV] = by_riscv,
};

/* ---- each launcher in turn */

static bool
is_there(const char *path)
{
	return access(path, R_OK) == 0;
}

/* Why it cannot be tried here, or NULL. */
static const char *
missing(struct session *s, const struct launcher *l)
{
	if (l->image && !image(s, l->image))
		return report_format(s->r, "%s is not on this host", l->image);
	if (l->trial == TRIAL_DIRECT && !s->kvm)
		return "needs a real KVM, which is not here";
	if (l->trial == TRIAL_EFI && !is_there(OVMF))
		return OVMF " is missing (package ovmf)";
	return NULL;
}

/* The file in the form that this way takes; false, with t->text, if that cannot be made. */
static bool
prepare(struct session *s, const struct launcher *l, struct trial *t)
{
	bool copied = l->trial == TRIAL_EFI || disk_path_is(s->path);

	if (s->r->kind == KIND_UKI && copied && !make_volume(s)) {
		t->text = "no folder for it can be made below /tmp";
	} else if (s->r->kind != KIND_UKI && !make_bundle(s)) {
		t->reached = "refused";
		t->good = false;
		t->text = "`kshim bundle` does not take it";
	}
	return !t->text;
}

static void
try(struct session *s, const struct launcher *l)
{
	struct trial t = {.name = l->name, .reached = "skipped", .good = true};

	s->args = 0;
	s->tried++;
	if (s->tell)
		fprintf(stderr, "kshim: boot %u of %u, %s: ", s->tried, s->count, l->title);
	t.text = missing(s, l);
	if (!t.text && s->r->disk)
		by_disk(s, l);
	else if (!t.text && prepare(s, l, &t))
		ways[l->trial](s, l);
	if (!t.text)
		run_and_judge(s, &t);
	if (s->tell)
		fprintf(stderr, "%s, %llu.%llu s\n", trial_signal() ? "interrupted" : t.reached,
		        (unsigned long long)t.milliseconds / 1000,
		        (unsigned long long)t.milliseconds % 1000 / 100);
	report_trial(s->r, &t);
}

/* Of a disk kshim.rom alone: what the images do with it is the same. */
static bool
is_tried(const struct report *r, const struct launch *l)
{
	if (r->disk)
		return l->launcher->trial == TRIAL_ROM && l->boots;
	return l->launcher->trial != TRIAL_NONE && l->boots;
}

void
trials(struct report *r, const char *path, bool tell)
{
	static struct session s;

	memset(&s, 0, sizeof(s));
	s.r = r;
	s.path = path;
	s.kvm = kvm_is_real();
	s.tell = tell;
	for (const struct launch *l = r->launch_first; l; l = l->next)
		s.count += is_tried(r, l);
	trial_catch_signals();
	for (const struct launch *l = r->launch_first; l && !trial_signal(); l = l->next)
		if (is_tried(r, l))
			try(&s, l->launcher);
	remove_folder(&s);
	trial_release_signals();
}
