/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is made and said before a command's machine boots: options, modules, what a kernel
 * lacks, the initramfs; and statuses.
 */
#include "tests/unit/unit.h"
#undef fail /* kshim has a function of that name */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "tools/newc_write.h"
#include "tools/run/command/initramfs.h"
#include "tools/run/command/needs.h"
#include "tools/run/command/outcome.h"
#include "tools/run/options.h"
#include "tools/run/vhost/vsock.h"

/* What kshim.c has; the sentence is kept. */
static char said[4096];

int
fail(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	return status;
}

int
fail_refusal(const char *subject, struct refusal why)
{
	return fail(STATUS_REFUSED, "%s: code %d", subject, (int)why.code);
}

_Noreturn void
host_failed(void)
{
	abort();
}

_Noreturn void
no_memory(void)
{
	abort();
}

static int
separator(const char *words)
{
	static char text[200];
	char *argv[20], *save = text;
	int argc = 0;

	snprintf(text, sizeof(text), "%s", words);
	while ((argv[argc] = strtok_r(save, " ", &save)))
		argc++;
	return options_separator(argc, argv);
}

static void
the_first_separator_counts(void **state)
{
	(void)state;
	assert_int_equal(separator("run k"), 2);
	assert_int_equal(separator("run"), 1);
	assert_int_equal(separator("run k -- ls -- -l"), 2);
	assert_int_equal(separator("run k --"), 2);
	assert_int_equal(separator("run --- k -- ls"), 3);
}

static void
options_of_a_command_want_one(void **state)
{
	char ls[] = "ls", *argv[] = {ls, NULL};
	struct options o = {.command = {.argv = argv, .root = "/", .verbose = true}};

	(void)state;
	for (int i = 0; i < OPTIONS_RW; i++)
		assert_int_equal(options_rw(&o, "/tmp"), STATUS_GO_ON);
	assert_int_equal(options_rw(&o, "/tmp"), STATUS_USAGE);
	assert_string_equal(said, "--rw: more than 8 of them");
	assert_int_equal(options_command(&o), STATUS_GO_ON);
	o.command.argv = NULL;
	assert_int_equal(options_command(&o), STATUS_USAGE);
	assert_string_equal(
	        said, "--root goes with a command: KERNEL -- COMMAND [ARGUMENT...]");
	o = (struct options){.command.verbose = true};
	assert_int_equal(options_command(&o), STATUS_USAGE);
	o = (struct options){.command.argv = argv, .expect = "login:"};
	assert_int_equal(options_command(&o), STATUS_USAGE);
	assert_string_equal(said, "with a command, leave out --expect");
	o = (struct options){.initrds = 1, .expect = "login:"};
	assert_int_equal(options_command(&o), STATUS_GO_ON);
}

/* A folder of modules, as depmod(8) leaves it. */
static const char dep[] =
        "kernel/drivers/virtio/virtio_pci_modern_dev.ko.gz:\n"
        "kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/virtio_ring.ko\n"
        "kernel/drivers/virtio/virtio_ring.ko:\n"
        "kernel/drivers/virtio/virtio_pci.ko: kernel/drivers/virtio/virtio_pci_modern_dev.ko.gz kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko\n"
        "kernel/drivers/char/virtio_console.ko: kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko\n"
        "kernel/fs/fuse/virtiofs.ko: kernel/fs/fuse/fuse.ko\n"
        "kernel/fs/fuse/fuse.ko:\n";
static const char *const files[] = {"kernel/drivers/virtio/virtio_ring.ko",
        "kernel/drivers/virtio/virtio.ko", "kernel/drivers/virtio/virtio_pci_modern_dev.ko.gz",
        "kernel/drivers/virtio/virtio_pci.ko", "kernel/drivers/char/virtio_console.ko",
        "kernel/fs/fuse/fuse.ko", "kernel/fs/fuse/virtiofs.ko"};
static char tree[] = "/tmp/kshim-test-XXXXXX", path[PATH_MAX];

static void
put(const char *name, const char *text, size_t len)
{
	gzFile f;

	snprintf(path, sizeof(path), "%s/%s", tree, name);
	for (char *p = path + strlen(tree) + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(path, 0755);
		*p = '/';
	}
	/* "T" writes plain bytes. */
	f = gzopen(path, strstr(name, ".gz") ? "wb" : "wbT");
	assert_non_null(f);
	assert_int_equal(gzwrite(f, text, (unsigned)len), len);
	assert_int_equal(gzclose(f), Z_OK);
}

static int
make_tree(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(tree));
	put("modules.dep", dep, strlen(dep));
	put("modules.builtin", "kernel/fs/overlayfs/overlay.ko\n", 31);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put(files[i], files[i], strlen(files[i]));
	return 0;
}

