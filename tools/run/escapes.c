/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A state machine over the guest's bytes that holds a sequence back until it is complete:
 * escapes.h.
 */
#include "escapes.h"

#include <stdbool.h>
#include <string.h>

#define ESC 0x1b

static size_t
drop(struct escapes *e)
{
	e->state = ESCAPES_TEXT;
	e->len = 0;
	return 0;
}

/* All that is held, as the last byte has completed it. */
static size_t
pass(struct escapes *e)
{
	size_t len = e->len;

	drop(e);
	return len;
}

static void
hold(struct escapes *e, uint8_t byte, enum escapes_state state)
{
	e->held[e->len++] = byte;
	e->state = state;
}

/* How many bytes of an UTF-8 character follow its first one. */
static unsigned
bytes_behind(uint8_t first)
{
	if (first < 0xc0)
		return 0;
	return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

/* Bytes 0x80 to 0x9f are control characters but inside of an UTF-8 character. */
static bool
is_text(uint8_t byte, bool inside)
{
	if (byte < ' ')
		return byte && strchr("\a\b\t\n\v\f\r", byte);
	return byte < 0x7f || byte >= 0xa0 || (inside && byte != 0x7f);
}

static size_t
put_text(struct escapes *e, uint8_t byte)
{
	bool inside = e->rest && byte >= 0x80 && byte < 0xc0;

	e->rest = inside ? e->rest - 1 : bytes_behind(byte);
	if (byte == ESC || byte == 0xc2) {
		hold(e, byte, byte == ESC ? ESCAPES_ESC : ESCAPES_HIGH);
		return 0;
	}
	if (!is_text(byte, inside))
		return 0;
	hold(e, byte, ESCAPES_TEXT);
	return pass(e);
}

/* The second byte of a sequence. */
static size_t
put_esc(struct escapes *e, uint8_t byte)
{
	if (strchr("]PX^_", byte)) {
		drop(e);
		e->state = ESCAPES_STRING;
		return 0;
	}
	if (byte == '[' || byte < '0') {
		hold(e, byte, byte == '[' ? ESCAPES_CSI : ESCAPES_SHORT);
		return 0;
	}
	hold(e, byte, ESCAPES_TEXT);
	return strchr("78DEM=>", byte) ? pass(e) : drop(e);
}

/* Behind ESC and a byte from blank to slash: the charsets of drawn lines, and no other. */
static size_t
put_short(struct escapes *e, uint8_t byte)
{
	bool charset = e->held[1] == '(' || e->held[1] == ')';

	if (byte < '0') {
		e->held[1] = '/'; /* a further such byte: no charset any more */
		return 0;
	}
	hold(e, byte, ESCAPES_TEXT);
	return charset && (byte == 'B' || byte == '0') ? pass(e) : drop(e);
}

/* Modes of ESC [ ? that programs on a console need: keys, wrapping, cursor, second screen. */
static bool
is_mode(const char *params)
{
	static const char *const modes[] = {"1", "7", "12", "25", "47", "1047", "1049", "2004"};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(params, modes[i]) == 0)
			return true;
	return false;
}

/* Is the held sequence, up to its last byte, one that only draws? */
static bool
only_draws(const struct escapes *e)
{
	char params[ESCAPES_MAX] = "";
	uint8_t final = e->held[e->len - 1];

	memcpy(params, e->held + 2, e->len - 3);
	if (params[0] == '?')
		return (final == 'h' || final == 'l') && is_mode(params + 1);
	return strchr("@ABCDEFGHIJKLMPSTXZ`adefmrsu", final) &&
	       strspn(params, "0123456789;:") == strlen(params);
}

static size_t
put_csi(struct escapes *e, uint8_t byte)
{
	if (e->len < ESCAPES_MAX)
		e->held[e->len] = byte;
	e->len += e->len <= ESCAPES_MAX; /* one more than fits: too long */
	if (byte < '@')
		return 0;
	return e->len <= ESCAPES_MAX && only_draws(e) ? pass(e) : drop(e);
}

static size_t
put_inside(struct escapes *e, uint8_t byte)
{
	switch (e->state) {
	case ESCAPES_ESC:
		return put_esc(e, byte);
	case ESCAPES_SHORT:
		return put_short(e, byte);
	case ESCAPES_CSI:
		return put_csi(e, byte);
	default:
		return byte == '\a' ? drop(e) : 0;
	}
}

static size_t
put_high(struct escapes *e, uint8_t byte)
{
	if (byte < 0x80 || byte >= 0xc0) {
		drop(e);
		return put_text(e, byte);
	}
	e->rest = 0;
	hold(e, byte, ESCAPES_TEXT);
	return byte < 0xa0 ? drop(e) : pass(e);
}

/* Control characters end a sequence, and most of them a string: ESC, as in its end ESC \. */
static bool
goes_on(const struct escapes *e, uint8_t byte)
{
	if (e->state == ESCAPES_STRING)
		return !byte || !strchr("\n\x18\x1a\x1b", byte);
	return e->state != ESCAPES_TEXT && byte >= ' ' && byte < 0x80;
}

size_t
escapes_put(struct escapes *e, uint8_t byte, const uint8_t **ret_bytes)
{
	*ret_bytes = e->held;
	if (e->state == ESCAPES_HIGH)
		return put_high(e, byte);
	if (goes_on(e, byte))
		return put_inside(e, byte);
	drop(e);
	return put_text(e, byte);
}
