/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The map drawn: one box a region from low to high addresses, its first address to the left,
 * what it is and its size to the right.
 *
 * Heights grow with the logarithm of the size from a least one that a line of text needs, so
 * that neither a page nor a gigabyte is lost and no two labels meet; holes are cut.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "stub/body/report.h"
#include "tools/cmd.h"
#include "tools/memory_text.h"
#include "tools/outfile.h"
#include "tools/plan/show.h"
#include "tools/plan/svg.h"
#include "tools/size.h"

#define WIDTH        880
#define MARGIN       32
#define BAR_X        190
#define BAR_WIDTH    250
#define NAME_X       (BAR_X + BAR_WIDTH + 22)
#define SIZE_X       (WIDTH - MARGIN)
#define TOP          118
#define LEAST        24.0 /* a line of text */
#define PER_DOUBLING 4.2  /* beyond a page, for what is placed */
#define PER_OTHER    2.6  /* the same for all the rest */
#define CUT          30.0 /* height of a hole */
#define LINE         19
#define NAME_MAX_LEN 44
#define LEGEND_ROW   24
#define LEGEND_COLS  4
#define TEXT_COLS    112 /* characters in a line of the whole width */

struct drawing {
	FILE *out;
	const struct show *show;
	double bottom; /* of the map */
};

static double
height_of(const struct region *r)
{
	double h = LEAST, step = region_is_placed(r->kind) ? PER_DOUBLING : PER_OTHER;

	if (r->kind == REGION_HOLE)
		return CUT;
	for (uint64_t v = r->range.len; v > PAGE; v >>= 1)
		h += step;
	return h;
}

/* Where an address is on the drawing. */
static double
y_of(const struct regions *s, uint64_t addr)
{
	double y = TOP;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct region *r = &s->region[i];

		if (addr >= r->range.addr && addr - r->range.addr < r->range.len)
			return y + height_of(r) * ((double)(addr - r->range.addr) /
			                                  (double)r->range.len);
		y += height_of(r);
	}
	return y;
}

static void text_f(const struct drawing *d, const char *class, const char *anchor, double x,
        double y, const char *format, ...) __attribute__((format(printf, 6, 7)));

static void
text_f(const struct drawing *d, const char *class, const char *anchor, double x, double y,
        const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	svg_text(d->out, class, anchor, x, y, text);
}

/* Two short waves where a hole is cut. */
static void
draw_cut(const struct drawing *d, double y, double h)
{
	for (int dy = -3; dy <= 3; dy += 6) {
		fprintf(d->out, "<path class='edge' d='M%d %.1f", BAR_X - 6, y + h / 2 + dy);
		for (int i = 0; i < 8; i++)
			fprintf(d->out, "q%.2f %d %.2f 0", (BAR_WIDTH + 12) / 16.0,
			        i % 2 ? 5 : -5, (BAR_WIDTH + 12) / 8.0);
		fputs("'/>\n", d->out);
	}
}

static void
draw_region(const struct drawing *d, const struct region *r, double y)
{
	double h = height_of(r);
	bool placed = region_is_placed(r->kind), hole = r->kind == REGION_HOLE;
	char size[SIZE_TEXT];

	fputs("<g><title>", d->out);
	fprintf(d->out, "0x%llx to 0x%llx, %s: ", (unsigned long long)r->range.addr,
	        (unsigned long long)(range_end(r->range) - 1), size_text(r->range.len, size));
	svg_escape(d->out, r->name);
	fputs("</title>\n", d->out);
	fprintf(d->out, "<rect %s x='%d' y='%.1f' width='%d' height='%.1f'/>\n",
	        svg_fill(r->kind), BAR_X, y, BAR_WIDTH, h);
	if (hole)
		draw_cut(d, y, h);
	text_f(d, placed ? "strong" : "soft", "start", NAME_X, y + h / 2 + 4.5, "%.*s",
	        NAME_MAX_LEN, r->name);
	text_f(d, "size", "end", SIZE_X, y + h / 2 + 4.5, "%s", size);
	fputs("</g>\n", d->out);
}

