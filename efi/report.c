/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says what was found and what will be done, one line each, for the reader of the console.
 */
#include "efi/boot.h"
#include "efi/say.h"
#include "efi/secure.h"
#include "efi/unpack.h"
#include "stub/base/text.h"
#include "stub/body/report_lines.h"

#define CR4_LA57 (1u << 12)

/* The kernel is entered with four levels; the trampoline sees to that. */
static bool
in_5_levels(void)
{
	uint64_t cr4;

	__asm__("mov %%cr4, %0" : "=r"(cr4));
	return cr4 & CR4_LA57;
}

/* The address of a function in another file would be loaded in a way that pack-efi cannot move.
 */
static void
print(const char *line)
{
	say(line);
}

/* What a unified kernel image may have and nothing here uses. */
static void
report_unused_sections(const struct boot *b)
{
	static const char *const names[] = {".dtb", ".dtbauto", ".hwids", ".efifw", ".splash"};
	char line[96];
	struct text t = text_init(line, sizeof(line));
	struct span content;
	size_t head;

	text_str(&t, "sections that are not used:");
	head = t.len;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!unpack_own_section(b, names[i], &content))
			continue;
		text_str(&t, " ");
		text_str(&t, names[i]);
	}
	if (t.len > head)
		say(line);
}

void
report_kernel(const struct boot *b)
{
	say("version " KSHIM_VERSION);
	report_kernel_line(print, b->from, b->kernel.name, &b->facts);
	if (secure_is_own(b->kernel.bytes))
		report_unused_sections(b);
}

void
report_plan(const struct boot *b)
{
	if (in_5_levels())
		say("leaving 5-level paging");
	report_plan_lines(print, &b->plan, NULL);
}
