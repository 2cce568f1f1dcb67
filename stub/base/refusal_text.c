/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The long text of each refusal, from refusal.def; apart from refusal.c, so that an image
 * which only prints sentences does not carry it.
 */
#include "refusal.h"

const char *
refusal_text(enum refusal_code code)
{
	switch (code) {
	case REFUSAL_NONE:
		break;
#define REFUSAL(number, ident, name, sentence, text)                                           \
	case REFUSAL_##ident:                                                                  \
		return text;
#include "refusal.def"
#undef REFUSAL
	}
	return NULL;
}
