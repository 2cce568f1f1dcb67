/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arguments into struct plan_options, by option_next(); every mistake is a sentence and
 * status 2.
 */
#include "tools/plan/options.h"

#include <stdio.h>
#include <string.h>

#include "tools/budget.h"
#include "tools/option.h"
#include "tools/size.h"

#define MEMORY_MIN (2 * MIB)
#define MEMORY_MAX (1024 * GIB)

enum long_only {
	OPT_MAP = 256,
	OPT_BODY,
	OPT_MACHINE,
	OPT_PROTOCOL,
	OPT_CONFIG,
	OPT_CPU,
	OPT_HAVE,
	OPT_STUB,
	OPT_JSON,
	OPT_SVG,
	OPT_LIMIT,
};

static const struct option long_options[] = {
        {"memory", required_argument, NULL, 'm'},
        {"initrd", required_argument, NULL, 'i'},
        {"append", required_argument, NULL, 'a'},
        {"map", required_argument, NULL, OPT_MAP},
        {"body", required_argument, NULL, OPT_BODY},
        {"machine", required_argument, NULL, OPT_MACHINE},
        {"protocol", required_argument, NULL, OPT_PROTOCOL},
        {"config", required_argument, NULL, OPT_CONFIG},
        {"cpu", required_argument, NULL, OPT_CPU},
        {"have", required_argument, NULL, OPT_HAVE},
        {"stub", required_argument, NULL, OPT_STUB},
        {"json", no_argument, NULL, OPT_JSON},
        {"svg", required_argument, NULL, OPT_SVG},
        {"limit", required_argument, NULL, OPT_LIMIT},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
};

const char *const plan_body_words[] = {
        "direct", "elf", "bzimage", "rom", "efi", "riscv", "riscv-guest", "auto", NULL};
const char *const plan_machine_words[] = {"kshim", "pc", "q35", "microvm", "firecracker",
        "cloud-hypervisor", "ovmf", "virt", "auto", NULL};

static const char help_text[] =
        "Usage: kshim plan [OPTION...] KERNEL\n"
        "Show where KERNEL (a bzImage, an ELF, a RISC-V Image, a bundle, any of them\n"
        "compressed), its initrds and all that kshim writes for it would lie in memory.\n"
        "Nothing is booted.\n"
        "\n"
        "  -m, --memory SIZE    of the machine; K, M, G, T are units (default 512M)\n"
        "      --map FILE       its memory map instead, as dmesg (BIOS-e820 or efi=debug),\n"
        "                       QEMU's `info mtree -f`, the UEFI shell's `memmap`, or a\n"
        "                       device tree tells it; - is standard input\n"
        "  -i, --initrd FILE    an initrd; may be given several times\n"
        "  -a, --append TEXT    the kernel's command line\n"
        "      --body WORD      who puts it there: direct (kshim run --direct), elf\n"
        "                       (kshim.elf), bzimage (kshim.bzimage), rom (kshim.rom), efi\n"
        "                       (kshim.efi), riscv, riscv-guest (kshim-riscv64.bin);\n"
        "                       default direct, or riscv-guest\n"
        "      --machine WORD   kshim (kshim run), firecracker, cloud-hypervisor; QEMU's pc,\n"
        "                       q35, microvm, virt; ovmf (q35 with UEFI)\n"
        "      --protocol WORD  auto, pvh, linux64, linux32 (default auto)\n"
        "      --config FILE    the kernel's configuration (default: the one inside it, or\n"
        "                       config-VERSION beside it)\n"
        "      --cpu WORDS      rdrand, pdpe1gb, by commas, or none (default rdrand)\n"
        "      --have WORDS     what the machine has besides: ttyS1, hvc0, vda, by commas\n"
        "      --stub FILE      kshim.elf or kshim-riscv64.bin (default: beside kshim)\n"
        "      --limit SIZE     unpack each file to at most SIZE in all (default 512M)\n"
        "      --json           print JSON\n"
        "      --svg FILE       write a drawing, too\n"
        "  -h, --help           print this\n"
        "\n"
        "Exit status: 0 it fits, 1 it is refused or would not come up, 2 usage, 3 a file\n"
        "cannot be read or written.\n";

static bool
bad(int *ret_status, const char *option, const char *value, const char *wanted)
{
	*ret_status = option_bad(option, value, wanted);
	return false;
}

