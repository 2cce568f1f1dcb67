/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim diff-handoff A B: what two kernels found at their first instruction, field by field.
 *
 * Both files are what `kshim run --dump-handoff` wrote. A difference is told by the field's
 * name and what it means; what may differ between two ways to the same kernel (addresses that
 * each way chooses, entropy) is told as such and is no difference for the exit status.
 */
#include "tools/json_new.h"
#include <stdio.h>
#include <string.h>

#include "tools/cmd.h"
#include "tools/file.h"

#define PATH_MAX_LEN 256

struct field_note {
	const char *path; /* its end; [] stands for any index */
	bool may_differ;
	const char *text;
};

static const struct field_note notes[] = {
        {"path", true, "which way the kernel was reached"},
        {"registers.rsp", true, "the entry stack lies where each way places it"},
        {"registers.rbx", true, "PVH: where start_info lies"},
        {"registers.rsi", true, "where the zero page lies"},
        {"control.cr3", true, "where the page tables lie; without paging it means nothing"},
        {"control.gdt_base", true, "where the GDT lies"},
        {"initrd.address", true, "where the initrd lies"},
        {"modules[].address", true, "where the module lies"},
        {"zero_page.ramdisk_image", true, "where the initrd lies"},
        {"zero_page.ext_ramdisk_image", true, "where the initrd lies, upper half"},
        {"zero_page.cmd_line_ptr", true, "where the command line lies"},
        {"zero_page.ext_cmd_line_ptr", true, "where the command line lies, upper half"},
        {"zero_page.setup_data", true, "where the list of setup_data lies"},
        {"setup_data_list[].data.address", true, "where the data of that node lie"},
        {"setup_data_list[].*", false, "a node of the list of setup_data"},
        {"start_info.modlist_paddr", true, "where the module list lies"},
        {"start_info.cmdline_paddr", true, "where the command line lies"},
        {"start_info.memmap_paddr", true, "where the memory map lies"},
        {"protocol", false, "the protocol by which the kernel was entered"},
        {"registers.rip", false, "the kernel's first instruction"},
        {"registers.rflags", false, "flags: no interrupts, no trap"},
        {"registers.*", false, "a register that the protocol defines, or leaves to chance"},
        {"segments.*", false, "a segment register as the protocol defines it"},
        {"control.*", false, "the mode in which the kernel is entered"},
        {"code", false, "the kernel's first bytes: another kernel, or not all loaded"},
        {"identity_map*", false, "what the page tables map one to one"},
        {"memory_map*", false, "the memory that the kernel is told of"},
        {"command_line", false, "the kernel's command line"},
        {"initrd.crc32", false, "the initrd's bytes"},
        {"initrd.length", false, "the initrd's length"},
        {"zero_page.*", false, "a field of the zero page (boot.rst, zero-page.rst)"},
        {"start_info.*", false, "a field of hvm_start_info (start_info.h)"},
};

struct tally {
	unsigned expected, real;
};

/* The path with its indexes taken out: modules[3].length as modules[].length. */
static void
plain_path(const char *path, char *out, size_t size)
{
	size_t n = 0;

	for (; *path && n < size - 1; path++) {
		out[n++] = *path;
		if (*path == '[')
			path += strspn(path + 1, "0123456789");
	}
	out[n] = '\0';
}

/* Does a tail of `plain` that starts at a name fit? A final * stands for anything. */
static bool
path_fits(const char *plain, const char *pattern)
{
	size_t len = strlen(pattern);
	bool open = pattern[len - 1] == '*';

	for (const char *tail = plain; tail; tail = strchr(tail, '.')) {
		tail += *tail == '.';
		if (open ? strncmp(tail, pattern, len - 1) == 0 : strcmp(tail, pattern) == 0)
			return true;
	}
	return false;
}

static const struct field_note *
find_note(const char *path)
{
	char plain[PATH_MAX_LEN];

	plain_path(path, plain, sizeof(plain));
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (path_fits(plain, notes[i].path))
			return &notes[i];
	return NULL;
}

