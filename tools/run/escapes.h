/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest prints, made harmless for the host's terminal: text, colours and the cursor's
 * movements pass; what makes a terminal answer, print, change its title, clipboard or state
 * does not.
 *
 * Source: ECMA-48 for the form of sequences, xterm's ctlseqs for what they do. A terminal that
 * reads UTF-8 is assumed; control characters above 0x7f are taken out in both of their forms.
 */
#ifndef RUN_ESCAPES_H
#define RUN_ESCAPES_H

#include <stddef.h>
#include <stdint.h>

#define ESCAPES_MAX 32 /* bytes of a sequence; a longer one is left out */

enum escapes_state {
	ESCAPES_TEXT,
	ESCAPES_ESC,    /* ESC came */
	ESCAPES_SHORT,  /* ESC and a byte from blank to slash came */
	ESCAPES_CSI,    /* ESC [ came */
	ESCAPES_STRING, /* of an operating system command and its like, to its end */
	ESCAPES_HIGH,   /* 0xc2 came: a character above 0x7f, maybe a control character */
};

struct escapes {
	enum escapes_state state;
	uint8_t held[ESCAPES_MAX];
	size_t len;
	unsigned rest; /* bytes of an UTF-8 character still to come */
};

/*
 * Take a byte of the guest; returns how many bytes are to be printed now, which stand at
 * *ret_bytes until the next call. A newline is always printed, whatever came before.
 */
size_t escapes_put(struct escapes *e, uint8_t byte, const uint8_t **ret_bytes);

#endif