static void
draw_address(const struct drawing *d, double y, uint64_t addr)
{
	fprintf(d->out, "<line class='tick' x1='%d' y1='%.1f' x2='%d' y2='%.1f'/>\n",
	        BAR_X - 10, y, BAR_X + BAR_WIDTH, y);
	fprintf(d->out, "<line class='rule' x1='%d' y1='%.1f' x2='%d' y2='%.1f'/>\n",
	        BAR_X + BAR_WIDTH + 1, y, SIZE_X, y);
	text_f(d, "addr", "end", BAR_X - 16, y + 4.2, "0x%09llx", (unsigned long long)addr);
}

static void
draw_entry(const struct drawing *d)
{
	const struct plan *plan = &d->show->c->plan;
	double y = y_of(d->show->regions, plan->entry) + 8;

	if (d->show->c->code)
		return;
	fprintf(d->out, "<path fill='#fff' d='M%d %.1fl10 6l-10 6z'/>\n", BAR_X + 10, y);
	text_f(d, "inside", "start", BAR_X + 27, y + 10.5, "entry 0x%llx by %s",
	        (unsigned long long)plan->entry, protocol_name(plan->protocol));
}

/* The two ranges that collide, side by side, over what is there. */
static void
draw_clash(const struct drawing *d)
{
	const struct refusal *why = &d->show->c->why;
	const struct named_range *both[] = {&why->a, &why->b};

	for (int i = 0; i < 2 && d->show->c->code; i++) {
		const struct named_range *r = both[i];
		double y, end;

		if (!r->name || !r->range.len)
			continue;
		y = y_of(d->show->regions, r->range.addr);
		end = y_of(d->show->regions, range_end(r->range) - 1);
		fprintf(d->out,
		        "<rect class='clash' x='%d' y='%.1f' width='%d' height='%.1f'/>\n",
		        BAR_X + 8 + i * BAR_WIDTH / 2, y, BAR_WIDTH / 2 - 16,
		        end - y > 6 ? end - y : 6);
		text_f(d, "bad", "middle", BAR_X + BAR_WIDTH / 4.0 + i * BAR_WIDTH / 2.0,
		        (y + end) / 2 + 4.5, "%s", i ? "in the way" : "wanted");
	}
}

static void
draw_map(struct drawing *d)
{
	const struct regions *s = d->show->regions;
	double y = TOP;

	for (uint32_t i = 0; i < s->count; i++) {
		draw_region(d, &s->region[i], y);
		draw_address(d, y, s->region[i].range.addr);
		y += height_of(&s->region[i]);
	}
	if (s->count)
		draw_address(d, y, range_end(s->region[s->count - 1].range));
	fprintf(d->out, "<rect class='edge' x='%d' y='%d' width='%d' height='%.1f'/>\n", BAR_X,
	        TOP, BAR_WIDTH, y - TOP);
	d->bottom = y;
	draw_entry(d);
	draw_clash(d);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void
draw_head(const struct drawing *d)
{
	const struct plan_case *c = d->show->c;
	char line[256], size[SIZE_TEXT];
	struct text t = text_init(line, sizeof(line));

	report_facts(&t, &c->facts);
	text_f(d, "head", "start", MARGIN, 42, "%.70s", base_name(c->options.kernel));
	text_f(d, "sub", "start", MARGIN, 66, "%s", line);
	if (case_map_is_given(c))
		text_f(d, "sub", "start", MARGIN, 86, "%.60s, body %s",
		        base_name(c->options.map), plan_body_words[c->options.body]);
	else
		text_f(d, "sub", "start", MARGIN, 86, "%s with %s, body %s",
		        plan_machine_words[c->options.machine],
		        size_text(c->options.memory, size), plan_body_words[c->options.body]);
	svg_text(d->out, c->code ? "bad" : "good", "end", SIZE_X, 42,
	        c->code ? "refused" : "it fits");
}

/* Words in lines below each other; returns the y of the next line. */
static double
draw_wrapped(const struct drawing *d, const char *class, double y, const char *text)
{
	while (*text) {
		size_t len = strlen(text), cut = len;

		if (len > TEXT_COLS) {
			for (cut = TEXT_COLS; cut && text[cut] != ' '; cut--)
				;
			cut = cut ? cut : TEXT_COLS;
		}
		text_f(d, class, "start", MARGIN, y, "%.*s", (int)cut, text);
		text += cut;
		text += strspn(text, " ");
		y += LINE;
	}
	return y;
}

static double
draw_refusal(const struct drawing *d, double y)
{
	const struct advice *a = d->show->advice;
	char line[1024];

	if (!d->show->c->code)
		return y;
	refusal_format(&d->show->c->why, line, sizeof(line));
	y = draw_wrapped(d, "bad", y + 2 * LINE, line);
	for (uint32_t i = 0; i < a->count; i++) {
		snprintf(line, sizeof(line), "What would help: %s", a->item[i].text);
		y = draw_wrapped(d, "strong", y, line);
	}
	return y;
}

static bool
is_there(const struct regions *s, enum region_kind kind)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->region[i].kind == kind)
			return true;
	}
	return false;
}

