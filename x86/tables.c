/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries out etc/table-loader: files placed in memory, pointers between them, checksums
 * (QEMU hw/acpi/bios-linker-loader.c).
 *
 * Writes only inside the zones it was given. Files come straight to their place, one transfer
 * each. A script has zeros after its last command, and commands nobody knows are passed over,
 * as QEMU expects of firmware.
 */
#include "x86/tables.h"
#include "x86/sum.h"

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

#define RSDP          "etc/acpi/rsdp"
#define POINTER_SIZES (1u << 1 | 1u << 2 | 1u << 4 | 1u << 8)

struct run {
	struct tables *t;
	const struct items *items;
	const uint8_t *command;          /* in the script */
	const struct table_file *latest; /* that was named, or NULL */
	struct refusal *why;
};

/* Of the command in the script. */
static uint64_t
offset(const struct run *r)
{
	return (uint64_t)(r->command - r->t->script);
}

static RARE enum refusal_code
bad(struct run *r, const char *field, uint64_t found, uint64_t wanted)
{
	refuse(r->why, REFUSAL_TABLES_SCRIPT, offset(r), found, wanted);
	r->why->subject = FW_CFG_TABLE_LOADER;
	r->why->detail = field;
	return r->why->code;
}

static uint32_t
arg32(const struct run *r, unsigned at)
{
	uint32_t v;

	__builtin_memcpy(&v, r->command + at, sizeof(v));
	return v;
}

/* Copy a pointer of 1, 2, 4 or 8 bytes. */
static inline void
copy_pointer(void *dst, const void *src, unsigned size)
{
	if (size == 4)
		__builtin_memcpy(dst, src, 4);
	else if (size == 8)
		__builtin_memcpy(dst, src, 8);
	else if (size == 2)
		__builtin_memcpy(dst, src, 2);
	else
		__builtin_memcpy(dst, src, 1);
}

static const struct table_file *
placed(const struct tables *t, const uint8_t *name)
{
	for (uint32_t i = 0; i < t->count; i++) {
		if (fw_cfg_same_name(t->file[i].name, name, t->file[i].name_words))
			return &t->file[i];
	}
	return NULL;
}

/* The file named at `at`, mostly that of the last command; NULL, and why, if it has no place.
 */
static inline const struct table_file *
file_arg(struct run *r, unsigned at)
{
	const uint8_t *name = r->command + at;
	const struct table_file *f = r->latest;

	if (!f || !fw_cfg_same_name(f->name, name, f->name_words)) {
		r->latest = f = placed(r->t, name);
		if (!f)
			bad(r, "file that is not placed", 0, 1);
	}
	return f;
}

