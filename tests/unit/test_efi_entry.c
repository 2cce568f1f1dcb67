/* SPDX-License-Identifier: BSD-2-Clause */
/* Which boot entry kshim.efi boots, what is no entry, and the line that it makes of one. */
#include "unit.h"

#include <string.h>

#include "stub/base/text.h"
#include "stub/input/efi_entry.h"
#include "stub/input/efi_line.h"
#include "tests/unit/pe_image.h"

static struct efi_entries list;
static struct refusal why;
static struct pe room;
static const char *note;

/* Append the entry of that file; returns whether it is one. */
static bool
add(const struct efi_entry_folder *folder, const char *name, struct span file)
{
	struct efi_entry *e = &list.entry[list.count];

	strcpy(e->name, name);
	assert_true(bls_name(text_span(e->name), folder->suffix, &e->entry));
	e->folder = folder;
	if (!efi_entry_read(e, file, &room, &note, &why))
		return false;
	list.count++;
	return true;
}

static bool
add_text(const char *name, const char *text)
{
	return add(&efi_entry_folder[0], name, text_span(text));
}

static void
make_list(void)
{
	list.count = 0;
	assert_true(add_text("b.conf", "linux /b\nsort-key b\n"));
	assert_true(add_text("a.conf", "linux /a\nsort-key a\n"));
	assert_true(add_text("c.conf", "linux /c\nsort-key c\n"));
}

static const char *
chosen(const struct efi_entry_wishes *w, bool once, bool gone)
{
	struct efi_entry_choice c = efi_entry_choose(&list, w);

	assert_int_equal(c.once, once);
	assert_int_equal(c.gone, gone);
	return c.entry ? c.entry->name : "none";
}

static void
test_order_of_wishes(void **state)
{
	struct efi_entry_wishes w = {.has_word = false};

	(void)state;
	make_list();
	assert_string_equal(chosen(&w, false, false), "a.conf");
	w.config = text_span("c*");
	assert_string_equal(chosen(&w, false, false), "c.conf");
	w.always = text_span("b.conf");
	assert_string_equal(chosen(&w, false, false), "b.conf");
	w.once = text_span("a");
	assert_string_equal(chosen(&w, true, false), "a.conf");
	w.word = text_span("C");
	w.has_word = true;
	assert_string_equal(chosen(&w, false, false), "c.conf");
	w.word = text_span("");
	assert_string_equal(chosen(&w, false, false), "none");
	w.word = text_span("d*");
	assert_string_equal(chosen(&w, false, false), "none");
}

/* LoaderEntryPreferred comes before LoaderEntryDefault as long as its entry may be good. */
static void
test_while_good(void **state)
{
	struct efi_entry_wishes w = {
	        .while_good = text_span("b.conf"), .always = text_span("c.conf")};

	(void)state;
	make_list();
	assert_string_equal(chosen(&w, false, false), "b.conf");
	list.entry[0].entry.counted = true;
	list.entry[0].entry.left = 1;
	assert_string_equal(chosen(&w, false, false), "b.conf");
	list.entry[0].entry.left = 0;
	assert_string_equal(chosen(&w, false, false), "c.conf");
	w.once = text_span("b.conf");
	assert_string_equal(chosen(&w, true, false), "b.conf");
	w = (struct efi_entry_wishes){.while_good = text_span("gone")};
	assert_string_equal(chosen(&w, false, true), "a.conf");
}

static void
test_what_is_gone(void **state)
{
	struct efi_entry_wishes w = {.once = text_span("gone"), .config = text_span("c")};

	(void)state;
	make_list();
	assert_string_equal(chosen(&w, false, true), "c.conf");
	w = (struct efi_entry_wishes){.always = text_span("gone")};
	assert_string_equal(chosen(&w, false, true), "a.conf");
	w = (struct efi_entry_wishes){.config = text_span("gone")};
	assert_string_equal(chosen(&w, false, false), "a.conf");
}