/* Is it there, and no earlier kind that is drawn alike? */
static bool
in_legend(const struct regions *s, enum region_kind kind)
{
	for (int k = 0; k < (int)kind; k++) {
		if (strcmp(region_title((enum region_kind)k), region_title(kind)) == 0 &&
		        is_there(s, (enum region_kind)k))
			return false;
	}
	return is_there(s, kind);
}

/* The kinds that there are, in columns. */
static double
draw_legend(const struct drawing *d, double y)
{
	const struct regions *s = d->show->regions;
	unsigned n = 0, rows, column = (WIDTH - 2 * MARGIN) / LEGEND_COLS;

	y += 34;
	for (int kind = 0; kind < REGION_KINDS; kind++) {
		unsigned row_of = n / LEGEND_COLS;
		double x = MARGIN + n % LEGEND_COLS * column, row = y + row_of * LEGEND_ROW;

		if (!in_legend(s, (enum region_kind)kind))
			continue;
		fprintf(d->out,
		        "<rect %s x='%.1f' y='%.1f' width='18' height='14' rx='2'/>"
		        "<rect class='edge' x='%.1f' y='%.1f' width='18' height='14' rx='2'/>\n",
		        svg_fill(kind), x, row - 11.5, x, row - 11.5);
		svg_text(d->out, "soft", "start", x + 26, row, region_title(kind));
		n++;
	}
	rows = (n + LEGEND_COLS - 1) / LEGEND_COLS;
	y += rows * LEGEND_ROW + 6;
	svg_text(d->out, "soft", "start", MARGIN, y,
	        "Low addresses at the top. Heights grow with the logarithm of the size; holes are cut.");
	return y;
}

/* The description for those who do not see it. */
static void
describe(const struct show *s, char *text, size_t size)
{
	size_t n = 0;

	for (uint32_t i = 0; i < s->regions->count; i++) {
		const struct region *r = &s->regions->region[i];
		int more;

		if (!region_is_placed(r->kind) || n >= size)
			continue;
		more = snprintf(text + n, size - n, "%s%s from 0x%llx to 0x%llx", n ? "; " : "",
		        r->name, (unsigned long long)r->range.addr,
		        (unsigned long long)(range_end(r->range) - 1));
		n += more > 0 ? (size_t)more : 0;
	}
	if (!n)
		refusal_format(&s->c->why, text, size);
}

static void
draw(FILE *out, const struct show *show)
{
	struct drawing d = {.out = out, .show = show};
	char title[300], desc[4096] = "";
	struct memory_text body;
	double y;

	if (!memory_text_open(&body))
		no_memory();
	d.out = body.out; /* the height is known when all is drawn */
	draw_head(&d);
	draw_map(&d);
	y = draw_legend(&d, draw_refusal(&d, d.bottom));
	if (!memory_text_close(&body))
		no_memory();
	snprintf(title, sizeof(title), "Memory for %.200s: %s",
	        base_name(show->c->options.kernel), show->c->code ? "refused" : "it fits");
	describe(show, desc, sizeof(desc));
	svg_begin(out, WIDTH, (unsigned)y + MARGIN, title, desc);
	fwrite(body.text, 1, body.len, out);
	svg_end(out);
	free(body.text);
}

int
show_svg(const char *path, const struct show *show)
{
	struct outfile out;
	struct memory_text text;

	if (!memory_text_open(&text))
		no_memory();
	draw(text.out, show);
	if (!memory_text_close(&text))
		no_memory();
	if (outfile_open(path, &out) != STATUS_OK) {
		free(text.text);
		return STATUS_HOST;
	}
	outfile_write(&out, text.text, text.len);
	free(text.text);
	if (outfile_flush(&out) != STATUS_OK)
		return STATUS_HOST;
	return outfile_commit(&out);
}
