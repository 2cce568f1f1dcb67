/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build/kshim: one program, one subcommand a job.
 *
 * This file picks the subcommand and words errors; cmd_NAME.c does the work.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cmd.h"
#include "tools/option.h"

static const struct command commands[] = {
        {"bundle", "-o FILE [-a CMDLINE] [--limit SIZE] KERNEL [INITRD...]",
                "write kernel, command line and initrds into one file", cmd_bundle},
        {"unpack", "[-k] [--limit SIZE] -o FILE KERNEL | [-p PROFILE] -d DIR FILE",
                "unpack a kernel that is compressed, take a bundle or an image apart",
                cmd_unpack},
        {"check",
                "[-v] [--json] [--boot] [--strict] [--require LIST] [--compare OLD] [--for run] [--limit SIZE] FILE...",
                "say what a kernel is, which traps are in it, and who can boot it", cmd_check},
        {"measure", "[OPTION...] FILE...",
                "say what a TPM's PCRs will hold after a boot by kshim.efi, before it",
                cmd_measure},
        {"pin", "[-a CMDLINE] KERNEL [INITRD...]",
                "print the sums that let a signed kshim.efi boot these under Secure Boot",
                cmd_pin},
        {"plan", "[OPTION...] KERNEL",
                "show where a kernel and all that goes with it would lie in memory", cmd_plan},
        {"run", "[OPTION...] KERNEL",
                "boot a kernel in a KVM virtual machine; `kshim run --help` tells all",
                cmd_run},
        {"diff-handoff", "A B",
                "compare two files of `kshim run --dump-handoff`, field by field",
                cmd_diff_handoff},
        {"explain", "[CODE]", "say what a refusal (by number or name) means and what to do",
                cmd_explain},
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

#define LIMIT_TEXT "      --limit SIZE   unpack a file to at most SIZE in all (default 512M)\n"

/* The options of those commands that have few; the others print their own help. */
static const struct {
	const char *name, *text;
} option_texts[] = {
        {"bundle", "  -o, --output FILE  write the bundle there\n"
                   "  -a, --append TEXT  the kernel's command line\n" LIMIT_TEXT},
        {"check", "  -v, --verbose      print all: facts, verdicts, each launcher's rule\n"
                  "      --json         print JSON\n"
                  "      --boot         boot it in every way that kshim has, and tell how far\n"
                  "                     each came\n"
                  "      --strict       warnings count as errors\n"
                  "      --require LIST what must hold: words, below, joined by commas\n"
                  "      --compare OLD  what has changed, for those who boot it, since OLD\n"
                  "      --for run      what `kshim run` needs of it, and a fragment of a\n"
                  "                     configuration with what it lacks\n" LIMIT_TEXT},
        {"unpack",
                "  -k, --kernel-inside  take out the kernel that a bzImage, an EFI zboot\n"
                "                     file or a unified kernel image packs\n"
                "  -o, --output FILE  write the plain kernel there, if it was packed\n"
                "  -d, --directory DIR  write the parts of a bundle or of a unified\n"
                "                     kernel image there\n"
                "  -p, --profile ID   of this profile, by its ID or @0, @1 ...\n" LIMIT_TEXT},
        {"measure",
                "      --json         print JSON\n"
                "      --bank NAME    sha1, sha256 (the default), sha384, sha512; repeatable\n"
                "      --log FILE     compare with a binary event log\n"
                "  -a, --append TEXT  the words of the load options\n"
                "  -p, --profile ID   of this profile: @0, @1 ...\n"
                "      --secure-boot  Secure Boot is on\n"
                "      --image FILE   kshim.efi, if it is not the first FILE\n"
                "      --smbios TEXT  what SMBIOS adds to the line\n"
                "      --volume PATH  its volume's root or disk, for what is in \\loader\n"
                "      --entry GLOB   the boot entry that it chooses\n"
                "      --before FILE  an event log, for what the firmware starts before\n"},
        {"pin", "  -a, --append TEXT  the command line to pin; without it the empty one\n"},
};

static void
print_usage(FILE *f, const char *name)
{
	const struct command *c = command_find(name);

	if (!c)
		return;
	fprintf(f, "usage: kshim %s %s\n%s.\n\n", name, c->args, c->help);
	for (size_t i = 0; i < sizeof(option_texts) / sizeof(option_texts[0]); i++)
		if (strcmp(option_texts[i].name, name) == 0)
			fputs(option_texts[i].text, f);
	fputs("  -h, --help         print this\n\n`kshim --help` lists the exit statuses.\n",
	        f);
}

int
usage_ok(const char *name)
{
	print_usage(stdout, name);
	return STATUS_OK;
}

int
usage_error(const char *name)
{
	print_usage(stderr, name);
	return STATUS_USAGE;
}

int
fail(int status, const char *format, ...)
{
	va_list args;

	fputs("kshim: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return status;
}

static int host_status = STATUS_HOST;

void
host_fails_with(int status)
{
	host_status = status;
}

void
host_failed(void)
{
	exit(host_status);
}

void
no_memory(void)
{
	fail(host_status, "no memory");
	host_failed();
}

int
fail_refusal(const char *path, struct refusal why)
{
	char line[512];

	why.subject = path;
	refusal_format(&why, line, sizeof(line));
	return fail(STATUS_REFUSED, "%s (code %d)", line, (int)why.code);
}

static void
help(FILE *f)
{
	fputs("usage: kshim COMMAND [ARGUMENTS]\n\n", f);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(f, "  kshim %s %s\n      %s\n", commands[i].name, commands[i].args,
		        commands[i].help);
	fputs("  kshim --help, kshim --version\n\n"
	      "Exit status: 0 done, 1 the input was refused, 2 usage, 3 a file cannot be\n"
	      "read or written or the host lacks something.\n",
	        f);
}

/* Results on a full disk or a closed pipe are an error too, and so is a part of them. */
static int
flushed(int status)
{
	bool lost = fflush(stdout) != 0 || ferror(stdout);

	if (!lost)
		return status;
	return fail(
	        status == STATUS_OK ? host_status : status, "cannot write to standard output");
}

/*
 * A descriptor 0 to 2 that is closed would be had by the first file that is opened. In its
 * place stands one that reads as empty and cannot be written, so that lost output stays an
 * error.
 */
static bool
hold_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || open("/dev/null", O_RDONLY) == fd)
			continue;
		fail(STATUS_HOST,
		        "descriptor %d is closed, and /dev/null cannot stand in its place: %s",
		        fd, strerror(errno));
		return false;
	}
	return true;
}

static int
no_command(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (option_mistakes(name, strlen(name), commands[i].name) != OPTION_FAR)
			return fail(STATUS_USAGE,
			        "no command %s: did you mean %s? `kshim --help` lists them",
			        name, commands[i].name);
	return fail(STATUS_USAGE, "no command %s; `kshim --help` lists them", name);
}

int
main(int argc, char **argv)
{
	const struct command *c;

	if (!hold_standard_files())
		return argc > 1 && strcmp(argv[1], "run") == 0
		               ? cmd_run_status(argc - 1, argv + 1, STATUS_HOST)
		               : STATUS_HOST;
	if (argc < 2) {
		help(stderr);
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help(stdout);
		return flushed(STATUS_OK);
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("kshim " KSHIM_VERSION);
		return flushed(STATUS_OK);
	}
	c = command_find(argv[1]);
	if (!c)
		return no_command(argv[1]);
	return flushed(c->run(argc - 1, argv + 1));
}
