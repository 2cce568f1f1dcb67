/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers, segments, control registers, GDT, page tables, and by protocol the zero page or
 * start_info, as one JSON object.
 *
 * Which protocol it is shows in the state itself, so that both paths tell it alike: long mode
 * is linux64; a start_info at ebx is PVH; else it is linux32.
 */
#include "dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "stub/input/utf.h"
#include "stub/wire/start_info.h"

#define FORMAT    "kshim-handoff-1"
#define EFER_LMA  0x400u
#define CODE_LEN  16
#define PTE_LARGE 0x80u
#define PTE_ADDR  0x000ffffffffff000ull
#define GIBS      (512ull * 512) /* that four levels of tables map */
#define GDT_MAX   64             /* bytes shown */

json_object *
dump_hex(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_new_string(text);
}

void
dump_add_hex(json_object *to, const char *name, uint64_t value)
{
	json_add(to, name, dump_hex(value));
}

static json_object *
hex_of(struct span bytes)
{
	char *text = malloc(2 * bytes.size + 1);
	json_object *o;

	if (!text)
		no_memory();
	for (uint64_t i = 0; i < bytes.size; i++)
		snprintf(text + 2 * i, 3, "%02x", span_u8(bytes, i));
	o = json_new_string_len(text, (int)(2 * bytes.size));
	free(text);
	return o;
}

static bool
is_utf8(struct span bytes)
{
	uint64_t at = 0;

	while (at < bytes.size)
		if (utf8_next(bytes, &at) == UTF_BAD)
			return false;
	return true;
}

json_object *
dump_text(const struct memory *mem, uint64_t addr, uint64_t max)
{
	struct span text = {NULL, 0};
	const uint8_t *byte;
	json_object *o;

	while (text.size < max && (byte = memory_at(mem, addr + text.size, 1)) && *byte)
		text.size++;
	text.base = memory_at(mem, addr, text.size);
	if (!text.base)
		return NULL;
	if (is_utf8(text))
		return json_new_string_len((const char *)text.base, (int)text.size);
	o = json_new_object();
	json_add(o, "bytes", hex_of(text));
	return o;
}

bool
dump_entry(struct dump *d)
{
	if (!d->entries || ending_over(d->ending)) {
		d->cut = true;
		return false;
	}
	d->entries--;
	return true;
}

const uint8_t *
dump_chunk(struct dump *d, uint64_t addr, uint64_t len, uint64_t *ret_len)
{
	*ret_len = len < DUMP_CHUNK ? len : DUMP_CHUNK;
	if (*ret_len > d->bytes || ending_over(d->ending)) {
		d->cut = true;
		return NULL;
	}
	d->bytes -= *ret_len;
	return memory_at(d->mem, addr, *ret_len);
}

json_object *
dump_blob(struct dump *d, uint64_t addr, uint64_t len)
{
	json_object *o;
	uint64_t done, part;
	uLong sum = 0;

	if (!len || !memory_at(d->mem, addr, len))
		return NULL;
	for (done = 0; done < len; done += part) {
		const uint8_t *bytes = dump_chunk(d, addr + done, len - done, &part);

		if (!bytes)
			return NULL;
		sum = crc32_z(sum, bytes, part);
	}
	o = json_new_object();
	dump_add_hex(o, "address", addr);
	dump_add_hex(o, "length", len);
	dump_add_hex(o, "crc32", sum);
	return o;
}

json_object *
dump_map_entry(uint64_t addr, uint64_t len, uint32_t type)
{
	json_object *o = json_new_object();

	dump_add_hex(o, "address", addr);
	dump_add_hex(o, "length", len);
	dump_add_hex(o, "type", type);
	return o;
}

static json_object *
dump_bytes(const struct memory *mem, uint64_t addr, uint64_t len)
{
	const uint8_t *bytes = memory_at(mem, addr, len);

	return bytes && len <= GDT_MAX ? hex_of((struct span){bytes, len}) : NULL;
}

/* Those that code of this mode can see: r8 to r15 only in long mode. */
static json_object *
dump_registers(const struct kvm_regs *r, bool long_mode)
{
	const struct {
		const char *name;
		uint64_t value;
	} all[] = {{"rip", r->rip}, {"rsp", r->rsp}, {"rflags", r->rflags}, {"rax", r->rax},
	        {"rbx", r->rbx}, {"rcx", r->rcx}, {"rdx", r->rdx}, {"rsi", r->rsi},
	        {"rdi", r->rdi}, {"rbp", r->rbp}, {"r8", r->r8}, {"r9", r->r9}, {"r10", r->r10},
	        {"r11", r->r11}, {"r12", r->r12}, {"r13", r->r13}, {"r14", r->r14},
	        {"r15", r->r15}};
	json_object *o = json_new_object();
	size_t count = sizeof(all) / sizeof(all[0]) - (long_mode ? 0 : 8);

	for (size_t i = 0; i < count; i++)
		dump_add_hex(o, all[i].name, all[i].value);
	return o;
}

static json_object *
dump_segment(const struct kvm_segment *s)
{
	json_object *o = json_new_object();
	unsigned access = s->type | s->s << 4 | s->dpl << 5 | s->present << 7 | s->avl << 12 |
	                  s->l << 13 | s->db << 14 | s->g << 15;

	dump_add_hex(o, "selector", s->selector);
	dump_add_hex(o, "base", s->base);
	dump_add_hex(o, "limit", s->limit);
	dump_add_hex(o, "access", access);
	return o;
}

