/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The script etc/table-loader: each command from a valid script, then with one field damaged;
 * the zones filled to the last byte. Also sums, and the list of registers for memory types.
 */
#include "unit.h"

#include <string.h>

#include "tests/unit/low_memory.h"
#include "x86/pc/mptable.h"
#include "x86/pc/mtrr.h"
#include "x86/pc/sum.h"
#include "x86/pc/tables.h"

#define ITEMS       4
#define FIRST       0x20 /* selector of a file */
#define SCRIPT_ITEM 0
#define COMMANDS    8

/* fw_cfg with the script and three files. */
static const char *const names[ITEMS] = {
        FW_CFG_TABLE_LOADER, "etc/acpi/rsdp", "etc/acpi/tables", "etc/answer"};
static uint8_t file[ITEMS][4096];
static uint32_t file_size[ITEMS];
static uint8_t directory[ITEMS * FW_CFG_ENTRY_LEN];
static struct tables t;
static struct refusal why;
static unsigned commands;
static uint8_t *memory;

static enum refusal_code
read_item(uint32_t selector, const char *name, void *dst, uint32_t len, struct refusal *ret_why)
{
	(void)name;
	(void)ret_why;
	assert_true(selector - FIRST < ITEMS && len <= sizeof(file[0]));
	memcpy(dst, file[selector - FIRST], len);
	return REFUSAL_NONE;
}

static enum refusal_code
write_item(uint32_t selector, const char *name, uint64_t off, const void *src, uint64_t len,
        struct refusal *ret_why)
{
	(void)ret_why;
	assert_int_equal(selector, FIRST + 3);
	assert_string_equal(name, names[3]);
	assert_true(off + len <= file_size[3]);
	memcpy(file[3] + off, src, len);
	return REFUSAL_NONE;
}

static struct fw_cfg_items known;
static struct items items = {.known = &known,
        .directory = {directory, sizeof(directory)},
        .read = read_item,
        .write = write_item};

static void
describe(void)
{
	file_size[SCRIPT_ITEM] = commands * TABLES_COMMAND;
	for (unsigned i = 0; i < ITEMS; i++) {
		uint8_t *e = directory + i * FW_CFG_ENTRY_LEN;
		uint32_t size = __builtin_bswap32(file_size[i]);

		memset(e, 0, FW_CFG_ENTRY_LEN);
		memcpy(e, &size, 4);
		e[5] = (uint8_t)(FIRST + i);
		strcpy((char *)e + 8, names[i]);
	}
	memset(&known, 0, sizeof(known));
	assert_int_equal(fw_cfg_take(&known, items.directory, &why), 0);
}

static uint8_t *
command(unsigned i)
{
	return file[SCRIPT_ITEM] + i * TABLES_COMMAND;
}

static void
put32(uint8_t *at, uint32_t v)
{
	memcpy(at, &v, 4);
}

/* A command with up to two names; its other arguments come after them. */
static uint8_t *
add(uint32_t kind, const char *first, const char *second)
{
	uint8_t *c = command(commands++);

	memset(c, 0, TABLES_COMMAND);
	put32(c, kind);
	strcpy((char *)c + 4, first);
	if (second)
		strcpy((char *)c + 60, second);
	return c + (second ? 116 : 60);
}

/*
 * 0, 1: RSDP and tables placed; 2: a pointer at offset 16 of the RSDP to byte 0x20 of the
 * tables; 3: a checksum at 8 of the RSDP's 20 bytes; 4: the tables' byte 0x40 to the answer's
 * offset 8.
 */
static void
valid(void)
{
	uint8_t *a;

	memory = low_memory();
	memset(file, 0, sizeof(file));
	commands = 0;
	file_size[1] = 36;
	file_size[2] = 1000;
	file_size[3] = 16;
	memcpy(file[1], "RSD PTR ", 8);
	put32(file[1] + 16, 0x20);
	memset(file[2], 0x5a, 1000);
	a = add(1, names[1], NULL);
	put32(a, 16);
	a[4] = 2;
	a = add(1, names[2], NULL);
	put32(a, 64);
	a[4] = 1;
	a = add(2, names[1], names[2]);
	put32(a, 16);
	a[4] = 4;
	a = add(3, names[1], NULL);
	put32(a, 8);
	put32(a + 4, 0);
	put32(a + 8, 20);
	a = add(4, names[3], names[2]);
	put32(a, 8);
	put32(a + 4, 0x40);
	a[8] = 8;
	describe();
	memset(&t, 0xa5, sizeof(t));
	t.fseg = (struct range){address(memory) + 8, 64};
	t.high = (struct range){address(memory) + 4096, 4096};
}

