/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line against the machine: consoles and disks that are not there, words that do
 * nothing, the word that crosses the kernel's limit.
 *
 * Sources: Linux Documentation/admin-guide/kernel-parameters.txt; what each machine has is what
 * it has without further options (--have tells more).
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tools/plan/findings.h"
#include "tools/plan/plan_case.h"
#include "tools/plan/unpacking.h"

#define WORD 128 /* bytes of a word that are looked at and shown */

struct machine_has {
	const char *consoles, *disks; /* with a blank on each side */
	const char *usual;            /* console= that will be seen */
};

static const struct machine_has machines[] = {
        [MACHINE_KSHIM] = {" ttyS0 ", " ", "ttyS0"},
        [MACHINE_PC] = {" ttyS0 tty0 tty1 ", " ", "ttyS0"},
        [MACHINE_Q35] = {" ttyS0 tty0 tty1 ", " ", "ttyS0"},
        [MACHINE_MICROVM] = {" ttyS0 ", " ", "ttyS0"},
        [MACHINE_FIRECRACKER] = {" ttyS0 ", " vda ", "ttyS0"},
        [MACHINE_CLOUD_HYPERVISOR] = {" hvc0 ttyS0 ", " vda ", "hvc0"},
        [MACHINE_OVMF] = {" ttyS0 tty0 tty1 ", " ", "ttyS0"},
        [MACHINE_VIRT] = {" ttyS0 ", " ", "ttyS0"},
};

struct look {
	const struct plan_case *c;
	struct findings *f;
	const struct machine_has *has; /* NULL: the machine is only known by its map */
	bool console, root;
};

/* The next word of the line at *at, cut to WORD; false at the end, or at a bare "--". */
static bool
next_word(const char **at, char word[WORD])
{
	size_t n = 0;
	bool quoted = false;

	*at += strspn(*at, " \t");
	for (; **at && (quoted || (**at != ' ' && **at != '\t')); ++*at) {
		if (**at == '"')
			quoted = !quoted;
		else if (n + 1 < WORD)
			word[n++] = **at;
	}
	word[n] = '\0';
	return n && strcmp(word, "--") != 0;
}

/* The value if the word is NAME=VALUE, else NULL. */
static const char *
value_of(const char *word, const char *name)
{
	size_t len = strlen(name);

	return strncmp(word, name, len) == 0 && word[len] == '=' ? word + len + 1 : NULL;
}

/* Is `name` (up to a comma) one of the blank-separated words, or one of --have? */
static bool
machine_has(const struct look *l, const char *list, const char *name, size_t len)
{
	char wanted[WORD + 2];
	const char *have = l->c->options.have;

	snprintf(wanted, sizeof(wanted), " %.*s ", (int)len, name);
	if (strstr(list, wanted))
		return true;
	while (*have) {
		size_t n = strcspn(have, ",");

		if (n == len && strncmp(have, name, len) == 0)
			return true;
		have += n + (have[n] == ',');
	}
	return false;
}

/* What people type for ttyS0. */
static bool
looks_like_a_slip(const char *v)
{
	return !strncmp(v, "/dev/", 5) || !strncasecmp(v, "com", 3) || !strcmp(v, "serial") ||
	       !strcmp(v, "ttyS") ||
	       (!strncasecmp(v, "ttyS", 4) && strncmp(v, "ttyS", 4) != 0) ||
	       !strncmp(v, "ttySO", 5) || !strcmp(v, "tty");
}

static void
look_at_console(struct look *l, const char *v)
{
	size_t len = strcspn(v, ",");

	l->console = true;
	if (!*v || !strcmp(v, "null"))
		return; /* no console is what they want */
	if (looks_like_a_slip(v)) {
		findings_add(l->f, FINDING_WARNING, "console.typo",
		        "console=%s is no name of a console: ttyS0 (a capital S, the digit 0, no /dev/) is the first serial port",
		        v);
		return;
	}
	if (!strncmp(v, "ttyAMA", 6) && l->c->facts.format != KERNEL_RISCV) {
		findings_add(l->f, FINDING_WARNING, "console.other-machine",
		        "console=%s is a serial port of Arm machines; here it is ttyS0", v);
		return;
	}
	if (l->has && !machine_has(l, l->has->consoles, v, len))
		findings_add(l->f, FINDING_WARNING, "console.absent",
		        "console=%s: the machine %s has %.*s only; if yours has it, say --have %.*s",
		        v, plan_machine_words[l->c->options.machine],
		        (int)strlen(l->has->consoles) - 2, l->has->consoles + 1, (int)len, v);
}

static void
look_at_root(struct look *l, const char *v)
{
	const char *name = v + strlen("/dev/");
	size_t len;

	l->root = true;
	if (strncmp(v, "/dev/", 5) != 0 || !l->has)
		return;
	if (!strncmp(name, "ram", 3) || !strncmp(name, "mapper/", 7) ||
	        !strncmp(name, "nfs", 3))
		return;
	len = strspn(name, "abcdefghijklmnopqrstuvwxyz");
	if (!strncmp(name, "nvme", 4) || !strncmp(name, "mmcblk", 6))
		len = strcspn(name, "p");
	if (!machine_has(l, l->has->disks, name, len))
		findings_add(l->f, FINDING_WARNING, "root.absent",
		        "root=%s: the machine %s has no such disk%s; if yours has it, say --have %.*s",
		        v, plan_machine_words[l->c->options.machine],
		        strcmp(l->has->disks, " ") == 0 ? ", nor any other" : "", (int)len,
		        name);
}