static void
tell(const char *path, json_object *a, json_object *b, struct tally *tally)
{
	const struct field_note *note = find_note(path);
	bool expected = note && note->may_differ;
	json_object *plain = json_new_plain(path); /* a file may name its fields as it likes */

	*(expected ? &tally->expected : &tally->real) += 1;
	printf("%s %s: %s, %s: %s\n", expected ? "may differ" : "DIFFERS",
	        json_object_get_string(plain),
	        a ? json_text(a, JSON_C_TO_STRING_SPACED) : "absent",
	        b ? json_text(b, JSON_C_TO_STRING_SPACED) : "absent",
	        note ? note->text : "a field that this program does not know");
	json_object_put(plain);
}

static void compare(const char *path, json_object *a, json_object *b, struct tally *tally);

static void
compare_objects(const char *path, json_object *a, json_object *b, struct tally *tally)
{
	char name[PATH_MAX_LEN];

	json_object_object_foreach(a, key, value)
	{
		snprintf(name, sizeof(name), "%s%s%s", path, *path ? "." : "", key);
		compare(name, value, json_object_object_get(b, key), tally);
	}
	json_object_object_foreach(b, other_key, other)
	{
		snprintf(name, sizeof(name), "%s%s%s", path, *path ? "." : "", other_key);
		if (!json_object_object_get_ex(a, other_key, NULL))
			tell(name, NULL, other, tally);
	}
}

static void
compare_arrays(const char *path, json_object *a, json_object *b, struct tally *tally)
{
	size_t in_a = json_object_array_length(a), in_b = json_object_array_length(b);
	char name[PATH_MAX_LEN];

	for (size_t i = 0; i < in_a || i < in_b; i++) {
		snprintf(name, sizeof(name), "%s[%zu]", path, i);
		compare(name, i < in_a ? json_object_array_get_idx(a, i) : NULL,
		        i < in_b ? json_object_array_get_idx(b, i) : NULL, tally);
	}
}

static void
compare(const char *path, json_object *a, json_object *b, struct tally *tally)
{
	enum json_type type = json_object_get_type(a);

	if (type == json_object_get_type(b) && type == json_type_object)
		compare_objects(path, a, b, tally);
	else if (type == json_object_get_type(b) && type == json_type_array)
		compare_arrays(path, a, b, tally);
	else if (!json_object_equal(a, b))
		tell(path, a, b, tally);
}

static const char *
no_json(enum json_tokener_error error)
{
	if (error == json_tokener_continue)
		return "it ends in the middle of its JSON";
	return error == json_tokener_success ? "it is empty JSON"
	                                     : json_tokener_error_desc(error);
}

/* The file as JSON; NULL after a sentence. */
static json_object *
parse(const char *path)
{
	json_tokener *t = json_tokener_new();
	json_object *o = NULL;
	struct file f;

	if (t && file_read_text(path, &f) == STATUS_OK) {
		o = json_tokener_parse_ex(t, (const char *)f.data, (int)f.size);
		if (!o)
			fail(STATUS_HOST, "%s: %s", path, no_json(json_tokener_get_error(t)));
		file_free(&f);
	}
	json_tokener_free(t);
	return o;
}

static json_object *
load(const char *path)
{
	json_object *o = parse(path);
	json_object *format = o ? json_object_object_get(o, "format") : NULL;

	if (!o)
		return NULL;
	if (!format || strcmp(json_object_get_string(format), "kshim-handoff-1") != 0) {
		fail(STATUS_HOST, "%s: no dump of `kshim run --dump-handoff`", path);
		json_object_put(o);
		o = NULL;
	}
	return o;
}

int
cmd_diff_handoff(int argc, char **argv)
{
	struct tally tally = {0, 0};
	json_object *a, *b;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return usage_ok(argv[0]);
	if (argc != 3)
		return usage_error(argv[0]);
	a = load(argv[1]);
	b = a ? load(argv[2]) : NULL;
	if (a && b) {
		compare("", a, b, &tally);
		printf("%u real difference%s, %u that may be\n", tally.real,
		        tally.real == 1 ? "" : "s", tally.expected);
	}
	json_object_put(a);
	json_object_put(b);
	if (!a || !b)
		return STATUS_HOST;
	return tally.real ? STATUS_REFUSED : STATUS_OK;
}