static bool
take_initrd(struct plan_options *o, const char *path, int *ret_status)
{
	if (o->initrds == PLAN_BLOBS - 1) {
		*ret_status =
		        fail(STATUS_USAGE, "--initrd: more than %d of them", PLAN_BLOBS - 1);
		return false;
	}
	o->initrd[o->initrds++] = path;
	return true;
}

static bool
take_cpu(struct plan_options *o, const char *text, int *ret_status)
{
	o->rdrand = o->gb_pages = false;
	for (const char *at = text; *at;) {
		size_t len = strcspn(at, ",");

		if (len == 6 && !strncmp(at, "rdrand", len))
			o->rdrand = true;
		else if (len == 7 && !strncmp(at, "pdpe1gb", len))
			o->gb_pages = true;
		else if (strcmp(text, "none") != 0)
			return bad(ret_status, "--cpu", text,
			        "a list of rdrand and pdpe1gb, nor none");
		at += len + (at[len] == ',');
	}
	return true;
}

static bool
take_choice(struct plan_options *o, int opt, const char *text, int *ret_status)
{
	int n;

	switch (opt) {
	case OPT_BODY:
		if ((n = option_choice(text, plan_body_words)) < 0)
			return bad(ret_status, "--body", text,
			        "auto, direct, elf, bzimage, rom, efi, riscv or riscv-guest");
		o->body = (enum plan_body)n;
		return true;
	case OPT_MACHINE:
		if ((n = option_choice(text, plan_machine_words)) < 0)
			return bad(ret_status, "--machine", text,
			        "auto, kshim, pc, q35, microvm, firecracker, cloud-hypervisor, ovmf or virt");
		o->machine = (enum plan_machine)n;
		return true;
	default:
		return option_protocol(text, &o->protocol) ||
		       bad(ret_status, "--protocol", text, OPTION_PROTOCOLS);
	}
}

static bool
take_memory(struct plan_options *o, const char *text, int *ret_status)
{
	if (!size_parse(text, &o->memory) || o->memory < MEMORY_MIN || o->memory > MEMORY_MAX)
		return bad(ret_status, "--memory", text, "a size from 2M to 1T");
	o->memory = align_down(o->memory, PAGE);
	return true;
}

static bool
take_one(struct plan_options *o, int opt, int *ret_status)
{
	const char **text = NULL;

	switch (opt) {
	case 'm':
		return take_memory(o, optarg, ret_status);
	case 'i':
		return take_initrd(o, optarg, ret_status);
	case OPT_LIMIT:
		*ret_status = STATUS_USAGE;
		return budget_option(optarg, &o->limit);
	case OPT_CPU:
		return take_cpu(o, optarg, ret_status);
	case OPT_BODY:
	case OPT_MACHINE:
	case OPT_PROTOCOL:
		return take_choice(o, opt, optarg, ret_status);
	case OPT_JSON:
		o->json = true;
		return true;
	case 'a':
		text = &o->append;
		break;
	case OPT_MAP:
		text = &o->map;
		break;
	case OPT_CONFIG:
		text = &o->config;
		break;
	case OPT_HAVE:
		text = &o->have;
		break;
	case OPT_STUB:
		text = &o->stub;
		break;
	case OPT_SVG:
		text = &o->svg;
		break;
	case 'h':
		fputs(help_text, stdout);
		*ret_status = STATUS_OK;
		return false;
	default: /* option_next() has said what is wrong */
		fputs("Try `kshim plan --help`.\n", stderr);
		*ret_status = STATUS_USAGE;
		return false;
	}
	*text = optarg;
	return true;
}

bool
plan_options_parse(int argc, char **argv, struct plan_options *ret_options, int *ret_status)
{
	struct plan_options *o = ret_options;
	int opt;

	*o = (struct plan_options){.append = "",
	        .have = "",
	        .memory = 512 * MIB,
	        .limit = BUDGET_LIMIT,
	        .body = PLAN_AUTO,
	        .machine = MACHINE_AUTO,
	        .rdrand = true};
	optind = 0;
	while ((opt = option_next(argc, argv, "m:i:a:h", long_options)) != -1) {
		if (!take_one(o, opt, ret_status))
			return false;
	}
	if (optind != argc - 1) {
		*ret_status = fail(STATUS_USAGE, "%s; try `kshim plan --help`",
		        optind == argc ? "no KERNEL was given"
		                       : "more than one KERNEL was given");
		return false;
	}
	o->kernel = argv[optind];
	return true;
}
