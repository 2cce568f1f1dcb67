/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arguments into struct options, by option_next(); every mistake is a sentence and status 2.
 */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/option.h"
#include "tools/size.h"

#define MEMORY_MIN (64 * MIB)
#define MEMORY_MAX (1024 * GIB)

enum long_only {
	OPT_PROTOCOL = 256,
	OPT_AS,
	OPT_STUB,
	OPT_DIRECT,
	OPT_EXPECT,
	OPT_TIMEOUT,
	OPT_REBOOT,
	OPT_DUMP,
	OPT_DRY_RUN,
	OPT_TIMES,
	OPT_RAW,
	OPT_NO_JAIL,
	OPT_RNG,
	OPT_CONSOLE,
	OPT_DISK,
	OPT_SHARE,
	OPT_VHOST_USER,
	OPT_ROOT,
	OPT_RW,
	OPT_MODULES,
	OPT_NET,
	OPT_VSOCK,
	OPT_VERSION,
};

static const struct option long_options[] = {
        {"memory", required_argument, NULL, 'm'},
        {"cpus", required_argument, NULL, 'c'},
        {"initrd", required_argument, NULL, 'i'},
        {"append", required_argument, NULL, 'a'},
        {"protocol", required_argument, NULL, OPT_PROTOCOL},
        {"as", required_argument, NULL, OPT_AS},
        {"stub", required_argument, NULL, OPT_STUB},
        {"direct", no_argument, NULL, OPT_DIRECT},
        {"expect", required_argument, NULL, OPT_EXPECT},
        {"timeout", required_argument, NULL, OPT_TIMEOUT},
        {"reboot", required_argument, NULL, OPT_REBOOT},
        {"dump-handoff", required_argument, NULL, OPT_DUMP},
        {"dry-run", no_argument, NULL, OPT_DRY_RUN},
        {"times", no_argument, NULL, OPT_TIMES},
        {"disk", required_argument, NULL, OPT_DISK},
        {"rng", no_argument, NULL, OPT_RNG},
        {"console", no_argument, NULL, OPT_CONSOLE},
        {"share", required_argument, NULL, OPT_SHARE},
        {"vhost-user", required_argument, NULL, OPT_VHOST_USER},
        {"root", required_argument, NULL, OPT_ROOT},
        {"rw", required_argument, NULL, OPT_RW},
        {"modules", required_argument, NULL, OPT_MODULES},
        {"verbose", no_argument, NULL, 'v'},
        {"net", required_argument, NULL, OPT_NET},
        {"vsock", required_argument, NULL, OPT_VSOCK},
        {"raw", no_argument, NULL, OPT_RAW},
        {"no-jail", no_argument, NULL, OPT_NO_JAIL},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, OPT_VERSION},
        {NULL, 0, NULL, 0},
};

