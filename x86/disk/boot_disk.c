/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boots from a disk: finds the disks, asks each in turn what it boots
 * (stub/disk/boot_choice.h), and offers that entry's files as if a launcher had handed them
 * over.
 *
 * Files are streams, read straight to their places by large requests. What a search needs is
 * too large for .bss and lies in free memory, which is busy until the jump. The fw_cfg item
 * opt/org.kshim/boot says `none` (no disk is looked at), `disk` (the default) or the number of
 * the only disk to look at, counted from 0 in the order of bootorder.
 */
#include "x86/disk/boot_disk.h"

#include "stub/base/text.h"
#include "stub/disk/boot_choice.h"
#include "x86/boot/acpi.h"
#include "x86/boot/console.h"
#include "x86/boot/reach.h"
#include "x86/disk/disks.h"

#define FILE_HANDLE (1u << 30) /* of a blob: with the file's number */
#define ALL_BUSES   255
#define EVERY_DISK  UINT64_MAX
#define EXPRESS_LEN (256 * MIB) /* of all buses */
#define ITEM_LEN    4096        /* bytes of bootorder that count */
#define WORD_LEN    256
#define LINE_LEN    1024

/* All that a search needs. */
struct search {
	struct disks disks;
	struct boot_choice choice;
	struct blob offered[BOOT_FILES];
	uint32_t number; /* of the disk that is looked at */
	uint32_t looked; /* disks so far */
	bool quiet;
	struct refusal pending; /* why the disk that was looked at last does not boot */
	char boot[WORD_LEN];    /* opt/org.kshim/boot */
	char wanted[WORD_LEN];
	char item[ITEM_LEN];
	char line[LINE_LEN];
	/* Last, because these need no zeroes. */
	struct disk disk;
	union disk_memory memory;
};

static struct search *search;

static enum refusal_code
read_stream(uint32_t handle, const char *name, uint64_t off, void *dst, uint64_t len,
        struct refusal *ret_why)
{
	if (!(handle & FILE_HANDLE) || handle & FW_CFG_PAIR)
		return fw_cfg_stream(handle, name, off, dst, len, ret_why);
	return boot_choice_read(&search->choice, handle & ~FILE_HANDLE, off, dst, len, ret_why);
}

/*
 * A fw_cfg item's text to buf[0..size), without a newline at its end; "" if there is none.
 * Errors: REFUSAL_FW_CFG_STAGE: it is longer; REFUSAL_FW_CFG_ERROR.
 */
static enum refusal_code
read_item(const char *name, char *buf, uint32_t size, struct refusal *ret_why)
{
	struct fw_cfg_item item;
	enum refusal_code code;

	buf[0] = '\0';
	if (!fw_cfg_find(fw_cfg_directory(), name, &item))
		return REFUSAL_NONE;
	if (item.size >= size) {
		refuse(ret_why, REFUSAL_FW_CFG_STAGE, 0, item.size, size - 1);
		ret_why->subject = name;
		return REFUSAL_FW_CFG_STAGE;
	}
	code = fw_cfg_read(item.selector, name, 0, buf, item.size, ret_why);
	while (item.size && (buf[item.size - 1] == '\n' || !buf[item.size - 1]))
		item.size--;
	buf[item.size] = '\0';
	return code;
}

/* Which entry is wanted: by the word, else by fw_cfg. Our words that are said early count. */
static enum refusal_code
read_wanted(struct boot *b, struct refusal *ret_why)
{
	struct cmdline line;
	struct span value;
	enum refusal_code code = sources_given_line(&b->sources, &line, ret_why);

	if (code)
		return code;
	mmio_by_words(&search->disks, (struct span){(const uint8_t *)line.text, line.len});
	if (cmdline_value(&line, "kshim.entry=", &value)) {
		if (value.size >= WORD_LEN)
			return refuse(
			        ret_why, REFUSAL_CMDLINE_BUFFER, 0, value.size, WORD_LEN - 1);
		memcpy(search->wanted, value.base, (size_t)value.size);
		search->wanted[value.size] = '\0';
	} else {
		code = read_item(FW_CFG_ENTRY, search->wanted, WORD_LEN, ret_why);
	}
	if (!code)
		code = cmdline_take_words(&line, &b->words, ret_why);
	if (!code)
		console_select(b->words.console);
	search->quiet = b->words.quiet;
	return code;
}

/* What the disk has, for a person. */
static void
watch(void *context, uint32_t number, const char *what, const struct refusal *why)
{
	struct text t = text_init(search->line, sizeof(search->line));

	(void)context;
	if (!why && search->quiet)
		return;
	text_str(&t, "disk ");
	text_dec(&t, search->number);
	text_str(&t, number ? ": entry " : ": ");
	if (number) {
		text_dec(&t, number);
		text_str(&t, ": ");
	}
	text_str(&t, what);
	if (why) {
		text_str(&t, ": ");
		refusal_format(why, t.buf + t.len, t.size - t.len);
	}
	console_line(search->line);
}

/* The chosen files as what a launcher offers. */
static void
offer(struct boot *b)
{
	struct boot_choice *c = &search->choice;
	struct sources *s = &b->sources;

	for (uint32_t i = 0; i < c->load.files; i++)
		search->offered[i] = (struct blob){.name = c->load.file[i].path,
		        .where = BLOB_STREAM,
		        .handle = FILE_HANDLE | i,
		        .size = c->load.file[i].node.size};
	s->offered = search->offered;
	s->nr_offered = c->load.files;
	s->by_entry = true;
	s->entry_line = text_span(c->load.line);
}