static int
remove_tree(void **state)
{
	char line[sizeof(tree) + 16];

	(void)state;
	snprintf(line, sizeof(line), "rm -r %s", tree);
	return system(line);
}

static const char config[] = "CONFIG_64BIT=y\nCONFIG_BLK_DEV_INITRD=y\nCONFIG_BINFMT_ELF=y\n"
                             "CONFIG_PROC_FS=y\nCONFIG_SYSFS=y\nCONFIG_DEVTMPFS=y\n"
                             "CONFIG_TMPFS=y\nCONFIG_SIGNALFD=y\nCONFIG_UNIX98_PTYS=y\n"
                             "CONFIG_PCI=y\nCONFIG_VIRTIO_MENU=y\nCONFIG_VIRTIO_PCI=m\n"
                             "CONFIG_VIRTIO_CONSOLE=m\nCONFIG_FUSE_FS=m\nCONFIG_VIRTIO_FS=m\n";

static struct span
text_span(const char *text)
{
	return (struct span){(const uint8_t *)text, strlen(text)};
}

static void
modules_are_loaded_behind_what_they_need(void **state)
{
	static struct modules m;
	bool overlay;

	(void)state;
	assert_int_equal(modules_open(tree, "/boot/vmlinuz", "6.1", &m), STATUS_GO_ON);
	assert_int_equal(needs_look("k", text_span(config), 0, &m, &overlay), STATUS_GO_ON);
	assert_false(overlay);
	assert_int_equal(m.count, sizeof(files) / sizeof(files[0]));
	for (uint32_t i = 0; i < m.count; i++)
		assert_string_equal(m.path[i], files[i]);
	modules_close(&m);
}

/* The configuration not known: what is a module is loaded, what is built in has no file. */
static void
without_a_configuration_modules_tell(void **state)
{
	static struct modules m;
	bool overlay;

	(void)state;
	assert_int_equal(modules_open(tree, "/boot/vmlinuz", "6.1", &m), STATUS_GO_ON);
	assert_int_equal(needs_look("k", (struct span){0}, 0, &m, &overlay), STATUS_GO_ON);
	assert_true(overlay);
	assert_int_equal(m.count, sizeof(files) / sizeof(files[0]));
	modules_close(&m);
}

static void
what_a_kernel_lacks_is_said_at_once(void **state)
{
	static struct modules none, m;
	bool overlay;

	(void)state;
	assert_int_equal(needs_look("k", text_span("CONFIG_64BIT=y\nCONFIG_OVERLAY_FS=y\n"), 0,
	                         &none, &overlay),
	        STATUS_REFUSED);
	assert_non_null(strstr(said, "k: cannot run a command: it lacks CONFIG_BLK_DEV_INITRD "
	                             "(kshim's init), CONFIG_BINFMT_ELF (programs), "));
	assert_non_null(strstr(said, ", CONFIG_VIRTIO_FS (the root directory)"));
	assert_null(strstr(said, "64BIT"));
	assert_int_equal(
	        needs_look("k", text_span(config), 0, &none, &overlay), STATUS_REFUSED);
	assert_non_null(strstr(said, "the file of its module virtio_pci (devices; --modules"));
	assert_int_equal(modules_open(tree, "/boot/vmlinuz", "6.1", &m), STATUS_GO_ON);
	put("modules.dep", dep, strlen(dep) - strlen("kernel/fs/fuse/fuse.ko:\n"));
	modules_close(&m);
	assert_int_equal(modules_open(tree, "/boot/vmlinuz", "6.1", &m), STATUS_GO_ON);
	assert_int_equal(needs_look("k", text_span(config), 0, &m, &overlay), STATUS_REFUSED);
	assert_non_null(strstr(said, "it lacks the module fuse in "));
	modules_close(&m);
	put("modules.dep", dep, strlen(dep));
}

static void
drivers_are_those_of_the_devices(void **state)
{
	static struct options o;
	static struct modules none;
	char scsi[] = "scsi", fs[] = "fs";
	bool overlay;

	(void)state;
	assert_int_equal(needs_devices(&o), 0);
	o.disks.count = o.vsock = 3;
	o.nets = 1;
	assert_int_equal(needs_devices(&o), NEEDS_DISK | NEEDS_NET | NEEDS_VSOCK);
	o.engines = 3; /* the first is a --share */
	o.engine[1].type = fs;
	o.engine[2].type = scsi;
	o.rng = true;
	assert_int_equal(needs_devices(&o),
	        NEEDS_DISK | NEEDS_NET | NEEDS_VSOCK | NEEDS_RNG | NEEDS_SCSI);
	assert_int_equal(needs_look("k", text_span("CONFIG_VIRTIO_NET=y\n"),
	                         NEEDS_DISK | NEEDS_NET, &none, &overlay),
	        STATUS_REFUSED);
	assert_non_null(strstr(said, ", CONFIG_VIRTIO_BLK (disks); "));
	assert_null(strstr(said, "VIRTIO_NET"));
	assert_null(strstr(said, "VSOCK"));
}