/* The item named in the first argument. */
static enum refusal_code
item_arg(struct run *r, unsigned *ret_words, struct fw_cfg_item *ret_item)
{
	const uint8_t *name = r->command + ARGS;

	*ret_words = fw_cfg_name_words(name);
	if (!*ret_words)
		return bad(r, "file name", 0, FW_CFG_NAME_LEN);
	*ret_item = items_find(r->items, name, *ret_words);
	return ret_item->selector ? REFUSAL_NONE
	                          : bad(r, "file that fw_cfg does not have", 0, 1);
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
take(struct run *r, uint8_t zone, uint64_t len, uint64_t align, uint64_t *ret_addr)
{
	struct tables *t = r->t;

	if (zone != ZONE_HIGH && zone != ZONE_FSEG)
		return bad(r, "zone", zone, ZONE_HIGH);
	if (!is_power_of_two(align))
		return bad(r, "alignment", align, 1);
	*ret_addr = zone == ZONE_HIGH ? tables_take_high(&t->high, len, align)
	                              : tables_take_fseg(&t->fseg, len, align);
	if (*ret_addr)
		return REFUSAL_NONE;
	refuse(r->why, REFUSAL_TABLES_ROOM, offset(r),
	        zone == ZONE_HIGH ? t->high.len : t->fseg.len, len);
	r->why->subject = FW_CFG_TABLE_LOADER;
	r->why->detail = zone == ZONE_HIGH ? "memory below 4 GiB" : "the F segment";
	return r->why->code;
}

/* name, alignment u32, zone u8 */
static enum refusal_code
allocate(struct run *r)
{
	static const char rsdp[8 * FW_CFG_WORDS(RSDP)] = RSDP;
	struct table_file *file = &r->t->file[r->t->count];
	const char *name = (const char *)r->command + ARGS;
	struct fw_cfg_item item;
	unsigned words;
	uint64_t addr = 0;
	enum refusal_code code;

	if (placed(r->t, r->command + ARGS))
		return bad(r, "file that is placed twice", 2, 1);
	if (r->t->count == TABLES_FILES)
		return bad(r, "count of files", TABLES_FILES + 1, TABLES_FILES);
	code = item_arg(r, &words, &item);
	if (!code)
		code = take(r, r->command[AFTER_1 + 4], item.size, arg32(r, AFTER_1), &addr);
	if (code)
		return code;
	*file = (struct table_file){name, words, {addr, item.size}};
	r->t->count++;
	if (fw_cfg_same_name(name, rsdp, FW_CFG_WORDS(RSDP)))
		r->t->rsdp = addr;
	return r->items->read(item.selector, name, (void *)(uintptr_t)addr, item.size, r->why);
}

/* The largest value of a pointer that lies at `off`; 0, and why, if it cannot. */
static inline uint64_t
pointer_limit(struct run *r, unsigned size, uint64_t off, uint64_t room)
{
	if (size > 8 || !(POINTER_SIZES >> size & 1)) {
		bad(r, "pointer's size", size, 8);
		return 0;
	}
	if (!bounds_ok(room, off, size)) {
		bad(r, "pointer's offset", off, room);
		return 0;
	}
	return UINT64_MAX >> (64 - 8 * size);
}

/* name of the pointer's file, name of the file it points to, offset u32, size u8 */
static enum refusal_code
add_pointer(struct run *r)
{
	uint64_t off = arg32(r, AFTER_2), value = 0, limit;
	unsigned size = r->command[AFTER_2 + 4];
	const struct table_file *in = file_arg(r, ARGS);
	const struct table_file *to = in ? file_arg(r, NAME_2) : NULL;
	void *at;

	limit = to ? pointer_limit(r, size, off, in->range.len) : 0;
	if (!limit)
		return r->why->code;
	at = (void *)(uintptr_t)(in->range.addr + off);
	copy_pointer(&value, at, size);
	if (value > to->range.len)
		return bad(r, "pointer's value", value, to->range.len);
	value += to->range.addr;
	if (value > limit)
		return bad(r, "pointer's size", size, 8);
	copy_pointer(at, &value, size);
	return REFUSAL_NONE;
}

/* name, offset of the checksum u32, start u32, length u32 */
static enum refusal_code
add_checksum(struct run *r)
{
	uint64_t off = arg32(r, AFTER_1), start = arg32(r, AFTER_1 + 4);
	uint64_t len = arg32(r, AFTER_1 + 8);
	const struct table_file *file = file_arg(r, ARGS);
	uint8_t *bytes;

	if (!file)
		return r->why->code;
	if (!bounds_ok(file->range.len, start, len))
		return bad(r, "checksum's range", start, file->range.len);
	if (!bounds_ok(file->range.len, off, 1))
		return bad(r, "checksum's offset", off, file->range.len);
	bytes = (uint8_t *)(uintptr_t)file->range.addr;
	bytes[off] = (uint8_t)(bytes[off] - sum_bytes(bytes + start, (size_t)len));
	return REFUSAL_NONE;
}

/* name of an item, name of the file that its pointer shall name, two offsets u32, size u8 */
static enum refusal_code
write_pointer(struct run *r)
{
	uint64_t off = arg32(r, AFTER_2), to_off = arg32(r, AFTER_2 + 4), limit, value;
	unsigned size = r->command[AFTER_2 + 8];
	const struct table_file *to = file_arg(r, NAME_2);
	struct fw_cfg_item item;
	unsigned words;

	if (!to || item_arg(r, &words, &item))
		return r->why->code;
	limit = pointer_limit(r, size, off, item.size);
	if (!limit)
		return r->why->code;
	if (to_off > to->range.len)
		return bad(r, "pointer's value", to_off, to->range.len);
	value = to->range.addr + to_off;
	if (value > limit)
		return bad(r, "pointer's size", size, 8);
	return r->items->write(
	        item.selector, (const char *)r->command + ARGS, off, &value, size, r->why);
}

static enum refusal_code
carry_out(struct run *r)
{
	switch (arg32(r, COMMAND)) {
	case ALLOCATE:
		return allocate(r);
	case ADD_POINTER:
		return add_pointer(r);
	case ADD_CHECKSUM:
		return add_checksum(r);
	case WRITE_POINTER:
		return write_pointer(r);
	default:
		return REFUSAL_NONE;
	}
}

enum refusal_code
tables_load(struct tables *t, const struct items *items, struct refusal *ret_why)
{
	struct run r = {.t = t, .items = items, .command = t->script, .why = ret_why};
	const struct fw_cfg_item *script = &items->known->table_loader;
	const uint8_t *end = t->script + script->size;
	enum refusal_code code;

	t->rsdp = 0;
	t->count = 0;
	if (!script->selector)
		return REFUSAL_NONE;
	if (script->size % TABLES_COMMAND || script->size > sizeof(t->script))
		return bad(&r, "size", script->size, sizeof(t->script));
	code = items->read(
	        script->selector, FW_CFG_TABLE_LOADER, t->script, script->size, ret_why);
	for (; !code && r.command < end && arg32(&r, COMMAND) != END;
	        r.command += TABLES_COMMAND)
		code = carry_out(&r);
	return code;
}