/* Ask one disk. Where it does not boot, its entries are said even if little is. */
static enum refusal_code
ask(struct boot *b, const struct disk_place *place, bool *ret_found, struct refusal *ret_why)
{
	struct search *s = search;
	enum refusal_code code = disk_open(&s->disks, place, &s->disk, ret_why);

	*ret_found = false;
	if (code)
		return code;
	code = boot_choose(
	        &s->disk, text_span(s->wanted), watch, NULL, ret_found, &s->choice, ret_why);
	s->quiet = b->words.quiet && !code;
	boot_choice_tell(&s->choice, watch, NULL);
	s->quiet = b->words.quiet;
	if (!code && *ret_found) {
		boot_choice_count(&s->choice, watch, NULL);
		offer(b);
	} else {
		disk_close(&s->disk);
	}
	return code;
}

/* Where a disk may be that was not looked at. */
static void
say_other(void)
{
	struct text t = text_init(search->line, sizeof(search->line));

	if (!search->disks.other)
		return;
	text_str(&t, "disks on ");
	text_str(&t, search->disks.other);
	text_str(&t, " are not read: give them as virtio-blk, virtio-scsi or NVMe");
	console_line(search->line);
}

static enum refusal_code
refuse_boot_item(const char *text, struct refusal *why)
{
	refuse(why, REFUSAL_BOOT_ITEM, 0, 0, 0);
	why->subject = "fw_cfg";
	why->detail = text;
	return why->code;
}

/* Say why the disk before does not boot, now that another one is looked at. */
static void
say_pending(void)
{
	if (search->pending.code)
		watch(NULL, 0, "not booted", &search->pending);
	search->pending.code = REFUSAL_NONE;
}

/*
 * A disk without an entry leaves the next one to be asked, and so does one with a fault, which
 * is said; if none boots, the first fault is why.
 */
static enum refusal_code
ask_disks(struct boot *b, uint64_t only, struct refusal *ret_why)
{
	struct search *s = search;
	uint32_t at = s->disks.count, count = 0;
	struct refusal first = {.code = REFUSAL_NONE};
	bool found = false;

	while ((at = disks_next(&s->disks, at)) != s->disks.count) {
		uint32_t number = count++;

		if (only != EVERY_DISK && only != number)
			continue;
		say_pending();
		s->number = number;
		s->looked++;
		if (ask(b, &s->disks.place[at], &found, &s->pending))
			first = first.code ? first : s->pending;
		else if (found)
			return REFUSAL_NONE;
	}
	if (first.code) {
		*ret_why = first;
		return first.code;
	}
	say_other();
	if (only != EVERY_DISK && !s->looked)
		return refuse_boot_item(s->boot, ret_why);
	return refuse(ret_why, s->looked ? REFUSAL_DISK_NO_KERNEL : REFUSAL_NO_KERNEL, 0,
	        s->looked, 0);
}

/* PCI where no port leads to it. */
static bool
find_express(struct span dsdt)
{
	uint64_t base = express_by_dsdt(dsdt);
	struct refusal ignored;

	if (!base || reach("PCI configuration space", base, EXPRESS_LEN, &ignored))
		return false;
	search->disks.pci = pci_memory(base);
	return true;
}

static enum refusal_code
find_disks(struct boot *b, struct refusal *ret_why)
{
	struct search *s = search;
	struct span dsdt = {0};
	enum refusal_code code;

	if (acpi_dsdt(b->request.rsdp, &dsdt))
		mmio_by_dsdt(&s->disks, dsdt);
	s->disks.pci = pci_ports();
	s->disks.last_bus = b->sources.items.extra_roots.size ? ALL_BUSES : 0;
	s->disks.memory = &s->memory;
	disks_find(&s->disks);
	if (!s->disks.functions && find_express(dsdt))
		disks_find(&s->disks);
	code = read_item(FW_CFG_BOOTORDER, s->item, ITEM_LEN, ret_why);
	if (code == REFUSAL_FW_CFG_STAGE) /* of hundreds of devices: it is only an order */
		return REFUSAL_NONE;
	if (!code)
		disks_rank(&s->disks, text_span(s->item));
	return code;
}

/* Room for the search, which nothing may overwrite while there is something to be read. */
static enum refusal_code
make_search(struct boot *b, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	uint64_t addr;
	enum refusal_code code =
	        boot_room(b, "what a search for disks needs", sizeof(*search), &addr, ret_why);

	if (code)
		return code;
	search = (struct search *)(uintptr_t)addr;
	memset(search, 0, offsetof(struct search, disk));
	b->busy[req->nr_busy++] = (struct named_range){"disk buffers", {addr, sizeof(*search)}};
	return REFUSAL_NONE;
}

static enum refusal_code
find(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = make_search(b, ret_why);
	struct span item;
	uint64_t only = EVERY_DISK;

	if (!code)
		code = read_item(FW_CFG_BOOT, search->boot, WORD_LEN, ret_why);
	if (code)
		return code;
	item = text_span(search->boot);
	if (span_equals(item, "none"))
		return refuse(ret_why, REFUSAL_NO_KERNEL, 0, 0, 0);
	if (item.size && !span_equals(item, "disk") && cmdline_number(item, &only) != item.size)
		return refuse_boot_item(search->boot, ret_why);
	code = read_wanted(b, ret_why);
	if (!code)
		code = find_disks(b, ret_why);
	return code ? code : ask_disks(b, only, ret_why);
}

static void
stop(void)
{
	disk_close(&search->disk);
}

const struct boot_source boot_disk = {find, read_stream, stop};