static void
a_folder_without_modules_is_refused(void **state)
{
	static struct modules m;

	(void)state;
	assert_int_equal(modules_open("/dev", "/boot/vmlinuz", "6.1", &m), STATUS_REFUSED);
	assert_string_equal(said, "--modules /dev: there is no modules.dep; depmod makes it");
}

static void
finds_modules_beside(const char *kernel, const char *version, bool found)
{
	static struct modules m;
	char at[sizeof(path)];

	snprintf(at, sizeof(at), "%s%s", *kernel == '/' ? tree : "", kernel);
	assert_int_equal(modules_open(NULL, at, version, &m), STATUS_GO_ON);
	if (found)
		assert_non_null(realpath(m.folder, at));
	assert_string_equal(found ? strrchr(at, '/') + 1 : m.folder, found ? version : "");
	modules_close(&m);
}

/* Modules of another kernel in the folder of a kernel are not its own. */
static void
a_kernel_is_beside_its_modules_in_the_folder_of_its_release(void **state)
{
	char *back = getcwd(NULL, 0);

	(void)state;
	put("1.2-test/modules.dep", dep, strlen(dep));
	finds_modules_beside("/1.2-test/vmlinuz", "1.2-test", true);
	finds_modules_beside("/1.2-test/vmlinuz", "1.3-test", false);
	finds_modules_beside("/1.2-test/vmlinuz", "2-test", false);
	finds_modules_beside("/1.2-test/vmlinuz", "", false);
	finds_modules_beside("/vmlinuz", "1.2-test", false);
	put("1.2-test/vmlinuz", "", 0);
	snprintf(path, sizeof(path), "%s/link", tree);
	assert_int_equal(symlink("1.2-test/vmlinuz", path), 0);
	finds_modules_beside("/link", "1.2-test", true);
	finds_modules_beside("/link", "1.3-test", false);
	snprintf(path, sizeof(path), "%s/1.2-test", tree);
	assert_int_equal(chdir(path), 0);
	finds_modules_beside("vmlinuz", "1.2-test", true);
	finds_modules_beside("./vmlinuz", "1.3-test", false);
	assert_int_equal(chdir(back), 0);
	free(back);
}

/* Read a member of the archive at *at, in the fields' order of buffer-format.rst. */
static void
has_member(FILE *f, const char *name, unsigned mode, const char *data)
{
	char header[NEWC_HEADER + 1] = "", text[200];
	unsigned long field[13];

	assert_int_equal(fread(header, 1, NEWC_HEADER, f), NEWC_HEADER);
	assert_memory_equal(header, "070701", 6);
	for (int i = 0; i < 13; i++) {
		char digits[9] = "";

		memcpy(digits, header + 6 + 8 * i, 8);
		field[i] = strtoul(digits, NULL, 16);
	}
	assert_int_equal(field[1], mode);
	assert_int_equal(field[6], strlen(data));
	assert_int_equal(field[11], strlen(name) + 1);
	assert_int_equal(fread(text, 1, field[11], f), field[11]);
	assert_string_equal(text, name);
	fseek(f, -ftell(f) & 3, SEEK_CUR);
	assert_int_equal(fread(text, 1, strlen(data), f), strlen(data));
	assert_memory_equal(text, data, strlen(data));
	fseek(f, -ftell(f) & 3, SEEK_CUR);
}

static void
the_initramfs_has_init_and_plain_modules(void **state)
{
	static struct modules m;
	char name[20];
	bool overlay;
	FILE *f;
	int fd;

	(void)state;
	assert_int_equal(modules_open(tree, "/boot/vmlinuz", "6.1", &m), STATUS_GO_ON);
	assert_int_equal(needs_look("k", text_span(config), 0, &m, &overlay), STATUS_GO_ON);
	assert_int_equal(initramfs_make(text_span("the init"), &m, &fd), STATUS_GO_ON);
	f = fdopen(fd, "r");
	rewind(f);
	has_member(f, "init", 0100755, "the init");
	has_member(f, "kshim", 0040755, "");
	for (uint32_t i = 0; i < m.count; i++) {
		snprintf(name, sizeof(name), "kshim/%u.ko", i);
		has_member(f, name, 0100644, files[i]); /* its own name: see make_tree() */
	}
	has_member(f, "TRAILER!!!", 0, "");
	assert_int_equal(fgetc(f), EOF);
	fclose(f);
	modules_close(&m);
}

