/* SPDX-License-Identifier: BSD-2-Clause */
/* What is measured of a boot, event by event; which addons are none; what lies beside an image.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "stub/base/text.h"
#include "stub/input/efi_addon.h"
#include "stub/input/efi_extra.h"
#include "stub/input/newc_write.h"
#include "tests/unit/pe_image.h"

static struct measure_room room;
static struct refusal why;

/* What was told: a line for each event, its PCR, tag, text and bytes; refused at number `last`.
 */
struct told {
	char text[4096];
	unsigned count, last;
};

static void
add(struct told *t, const struct measured *m)
{
	size_t at = strlen(t->text);
	const uint16_t *wide = (const uint16_t *)(uintptr_t)m->bytes.base;
	bool is_text = m->what >= MEASURED_PROFILE && m->what <= MEASURED_SMBIOS_LINE;

	at += (size_t)snprintf(
	        t->text + at, sizeof(t->text) - at, "%u %x %s: ", m->pcr, m->tag, m->text);
	for (uint64_t i = 0; i < m->bytes.size / (is_text ? 2 : 1); i++) {
		uint16_t c = is_text ? wide[i] : m->bytes.base[i];

		t->text[at++] = c ? (char)c : '|';
	}
	strcpy(t->text + at, "\n");
}

static enum refusal_code
tell(void *context, const struct measured *m, struct refusal *ret_why)
{
	struct told *t = context;

	if (t->count++ == t->last)
		return refuse(ret_why, REFUSAL_EFI_FIRMWARE, 0, 0, 0);
	add(t, m);
	return REFUSAL_NONE;
}

static void
assert_told(const struct measures *m, const char *wanted)
{
	struct told t = {.last = UINT32_MAX};

	assert_int_equal(measures_tell(m, &room, tell, &t, &why), REFUSAL_NONE);
	assert_string_equal(t.text, wanted);
	for (unsigned last = 0; last < t.count; last++) {
		struct told until = {.last = last};

		assert_int_equal(
		        measures_tell(m, &room, tell, &until, &why), REFUSAL_EFI_FIRMWARE);
		assert_int_equal(until.count, last + 1);
		assert_memory_equal(until.text, t.text, strlen(until.text));
	}
}

static struct span
text(const char *s)
{
	return text_span(s);
}

static struct extra
measured_extra(enum measured_what what, uint32_t pcr, uint32_t tag, const char *name)
{
	return (struct extra){.name = name, .event = {what, pcr, tag, name, text(name)}};
}

static struct pe
own_sections(void)
{
	static const struct pe_image_row rows[] = {
	        {".pcrsig", "sig"}, {".cmdline", "own"}, {".linux", "K"}, {".osrel", "ID=x\n"}};
	struct pe pe;
	bool found;

	pe_image_make(0x8664, rows, 4);
	assert_int_equal(pe_read((struct span){pe_image, pe_image_len}, &found, &pe, &why),
	        REFUSAL_NONE);
	assert_true(found);
	return pe;
}

static struct measures
plain(const char *line)
{
	static const struct extras none;

	return (struct measures){.line = line,
	        .addon_line = "",
	        .smbios_line = "",
	        .extras = &none,
	        .kernel = {"vmlinuz", text("kernel")}};
}

static struct measures
of_own(const struct pe *pe, const char *line)
{
	struct measures m = plain(line);

	m.own = pe;
	m.image = (struct span){pe_image, pe_image_len};
	return m;
}

#define SECTIONS                                                                               \
	"11 0 .linux: .linux|\n11 0 .linux: K\n11 0 .osrel: .osrel|\n11 0 .osrel: ID=x\n\n"    \
	"11 0 .cmdline: .cmdline|\n11 0 .cmdline: own\n"

