/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan on a terminal: what it is for, a table whose middle column is the drawn map, the
 * entry, what was noticed, and, if it is refused, what collides and what would help.
 *
 * A region takes a line, larger ones up to three more, by the logarithm of their size; so the
 * drawing keeps the order and a feeling for sizes, and 80 columns suffice.
 */
#include <stdlib.h>
#include <string.h>

#include "stub/body/report.h"
#include "stub/handoff/entry.h"
#include "tools/plan/show.h"
#include "tools/size.h"

#define BAR         8
#define LOGS_A_LINE 4  /* one more line for each factor of 16 ... */
#define LINE_FROM   20 /* ... beyond 1 MiB */
#define LINES_MAX   4

struct style {
	enum term_colour colour;
	const char *utf8, *ascii; /* one column of the bar */
};

static const struct style styles[REGION_KINDS] = {
        [REGION_HOLE] = {TERM_FAINT, " ", " "},
        [REGION_FREE] = {TERM_FAINT, " ", " "},
        [REGION_RESERVED] = {TERM_FAINT, "/", "/"},
        [REGION_ACPI] = {TERM_FAINT, "/", "/"},
        [REGION_NVS] = {TERM_FAINT, "/", "/"},
        [REGION_UNUSABLE] = {TERM_RED, "x", "x"},
        [REGION_PMEM] = {TERM_FAINT, "p", "p"},
        [REGION_KEPT] = {TERM_FAINT, "/", "/"},
        [REGION_BUSY] = {TERM_FAINT, "░", "."},
        [REGION_SOURCE] = {TERM_FAINT, "░", "."},
        [REGION_KERNEL] = {TERM_BLUE, "█", "K"},
        [REGION_KERNEL_REST] = {TERM_BLUE, "▒", "k"},
        [REGION_INITRD] = {TERM_GREEN, "█", "I"},
        [REGION_CMDLINE] = {TERM_YELLOW, "█", "c"},
        [REGION_ZERO_PAGE] = {TERM_MAGENTA, "█", "z"},
        [REGION_SETUP_DATA] = {TERM_MAGENTA, "▒", "s"},
        [REGION_START_INFO] = {TERM_MAGENTA, "█", "S"},
        [REGION_GDT] = {TERM_CYAN, "█", "G"},
        [REGION_PAGE_TABLES] = {TERM_CYAN, "▒", "P"},
        [REGION_TRAMPOLINE] = {TERM_RED, "▒", "T"},
        [REGION_EFI_MAP] = {TERM_MAGENTA, "▒", "M"},
        [REGION_STAGE] = {TERM_FAINT, "▒", "~"},
        [REGION_FDT] = {TERM_MAGENTA, "█", "D"},
};

static unsigned
lines_of(const struct region *r)
{
	unsigned bits = 0, n;

	for (uint64_t v = r->range.len; v > 1; v >>= 1)
		bits++;
	n = bits < LINE_FROM ? 1 : 2 + (bits - LINE_FROM) / LOGS_A_LINE;
	if ((r->kind == REGION_HOLE || r->kind == REGION_RESERVED) && n > 2)
		n = 2;
	return n > LINES_MAX ? LINES_MAX : n;
}

static void
bar(const struct term *t, enum region_kind kind)
{
	const struct style *s = &styles[kind];
	const char *side =
	        kind == REGION_HOLE ? term_pick(t, "┊", ":") : term_pick(t, "│", "|");

	fputs(side, t->out);
	fputs(term_set(t, s->colour), t->out);
	for (unsigned i = 0; i < BAR; i++)
		fputs(term_pick(t, s->utf8, s->ascii), t->out);
	fputs(term_set(t, TERM_PLAIN), t->out);
	fputs(side, t->out);
}

/* Hexadecimal digits for the last address of all; at least 8. */
static int
digits(const struct regions *s)
{
	uint64_t last = s->count ? range_end(s->region[s->count - 1].range) - 1 : 0;
	int n = 8;

	while (n < 16 && last >> (4 * n))
		n++;
	return n;
}

void
show_table(const struct term *t, const struct regions *regions)
{
	int wide = digits(regions);
	char size[SIZE_TEXT];

	for (uint32_t i = 0; i < regions->count; i++) {
		const struct region *r = &regions->region[i];
		bool placed = region_is_placed(r->kind);

		fprintf(t->out, "%0*llx-%0*llx ", wide, (unsigned long long)r->range.addr, wide,
		        (unsigned long long)(range_end(r->range) - 1));
		bar(t, r->kind);
		fprintf(t->out, " %10s  %s", size_text(r->range.len, size),
		        term_set(t, placed ? TERM_BOLD : TERM_FAINT));
		fprintf(t->out, "%.*s%s\n", (int)(TERM_WIDTH - (2 * wide + 26)), r->name,
		        term_set(t, TERM_PLAIN));
		for (unsigned n = 1; n < lines_of(r); n++) {
			fprintf(t->out, "%*s", 2 * wide + 2, "");
			bar(t, r->kind);
			fputc('\n', t->out);
		}
	}
}

