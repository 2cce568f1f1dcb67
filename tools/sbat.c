/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of words between commas; a NUL ends them, because sections are filled up with it. */
#include "tools/sbat.h"

#include "stub/base/text.h"

/* What is before the next `end`, which *left is moved behind. */
static struct span
take_until(struct span *left, uint8_t end)
{
	struct span s = {left->base, 0};

	while (s.size < left->size && left->base[s.size] != end)
		s.size++;
	left->base += s.size + (s.size < left->size);
	left->size -= s.size + (s.size < left->size);
	return s;
}

/* Of 32 bits. */
static bool
is_number(struct span s)
{
	uint64_t v = 0;

	for (uint64_t i = 0; i < s.size; i++) {
		if (s.base[i] < '0' || s.base[i] > '9' || v > UINT32_MAX / 10)
			return false;
		v = v * 10 + (s.base[i] - '0');
	}
	return s.size && v <= UINT32_MAX;
}

static void
read_line(struct span text, struct sbat_line *line)
{
	*line = (struct sbat_line){.fields = 0};
	while (text.size && line->fields < SBAT_FIELDS)
		line->field[line->fields++] = take_until(&text, ',');
	line->has_generation = is_number(line->field[1]);
}

bool
sbat_next(struct span *left, struct sbat_line *ret_line)
{
	struct span line = {NULL, 0};

	while (!line.size && left->size && left->base[0])
		line = take_until(left, '\n');
	if (!line.size)
		return false;
	for (uint64_t i = 0; i < line.size; i++) {
		if (!line.base[i]) {
			line.size = i;
			left->size = 0;
		}
	}
	read_line(line, ret_line);
	return true;
}

bool
sbat_line_good(const struct sbat_line *line)
{
	return line->fields == SBAT_FIELDS && line->field[0].size && line->has_generation;
}

bool
sbat_names(struct span sbat, const char *component)
{
	struct sbat_line line;

	while (sbat_next(&sbat, &line)) {
		if (line.fields > 1 && span_equals(line.field[0], component))
			return true;
	}
	return false;
}