static void
whole_script(void **state)
{
	uint64_t tables, answer;
	uint8_t *rsdp;
	uint32_t v;

	(void)state;
	valid();
	assert_int_equal(tables_load(&t, &items, &why), 0);
	assert_int_equal(t.rsdp, address(memory) + 16);
	tables = address(memory) + 8192 - 1024;
	rsdp = (uint8_t *)(uintptr_t)t.rsdp;
	memcpy(&v, rsdp + 16, 4);
	assert_int_equal(v, tables + 0x20);
	assert_int_equal(sum_bytes(rsdp, 20), 0);
	assert_int_equal(((uint8_t *)(uintptr_t)tables)[999], 0x5a);
	memcpy(&answer, file[3] + 8, 8);
	assert_int_equal(answer, tables + 0x40);
	assert_int_equal(range_end(t.high), tables);
	assert_int_equal(t.fseg.addr, t.rsdp + 36);
	assert_int_equal(t.fseg.len, 64 - 8 - 36);
}

static void
no_script(void **state)
{
	(void)state;
	valid();
	known.table_loader.selector = 0;
	assert_int_equal(tables_load(&t, &items, &why), 0);
	assert_int_equal(t.rsdp, 0);
}

/* The valid script, then a command `kind`, then one that cannot be carried out. */
static enum refusal_code
and_more(uint32_t kind)
{
	valid();
	add(kind, "", NULL);
	add(3, "etc/none", NULL);
	describe();
	return tables_load(&t, &items, &why);
}

/* What a newer QEMU may have is passed over; zeros end the script. */
static void
passed_over(void **state)
{
	(void)state;
	assert_int_equal(and_more(77), REFUSAL_TABLES_SCRIPT);
	assert_int_equal(why.where, 6 * TABLES_COMMAND);
	assert_int_equal(and_more(0), REFUSAL_NONE);
}

/* One byte or dword of one command changed, the field that must be named. */
static const struct damage {
	uint8_t command, at, dword;
	uint32_t value;
	const char *field;
} damages[] = {
        {0, 4, 0, 'x', "file that fw_cfg does not have"},
        {0, 60, 1, 0, "alignment"},
        {0, 60, 1, 24, "alignment"},
        {0, 64, 0, 0, "zone"},
        {0, 64, 0, 3, "zone"},
        {1, 4 + 9, 1, 'p' << 16 | 's' << 8 | 'r' | 'd' << 24, "file that fw_cfg does not have"},
        {2, 4, 0, 'x', "file that is not placed"},
        {2, 60, 0, 'x', "file that is not placed"},
        {2, 116, 1, 33, "pointer's offset"},
        {2, 116, 1, 0xffffffff, "pointer's offset"},
        {2, 120, 0, 0, "pointer's size"},
        {2, 120, 0, 3, "pointer's size"},
        {2, 120, 0, 16, "pointer's size"},
        {2, 120, 0, 2, "pointer's size"},
        {3, 4, 0, 'x', "file that is not placed"},
        {3, 60, 1, 36, "checksum's offset"},
        {3, 64, 1, 37, "checksum's range"},
        {3, 68, 1, 37, "checksum's range"},
        {3, 64, 1, 0xffffffff, "checksum's range"},
        {4, 4, 0, 'x', "file that fw_cfg does not have"},
        {4, 60, 0, 'x', "file that is not placed"},
        {4, 116, 1, 9, "pointer's offset"},
        {4, 120, 1, 1001, "pointer's value"},
        {4, 124, 0, 1, "pointer's size"},
        {4, 124, 0, 12, "pointer's size"},
};

static void
damaged(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const struct damage *d = &damages[i];
		uint8_t *c;

		valid();
		c = command(d->command);
		if (d->dword)
			put32(c + d->at, d->value);
		else
			c[d->at] = (uint8_t)d->value;
		assert_int_equal(tables_load(&t, &items, &why), REFUSAL_TABLES_SCRIPT);
		assert_string_equal(why.detail, d->field);
		assert_int_equal(why.where, d->command * TABLES_COMMAND);
	}
}

