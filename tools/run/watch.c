/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console's last lines, and those that tell of a panic: watch.h.
 *
 * Why a kernel panics often stands before the panic (which root file system it did not find,
 * which partitions there are), and the trace behind it is longer than what is kept at the end.
 */
#include "watch.h"

#include <stdio.h>
#include <string.h>

#include "tools/linux_log.h"

static void
keep_first(char *kept, const char *line)
{
	if (!kept[0])
		snprintf(kept, WATCH_LINE, "%s", linux_line_text(line));
}

/* What a fault tells begins with the line that comes next. */
static void
keep_before(struct watch *w)
{
	if (w->oops[0] || w->panic[0])
		return;
	memcpy(w->before, w->last, sizeof(w->before));
	w->fault = w->lines;
}

/* True if nothing more will come. */
static bool
take_line(struct watch *w)
{
	switch (linux_line(w->line)) {
	case LINUX_LINE_OOPS:
		keep_before(w);
		keep_first(w->oops, w->line);
		return false;
	case LINUX_LINE_WHERE:
		if (w->oops[0])
			keep_first(w->where, w->line);
		return false;
	case LINUX_LINE_PANIC:
		keep_before(w);
		keep_first(w->panic, w->line);
		return false;
	case LINUX_LINE_REBOOTS:
		return watch_panicked(w) && !w->restarts;
	case LINUX_LINE_PANIC_END:
		return watch_panicked(w);
	default:
		return false;
	}
}

bool
watch_put(struct watch *w, uint8_t byte)
{
	bool over;

	if (byte == '\r')
		return false;
	if (byte != '\n') {
		if (w->len + 1 < sizeof(w->line))
			w->line[w->len++] = byte >= ' ' && byte <= '~' ? (char)byte : '?';
		return false;
	}
	w->line[w->len] = 0;
	over = take_line(w);
	if (*linux_line_text(w->line))
		memcpy(w->last[w->lines++ % WATCH_LINES], w->line, w->len + 1);
	w->len = 0;
	return over;
}

static uint64_t
first_of_last(uint64_t lines)
{
	return lines > WATCH_LINES ? lines - WATCH_LINES : 0;
}

static void
print_lines(const char lines[WATCH_LINES][WATCH_LINE], uint64_t first, uint64_t end)
{
	for (uint64_t i = first; i < end; i++)
		fprintf(stderr, "    %s\n", lines[i % WATCH_LINES]);
}

void
watch_print(const struct watch *w)
{
	uint64_t before = first_of_last(w->fault), last = first_of_last(w->lines);
	uint64_t end = w->fault < last ? w->fault : last;

	if (before < end) {
		fprintf(stderr, "  The lines before the %s:\n",
		        w->oops[0] ? "first oops" : "panic");
		print_lines(w->before, before, end);
	}
	if (w->oops[0])
		fprintf(stderr, "  The first oops:\n    %s\n", w->oops);
	if (w->where[0])
		fprintf(stderr, "    %s\n", w->where);
	fputs("  The last lines:\n", stderr);
	print_lines(w->last, last, w->lines);
}