static void
look_at_early(struct look *l, const char *word)
{
	static const char *const good[] = {"ttyS", "serial", "vga", "efi", "dbgp", "xdbc",
	        "xen", "pciserial", "mmio32", "usbdbc"};
	const char *v = value_of(word, "earlyprintk");

	if (l->c->facts.format == KERNEL_RISCV) {
		findings_add(l->f, FINDING_WARNING, "earlyprintk.other-machine",
		        "%s: RISC-V has no earlyprintk; earlycon=sbi shows the first lines",
		        word);
		return;
	}
	for (size_t i = 0; v && i < sizeof(good) / sizeof(good[0]); i++) {
		if (!strncmp(v, good[i], strlen(good[i])))
			return;
	}
	findings_add(l->f, FINDING_WARNING, "earlyprintk.value",
	        "%s does nothing: it wants a place, as earlyprintk=ttyS0", word);
}

/* Words whose value was typed apart, and names with a slip. */
static void
look_at_slips(struct look *l, const char *word)
{
	static const char *const wants_value[] = {"console", "root", "init", "rdinit", "mem"};
	static const struct {
		const char *wrong, *right;
	} slips[] = {{"consol=", "console="}, {"consle=", "console="}, {"cosole=", "console="},
	        {"earlyprink=", "earlyprintk="}, {"earlyprintf=", "earlyprintk="},
	        {"rood=", "root="}, {"loglvl=", "loglevel="}, {"log_level=", "loglevel="}};

	for (size_t i = 0; i < sizeof(wants_value) / sizeof(wants_value[0]); i++) {
		if (!strcmp(word, wants_value[i]))
			findings_add(l->f, FINDING_WARNING, "word.no-value",
			        "%s stands alone: %s=VALUE, without blanks", word, word);
	}
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
		if (!strncmp(word, slips[i].wrong, strlen(slips[i].wrong)))
			findings_add(l->f, FINDING_WARNING, "word.typo",
			        "%s: is %s meant? Linux passes on what it does not know", word,
			        slips[i].right);
	}
}

static void
look_at_word(struct look *l, const char *word)
{
	const char *v;

	if ((v = value_of(word, "console")))
		look_at_console(l, v);
	else if ((v = value_of(word, "root")))
		look_at_root(l, v);
	else if (!strncmp(word, "earlyprintk", 11))
		look_at_early(l, word);
	else if (value_of(word, "initrd") && l->c->body != BODY_EFI)
		findings_add(l->f, FINDING_WARNING, "word.initrd",
		        "%s is read by Linux' UEFI stub only; here initrds are given by -i",
		        word);
	else
		look_at_slips(l, word);
}

/* Which word goes over the kernel's limit, and who sets that. */
static void
look_at_length(const struct look *l)
{
	const struct facts *k = &l->c->facts;
	uint64_t limit = l->c->why.wanted, start = limit;
	const char *from = "Linux for x86 keeps 2047 bytes (COMMAND_LINE_SIZE)";
	char old[64];

	if (l->c->code != REFUSAL_CMDLINE_LONG || limit >= l->c->req.cmdline.len)
		return;
	while (start && l->c->line[start - 1] != ' ')
		start--;
	if (k->format == KERNEL_RISCV)
		from = "Linux for RISC-V keeps 1023 bytes (COMMAND_LINE_SIZE)";
	if (k->format == KERNEL_BZIMAGE && k->bz.version >= 0x206)
		from = "the kernel says so in cmdline_size, at 0x238 of its file";
	if (k->format == KERNEL_BZIMAGE && k->bz.version < 0x206) {
		snprintf(old, sizeof(old), "boot protocol %u.%02u takes no more",
		        (unsigned)k->bz.version >> 8, (unsigned)k->bz.version & 0xff);
		from = old;
	}
	findings_add(l->f, FINDING_ERROR, "cmdline.limit",
	        "the limit of %llu bytes falls into the word '%.*s' (at byte %llu): %s",
	        (unsigned long long)limit,
	        (int)strcspn(l->c->line + start, " ") > 60
	                ? 60
	                : (int)strcspn(l->c->line + start, " "),
	        l->c->line + start, (unsigned long long)start, from);
}

void
findings_of_words(const struct plan_case *c, struct findings *f)
{
	bool linux_kernel = c->facts.format == KERNEL_BZIMAGE ||
	                    c->facts.format == KERNEL_RISCV ||
	                    c->facts.elf.evidence != LINUX_NO;
	struct look l = {.c = c, .f = f};
	const char *at = c->line;
	char word[WORD] = "";

	if (!case_map_is_given(c))
		l.has = &machines[c->options.machine];
	look_at_length(&l);
	if (!linux_kernel)
		return;
	while (next_word(&at, word))
		look_at_word(&l, word);
	if (!l.console && l.has && !strstr(l.has->consoles, " tty0 "))
		findings_add(f, FINDING_WARNING, "console.none",
		        "no console= on the command line: nothing will be seen of this kernel; console=%s is there",
		        l.has->usual);
	else if (!l.console && l.has)
		findings_add(f, FINDING_NOTE, "console.none",
		        "no console= on the command line: messages go to the screen only; console=%s shows them on the serial port",
		        l.has->usual);
	if (!l.root && c->req.blobs < 2)
		findings_add(f, FINDING_NOTE, "root.none",
		        "neither an initrd nor root=: Linux panics unless an initramfs is built in");
}
