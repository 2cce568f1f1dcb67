/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries out etc/table-loader: files placed in memory, pointers between them, checksums
 * (QEMU hw/acpi/bios-linker-loader.c).
 *
 * Writes only inside the zones it was given. Files come straight to their place, one transfer
 * each. A script has zeros after its last command, and unknown commands are passed over,
 * as QEMU expects of firmware.
 */
#include "x86/pc/tables.h"
#include "x86/pc/sum.h"

/* A command's fields: which one it is, then for each of them its own. */
enum {
	COMMAND = 0,
	ARGS = 4,
	NAME_2 = ARGS + FW_CFG_NAME_LEN,
	AFTER_1 = ARGS + FW_CFG_NAME_LEN, /* arguments after one name */
	AFTER_2 = NAME_2 + FW_CFG_NAME_LEN
};
enum { END, ALLOCATE, ADD_POINTER, ADD_CHECKSUM, WRITE_POINTER };
enum { ZONE_HIGH = 1, ZONE_FSEG };

#define RSDP "etc/acpi/rsdp"

struct run {
	struct tables *t;
	const struct items *items;
	struct table_file *end; /* of those in t->file[] */
	struct refusal *why;
};

/* Of command `c` in the script. */
static uint64_t
offset(const struct run *r, const uint8_t *c)
{
	return (uint64_t)(c - r->t->script);
}

static enum refusal_code
bad(const struct run *r, const uint8_t *c, const char *field, uint64_t found, uint64_t wanted)
{
	refuse(r->why, REFUSAL_TABLES_SCRIPT, offset(r, c), found, wanted);
	r->why->subject = FW_CFG_TABLE_LOADER;
	r->why->detail = field;
	return r->why->code;
}

static uint32_t
arg32(const uint8_t *at)
{
	uint32_t v;

	__builtin_memcpy(&v, at, sizeof(v));
	return v;
}

static uint64_t
word(const uint8_t *name, unsigned i)
{
	uint64_t v;

	__builtin_memcpy(&v, name + i * sizeof(v), sizeof(v));
	return v;
}

/* Copy a pointer of 1, 2, 4 or 8 bytes. */
static inline void
copy_pointer(void *dst, const void *src, unsigned size)
{
	if (size == 8)
		__builtin_memcpy(dst, src, 8);
	else if (size == 4)
		__builtin_memcpy(dst, src, 4);
	else if (size == 2)
		__builtin_memcpy(dst, src, 2);
	else
		__builtin_memcpy(dst, src, 1);
}

/*
 * The file of that name, or NULL. Two words are all of most names; the latest file is tried
 * first, for the tables come after the RSDP.
 */
static inline const struct table_file *
placed(const struct run *r, const uint8_t *name)
{
	for (const struct table_file *f = r->end; f-- != r->t->file;) {
		if (word(name, 1) == f->start[1] && word(name, 0) == f->start[0] &&
		        (f->words <= 2 || fw_cfg_same_name(f->name, name, f->words)))
			return f;
	}
	return NULL;
}

static enum refusal_code
not_placed(const struct run *r, const uint8_t *c)
{
	return bad(r, c, "file that is not placed", 0, 1);
}

/* The item named in the first argument; without a selector, and why, if there is none. */
static struct fw_cfg_item
item_arg(const struct run *r, const uint8_t *c, unsigned *ret_words)
{
	struct fw_cfg_item item = {.selector = 0};

	*ret_words = fw_cfg_name_words(c + ARGS);
	if (!*ret_words) {
		bad(r, c, "file name", 0, FW_CFG_NAME_LEN);
		return item;
	}
	item = items_find(r->items, c + ARGS, *ret_words);
	if (!item.selector)
		bad(r, c, "file that fw_cfg does not have", 0, 1);
	return item;
}

uint64_t
tables_take_fseg(struct range *fseg, uint64_t len, uint64_t align)
{
	uint64_t start;

	if (!align_up(fseg->addr, align, &start) ||
	        !bounds_ok(fseg->len, start - fseg->addr, len))
		return 0;
	fseg->len -= start - fseg->addr + len;
	fseg->addr = start + len;
	return start;
}