static void
own_image(void **state)
{
	struct pe pe = own_sections();
	struct extras e = {.archives = 2, .ucodes = 2, .initrds = 1};
	struct measures m = of_own(&pe, "own more");

	(void)state;
	e.archive[0] = measured_extra(MEASURED_ARCHIVE, 13, 0, "sysext");
	e.archive[1].name = "os-release"; /* of a section: not measured again */
	e.ucode[0] = measured_extra(MEASURED_ADDON, 12, MEASURE_TAG_UCODE, "u0");
	e.ucode[1] = measured_extra(MEASURED_ADDON, 12, MEASURE_TAG_UCODE, "u1");
	e.initrd[0] = measured_extra(MEASURED_ADDON, 12, MEASURE_TAG_INITRD, "i0");
	m.extras = &e;
	m.profile = 3;
	m.has_own_line = true;
	m.words = "own kshim.protocol=pvh more";
	m.addon_line = "of addons";
	m.smbios_line = "of SMBIOS";
	m.config[0] = (struct measure_file){"loader.conf", text("default x")};
	m.config[1] = (struct measure_file){"a.conf", text("title y")};
	m.initrds = 1;
	m.initrd[0] = (struct measure_file){"initrd", text("cpio")};
	assert_told(&m, "5 0 loader.conf: default x\n"
	                "5 0 a.conf: title y\n"
	                "12 13aed6db 3: 3|\n" SECTIONS
	                "12 0 kshim.line=appended own kshim.protocol=pvh more: "
	                "kshim.line=appended own kshim.protocol=pvh more|\n"
	                "12 0 own more: own more|\n"
	                "12 0 of addons: of addons|\n"
	                "12 0 of SMBIOS: of SMBIOS|\n"
	                "13 0 sysext: sysext\n"
	                "12 dac08e1a u1: u1\n"
	                "12 dac08e1a u0: u0\n"
	                "12 49dffe0f i0: i0\n"
	                "9 0 initrd: cpio\n");
}

/* Our own line alone is measured as a section; a number alone would be taken for a profile's.
 */
static void
own_lines(void **state)
{
	struct pe pe = own_sections();
	struct measures m = of_own(&pe, "own");

	(void)state;
	m.has_own_line = m.line_is_own = true;
	assert_told(&m, SECTIONS);
	m = of_own(&pe, "");
	assert_told(&m, SECTIONS);
	m.line = "12";
	assert_told(
	        &m, SECTIONS "12 0 kshim.line=appended: kshim.line=appended|\n12 0 12: 12|\n");
	m.line = "1x";
	m.loaded = true; /* where the file has nothing */
	assert_told(&m, "12 0 1x: 1x|\n");
}

static void
other_kernels(void **state)
{
	struct measures m = plain("quiet");

	(void)state;
	m.initrds = 2;
	m.initrd[0] = (struct measure_file){"a", text("A")};
	m.initrd[1] = (struct measure_file){"b", text("B")};
	assert_told(&m, "12 0 quiet: quiet|\n4 0 vmlinuz: kernel\n9 0 a: A\n9 0 b: B\n");
	m.firmware_starts = true;
	assert_told(&m, "12 0 quiet: quiet|\n");
	m.is_uki = true;
	assert_told(&m, "");
	m = plain("");
	m.has_profile = true;
	m.profile = 2;
	m.words = "kshim.x";
	assert_told(&m, "12 0 kshim.profile=@2 kshim.x: kshim.profile=@2 kshim.x|\n12 0 : |\n"
	                "4 0 vmlinuz: kernel\n");
}

static void
texts(void **state)
{
	struct measures m = plain("a\xff");
	struct told t = {.last = UINT32_MAX};

	(void)state;
	assert_int_equal(measures_tell(&m, &room, tell, &t, &why), REFUSAL_EFI_UTF8);
	assert_string_equal(why.subject, "command line");
	assert_int_equal(why.where, 1);
	assert_int_equal(t.count, 0);
	assert_false(measure_is_number(text("")));
	assert_true(measure_is_number(text("0")));
	assert_false(measure_is_number(text("1 ")));
	assert_false(measure_is_number(text("/")));
}

/* ---- addons ---- */

static struct efi_addon_room addon_room;

/* Why an addon of these sections cannot be used; "" if it can. */
static const char *
wrong(const struct pe_image_row *rows, unsigned count, const char *uname, struct efi_addon *ret)
{
	const char *said;

	pe_image_make(0x8664, rows, count);
	said = efi_addon_read(
	        (struct span){pe_image, pe_image_len}, false, text(uname), &addon_room, ret);
	return said ? said : "";
}

static const char *
wrong_line(const char *line)
{
	const struct pe_image_row row = {".cmdline", line};
	struct efi_addon a;

	return wrong(&row, 1, "", &a);
}

