/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory map, what must lie in its RAM and apart, and the files.
 *
 * The map's entries stay where they are: in boot_params, in SETUP_E820_EXT (20 bytes each) or
 * in start_info's table (24 bytes each); the first 20 bytes mean the same in both.
 */
#include "probe.h"

#define RAM       1
#define LAST_TYPE 7
#define HOLE      0xa0000ull /* of the PC: to 1 MiB */
#define MIB       0x100000ull

static bool
entry(const struct probe *p, uint32_t n, struct mem *ret_mem)
{
	for (uint32_t i = 0; i < p->maps; n -= p->map[i++].count) {
		const uint8_t *e = at(p->map[i].addr + (uint64_t)n * p->map[i].stride);

		if (n >= p->map[i].count)
			continue;
		memcpy(&ret_mem->range.addr, e, 8);
		memcpy(&ret_mem->range.len, e + 8, 8);
		memcpy(&ret_mem->type, e + 16, 4);
		return true;
	}
	return false;
}

static bool
overlaps(struct range a, struct range b)
{
	return a.len && b.len && a.addr < end_of(b) && b.addr < end_of(a);
}

/* Is every byte of `r` RAM by the map? */
bool
in_ram(const struct probe *p, struct range r)
{
	uint64_t pos = r.addr;
	struct mem m;

	for (uint32_t n = 0; pos < end_of(r) && entry(p, n, &m); n++) {
		if (m.type != RAM || pos < m.range.addr || pos >= end_of(m.range))
			continue;
		pos = end_of(m.range);
		n = UINT32_MAX; /* from the start: the map need not be sorted */
	}
	return pos >= end_of(r);
}

uint64_t
ram_end(const struct probe *p, uint64_t limit)
{
	uint64_t end = 0;
	struct mem m;

	for (uint32_t n = 0; entry(p, n, &m); n++)
		if (m.type == RAM && end_of(m.range) > end && end_of(m.range) <= limit)
			end = end_of(m.range);
	return end;
}

static void
check_entry(struct probe *p, uint32_t n, struct mem m)
{
	struct range hole = {HOLE, MIB - HOLE};
	struct mem other;

	if (!m.range.len || m.range.addr + m.range.len < m.range.addr)
		fail(p, "length of the map's entry at", m.range.addr, m.range.len);
	if (!m.type || m.type > LAST_TYPE)
		fail(p, "type of a map entry", m.type, RAM);
	if (m.type == RAM && overlaps(m.range, hole))
		fail(p, "RAM between 640 KiB and 1 MiB: entry at", m.range.addr, HOLE);
	for (uint32_t i = 0; i < n && entry(p, i, &other); i++)
		if (overlaps(m.range, other.range))
			fail(p, "map entries overlap at", m.range.addr, other.range.addr);
}

/*
 * The map against itself, and its RAM against the row's (probe.ram): the firmware takes some at
 * the end and below 1 MiB, so up to 2 MiB may be missing, and nothing may be too much.
 */
void
check_map(struct probe *p)
{
	uint64_t ram = 0, wanted;
	uint32_t n = 0;
	struct mem m;

	for (; entry(p, n, &m); n++) {
		check_entry(p, n, m);
		ram += m.type == RAM ? m.range.len : 0;
	}
	if (word_number(p, "probe.ram", &wanted) && (ram > wanted || ram + 2 * MIB < wanted))
		fail(p, "bytes of RAM in the map", ram, wanted);
	if (word_number(p, "probe.maps", &wanted) && n < wanted)
		fail(p, "entries of the map", n, wanted);
}

void
add_thing(struct probe *p, const char *name, uint64_t addr, uint64_t len)
{
	if (p->things == PROBE_THINGS)
		return;
	p->thing[p->things++] = (struct thing){name, {addr, len}};
}

/* For rows that compare with what `kshim plan` says: "probe NAME: THING is at ADDR + LEN". */
static void
say_where(const struct probe *p, const struct thing *t)
{
	say("probe ");
	say(p->label->name);
	say(": ");
	say(t->name);
	say(" is at ");
	say_hex(t->range.addr);
	say(" + ");
	say_hex(t->range.len);
	say("\r\n");
}

void
check_things(struct probe *p)
{
	for (uint32_t i = 0; i < p->things && word(p, "probe.where"); i++)
		say_where(p, &p->thing[i]);
	for (uint32_t i = 0; i < p->things; i++) {
		const struct thing *a = &p->thing[i];

		if (!in_ram(p, a->range)) {
			say(a->name);
			fail(p, ": not in RAM, its bytes at", a->range.addr, a->range.len);
		}
		for (uint32_t j = 0; j < i; j++)
			if (overlaps(a->range, p->thing[j].range)) {
				say(a->name);
				say(" and ");
				say(p->thing[j].name);
				fail(p, ": overlap, at", a->range.addr, p->thing[j].range.addr);
			}
	}
}

/* "RSD PTR " with a right checksum (ACPI 6.5, 5.2.5.3), where a row expects one. */
void
check_rsdp(struct probe *p)
{
	const uint8_t *rsdp = at(p->rsdp);
	uint64_t wanted;
	uint8_t sum = 0;

	if (word_number(p, "probe.rsdp", &wanted)) {
		want(p, "address of the RSDP", p->rsdp, wanted);
		if (!wanted)
			return;
	}
	if (!p->rsdp || !reachable(p->rsdp)) {
		fail(p, "address of the RSDP", p->rsdp, 1);
		return;
	}
	for (int i = 0; i < 20; i++)
		sum = (uint8_t)(sum + rsdp[i]);
	if (!same(rsdp, "RSD PTR ", 8) || sum)
		fail(p, "no RSDP at the address given", p->rsdp, sum);
}

/* The file at `r` against the word LEN:CRC. */
static void
check_file(struct probe *p, const char *name, struct range r)
{
	const char *s = word(p, name);
	uint64_t len, crc;

	if (!s) {
		if (r.len)
			fail(p, "a file that nobody announced, bytes", r.len, 0);
		return;
	}
	len = parse_hex(&s);
	s += *s == ':';
	crc = parse_hex(&s);
	want(p, "bytes of the file", r.len, len);
	if (r.len != len)
		return;
	if (!reachable(end_of(r)))
		fail(p, "file out of reach, at", r.addr, 0);
	else
		want(p, "checksum of the file", crc_more(0, at(r.addr), len), crc);
	if (r.addr % 4096)
		fail(p, "file not on a page, at", r.addr, 0);
	add_thing(p, "file", r.addr, r.len);
}

/* A Linux gets one initrd; others get their modules, one a file and in order. */
void
check_files(struct probe *p)
{
	static const char digits[] = "0123456789abcdef";
	char name[] = "probe.file0";
	uint64_t n = 0;

	if (p->label->flags & LABEL_LINUX) {
		if (p->saved->entry == AT_PVH)
			want(p, "modules for a Linux", p->files, p->initrd.len != 0);
		check_file(p, "probe.initrd", p->initrd);
		return;
	}
	word_number(p, "probe.files", &n);
	want(p, "modules", p->files, n);
	for (uint32_t i = 0; i < p->files && i < 16; i++) {
		name[sizeof(name) - 2] = digits[i];
		check_file(p, name, p->file[i]);
	}
}