uint64_t
tables_take_high(struct range *high, uint64_t len, uint64_t align)
{
	uint64_t start;

	if (len > high->len)
		return 0;
	start = align_down(range_end(*high) - len, align);
	if (start < high->addr)
		return 0;
	high->len = start - high->addr;
	return start;
}

static enum refusal_code
no_room(const struct run *r, const uint8_t *c, uint8_t zone, uint64_t len)
{
	const struct tables *t = r->t;

	refuse(r->why, REFUSAL_TABLES_ROOM, offset(r, c),
	        zone == ZONE_HIGH ? t->high.len : t->fseg.len, len);
	r->why->subject = FW_CFG_TABLE_LOADER;
	r->why->detail = zone == ZONE_HIGH ? "memory below 4 GiB" : "the F segment";
	return r->why->code;
}

/* Memory of a zone; 0, and why, if it has none. */
static uint64_t
take(const struct run *r, const uint8_t *c, uint64_t len)
{
	struct tables *t = r->t;
	uint64_t align = arg32(c + AFTER_1), addr = 0;
	uint8_t zone = c[AFTER_1 + 4];

	if (!is_power_of_two(align))
		bad(r, c, "alignment", align, 1);
	else if (zone == ZONE_HIGH)
		addr = tables_take_high(&t->high, len, align);
	else if (zone == ZONE_FSEG)
		addr = tables_take_fseg(&t->fseg, len, align);
	else
		bad(r, c, "zone", zone, ZONE_HIGH);
	if (!addr && !r->why->code)
		no_room(r, c, zone, len);
	return addr;
}

/* name, alignment u32, zone u8 */
static enum refusal_code
allocate(struct run *r, const uint8_t *c)
{
	static const char rsdp[8 * FW_CFG_WORDS(RSDP)] = RSDP;
	struct table_file *file = r->end;
	const char *name = (const char *)c + ARGS;
	struct fw_cfg_item item;
	uint64_t addr;

	if (placed(r, c + ARGS))
		return bad(r, c, "file that is placed twice", 2, 1);
	if (r->t->count == TABLES_FILES)
		return bad(r, c, "count of files", TABLES_FILES + 1, TABLES_FILES);
	item = item_arg(r, c, &file->words);
	if (!item.selector)
		return r->why->code;
	addr = take(r, c, item.size);
	if (!addr)
		return r->why->code;
	file->name = name;
	file->start[0] = word(c + ARGS, 0);
	file->start[1] = word(c + ARGS, 1);
	file->range = (struct range){addr, item.size};
	r->end++;
	r->t->count++;
	if (fw_cfg_same_name(name, rsdp, FW_CFG_WORDS(RSDP)))
		r->t->rsdp = addr;
	return r->items->read(item.selector, name, (void *)(uintptr_t)addr, item.size, r->why);
}

/* The largest value of a pointer of `size` bytes at `off`; 0, and why, if none can lie there.
 */
static inline uint64_t
pointer_limit(const struct run *r, const uint8_t *c, unsigned size, uint64_t off, uint64_t room)
{
	static const uint64_t limits[] = {
	        [1] = UINT8_MAX, [2] = UINT16_MAX, [4] = UINT32_MAX, [8] = UINT64_MAX};

	if (size >= sizeof(limits) / sizeof(limits[0]) || !limits[size]) {
		bad(r, c, "pointer's size", size, 8);
		return 0;
	}
	if (!bounds_ok(room, off, size)) {
		bad(r, c, "pointer's offset", off, room);
		return 0;
	}
	return limits[size];
}