static void
addons(void **state)
{
	const struct pe_image_row all[] = {{".cmdline", "a b\n"}, {".initrd", "cpio"},
	        {".ucode", "uc"}, {".uname", "6.1\n"}, {".linux", "K"}};
	static uint8_t loaded[0x10000 + sizeof(pe_image)];
	struct efi_addon a;

	(void)state;
	assert_string_equal(wrong(all, 4, "6.1", &a), "");
	assert_true(span_equals(a.cmdline, "a b\n"));
	assert_true(span_equals(a.initrd, "cpio"));
	assert_true(span_equals(a.ucode, "uc"));
	memcpy(loaded, pe_image, 1024);
	memcpy(loaded + 0x10000, pe_image, sizeof(pe_image));
	assert_null(efi_addon_read(
	        (struct span){loaded, sizeof(loaded)}, true, text(""), &addon_room, &a));
	assert_ptr_equal(a.ucode.base, loaded + 0x10000 + 1024 + 8);
	assert_string_equal(wrong(all + 1, 1, "6.1", &a), "");
	assert_int_equal(a.cmdline.size + a.ucode.size, 0);
	assert_string_equal(wrong(all + 2, 1, "", &a), "");
	assert_string_equal(wrong(all, 4, "6.12", &a), "its .uname is not the image's");
	assert_string_equal(
	        wrong(all + 3, 1, "6.1", &a), "it has no .cmdline, .initrd or .ucode");
	assert_string_equal(
	        wrong(all, 5, "6.1", &a), "it has a .linux, so it is a unified kernel image");
	assert_string_equal(efi_addon_read(text("no PE"), false, text(""), &addon_room, &a),
	        "its sections cannot be read");
	pe_image_put(PE_IMAGE_AT + 6, 0xffff, 2);
	assert_string_equal(efi_addon_read((struct span){pe_image, pe_image_len}, false,
	                            text(""), &addon_room, &a),
	        "its sections cannot be read");
}

static void
addon_lines(void **state)
{
	static char longest[EFI_LINE_ROOM + 1];

	(void)state;
	assert_string_equal(wrong_line("quiet"), "");
	assert_string_equal(wrong_line("\xc3"), "its line is no UTF-8");
	assert_string_equal(wrong_line("7\n"),
	        "its line is a number alone, which a profile is measured as");
	assert_string_equal(wrong_line("a kshim.boot=0"), "its line has a kshim. word");
	memset(longest, 'x', EFI_LINE_ROOM - 1);
	assert_null(efi_addon_wrong_line(text(longest), &addon_room));
	longest[EFI_LINE_ROOM - 1] = 'x';
	assert_string_equal(
	        efi_addon_wrong_line(text(longest), &addon_room), "its line is too long");
}

/* ---- what lies beside an image: systemd-stub(7) ---- */

static void
kinds(void **state)
{
	static const struct {
		const char *folder, *suffix, *path;
		uint32_t pcr;
	} wanted[EFI_EXTRA_FILES] = {{NULL, ".cred", ".extra/credentials", 12},
	        {"\\loader\\credentials", ".cred", ".extra/global_credentials", 12},
	        {NULL, ".raw", ".extra/sysext", 13},
	        {"\\loader\\extensions", ".raw", ".extra/global_sysext", 13},
	        {NULL, ".confext.raw", ".extra/confext", 12},
	        {"\\loader\\extensions", ".confext.raw", ".extra/global_confext", 12}};

	(void)state;
	for (unsigned i = 0; i < EFI_EXTRA_FILES; i++) {
		const struct efi_extra_files *k = efi_extra_files(i);

		assert_string_equal(k->folder ? k->folder : "own",
		        wanted[i].folder ? wanted[i].folder : "own");
		assert_string_equal(k->suffix, wanted[i].suffix);
		assert_string_equal(k->target.path, wanted[i].path);
		assert_int_equal(k->pcr, wanted[i].pcr);
	}
	assert_string_equal(efi_extra_section(0)->section, ".pcrsig");
	assert_string_equal(efi_extra_section(0)->name, "tpm2-pcr-signature.json");
	assert_string_equal(efi_extra_section(3)->name, "profile");
	assert_string_equal(efi_addon_folder(0), "\\loader\\addons");
	assert_null(efi_addon_folder(1));
}

static void
archive(void **state)
{
	static const struct efi_extra_names names = {2, {"a.cred", "b.cred"}};
	const struct span file[] = {text("A"), text("BB")};
	const struct efi_extra_target *target = &efi_extra_files(0)->target;
	static uint8_t made[4096], wanted[4096];
	struct newc a = {.base = made, .room = sizeof(made)};
	struct newc b = {.base = wanted, .room = sizeof(wanted)};

	(void)state;
	efi_extra_write(&a, target, &names, file);
	newc_folder(&b, ".extra/credentials", 0500);
	assert_true(newc_file(&b, ".extra/credentials", "a.cred", 0400, file[0]));
	assert_true(newc_file(&b, ".extra/credentials", "b.cred", 0400, file[1]));
	newc_end(&b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(made, wanted, sizeof(made));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(own_image),
	        cmocka_unit_test(own_lines),
	        cmocka_unit_test(other_kernels),
	        cmocka_unit_test(texts),
	        cmocka_unit_test(addons),
	        cmocka_unit_test(addon_lines),
	        cmocka_unit_test(kinds),
	        cmocka_unit_test(archive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
