/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks sums up in the text of a .kshpin section (pin.h). A line of another form is no pin.
 */
#include "pin.h"

#include "initrd_join.h"
#include "stub/base/text.h"

#define DIGITS   (2 * SHA256_LEN)
#define NAME_OFF (DIGITS + 2)

static int
digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Is the line a sum for `name`, and if `sum` is not NULL that one? */
static bool
line_pins(struct span line, const char *name, const uint8_t *sum)
{
	uint64_t len = text_span(name).size;

	if (line.size != NAME_OFF + len || !span_is(line, NAME_OFF, name, len))
		return false;
	if (line.base[DIGITS] != ' ' ||
	        (line.base[DIGITS + 1] != ' ' && line.base[DIGITS + 1] != '*'))
		return false;
	for (unsigned i = 0; i < SHA256_LEN; i++) {
		int high = digit(line.base[2 * i]), low = digit(line.base[2 * i + 1]);

		if (high < 0 || low < 0 || (sum && (high << 4 | low) != sum[i]))
			return false;
	}
	return true;
}

static bool
any_line(struct span pins, const char *name, const uint8_t *sum)
{
	while (pins.size) {
		uint64_t len = 0;

		while (len < pins.size && pins.base[len] != '\n')
			len++;
		if (line_pins((struct span){pins.base, len}, name, sum))
			return true;
		len += len < pins.size;
		pins.base += len;
		pins.size -= len;
	}
	return false;
}

bool
pin_has(struct span pins, const char *name, const uint8_t sum[SHA256_LEN])
{
	return any_line(pins, name, sum);
}

bool
pin_names(struct span pins, const char *name)
{
	return any_line(pins, name, NULL);
}

void
pin_add_initrd(struct sha256 *joined, struct span initrd, bool last)
{
	static const uint8_t zeros[INITRD_GAP_MAX];

	sha256_add(joined, initrd);
	if (!last)
		sha256_add(joined, (struct span){zeros, initrd_gap(initrd.size)});
}

void
pin_add_part(struct sha256 *together, struct span part)
{
	uint8_t sum[SHA256_LEN];

	sha256_of(part, sum);
	sha256_add(together, (struct span){sum, sizeof(sum)});
}
