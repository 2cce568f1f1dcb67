/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any memory and registers of a guest, as `kshim run --dump-handoff` finds them: nothing out of
 * the guest's memory is read, lists stay within their bound, and what is written is JSON that
 * reads back as what it was made from.
 *
 * The input: where registers lead to, then the memory from address 0 on.
 */
#include "tests/fuzz/fuzz.h"

#include "tools/run/dump.h"

#define EFER_LMA 0x400u
#define ENTRIES  64 /* in place of DUMP_ENTRIES */

static struct ending ending;

/* Entries of all lists below `o`. */
static size_t
entries(json_object *o)
{
	size_t n = 0;

	if (json_object_is_type(o, json_type_array)) {
		n = json_object_array_length(o);
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += entries(json_object_array_get_idx(o, i));
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value)
		{
			(void)key;
			n += entries(value);
		}
	}
	return n;
}

static json_object *
parse(const char *text)
{
	json_tokener *t = json_tokener_new();
	json_object *o;

	json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(t, text, (int)strlen(text) + 1);
	json_tokener_free(t);
	return o;
}

static void
check(json_object *o)
{
	json_object *again = parse(json_object_to_json_string(o));
	const char *protocol = json_object_get_string(json_object_object_get(o, "protocol"));
	const char *reached = strcmp(protocol, "pvh") == 0 ? "start_info" : "zero_page";

	REQUIRE(json_object_object_get_ex(o, reached, NULL));
	REQUIRE(entries(o) <= ENTRIES + 64); /* setup_data has a bound of its own */
	REQUIRE(json_object_equal(o, again));
	json_object_put(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};
	bool long_mode = feed_number(&f, 1) & 1;
	struct kvm_regs regs = {0};
	struct kvm_sregs sregs = {.efer = long_mode ? EFER_LMA : 0};
	struct memory mem = {.file = -1, .slots = 1};
	struct dump d = {.mem = &mem, .ending = &ending, .entries = ENTRIES};
	json_object *o;

	regs.rip = feed_number(&f, 8);
	regs.rbx = feed_number(&f, 8);
	regs.rsi = feed_number(&f, 8);
	sregs.cr3 = feed_number(&f, 8);
	sregs.gdt.base = feed_number(&f, 8);
	sregs.gdt.limit = (uint16_t)feed_number(&f, 2);
	mem.slot[0].range = (struct range){0, f.size};
	mem.slot[0].host = malloc(f.size + !f.size);
	REQUIRE(mem.slot[0].host);
	memcpy(mem.slot[0].host, f.data, f.size);
	d.bytes = f.size;
	o = dump_state(&d, true, &regs, &sregs);
	REQUIRE(d.bytes <= f.size && d.entries <= ENTRIES);
	check(o);
	json_object_put(o);
	free(mem.slot[0].host);
	return 0;
}