static void
a_module_that_is_not_there_is_named(void **state)
{
	static struct modules m;
	bool overlay;
	int fd;

	(void)state;
	assert_int_equal(modules_open(tree, "/boot/vmlinuz", "6.1", &m), STATUS_GO_ON);
	assert_int_equal(needs_look("k", text_span(config), 0, &m, &overlay), STATUS_GO_ON);
	snprintf(path, sizeof(path), "%s/%s", tree, files[6]);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(initramfs_make(text_span("the init"), &m, &fd), STATUS_HOST);
	assert_non_null(strstr(said, "virtiofs.ko: No such file"));
	modules_close(&m);
	put(files[6], files[6], strlen(files[6]));
}

static void
statuses_are_those_of_other_wrappers(void **state)
{
	static struct session s;

	(void)state;
	assert_int_equal(outcome_status(STATUS_TIMEOUT, true), 124);
	assert_int_equal(outcome_status(STATUS_PANIC, true), 123);
	assert_int_equal(outcome_status(STATUS_RESET, true), 123);
	assert_int_equal(outcome_status(STATUS_CRASH, true), 123);
	assert_int_equal(outcome_status(STATUS_OK, true), 123);
	assert_int_equal(outcome_status(STATUS_OK, false), 125);
	assert_int_equal(outcome_status(STATUS_USAGE, false), 125);
	assert_int_equal(outcome_status(STATUS_REFUSED, false), 125);
	assert_int_equal(outcome_status(STATUS_HOST, true), 125);
	assert_int_equal(outcome_status(STATUS_JAIL, true), 125);
	assert_int_equal(outcome_status(128 + 15, false), 128 + 15);
	s.state = SESSION_RUNS;
	assert_int_equal(outcome_of(&s, "ls"), -1);
	s.state = SESSION_ENDED;
	s.status = 3 << 8;
	assert_int_equal(outcome_of(&s, "ls"), 3);
	s.error = ENOENT;
	assert_int_equal(outcome_of(&s, "ls"), 127);
	assert_string_equal(said, "cannot run ls: No such file or directory");
	s.error = ELIBACC;
	assert_int_equal(outcome_of(&s, "ls"), 127);
	assert_string_equal(said,
	        "cannot run ls: it is there, but the interpreter or loader that it names is not");
	s.state = SESSION_FAILED;
	strcpy(s.why, "it failed");
	assert_int_equal(outcome_of(&s, "ls"), 125);
	assert_string_equal(said, "it failed");
}

/* What a run of `serve` came to, whose command had 0 or failed. */
static void
what_is_lost_of_streams_is_said(void **state)
{
	static struct serve s;

	(void)state;
	*said = 0;
	assert_int_equal(outcome_of_streams(&s, 0), 0);
	s.left = SIGTERM; /* all was written before */
	assert_int_equal(outcome_of_streams(&s, 7), 7);
	assert_string_equal(said, "");
	s.failed = ENOSPC;
	s.failed_at = "writing to standard output";
	assert_int_equal(outcome_of_streams(&s, 7), 7);
	assert_string_equal(said, "writing to standard output: No space left on device");
	assert_int_equal(outcome_of_streams(&s, 0), 125);
	s.late = true;
	assert_int_equal(outcome_of_streams(&s, 0), 124);
	assert_string_equal(
	        said, "the command has ended, but not all of its output was read in time");
	s.session.stream[GUEST_OUTPUT].len = 1;
	assert_int_equal(outcome_of_streams(&s, 0), 128 + SIGTERM);
	assert_string_equal(said, "ended by signal 15");
}

/* Nor has it one while nothing was opened: 0 is standard input. */
static void
a_vsock_that_is_not_there_has_no_descriptor(void **state)
{
	struct vsock_host h = {0};

	(void)state;
	assert_int_equal(vsock_descriptor(&h), -1);
	vsock_close(&h);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	assert_int_equal(vsock_open(&(struct options){0}, &h), STATUS_GO_ON);
	assert_int_equal(vsock_descriptor(&h), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_separator_counts),
	        cmocka_unit_test(options_of_a_command_want_one),
	        cmocka_unit_test(modules_are_loaded_behind_what_they_need),
	        cmocka_unit_test(without_a_configuration_modules_tell),
	        cmocka_unit_test(what_a_kernel_lacks_is_said_at_once),
	        cmocka_unit_test(drivers_are_those_of_the_devices),
	        cmocka_unit_test(a_folder_without_modules_is_refused),
	        cmocka_unit_test(a_kernel_is_beside_its_modules_in_the_folder_of_its_release),
	        cmocka_unit_test(the_initramfs_has_init_and_plain_modules),
	        cmocka_unit_test(a_module_that_is_not_there_is_named),
	        cmocka_unit_test(statuses_are_those_of_other_wrappers),
	        cmocka_unit_test(what_is_lost_of_streams_is_said),
	        cmocka_unit_test(a_vsock_that_is_not_there_has_no_descriptor),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