static const char help_text[] =
        "Usage: kshim run [OPTION...] KERNEL\n"
        "       kshim run [OPTION...] KERNEL -- COMMAND [ARGUMENT...]\n"
        "       kshim run [OPTION...] --disk FILE\n"
        "Boot KERNEL (a bzImage, an ELF kernel, or a bundle) in a KVM virtual machine, or\n"
        "the kernel that a disk image has. With COMMAND, run it there with this host's files.\n"
        "\n"
        "  -m, --memory SIZE     memory, 64M or more; K, M, G, T are units (default 512M)\n"
        "  -c, --cpus N          CPUs, 1 to 128 (default 1)\n"
        "  -i, --initrd FILE     an initrd; may be given several times\n"
        "  -a, --append TEXT     the kernel's command line\n"
        "      --protocol WORD   auto, pvh, linux64, linux32 (default auto)\n"
        "      --as WORD         hand over to the stub as kshim, firecracker or\n"
        "                        cloud-hypervisor does (default kshim)\n"
        "      --stub FILE       the stub (default: kshim.elf beside this program)\n"
        "      --direct          without a stub: carry out its plan from the host\n"
        "      --disk FILE[,ro][,id=TEXT]  a raw disk image or block device; repeatable\n"
        "      --console         a virtio-console, hvc0 of Linux, beside the serial port\n"
        "      --rng             a virtio device of random numbers; any device brings it\n"
        "      --share DIR[,tag=TAG][,ro]  a directory by virtio-fs; TAG is share, share1 ...\n"
        "                        if not given; needs virtiofsd\n"
        "      --vhost-user TYPE=SOCKET[,tag=TAG]  a device that a daemon serves: net, blk,\n"
        "                        console, rng, scsi, vsock or fs\n"
        "      --net user        a network by passt, without root; repeatable\n"
        "      --net tap=IF      a network by the tap device IF; repeatable\n"
        "      --vsock CID       sockets to the host; CID, 3 or more, is the guest's address\n"
        "      --expect TEXT     end with status 0 as soon as the guest prints TEXT\n"
        "      --timeout SECONDS end with status 5 and an explanation after that time\n"
        "      --reboot WORD     when the guest resets: stop or again (default stop)\n"
        "      --dump-handoff FILE  write what the kernel finds at its first instruction\n"
        "      --dry-run         print the plan and run nothing\n"
        "      --times           print how long the steps took\n"
        "      --root DIR        COMMAND's root directory, read only (default /)\n"
        "      --rw DIR          COMMAND's writes below it stay; repeatable\n"
        "      --modules DIR     the kernel's modules, with modules.dep\n"
        "  -v, --verbose         with COMMAND: the kernel's messages, on standard error\n"
        "      --raw             let all escapes of the guest through to a terminal\n"
        "      --no-jail         all system calls stay allowed, for debuggers\n"
        "  -h, --help            print this\n"
        "      --version         print the version\n"
        "\n"
        "Ctrl-A x leaves, Ctrl-A h lists the keys.\n"
        "\n"
        "Exit status: 0 powered off, or the expected text came; 1 kernel or inputs refused;\n"
        "2 usage; 3 the host cannot; 4 the guest crashed; 5 time ran out; 6 the guest ended\n"
        "before the expected text; 7 the guest reset; 8 its kernel panicked (with --expect\n"
        "or --timeout); 9 the jail stopped a system call.\n"
        "With COMMAND: its own, or 128 and its signal; 123 its kernel panicked or reset; 124\n"
        "time ran out; 125 kshim cannot; 126 COMMAND cannot be run; 127 it was not found.\n";

static int
parse_memory(struct options *o, const char *text)
{
	if (!size_parse(text, &o->memory) || o->memory < MEMORY_MIN || o->memory > MEMORY_MAX)
		return option_bad("--memory", text, "a size from 64M to 1T");
	o->memory = align_down(o->memory, PAGE);
	return STATUS_GO_ON;
}

static int
parse_cpus(struct options *o, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n < 1 || n > OPTIONS_CPUS_MAX)
		return option_bad("--cpus", text, "a number from 1 to 128");
	o->cpus = (uint32_t)n;
	return STATUS_GO_ON;
}

static int
parse_timeout(struct options *o, const char *text)
{
	char *end;

	o->timeout = strtod(text, &end);
	if (end == text || *end || !(o->timeout > 0 && o->timeout < 1e9))
		return option_bad("--timeout", text, "a number of seconds above 0");
	return STATUS_GO_ON;
}

static int
parse_initrd(struct options *o, const char *path)
{
	if (o->initrds == PLAN_BLOBS - 1)
		return fail(STATUS_USAGE, "--initrd: more than %d of them", PLAN_BLOBS - 1);
	o->initrd[o->initrds++] = path;
	return STATUS_GO_ON;
}

static int
parse_expect(struct options *o, const char *text)
{
	if (!*text)
		return option_bad("--expect", text, "a text");
	o->expect = text;
	return STATUS_GO_ON;
}

static int
parse_choice(struct options *o, int opt, const char *text)
{
	static const char *const layouts[] = {"kshim", "firecracker", "cloud-hypervisor", NULL};
	static const char *const reboots[] = {"stop", "again", NULL};
	int n;

	switch (opt) {
	case OPT_PROTOCOL:
		if (!option_protocol(text, &o->protocol))
			return option_bad("--protocol", text, OPTION_PROTOCOLS);
		break;
	case OPT_AS:
		if ((n = option_choice(text, layouts)) < 0)
			return option_bad(
			        "--as", text, "kshim, firecracker or cloud-hypervisor");
		o->as = (enum layout_kind)n;
		break;
	default:
		if ((n = option_choice(text, reboots)) < 0)
			return option_bad("--reboot", text, "stop or again");
		o->reboot_again = n == 1;
	}
	return STATUS_GO_ON;
}

