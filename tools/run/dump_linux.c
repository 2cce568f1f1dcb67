/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The zero page and all that it points to, as JSON; Linux boot.rst and zero-page.rst, by the
 * structs of stub/wire/bootparam.h.
 */
#include "dump.h"

#include <stddef.h>
#include <string.h>

#include "stub/wire/bootparam.h"

#define SETUP_DATA_MAX 64 /* nodes: a list that is longer goes round */

struct field {
	const char *name;
	uint16_t off, size;
};

#define FIELD(f)                                                                               \
	{                                                                                      \
#f, offsetof(struct zero_page, f), sizeof(((struct zero_page *)0)->f)          \
	}
#define HEADER(f)                                                                              \
	{                                                                                      \
#f, offsetof(struct zero_page, hdr.f),                                         \
		        sizeof(((struct zp_setup_header *)0)->f)                               \
	}

static const struct field fields[] = {
        FIELD(ext_mem_k),
        FIELD(cl_magic),
        FIELD(cl_offset),
        FIELD(acpi_rsdp_addr),
        FIELD(ext_ramdisk_image),
        FIELD(ext_ramdisk_size),
        FIELD(ext_cmd_line_ptr),
        FIELD(alt_mem_k),
        FIELD(e820_entries),
        FIELD(sentinel),
        HEADER(setup_sects),
        HEADER(root_flags),
        HEADER(syssize),
        HEADER(vid_mode),
        HEADER(boot_flag),
        HEADER(header),
        HEADER(version),
        HEADER(type_of_loader),
        HEADER(loadflags),
        HEADER(code32_start),
        HEADER(ramdisk_image),
        HEADER(ramdisk_size),
        HEADER(heap_end_ptr),
        HEADER(ext_loader_ver),
        HEADER(ext_loader_type),
        HEADER(cmd_line_ptr),
        HEADER(initrd_addr_max),
        HEADER(kernel_alignment),
        HEADER(relocatable_kernel),
        HEADER(min_alignment),
        HEADER(xloadflags),
        HEADER(cmdline_size),
        HEADER(payload_offset),
        HEADER(payload_length),
        HEADER(setup_data),
        HEADER(pref_address),
        HEADER(init_size),
        HEADER(handover_offset),
        HEADER(kernel_info_offset),
};

/* A value of `size` bytes at `off` of the zero page. */
static uint64_t
value_at(const uint8_t *page, const struct field *f)
{
	uint64_t value = 0;

	memcpy(&value, page + f->off, f->size);
	return value;
}

static void
dump_fields(const uint8_t *page, json_object *o)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		dump_add_hex(o, fields[i].name, value_at(page, &fields[i]));
}

/* How many bytes that no field above names are set; they should be zero. */
static uint64_t
other_bytes(const uint8_t *page)
{
	uint8_t copy[PAGE];
	uint64_t set = 0;

	memcpy(copy, page, PAGE);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		memset(copy + fields[i].off, 0, fields[i].size);
	memset(copy + offsetof(struct zero_page, e820_table), 0,
	        sizeof(((struct zero_page *)0)->e820_table));
	for (size_t i = 0; i < PAGE; i++)
		set += copy[i] != 0;
	return set;
}

static void
dump_e820(struct dump *d, const struct zp_e820_entry *table, uint64_t count, json_object *list)
{
	for (uint64_t i = 0; i < count && dump_entry(d); i++)
		json_append(list, dump_map_entry(table[i].addr, table[i].size, table[i].type));
}

/* Is anything but zeros there? All that can be said of random bytes. */
static bool
has_entropy(struct dump *d, uint64_t addr, uint64_t len)
{
	uint64_t part;
	const uint8_t *bytes;

	for (; len && (bytes = dump_chunk(d, addr, len, &part)); addr += part, len -= part)
		for (uint64_t i = 0; i < part; i++)
			if (bytes[i])
				return true;
	return false;
}

static json_object *
dump_node(struct dump *d, uint64_t addr, const struct zp_setup_data *node)
{
	json_object *o = json_new_object();
	uint64_t data = addr + sizeof(*node);

	dump_add_hex(o, "type", node->type);
	dump_add_hex(o, "length", node->len);
	if (node->type == ZP_SETUP_RNG_SEED)
		json_add(o, "entropy", json_new_boolean(has_entropy(d, data, node->len)));
	else
		json_add(o, "data", dump_blob(d, data, node->len));
	return o;
}

/* The list of setup_data; map entries in it go to `map`. */
static json_object *
dump_setup_data(struct dump *d, uint64_t addr, json_object *map)
{
	json_object *list = json_new_array();
	struct zp_setup_data node;

	for (int n = 0; addr && n < SETUP_DATA_MAX; n++, addr = node.next) {
		const uint8_t *p = memory_at(d->mem, addr, sizeof(node));

		if (!p)
			break;
		memcpy(&node, p, sizeof(node));
		json_append(list, dump_node(d, addr, &node));
		p = memory_at(d->mem, addr, sizeof(node) + node.len);
		if (p && node.type == ZP_SETUP_E820_EXT)
			dump_e820(d, (const void *)(p + sizeof(node)),
			        node.len / sizeof(struct zp_e820_entry), map);
	}
	return list;
}

json_object *
dump_zero_page(struct dump *d, uint64_t addr)
{
	const uint8_t *page = memory_at(d->mem, addr, PAGE);
	json_object *o, *map;
	struct zero_page zp;
	uint64_t line, initrd, initrd_len;

	if (!page)
		return NULL;
	memcpy(&zp, page, sizeof(zp));
	line = zp.hdr.cmd_line_ptr | (uint64_t)zp.ext_cmd_line_ptr << 32;
	initrd = zp.hdr.ramdisk_image | (uint64_t)zp.ext_ramdisk_image << 32;
	initrd_len = zp.hdr.ramdisk_size | (uint64_t)zp.ext_ramdisk_size << 32;
	if (zp.cl_magic == ZP_CL_MAGIC)
		line = addr + zp.cl_offset;
	o = json_new_object();
	map = json_new_array();
	dump_fields(page, o);
	dump_add_hex(o, "other_bytes_set", other_bytes(page));
	json_add(o, "command_line", dump_text(d->mem, line, PAGE * 16));
	json_add(o, "initrd", dump_blob(d, initrd, initrd_len));
	dump_e820(d, zp.e820_table,
	        zp.e820_entries < ZP_E820_MAX ? zp.e820_entries : ZP_E820_MAX, map);
	json_add(o, "setup_data_list", dump_setup_data(d, zp.hdr.setup_data, map));
	json_add(o, "memory_map", map);
	return o;
}