/* name of the pointer's file, name of the file it points to, offset u32, size u8 */
static enum refusal_code
add_pointer(const struct run *r, const uint8_t *c)
{
	uint64_t off = arg32(c + AFTER_2), value = 0, limit;
	unsigned size = c[AFTER_2 + 4];
	const struct table_file *in = placed(r, c + ARGS);
	const struct table_file *to = placed(r, c + NAME_2);
	void *at;

	if (!in || !to)
		return not_placed(r, c);
	limit = pointer_limit(r, c, size, off, in->range.len);
	if (!limit)
		return r->why->code;
	at = (void *)(uintptr_t)(in->range.addr + off);
	copy_pointer(&value, at, size);
	if (value > to->range.len)
		return bad(r, c, "pointer's value", value, to->range.len);
	value += to->range.addr;
	if (value > limit)
		return bad(r, c, "pointer's size", size, 8);
	copy_pointer(at, &value, size);
	return REFUSAL_NONE;
}

/* name, offset of the checksum u32, start u32, length u32 */
static enum refusal_code
add_checksum(const struct run *r, const uint8_t *c)
{
	uint64_t off = arg32(c + AFTER_1), start = arg32(c + AFTER_1 + 4);
	uint64_t len = arg32(c + AFTER_1 + 8);
	const struct table_file *file = placed(r, c + ARGS);
	uint8_t *bytes;

	if (!file)
		return not_placed(r, c);
	if (!bounds_ok(file->range.len, start, len))
		return bad(r, c, "checksum's range", start, file->range.len);
	if (!bounds_ok(file->range.len, off, 1))
		return bad(r, c, "checksum's offset", off, file->range.len);
	bytes = (uint8_t *)(uintptr_t)file->range.addr;
	bytes[off] = (uint8_t)(bytes[off] - sum_bytes(bytes + start, (size_t)len));
	return REFUSAL_NONE;
}

/* name of an item, name of the file that its pointer shall name, two offsets u32, size u8 */
static enum refusal_code
write_pointer(const struct run *r, const uint8_t *c)
{
	uint64_t off = arg32(c + AFTER_2), to_off = arg32(c + AFTER_2 + 4), limit, value;
	unsigned size = c[AFTER_2 + 8], words;
	const struct table_file *to = placed(r, c + NAME_2);
	struct fw_cfg_item item;

	if (!to)
		return not_placed(r, c);
	item = item_arg(r, c, &words);
	if (!item.selector)
		return r->why->code;
	limit = pointer_limit(r, c, size, off, item.size);
	if (!limit)
		return r->why->code;
	if (to_off > to->range.len)
		return bad(r, c, "pointer's value", to_off, to->range.len);
	value = to->range.addr + to_off;
	if (value > limit)
		return bad(r, c, "pointer's size", size, 8);
	return r->items->write(
	        item.selector, (const char *)c + ARGS, off, &value, size, r->why);
}

static enum refusal_code
carry_out(struct run *r, const uint8_t *c, uint32_t command)
{
	switch (command) {
	case ALLOCATE:
		return allocate(r, c);
	case ADD_POINTER:
		return add_pointer(r, c);
	case ADD_CHECKSUM:
		return add_checksum(r, c);
	case WRITE_POINTER:
		return write_pointer(r, c);
	default:
		return REFUSAL_NONE;
	}
}

enum refusal_code
tables_load(struct tables *t, const struct items *items, struct refusal *ret_why)
{
	struct run r = {.t = t, .items = items, .end = t->file, .why = ret_why};
	const struct fw_cfg_item *script = &items->known->table_loader;
	const uint8_t *c = t->script, *end = c + script->size;
	enum refusal_code code;

	t->rsdp = 0;
	t->count = 0;
	if (!script->selector)
		return REFUSAL_NONE;
	ret_why->code = REFUSAL_NONE;
	if (script->size % TABLES_COMMAND || script->size > sizeof(t->script))
		return bad(&r, c, "size", script->size, sizeof(t->script));
	code = items->read(
	        script->selector, FW_CFG_TABLE_LOADER, t->script, script->size, ret_why);
	while (!code) {
		uint32_t command = c < end ? arg32(c + COMMAND) : END;

		if (command == END)
			return REFUSAL_NONE;
		code = carry_out(&r, c, command);
		c += TABLES_COMMAND;
	}
	return code;
}