void
show_entry(const struct term *t, const struct plan *plan)
{
	struct machine_state s;

	entry_state(plan, &s);
	fprintf(t->out,
	        "entry: %u-bit, rip 0x%llx, rsp 0x%llx, rbx 0x%llx, rsi 0x%llx\n"
	        "       cr0 0x%llx, cr3 0x%llx, cr4 0x%llx, efer 0x%llx\n",
	        s.bits, (unsigned long long)s.rip, (unsigned long long)s.rsp,
	        (unsigned long long)s.rbx, (unsigned long long)s.rsi, (unsigned long long)s.cr0,
	        (unsigned long long)s.cr3, (unsigned long long)s.cr4,
	        (unsigned long long)s.efer);
}

static void
heading(const struct term *t, const char *text)
{
	fprintf(t->out, "\n%s%s%s\n", term_set(t, TERM_BOLD), text, term_set(t, TERM_PLAIN));
}

/* "kernel: " and what it is, wrapped. */
static void
labelled(const struct term *t, const char *label, const char *text)
{
	fprintf(t->out, "%-9s", label);
	term_wrap(t, 9, 9, text);
}

static void
show_subject(const struct term *t, const struct show *s)
{
	const struct plan_case *c = s->c;
	char line[1024], size[SIZE_TEXT];
	struct text text = text_init(line, sizeof(line));

	text_str(&text, c->options.kernel);
	text_str(&text, ": ");
	report_facts(&text, &c->facts);
	labelled(t, "kernel", line);
	for (uint32_t i = 1; i < c->files; i++) {
		snprintf(line, sizeof(line), "%s: %s", c->file[i].path,
		        size_text(c->file[i].bytes.size, size));
		labelled(t, "initrd", line);
	}
	if (case_map_is_given(c))
		snprintf(line, sizeof(line), "%s: %s, %s of RAM", c->options.map, c->given.what,
		        size_text(memmap_ram_size(c->req.map), size));
	else
		snprintf(line, sizeof(line), "%s, %s", plan_machine_words[c->options.machine],
		        size_text(c->options.memory, size));
	labelled(t, "machine", line);
	labelled(t, "body", plan_body_words[c->options.body]);
}

static void
show_outcome(const struct term *t, const struct show *s)
{
	const struct plan_case *c = s->c;
	char line[256];
	struct text text = text_init(line, sizeof(line));
	uint32_t late = 0;

	for (uint32_t i = 0; i < c->plan.moves; i++)
		late += c->plan.move[i].late;
	report_entry(&text, &c->plan);
	fputc('\n', t->out);
	fprintf(t->out, "%s%s%s\n", term_set(t, TERM_GREEN), "it fits",
	        term_set(t, TERM_PLAIN));
	fprintf(t->out, "%s\n", line);
	text = text_init(line, sizeof(line));
	report_place(&text, &c->plan);
	fprintf(t->out, "%s\nmoves: %u, %u of them by the trampoline\n", line, c->plan.moves,
	        late);
	if (c->plan.protocol != PROTOCOL_RISCV)
		show_entry(t, &c->plan);
	labelled(t, "cmdline", c->line);
}

static void
show_range(const struct term *t, const struct named_range *r)
{
	char size[SIZE_TEXT];

	if (!r->name)
		return;
	if (r->range.len)
		fprintf(t->out, "  0x%llx-0x%llx  %10s  %s\n",
		        (unsigned long long)r->range.addr,
		        (unsigned long long)(range_end(r->range) - 1),
		        size_text(r->range.len, size), r->name);
	else
		fprintf(t->out, "  %s\n", r->name);
}

static void
show_refusal(const struct term *t, const struct show *s)
{
	char line[1024];

	refusal_format(&s->c->why, line, sizeof(line));
	fprintf(t->out, "\n%srefused%s  ", term_set(t, TERM_RED), term_set(t, TERM_PLAIN));
	term_wrap(t, 9, 9, line);
	if (s->c->why.a.name) {
		heading(t, "these collide:");
		show_range(t, &s->c->why.a);
		show_range(t, &s->c->why.b);
	}
	if (s->advice->count)
		heading(t, "what would help:");
	for (uint32_t i = 0; i < s->advice->count; i++) {
		fputs("  - ", t->out);
		term_wrap(t, 4, 4, s->advice->item[i].text);
	}
}

static void
show_findings(const struct term *t, const struct findings *f)
{
	static const enum term_colour colours[] = {TERM_CYAN, TERM_YELLOW, TERM_RED};
	char line[FINDING_TEXT + 64];

	if (f->count)
		fputc('\n', t->out);
	for (uint32_t i = 0; i < f->count; i++) {
		const struct finding *x = &f->finding[i];

		fprintf(t->out, "%s%-9s%s", term_set(t, colours[x->severity]),
		        severity_word(x->severity), term_set(t, TERM_PLAIN));
		snprintf(line, sizeof(line), "%s [%s]", x->text, x->name);
		term_wrap(t, 9, 9, line);
	}
	if (f->lost)
		fprintf(t->out, "and %u more\n", f->lost);
}

void
show_text(const struct term *t, const struct show *show)
{
	if (show->regions->count) {
		show_subject(t, show);
		fputc('\n', t->out);
		show_table(t, show->regions);
	}
	if (show->c->code)
		show_refusal(t, show);
	else
		show_outcome(t, show);
	show_findings(t, show->findings);
}
