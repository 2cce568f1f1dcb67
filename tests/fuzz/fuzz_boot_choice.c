/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as the files of a disk with boot entries, GRUB's menu or kernels, some of its bytes
 * damaged: what is chosen is an entry of the list, whose files are there and can be read whole,
 * and asking for it by its name chooses it again.
 */
#include "tests/fuzz/disk_tree.h"
#include "tests/unit/ram_disk.h"

#include "stub/base/text.h"
#include "stub/disk/boot_choice.h"

#define SENTENCE 1024

static uint8_t image[FAT_TREE_SIZE];

static void
check_refusal(const struct refusal *why)
{
	char sentence[SENTENCE];

	REQUIRE(why->code && refusal_name(why->code));
	REQUIRE(refusal_format(why, sentence, sizeof(sentence)));
}

/* What is told goes to a console: no control bytes. */
static void
watch(void *context, uint32_t number, const char *what, const struct refusal *why)
{
	REQUIRE(!context && number <= BOOT_ENTRIES && strlen(what) < BOOT_PATH);
	for (; *what; what++)
		REQUIRE((uint8_t)*what >= ' ' && *what != 0x7f);
	if (why)
		check_refusal(why);
}

static void
check_file(struct boot_choice *c, uint32_t n, bool damaged)
{
	static uint8_t to[FAT_TREE_SIZE];
	const struct boot_file *f = &c->load.file[n];
	struct refusal why;

	REQUIRE(f->path[0] == '/' && memchr(f->path, 0, sizeof(f->path)));
	REQUIRE(f->node.type != FS_DIRECTORY);
	if (f->node.size > sizeof(to))
		REQUIRE(damaged);
	else if (boot_choice_read(c, n, 0, to, f->node.size, &why))
		REQUIRE(damaged && why.code == REFUSAL_DISK_DAMAGED);
}

static void
check_choice(struct boot_choice *c, bool damaged)
{
	const struct boot_entries *list = &c->list.entries;

	REQUIRE(c->load.files >= 1 && c->load.files <= BOOT_FILES && c->volume);
	REQUIRE(memchr(c->load.line, 0, sizeof(c->load.line)));
	for (const char *s = c->load.line; *s; s++)
		REQUIRE((uint8_t)*s >= ' ' || *s == '\t');
	if (c->entry) {
		REQUIRE(c->entry >= list->entry && c->entry < list->entry + list->count);
		REQUIRE(!c->entry->why.code && c->load.files == c->entry->entry.initrds + 1);
	}
	for (uint32_t n = 0; n < c->load.files; n++)
		check_file(c, n, damaged);
}

static bool
is_plain(struct span name)
{
	for (uint64_t i = 0; i < name.size; i++) {
		if (strchr("*?[]\\", name.base[i]))
			return false;
	}
	return name.size > 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_choice first, again;
	static struct ram_disk ram;
	struct feed f = {data, size};
	struct span wanted = feed_span(&f, feed_number(&f, 1) & 15);
	bool damaged = disk_tree(&f, image) > 0, found;
	struct refusal why;
	enum refusal_code code;

	ram_disk_open(&ram, image, sizeof(image), 512);
	code = boot_choose(&ram.disk, wanted, watch, NULL, &found, &first, &why);
	boot_choice_tell(&first, watch, NULL);
	if (code) {
		check_refusal(&why);
		return 0;
	}
	if (!found)
		return 0;
	check_choice(&first, damaged);
	if (!first.entry || !is_plain(first.entry->entry.id))
		return 0;
	code = boot_choose(&ram.disk, first.entry->entry.id, watch, NULL, &found, &again, &why);
	REQUIRE(!code && found && span_same(again.entry->entry.id, first.entry->entry.id));
	return 0;
}
