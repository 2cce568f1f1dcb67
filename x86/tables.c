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
	NAME_2 = ARGS + ITEM_NAME,
	AFTER_1 = ARGS + ITEM_NAME, /* arguments after one name */
	AFTER_2 = NAME_2 + ITEM_NAME
};
enum { ALLOCATE = 1, ADD_POINTER, ADD_CHECKSUM, WRITE_POINTER };
enum { ZONE_HIGH = 1, ZONE_FSEG };

struct run {
	struct tables *t;
	const struct items *items;
	uint64_t at; /* of the command in the script */
	const uint8_t *command;
	struct refusal *why;
};

static enum refusal_code
bad(struct run *r, const char *field, uint64_t found, uint64_t wanted)
{
	refuse(r->why, REFUSAL_TABLES_SCRIPT, r->at, found, wanted);
	r->why->subject = TABLES_LOADER;
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

/* A pointer of 1, 2, 4 or 8 bytes. */
static uint64_t
load(uint64_t addr, unsigned size)
{
	uint64_t v = 0;

	memcpy(&v, (const void *)(uintptr_t)addr, size);
	return v;
}

/* The name in the command at `at`, if it ends. */
static enum refusal_code
name_arg(struct run *r, unsigned at, const char **ret_name)
{
	*ret_name = (const char *)r->command + at;
	if ((*ret_name)[ITEM_NAME - 1])
		return bad(r, "file name", 0, ITEM_NAME);
	return REFUSAL_NONE;
}

static struct table_file *
placed(struct tables *t, const char *name)
{
	for (uint32_t i = 0; i < t->count; i++) {
		if (items_same_name(t->file[i].name, name))
			return &t->file[i];
	}
	return NULL;
}

/* The file named at `at`, which must have been placed. */
static enum refusal_code
file_arg(struct run *r, unsigned at, struct table_file **ret_file)
{
	const char *name;
	enum refusal_code code = name_arg(r, at, &name);

	if (code)
		return code;
	*ret_file = placed(r->t, name);
	return *ret_file ? REFUSAL_NONE : bad(r, "file that is not placed", 0, 1);
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
	refuse(r->why, REFUSAL_TABLES_ROOM, r->at,
	        zone == ZONE_HIGH ? t->high.len : t->fseg.len, len);
	r->why->subject = TABLES_LOADER;
	r->why->detail = zone == ZONE_HIGH ? "memory below 4 GiB" : "the F segment";
	return r->why->code;
}

/* name, alignment u32, zone u8 */
static enum refusal_code
allocate(struct run *r)
{
	static const char rsdp[ITEM_NAME] = "etc/acpi/rsdp";
	struct table_file *file = &r->t->file[r->t->count];
	struct fw_cfg_item item;
	enum refusal_code code;
	const char *name;
	uint64_t addr = 0;

	code = name_arg(r, ARGS, &name);
	if (code)
		return code;
	if (placed(r->t, name))
		return bad(r, "file that is placed twice", 2, 1);
	if (r->t->count == TABLES_FILES)
		return bad(r, "count of files", TABLES_FILES + 1, TABLES_FILES);
	if (!items_find(r->items, name, &item))
		return bad(r, "file that fw_cfg does not have", 0, 1);
	code = take(r, r->command[AFTER_1 + 4], item.size, arg32(r, AFTER_1), &addr);
	if (code)
		return code;
	memcpy(file->name, name, ITEM_NAME);
	file->range = (struct range){addr, item.size};
	r->t->count++;
	if (items_same_name(name, rsdp))
		r->t->rsdp = addr;
	return r->items->read(
	        item.selector, file->name, (void *)(uintptr_t)addr, item.size, r->why);
}

static enum refusal_code
check_pointer(struct run *r, unsigned size, uint64_t off, uint64_t room)
{
	if (size > 8 || !is_power_of_two(size))
		return bad(r, "pointer's size", size, 8);
	if (!bounds_ok(room, off, size))
		return bad(r, "pointer's offset", off, room);
	return REFUSAL_NONE;
}

/* Does an address go into `size` bytes? */
static bool
fits(uint64_t addr, unsigned size)
{
	return size == 8 || !(addr >> (8 * size));
}

/* name of the pointer's file, name of the file it points to, offset u32, size u8 */
static enum refusal_code
add_pointer(struct run *r)
{
	uint64_t off = arg32(r, AFTER_2), at, value;
	unsigned size = r->command[AFTER_2 + 4];
	struct table_file *in, *to;
	enum refusal_code code = file_arg(r, ARGS, &in);

	if (!code)
		code = file_arg(r, NAME_2, &to);
	if (!code)
		code = check_pointer(r, size, off, in->range.len);
	if (code)
		return code;
	at = in->range.addr + off;
	value = load(at, size);
	if (value > to->range.len)
		return bad(r, "pointer's value", value, to->range.len);
	value += to->range.addr;
	if (!fits(value, size))
		return bad(r, "pointer's size", size, 8);
	memcpy((void *)(uintptr_t)at, &value, size);
	return REFUSAL_NONE;
}

/* name, offset of the checksum u32, start u32, length u32 */
static enum refusal_code
add_checksum(struct run *r)
{
	uint64_t off = arg32(r, AFTER_1), start = arg32(r, AFTER_1 + 4);
	uint64_t len = arg32(r, AFTER_1 + 8);
	struct table_file *file;
	enum refusal_code code = file_arg(r, ARGS, &file);
	uint8_t *bytes;

	if (code)
		return code;
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
	uint64_t off = arg32(r, AFTER_2), to_off = arg32(r, AFTER_2 + 4), value;
	unsigned size = r->command[AFTER_2 + 8];
	struct fw_cfg_item item = {0, 0};
	struct table_file *to;
	const char *name;
	enum refusal_code code = name_arg(r, ARGS, &name);

	if (!code)
		code = file_arg(r, NAME_2, &to);
	if (code)
		return code;
	if (!items_find(r->items, name, &item))
		return bad(r, "file that fw_cfg does not have", 0, 1);
	code = check_pointer(r, size, off, item.size);
	if (code)
		return code;
	if (to_off > to->range.len)
		return bad(r, "pointer's value", to_off, to->range.len);
	value = to->range.addr + to_off;
	if (!fits(value, size))
		return bad(r, "pointer's size", size, 8);
	return r->items->write(item.selector, name, off, &value, size, r->why);
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
	static const char loader[ITEM_NAME] = TABLES_LOADER;
	struct run r = {.t = t, .items = items, .command = t->script, .why = ret_why};
	struct fw_cfg_item item;
	enum refusal_code code;

	t->rsdp = 0;
	t->count = 0;
	if (!items_find(items, loader, &item))
		return REFUSAL_NONE;
	if (item.size % TABLES_COMMAND || item.size > sizeof(t->script))
		return bad(&r, "size", item.size, sizeof(t->script));
	code = items->read(item.selector, loader, t->script, item.size, ret_why);
	for (; !code && r.at < item.size; r.at += TABLES_COMMAND) {
		code = carry_out(&r);
		r.command += TABLES_COMMAND;
	}
	return code;
}