static void
test_saved(void **state)
{
	struct efi_entry_wishes w = {
	        .config = text_span("@saved"), .last = text_span("b.conf")};

	(void)state;
	make_list();
	assert_true(efi_entry_is_saved(&w));
	assert_string_equal(chosen(&w, false, false), "b.conf");
	w.last.size = 0;
	assert_string_equal(chosen(&w, false, false), "a.conf");
	w.always = text_span("@saved");
	assert_string_equal(chosen(&w, false, false), "a.conf");
	w.always = text_span("c");
	assert_false(efi_entry_is_saved(&w));
	assert_false(efi_entry_is_saved(&(struct efi_entry_wishes){.has_word = false}));
}

static void
test_text_entries(void **state)
{
	(void)state;
	list.count = 0;
	assert_false(add_text("a.conf", "title none\n"));
	assert_int_equal(why.code, REFUSAL_BLS_ENTRY);
	assert_false(add_text("a.conf", "linux /a\narchitecture aa64\n"));
	assert_int_equal(why.code, REFUSAL_NONE);
	assert_null(note);
	assert_false(add_text("a.conf", "uki-url https://a/a.efi\n"));
	assert_non_null(note);
	assert_true(add_text("a.conf", "linux /a\narchitecture X64\n"));
	assert_int_equal(list.entry[0].text.size, strlen("linux /a\narchitecture X64\n"));
}

static bool
add_image(const struct pe_image_row *rows, unsigned count)
{
	pe_image_make(0x8664, rows, count);
	return add(&efi_entry_folder[1], "i.efi", (struct span){pe_image, pe_image_len});
}

static void
test_images(void **state)
{
	static const struct pe_image_row rows[] = {
	        {".linux", "K"}, {".osrel", "ID=x\nVERSION_ID=7\nPRETTY_NAME=X\n"}};

	(void)state;
	list.count = 0;
	assert_false(add(&efi_entry_folder[1], "i.efi", text_span("no PE")));
	assert_false(add_image(rows, 1));
	assert_false(add_image(rows + 1, 1));
	assert_true(add_image(rows, 2));
	assert_true(span_equals(list.entry[0].entry.version, "7"));
	assert_int_equal(list.entry[0].text.size, 0);
	assert_false(add(&efi_entry_folder[1], "j.efi", (struct span){pe_image, 0x90}));
	assert_int_equal(why.code, REFUSAL_NONE);
	pe_image_put(PE_IMAGE_AT + 6, 500, 2); /* sections, which do not fit */
	assert_false(add(&efi_entry_folder[1], "j.efi", (struct span){pe_image, pe_image_len}));
	assert_int_equal(why.code, REFUSAL_PE_HEADER);
}

static void
assert_line(const struct efi_line *parts, const char *wanted)
{
	char buf[64];
	struct cmdline line = cmdline_init(buf, sizeof(buf));

	assert_int_equal(efi_line_join(parts, &line, &why), REFUSAL_NONE);
	assert_string_equal(line.text, wanted);
}

static void
test_line(void **state)
{
	struct efi_line parts = {.packed = text_span("a\nb"), .words = text_span("z")};
	char buf[8];
	struct cmdline line = cmdline_init(buf, sizeof(buf));

	(void)state;
	assert_int_equal(efi_line_join(&parts, &line, &why), REFUSAL_CMDLINE_CONTROL);
	parts.is_section = true;
	assert_line(&parts, "a b z");
	list.count = 0;
	assert_true(add_text("a.conf", "linux /a\noptions x y\noptions  w\n"));
	parts.entry = &list.entry[0].entry;
	assert_line(&parts, "a b x y w z");
	assert_int_equal(efi_line_join(&parts, &line, &why), REFUSAL_CMDLINE_BUFFER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_order_of_wishes),
	        cmocka_unit_test(test_while_good),
	        cmocka_unit_test(test_what_is_gone),
	        cmocka_unit_test(test_saved),
	        cmocka_unit_test(test_text_entries),
	        cmocka_unit_test(test_images),
	        cmocka_unit_test(test_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