/* The largest values that are still right. */
static void
at_the_limits(void **state)
{
	(void)state;
	valid();
	put32(command(2) + 116, 32);
	put32(command(3) + 60, 35);
	put32(command(3) + 68, 36);
	put32(command(4) + 120, 1000);
	put32(file[1] + 32, 1000);
	assert_int_equal(tables_load(&t, &items, &why), 0);
	valid();
	put32(file[1] + 16, 1001);
	assert_int_equal(tables_load(&t, &items, &why), REFUSAL_TABLES_SCRIPT);
	assert_string_equal(why.detail, "pointer's value");
}

/* Names that fill their field to the last byte. */
static void
endless_names(void **state)
{
	static const struct {
		uint8_t command, at;
		const char *field;
	} endless[] = {{0, 4, "file name"}, {2, 4, "file that is not placed"},
	        {2, 60, "file that is not placed"}, {3, 4, "file that is not placed"},
	        {4, 4, "file name"}, {4, 60, "file that is not placed"}};

	(void)state;
	for (unsigned i = 0; i < sizeof(endless) / sizeof(endless[0]); i++) {
		valid();
		memset(command(endless[i].command) + endless[i].at, 'e', FW_CFG_NAME_LEN);
		assert_int_equal(tables_load(&t, &items, &why), REFUSAL_TABLES_SCRIPT);
		assert_string_equal(why.detail, endless[i].field);
	}
}

static void
twice(void **state)
{
	(void)state;
	valid();
	memcpy(command(1), command(0), TABLES_COMMAND);
	assert_int_equal(tables_load(&t, &items, &why), REFUSAL_TABLES_SCRIPT);
	assert_string_equal(why.detail, "file that is placed twice");
}

static void
odd_sizes(void **state)
{
	(void)state;
	valid();
	known.table_loader.size++;
	assert_int_equal(tables_load(&t, &items, &why), REFUSAL_TABLES_SCRIPT);
	valid();
	known.table_loader.size = (TABLES_MAX + 1) * TABLES_COMMAND;
	assert_int_equal(tables_load(&t, &items, &why), REFUSAL_TABLES_SCRIPT);
	assert_string_equal(why.detail, "size");
}

/* Each zone one byte too small, and just large enough. */
static void
rooms(void **state)
{
	(void)state;
	for (unsigned less = 0; less < 2; less++) {
		enum refusal_code wanted = less ? REFUSAL_TABLES_ROOM : REFUSAL_NONE;

		valid();
		t.fseg = (struct range){address(memory) + 16, 36 - less};
		assert_int_equal(tables_load(&t, &items, &why), wanted);
		if (less)
			assert_string_equal(why.detail, "the F segment");
		valid();
		t.high = (struct range){address(memory) + 4096 + less, 1024 - less};
		assert_int_equal(tables_load(&t, &items, &why), wanted);
		if (less)
			assert_string_equal(why.detail, "memory below 4 GiB");
		valid();
		t.fseg = (struct range){UINT64_MAX - 7, 7};
		assert_int_equal(tables_load(&t, &items, &why), REFUSAL_TABLES_ROOM);
	}
}

/* Every length around the turns of the assembly, at odd addresses, against adding one by one.
 */
static void
sums(void **state)
{
	uint8_t bytes[300], wanted;

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + 200);
	for (unsigned start = 0; start < 17; start++) {
		wanted = 0;
		for (unsigned len = 0; start + len <= sizeof(bytes); len++) {
			assert_int_equal(sum_bytes(bytes + start, len), wanted);
			if (start + len < sizeof(bytes))
				wanted = (uint8_t)(wanted + bytes[start + len]);
		}
	}
}

/* The memory type of an address, by the list (SDM vol. 3, 12.11.4.1). */
static unsigned
type_of(const struct msr_list *list, uint64_t addr)
{
	uint64_t base = 0;

	for (uint32_t i = 0; i < list->count; i++) {
		const struct msr *m = &list->msr[i];
		uint64_t v = (uint64_t)m->high << 32 | m->low;

		if (m->number >= 0x200 && m->number < 0x220) {
			if (m->number % 2 == 0)
				base = v;
			else if (v & 0x800 &&
			         (addr & (v & ~0xfffull)) == (base & (v & ~0xfffull)))
				return base & 0xff;
		}
	}
	return list->msr[list->count - 1].low & 0xff;
}

