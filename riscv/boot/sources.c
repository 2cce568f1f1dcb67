/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What RISC-V adds to stub/body/sources.h: the only offered file is the launcher's initrd
 * (/chosen), its line is /chosen's bootargs. Nothing is staged: a stream that wants more
 * windows than there are is refused.
 */
#include "riscv/boot/sources.h"
#include "riscv/base/console.h"
#include "riscv/boot/fw_cfg.h"
#include "stub/body/report_lines.h"

static enum refusal_code
with_subject(enum refusal_code code, const char *subject, struct refusal *why)
{
	if (code && !why->subject)
		why->subject = subject;
	return code;
}

/* Is what the launcher calls its initrd in memory? */
static enum refusal_code
check_launchers(const struct boot *b, struct refusal *why)
{
	struct range r = b->machine.initrd;

	if (!r.len || memmap_is_ram(&b->machine.map, r))
		return REFUSAL_NONE;
	refuse(why, REFUSAL_SPACE_UNREACHABLE, 0, 0, 0);
	why->a = (struct named_range){"initrd", r};
	why->b = (struct named_range){"no RAM is there", {0, 0}};
	return with_subject(why->code, "device tree", why);
}

enum refusal_code
boot_kernel_file(struct boot *b, struct refusal *ret_why)
{
	struct range initrd = b->machine.initrd;
	enum refusal_code code = check_launchers(b, ret_why);
	struct sources *s = &b->sources;

	if (code)
		return code;
	b->initrd = (struct blob){
	        .name = "initrd", .where = BLOB_SPACE, .addr = initrd.addr, .size = initrd.len};
	s->offered = &b->initrd;
	s->nr_offered = initrd.len != 0;
	s->launchers_line = b->machine.bootargs;
	s->file.read = fw_cfg_read;
	if (!sources_choose(s))
		return refuse(ret_why, REFUSAL_RISCV_NO_KERNEL, 0, 0, 0);
	return kernel_file_look(&s->file, ret_why);
}

enum refusal_code
boot_command_line(struct boot *b, struct refusal *ret_why)
{
	return sources_command_line(&b->sources, &b->request.cmdline, &b->words, ret_why);
}

enum refusal_code
boot_mode_item(struct boot *b, enum mode *ret_mode, struct refusal *ret_why)
{
	static const struct {
		const char *word;
		enum mode mode;
	} known[] = {{"auto", MODE_AUTO}, {"direct", MODE_DIRECT}, {"guest", MODE_GUEST}};
	const struct fw_cfg_item *item = &b->sources.items.mode;
	uint8_t text[8] = {0};
	struct span s = {text, sizeof(text)};
	enum refusal_code code;

	*ret_mode = MODE_AUTO;
	if (!item->size)
		return REFUSAL_NONE;
	code = fw_cfg_read(
	        item->selector, FW_CFG_MODE, 0, text, item->size < 7 ? item->size : 7, ret_why);
	if (code)
		return code;
	for (unsigned i = 0; i < 7; i++)
		text[i] = text[i] == '\n' ? 0 : text[i];
	for (unsigned i = 0; i < 3 && item->size <= 7; i++) {
		if (fdt_streq((const char *)text, known[i].word)) {
			*ret_mode = known[i].mode;
			return REFUSAL_NONE;
		}
	}
	refuse(ret_why, REFUSAL_MODE_WORD, 0, span_le64(s, 0), 0);
	return with_subject(ret_why->code, "fw_cfg", ret_why);
}

enum refusal_code
boot_probe(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = sources_probe(
	        &b->sources, riscv_probe, &b->request.cmdline, &b->words, &b->facts, ret_why);

	if (!code && (b->words.profile || b->words.entry))
		code = sources_check_words(&b->sources, &b->words, ret_why);
	if (!code && !b->words.quiet)
		report_kernel_file(
		        console_line, "version " KSHIM_VERSION, &b->sources.file, &b->facts);
	return code;
}

enum refusal_code
boot_blobs(struct boot *b, struct refusal *ret_why)
{
	return sources_blobs(&b->sources, &b->request, ret_why);
}