static int
parse_one(struct options *o, int opt)
{
	switch (opt) {
	case 'm':
		return parse_memory(o, optarg);
	case 'c':
		return parse_cpus(o, optarg);
	case 'i':
		return parse_initrd(o, optarg);
	case 'a':
		o->append = optarg;
		break;
	case OPT_STUB:
		o->stub = optarg;
		break;
	case OPT_DIRECT:
		o->direct = true;
		break;
	case OPT_EXPECT:
		return parse_expect(o, optarg);
	case OPT_TIMEOUT:
		return parse_timeout(o, optarg);
	case OPT_DUMP:
		o->dump = optarg;
		break;
	case OPT_DRY_RUN:
		o->dry_run = true;
		break;
	case OPT_TIMES:
		o->times = true;
		break;
	case OPT_RAW:
		o->raw = true;
		break;
	case OPT_DISK:
		return disk_files_add(&o->disks, optarg);
	case OPT_SHARE:
		return options_share(o, optarg);
	case OPT_VHOST_USER:
		return options_vhost_user(o, optarg);
	case OPT_ROOT:
		o->command.root = optarg;
		break;
	case OPT_RW:
		return options_rw(o, optarg);
	case OPT_MODULES:
		o->command.modules = optarg;
		break;
	case 'v':
		o->command.verbose = true;
		break;
	case OPT_NET:
		return options_net(o, optarg);
	case OPT_VSOCK:
		return options_vsock(o, optarg);
	case OPT_RNG:
		o->rng = true;
		break;
	case OPT_CONSOLE:
		o->console = true;
		break;
	case OPT_NO_JAIL:
		o->no_jail = true;
		break;
	case OPT_PROTOCOL:
	case OPT_AS:
	case OPT_REBOOT:
		return parse_choice(o, opt, optarg);
	case 'h':
		fputs(help_text, stdout);
		return STATUS_OK;
	case OPT_VERSION:
		puts("kshim " KSHIM_VERSION);
		return STATUS_OK;
	default: /* option_next() has said what is wrong */
		fputs("Try `kshim run --help`.\n", stderr);
		return STATUS_USAGE;
	}
	return STATUS_GO_ON;
}

/* KERNEL, and CMD behind "--"; a name behind "--" is KERNEL's if none was given before. */
static int
take_names(struct options *o, int argc, char **argv, int separator)
{
	bool none_before = optind == separator && separator < argc;

	if (none_before) {
		optind = separator + 1;
		separator = argc;
		o->command.argv = NULL;
	}
	if (optind < separator - 1)
		return none_before
		               ? fail(STATUS_USAGE, "no KERNEL was given before --")
		               : fail(STATUS_USAGE,
		                         "more than one KERNEL was given: %s and %s; a command is given behind --",
		                         argv[optind], argv[optind + 1]);
	o->kernel = optind < separator ? argv[optind] : NULL;
	if (separator == argc - 1)
		return fail(STATUS_USAGE, "no command was given behind --");
	return STATUS_GO_ON;
}

int
options_parse(int argc, char **argv, struct options *ret_options)
{
	struct options *o = ret_options;
	int opt, separator = options_separator(argc, argv), status;

	*o = (struct options){.append = "", .memory = 512 * MIB, .cpus = 1};
	o->command.argv = separator < argc ? argv + separator + 1 : NULL;
	optind = 0;
	while ((opt = option_next(separator, argv, "m:c:i:a:hv", long_options)) != -1) {
		status = parse_one(o, opt);
		if (status != STATUS_GO_ON)
			return status;
	}
	status = take_names(o, argc, argv, separator);
	if (status == STATUS_GO_ON)
		status = options_command(o);
	if (status != STATUS_GO_ON)
		return status;
	if (!o->kernel && !o->disks.count)
		return fail(STATUS_USAGE, "no KERNEL was given; try `kshim run --help`");
	if (!o->kernel && (o->direct || o->as != LAYOUT_KSHIM || o->initrds))
		return fail(STATUS_USAGE,
		        "without KERNEL the stub boots the disk's own: leave out %s",
		        o->direct    ? "--direct"
		        : o->initrds ? "--initrd"
		                     : "--as");
	if (o->direct && (o->as != LAYOUT_KSHIM || o->stub))
		return fail(STATUS_USAGE, "--direct uses no stub: leave out %s",
		        o->stub ? "--stub" : "--as");
	return STATUS_GO_ON;
}