static void
memory_types(void **state)
{
	static const uint64_t ends[] = {
	        64 * MIB, 2 * GIB, 0x80100000, 0x90000000, 0xb0000000, 3 * GIB, 0xe0000000};
	struct msr_list list;

	(void)state;
	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		list.count = 0;
		mtrr_set(&list, ends[i], 40, 0x508);
		assert_int_equal(list.msr[list.count - 1].number, 0x2ff);
		assert_int_equal(type_of(&list, ends[i] - 1), 6);
		assert_int_equal(type_of(&list, 0xe0000000), 0);
		assert_int_equal(type_of(&list, 0xfee00000), 0);
		assert_int_equal(type_of(&list, 4 * GIB), 6);
		assert_true(list.count <= 4 + 2 * 3);
	}
	list.count = 0;
	mtrr_set(&list, 2 * GIB, 40, 0x408);
	mtrr_set(&list, 2 * GIB, 40, 0x102);
	assert_int_equal(list.count, 0);
}

/* Entries of each kind in the table that a scan of the segment finds; -1 where none is right.
 */
static int
mp_entries(struct span fseg, unsigned kind)
{
	struct span table = {NULL, 0};
	uint64_t at = 44;
	int found = 0;

	for (uint64_t i = 0; i < fseg.size; i += 16) {
		if (span_is(fseg, i, "_MP_", 4) && !sum_bytes(fseg.base + i, 16))
			table.base = (const uint8_t *)(uintptr_t)span_le32(fseg, i + 4);
	}
	if (!table.base)
		return -1;
	table.size = 6;
	table.size = span_le16(table, 4);
	assert_true(span_is(table, 0, "PCMP", 4));
	assert_int_equal(sum_bytes(table.base, table.size), 0);
	for (unsigned n = span_le16(table, 34); n; n--) {
		found += span_u8(table, at) == kind;
		at += span_u8(table, at) ? 8 : 20;
	}
	assert_int_equal(at, table.size);
	return found;
}

static void
multiprocessor_table(void **state)
{
	struct mp_machine m = {.cpus = 3, .pci = true, .slots = 1u << 5 | 1u << 31};
	struct range fseg, high;
	struct span s;

	(void)state;
	memory = low_memory();
	s = (struct span){memory, 4096};
	memset(m.irq, 11, sizeof(m.irq));
	fseg = (struct range){address(memory) + 8, 4088};
	high = (struct range){address(memory) + 8192, 4096};
	mp_table_write(&fseg, &high, &m);
	assert_int_equal(mp_entries(s, 0), 3);
	assert_int_equal(mp_entries(s, 1), 2);
	assert_int_equal(mp_entries(s, 2), 1);
	assert_int_equal(mp_entries(s, 3), 14 + 8); /* without 2, the cascade, and 11 */
	assert_int_equal(mp_entries(s, 4), 2);
	memory = low_memory();
	m.pci = false;
	mp_table_write(&fseg, &high, &m);
	assert_int_equal(mp_entries(s, 1), 1);
	assert_int_equal(mp_entries(s, 3), 15);
	memory = low_memory();
	m.cpus = 255;
	mp_table_write(&fseg, &high, &m);
	m.cpus = 3;
	fseg.len = 0;
	mp_table_write(&fseg, &high, &m);
	assert_int_equal(mp_entries(s, 0), -1);
}

static void
numbers(void **state)
{
	static const char name[16] = "etc/answer", other[16] = "etc/answers";
	struct fw_cfg_item item;
	uint64_t v;

	(void)state;
	valid();
	memset(file[3], 0x11, 16);
	item = items_find(&items, name, 2);
	assert_int_equal(item.selector, FIRST + 3);
	assert_int_equal(items_number(&items, &item, names[3], 7, &v, &why), 0);
	assert_int_equal(v, 0x1111111111111111);
	item.size = 3;
	assert_int_equal(items_number(&items, &item, names[3], 7, &v, &why), 0);
	assert_int_equal(v, 0x111111);
	item = items_find(&items, other, 2);
	assert_int_equal(items_number(&items, &item, names[3], 7, &v, &why), 0);
	assert_int_equal(v, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(whole_script),
	        cmocka_unit_test(no_script),
	        cmocka_unit_test(passed_over),
	        cmocka_unit_test(damaged),
	        cmocka_unit_test(at_the_limits),
	        cmocka_unit_test(endless_names),
	        cmocka_unit_test(twice),
	        cmocka_unit_test(odd_sizes),
	        cmocka_unit_test(rooms),
	        cmocka_unit_test(sums),
	        cmocka_unit_test(memory_types),
	        cmocka_unit_test(multiprocessor_table),
	        cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
