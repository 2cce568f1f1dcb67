/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console's last lines, and those that tell of a panic: watch.h.
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

/* True if nothing more will come. */
static bool
take_line(struct watch *w)
{
	switch (linux_line(w->line)) {
	case LINUX_LINE_OOPS:
		keep_first(w->oops, w->line);
		return false;
	case LINUX_LINE_WHERE:
		if (w->oops[0])
			keep_first(w->where, w->line);
		return false;
	case LINUX_LINE_PANIC:
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
	if (w->len)
		memcpy(w->last[w->lines++ % WATCH_LINES], w->line, w->len + 1);
	w->len = 0;
	return over;
}

void
watch_print(const struct watch *w)
{
	uint64_t first = w->lines > WATCH_LINES ? w->lines - WATCH_LINES : 0;

	if (w->oops[0])
		fprintf(stderr, "  The first oops:\n    %s\n", w->oops);
	if (w->where[0])
		fprintf(stderr, "    %s\n", w->where);
	fputs("  The last lines:\n", stderr);
	for (uint64_t i = first; i < w->lines; i++)
		fprintf(stderr, "    %s\n", w->last[i % WATCH_LINES]);
}