static json_object *
dump_segments(const struct kvm_sregs *s)
{
	const struct {
		const char *name;
		const struct kvm_segment *segment;
	} all[] = {{"cs", &s->cs}, {"ds", &s->ds}, {"es", &s->es}, {"fs", &s->fs},
	        {"gs", &s->gs}, {"ss", &s->ss}, {"tr", &s->tr}};
	json_object *o = json_new_object();

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		json_add(o, all[i].name, dump_segment(all[i].segment));
	return o;
}

static json_object *
dump_control(const struct memory *mem, const struct kvm_sregs *s)
{
	uint64_t gdt_len = s->gdt.limit < GDT_MAX ? s->gdt.limit + 1u : GDT_MAX;
	json_object *o = json_new_object();

	dump_add_hex(o, "cr0", s->cr0);
	dump_add_hex(o, "cr3", s->cr3);
	dump_add_hex(o, "cr4", s->cr4);
	dump_add_hex(o, "efer", s->efer);
	dump_add_hex(o, "gdt_base", s->gdt.base);
	dump_add_hex(o, "gdt_limit", s->gdt.limit);
	json_add(o, "gdt", dump_bytes(mem, s->gdt.base, gdt_len));
	return o;
}

static uint64_t
table_entry(const struct memory *mem, uint64_t table, unsigned index)
{
	const uint8_t *p = memory_at(mem, (table & PTE_ADDR) + 8ull * index, 8);
	uint64_t entry = 0;

	if (p)
		memcpy(&entry, p, sizeof(entry));
	return entry & 1 ? entry : 0;
}

/* Is the whole GiB mapped one to one? By one page, or by 512 of 2 MiB. */
static bool
gib_is_identity(const struct memory *mem, uint64_t pdpte, uint64_t gib)
{
	uint64_t base = gib * GIB;

	if (pdpte & PTE_LARGE)
		return (pdpte & PTE_ADDR) == base;
	for (unsigned i = 0; i < 512; i++) {
		uint64_t pde = table_entry(mem, pdpte, i);

		if (!(pde & PTE_LARGE) || (pde & PTE_ADDR) != base + (uint64_t)i * 2 * MIB)
			return false;
	}
	return true;
}

/* Which GiB the page tables map one to one, as ranges. */
static json_object *
dump_identity(struct dump *d, uint64_t cr3)
{
	json_object *list = json_new_array();
	uint64_t from = 0, gib;
	bool inside = false;

	for (gib = 0; gib <= GIBS; gib++) {
		uint64_t pml4e =
		        gib < GIBS ? table_entry(d->mem, cr3, (unsigned)(gib / 512)) : 0;
		uint64_t pdpte = pml4e ? table_entry(d->mem, pml4e, gib % 512) : 0;
		bool mapped = pdpte && gib_is_identity(d->mem, pdpte, gib);

		if (!pml4e && !inside) {
			gib |= 511; /* nor are the others of this entry */
			continue;
		}
		if (mapped && !inside)
			from = gib;
		if (!mapped && inside && dump_entry(d)) {
			json_object *o = json_new_object();
			dump_add_hex(o, "address", from * GIB);
			dump_add_hex(o, "length", (gib - from) * GIB);
			json_append(list, o);
		}
		inside = mapped;
	}
	return list;
}

static bool
is_start_info(const struct memory *mem, uint64_t addr)
{
	uint32_t magic = PVH_START_MAGIC;
	const uint8_t *p = memory_at(mem, addr, sizeof(struct pvh_start_info));

	return p && memcmp(p, &magic, sizeof(magic)) == 0;
}

static void
dump_protocol(
        struct dump *d, const struct kvm_regs *r, const struct kvm_sregs *s, json_object *o)
{
	bool long_mode = s->efer & EFER_LMA;
	const char *protocol = long_mode                       ? "linux64"
	                       : is_start_info(d->mem, r->rbx) ? "pvh"
	                                                       : "linux32";

	json_add(o, "protocol", json_new_string(protocol));
	if (long_mode)
		json_add(o, "identity_map", dump_identity(d, s->cr3));
	if (strcmp(protocol, "pvh") == 0)
		json_add(o, "start_info", dump_start_info(d, r->rbx));
	else
		json_add(o, "zero_page", dump_zero_page(d, r->rsi));
}

json_object *
dump_state(
        struct dump *d, bool direct, const struct kvm_regs *regs, const struct kvm_sregs *sregs)
{
	json_object *o = json_new_object();

	json_add(o, "format", json_new_string(FORMAT));
	json_add(o, "path", json_new_string(direct ? "direct" : "stub"));
	json_add(o, "registers", dump_registers(regs, sregs->efer & EFER_LMA));
	json_add(o, "segments", dump_segments(sregs));
	json_add(o, "control", dump_control(d->mem, sregs));
	json_add(o, "code", dump_bytes(d->mem, regs->rip, CODE_LEN));
	dump_protocol(d, regs, sregs, o);
	if (d->cut)
		json_add(o, "cut", json_new_boolean(true));
	return o;
}
