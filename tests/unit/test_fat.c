/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FAT volumes made here, entry by entry, and one thing damaged at a time; and files of a
 * volume by their paths. The tests of `kshim check` compare with mtools what mkfs.fat makes.
 */
#include "unit.h"

#include "stub/disk/file_system.h"
#include "tests/unit/ram_disk.h"

#define SECTORS 4300u

static uint8_t image[SECTORS * 512];
static uint32_t bits, data; /* of the volume that was made; data: its first data sector */
static struct ram_disk ram;
static struct volume volume;
static struct file_system fs;
static struct refusal why;

static void
put(uint64_t off, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		image[off + i] = (uint8_t)(v >> (8 * i));
}

static void
link_cluster(uint32_t cluster, uint32_t next)
{
	uint32_t at = 512 + cluster * bits / 8;
	uint32_t old = image[at] | image[at + 1] << 8u;

	if (bits == 12)
		next = cluster % 2 ? (old & 0xf) | next << 4 : (old & 0xf000) | (next & 0xfff);
	put(at, next, bits == 32 ? 4 : 2);
}

static uint32_t
cluster_at(uint32_t cluster)
{
	return (data + cluster - 2) * 512;
}

static void
entry(uint32_t at, const char *name, uint8_t attributes, uint32_t cluster, uint32_t size)
{
	memset(image + at, 0, 32);
	memcpy(image + at, name, 11);
	image[at + 11] = attributes;
	put(at + 20, cluster >> 16, 2);
	put(at + 26, cluster & 0xffff, 2);
	put(at + 28, size, 4);
}

/* Part `part` of a long name; `units` is in ASCII. */
static void
long_part(uint32_t at, uint8_t order, const char *units, const char *short_name)
{
	static const uint8_t places[] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	size_t len = strlen(units);
	uint8_t sum = 0;

	memset(image + at, 0, 32);
	image[at] = order;
	image[at + 11] = 0x0f;
	for (unsigned i = 0; i < 11; i++)
		sum = (uint8_t)(((sum & 1) << 7) + (sum >> 1) + (uint8_t)short_name[i]);
	image[at + 13] = sum;
	for (unsigned i = 0; i < 13; i++)
		put(at + places[i], i < len ? (uint8_t)units[i] : i == len ? 0 : 0xffff, 2);
}

/* One sector a cluster. 12 and 16 bits: 16 entries in the root; 32: the root in cluster 2. */
static void
make(uint32_t b)
{
	uint32_t fat = b == 16 ? 17 : 4, clusters = b == 16 ? 4100 : 200;
	uint32_t root;

	bits = b;
	data = 1 + fat + (b == 32 ? 0 : 1);
	memset(image, 0, sizeof(image));
	put(11, 512, 2);
	put(13, 1, 1);
	put(14, 1, 2);
	put(16, 1, 1);
	put(17, b == 32 ? 0 : 16, 2);
	put(19, data + clusters, 2);
	put(21, 0xf8, 1);
	put(b == 32 ? 36 : 22, fat, b == 32 ? 4 : 2);
	put(b == 32 ? 66 : 38, 0x29, 1);
	put(b == 32 ? 67 : 39, 0x1234abcd, 4);
	memcpy(image + (b == 32 ? 71 : 43), "BOOT LABEL ", 11);
	if (b == 32)
		put(44, 2, 4);
	put(510, 0xaa55, 2);
	link_cluster(2, 0x0fffffff);
	root = b == 32 ? cluster_at(2) : (1 + fat) * 512;
	entry(root, "ROOT LABEL ", 0x08, 0, 0);
	entry(root + 32, "EFI        ", 0x10, 3, 0);
	entry(root + 64,
	        "\xe5"
	        "ONE    TXT",
	        0x20, 9, 5);
	long_part(root + 96, 0x42, "ile.conf", "ALONGN~1CON");
	long_part(root + 128, 0x01, "A long name-f", "ALONGN~1CON");
	entry(root + 160, "ALONGN~1CON", 0x20, 5, 1200);
	entry(root + 192, "README  TXT", 0x20, 0, 0);
	image[root + 192 + 12] = 0x18; /* both in lower case */
	entry(root + 256, "        X  ", 0x20, 0, 0);
	entry(root + 224, "\x05\xe4      X  ", 0x20, 0, 0);
	/* EFI: two clusters, the second one has a file; then it ends with its chain */
	link_cluster(3, 8);
	link_cluster(8, 0x0fffffff);
	entry(cluster_at(3), ".          ", 0x10, 3, 0);
	entry(cluster_at(3) + 32, "..         ", 0x10, 0, 0);
	for (uint32_t i = 2; i < 16; i++)
		entry(cluster_at(3) + 32 * i, "\xe5          ", 0x20, 0, 0);
	for (uint32_t i = 0; i < 16; i++)
		entry(cluster_at(8) + 32 * i, "BOOTX64 EFI", 0x20, 20 + i, 300 + i);
	/* the file of 1200 bytes: clusters 5, 6, 12 */
	link_cluster(5, 6);
	link_cluster(6, 12);
	link_cluster(12, 0x0fffffff);
	for (uint32_t i = 0; i < 512; i++) {
		image[cluster_at(5) + i] = (uint8_t)i;
		image[cluster_at(6) + i] = (uint8_t)(i + 1);
		image[cluster_at(12) + i] = (uint8_t)(i + 2);
	}
}

static void
disk_of(uint64_t len)
{
	ram_disk_open(&ram, image, len, 512);
	volume = disk_volume(&ram.disk);
}

static enum refusal_code
open_volume(void)
{
	disk_of(sizeof(image));
	return fs_open(&volume, &fs, &why);
}

static enum refusal_code
find(const char *path, struct fs_node *ret_node)
{
	return fs_find(&fs, (struct span){(const uint8_t *)path, strlen(path)}, ret_node, &why);
}

static void
listing(void **state)
{
	static const char *const names[] = {
	        "EFI", "A long name-file.conf", "readme.txt", "\xcf\x83\xce\xa3.X"};
	static const uint32_t kinds[] = {12, 16, 32};
	static const char *const titles[] = {"FAT12", "FAT16", "FAT32"};
	struct fs_node root;
	struct fs_entry e;
	bool found;

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		struct fs_cursor cursor = {0};

		make(kinds[k]);
		assert_int_equal(open_volume(), REFUSAL_NONE);
		assert_string_equal(fs.name, titles[k]);
		assert_string_equal(fs.uuid, "1234-ABCD");
		assert_string_equal(fs.label, "ROOT LABEL");
		root = fs_root(&fs);
		for (unsigned i = 0; i < 4; i++) {
			assert_int_equal(
			        fs_next(&fs, &root, &cursor, &found, &e, &why), REFUSAL_NONE);
			assert_true(found);
			assert_string_equal(e.name, names[i]);
			assert_int_equal(e.name_len, strlen(names[i]));
			assert_int_equal(e.node.type, i ? FS_FILE : FS_DIRECTORY);
		}
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(
			        fs_next(&fs, &root, &cursor, &found, &e, &why), REFUSAL_NONE);
			assert_false(found);
		}
	}
}

/* A directory of two clusters that has no entry 0 at its end. */
static void
listing_to_the_chains_end(void **state)
{
	struct fs_cursor cursor = {0};
	struct fs_node node;
	struct fs_entry e;
	unsigned count = 0;
	bool found;

	(void)state;
	make(32);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(find("EFI", &node), REFUSAL_NONE);
	while (!fs_next(&fs, &node, &cursor, &found, &e, &why) && found)
		assert_int_equal(e.node.size, 300 + count++);
	assert_int_equal(count, 16);
	assert_int_equal(fs_next(&fs, &node, &cursor, &found, &e, &why), REFUSAL_NONE);
	assert_false(found);
	/* nor has the fixed root, when it is full */
	make(12);
	for (unsigned i = 0; i < 16; i++)
		entry((data - 1) * 512 + 32 * i, "A       B  ", 0x20, 0, 0);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	cursor = (struct fs_cursor){0};
	node = fs_root(&fs);
	for (count = 0; !fs_next(&fs, &node, &cursor, &found, &e, &why) && found; count++)
		;
	assert_int_equal(count, 16);
	assert_string_equal(fs.label, "BOOT LABEL");
}

static void
paths(void **state)
{
	struct fs_node node;

	(void)state;
	make(32);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(find("/efi/bootx64.EFI", &node), REFUSAL_NONE);
	assert_int_equal(node.size, 300);
	assert_int_equal(find("EFI/.//../../EFI/BOOTX64.efi/", &node), REFUSAL_NONE);
	assert_int_equal(find("", &node), REFUSAL_NONE);
	assert_int_equal(node.type, FS_DIRECTORY);
	assert_int_equal(find("A LONG NAME-FILE.CONF", &node), REFUSAL_NONE);
	assert_int_equal(node.size, 1200);
	assert_int_equal(find("/EFI/BOOTX64.EF", &node), REFUSAL_DISK_NO_FILE);
	assert_int_equal(why.found, 1);
	assert_int_equal(find("/EFI/BOOTX64[EFI", &node), REFUSAL_DISK_NO_FILE);
	assert_int_equal(find("/README.TXT/x", &node), REFUSAL_DISK_PATH);
	assert_string_equal(why.detail, "a file that is used as a folder");
	assert_int_equal(
	        fs_find_file(&fs, (struct span){(const uint8_t *)"EFI", 3}, &node, &why),
	        REFUSAL_DISK_PATH);
	assert_int_equal(
	        fs_find_file(&fs, (struct span){(const uint8_t *)"EFX", 3}, &node, &why),
	        REFUSAL_DISK_NO_FILE);
	assert_int_equal(fs_find_file(&fs, (struct span){(const uint8_t *)"README.TXT", 10},
	                         &node, &why),
	        REFUSAL_NONE);
}

static void
long_paths(void **state)
{
	char path[FS_PATH + 2];
	struct fs_node node;

	(void)state;
	make(32);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	memset(path, '/', sizeof(path));
	memcpy(path, "EFI", 3);
	path[FS_PATH] = 0;
	assert_int_equal(find(path, &node), REFUSAL_DISK_PATH);
	path[FS_PATH - 1] = 0;
	assert_int_equal(find(path, &node), REFUSAL_NONE);
	/* a folder that leads to itself */
	entry(cluster_at(3), "D          ", 0x10, 3, 0);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	strcpy(path, "EFI");
	for (unsigned i = 0; i < 30; i++)
		strcat(path, "/D");
	assert_int_equal(find(path, &node), REFUSAL_NONE);
	strcat(path, "/D");
	assert_int_equal(find(path, &node), REFUSAL_DISK_PATH);
}

static void
contents(void **state)
{
	uint8_t to[1201], wanted[1200];
	struct fs_node node;
	struct fs_extent e;

	(void)state;
	for (uint32_t b = 12; b <= 32; b = b == 12 ? 16 : b + 16) {
		make(b);
		memcpy(wanted, image + cluster_at(5), 1024);
		memcpy(wanted + 1024, image + cluster_at(12), 176);
		assert_int_equal(open_volume(), REFUSAL_NONE);
		assert_int_equal(find("a long name-file.conf", &node), REFUSAL_NONE);
		for (uint32_t off = 1199; off < 1200; off -= 13) {
			memset(to, 0xee, sizeof(to));
			assert_int_equal(
			        fs_read(&fs, &node, off, 1200 - off, to, &why), REFUSAL_NONE);
			assert_memory_equal(to, wanted + off, 1200 - off);
			assert_int_equal(to[1200 - off], 0xee);
		}
		assert_int_equal(fs_extent(&fs, &node, 100, &e, &why), REFUSAL_NONE);
		assert_int_equal(e.at, cluster_at(5) + 100);
		assert_int_equal(e.len, 924); /* two clusters that lie together */
		assert_int_equal(fs_extent(&fs, &node, 1100, &e, &why), REFUSAL_NONE);
		assert_int_equal(e.at, cluster_at(12) + 76);
		assert_int_equal(e.len, 100);
		assert_int_equal(fs_read(&fs, &node, 1, 1200, to, &why), REFUSAL_DISK_DAMAGED);
	}
}

/* Clusters that lie together are one request. */
static void
large_requests(void **state)
{
	static uint8_t to[140 * 512];
	struct fs_node node = {FS_FILE, 50, sizeof(to)};
	uint64_t before;

	(void)state;
	make(32);
	for (uint32_t i = 50; i < 190; i++)
		link_cluster(i, i + 1);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	before = ram.disk.requests;
	assert_int_equal(fs_read(&fs, &node, 0, sizeof(to), to, &why), REFUSAL_NONE);
	assert_true(ram.disk.requests - before <= 2); /* one for the table */
	assert_int_equal(ram.longest, 140);
	assert_memory_equal(to, image + cluster_at(50), sizeof(to));
}

/* The parts of a long name must be all there, in order, and of this file. */
static void
long_names_that_are_none(void **state)
{
	struct fs_node node;
	uint32_t root;

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		make(32);
		root = cluster_at(2);
		if (i == 0)
			image[root + 96] = 0x43; /* more parts than there are */
		if (i == 1)
			image[root + 128] = 0x02;
		if (i == 2)
			image[root + 128 + 13] ^= 1;
		if (i == 3)
			image[root + 96 + 13] ^= 1, image[root + 128 + 13] ^= 1;
		if (i == 4)
			image[root + 96] = 0x40;
		if (i == 5)
			image[root + 96] = 0x55; /* 21 parts */
		if (i == 6)
			image[root + 128] = 0xe5; /* deleted */
		assert_int_equal(open_volume(), REFUSAL_NONE);
		assert_int_equal(find("ALONGN~1.CON", &node), REFUSAL_NONE);
		assert_int_equal(node.size, 1200);
	}
	make(32); /* an empty one */
	long_part(cluster_at(2) + 96, 0xe5, "", "ALONGN~1CON");
	long_part(cluster_at(2) + 128, 0x41, "", "ALONGN~1CON");
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(find("ALONGN~1.CON", &node), REFUSAL_NONE);
}

/* What lies between two parts of a name ends it: the second one is part of no name. */
static void
long_names_that_are_broken_off(void **state)
{
	struct fs_node node;
	uint32_t root;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		make(32);
		root = cluster_at(2);
		long_part(root + 64, 0x42, "ile.conf", "ALONGN~1CON");
		entry(root + 96, "A LABEL    ", 0x08, 0, 0);
		if (i == 1)
			image[root + 96] = 0xe5; /* a free one */
		if (i == 2)
			long_part(root + 96, 0x01, "A long name-f", "ANOTHE~1CON");
		if (i == 3)
			long_part(root + 96, 0x55, "ile.conf", "ALONGN~1CON"); /* of 21 */
		assert_int_equal(open_volume(), REFUSAL_NONE);
		assert_int_equal(find("A long name-file.conf", &node), REFUSAL_DISK_NO_FILE);
		assert_int_equal(find("ALONGN~1.CON", &node), REFUSAL_NONE);
		assert_int_equal(node.size, 1200);
	}
}

static void
labels(void **state)
{
	(void)state;
	make(32);
	memcpy(image + cluster_at(2), "NO NAME    ", 11);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_string_equal(fs.label, "");
	image[cluster_at(2)] = 0xe5;
	memcpy(image + 71, "\xc4 B        ", 11);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_string_equal(fs.label, "\xe2\x94\x80 B");
	image[66] = 0x28; /* a serial number only */
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_string_equal(fs.label, "");
	assert_string_equal(fs.uuid, "1234-ABCD");
	image[66] = 0;
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_string_equal(fs.uuid, "");
}

/* What makes it no FAT. */
static void
no_fat(void **state)
{
	static const struct {
		uint32_t at, value;
	} damage[] = {{11, 1}, {12, 3}, {12, 1}, {12, 32}, {13, 0}, {13, 3}, {14, 0}, {16, 0},
	        {21, 0xf1}, {36, 0}};

	(void)state;
	for (unsigned i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		make(32);
		image[damage[i].at] = (uint8_t)damage[i].value;
		assert_int_equal(open_volume(), REFUSAL_DISK_NO_FS);
		assert_string_equal(why.detail, "no file system that is known");
	}
	make(32);
	put(11, 256, 2); /* 512 is the least */
	assert_int_equal(open_volume(), REFUSAL_DISK_NO_FS);
	make(12);
	image[21] = 0xf0;
	assert_int_equal(open_volume(), REFUSAL_NONE);
}

static void
shapes(void **state)
{
	struct fs_node node;

	(void)state;
	make(32);
	put(19, data, 2); /* no cluster */
	assert_int_equal(open_volume(), REFUSAL_DISK_DAMAGED);
	assert_int_equal(why.wanted, data + 1);
	make(32);
	put(19, 0, 2);
	put(32, data + 200, 4);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(fs.fat.clusters, 200);
	/* the image ends before the volume does: what is there can be read */
	disk_of((data + 11) * 512);
	assert_int_equal(fs_open(&volume, &fs, &why), REFUSAL_NONE);
	assert_int_equal(find("EFI/BOOTX64.EFI", &node), REFUSAL_NONE);
	disk_of(data * 512);
	assert_int_equal(fs_open(&volume, &fs, &why), REFUSAL_DISK_DAMAGED);
	disk_of(0);
	assert_int_equal(fs_open(&volume, &fs, &why), REFUSAL_DISK_NO_FS);
	/* a table that is too short for the clusters */
	make(32);
	put(36, 1, 4);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(fs.fat.clusters, 126);
}

static void
chains(void **state)
{
	struct fs_node node, far = {FS_FILE, 5, 1u << 20}, none = {FS_FILE, 0, 1};
	uint8_t to[1200];

	(void)state;
	make(32);
	link_cluster(6, 0x0ffffff8); /* too short */
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(find("a long name-file.conf", &node), REFUSAL_NONE);
	assert_int_equal(fs_read(&fs, &node, 0, 1200, to, &why), REFUSAL_DISK_DAMAGED);
	assert_int_equal(why.found, 1024);
	link_cluster(6, 0); /* a free one */
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(fs_read(&fs, &node, 0, 1200, to, &why), REFUSAL_DISK_DAMAGED);
	link_cluster(6, 202); /* one too far */
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(fs_read(&fs, &node, 0, 1200, to, &why), REFUSAL_DISK_DAMAGED);
	assert_int_equal(why.found, 202);
	link_cluster(6, 201);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(fs_read(&fs, &node, 0, 1200, to, &why), REFUSAL_NONE);
	assert_int_equal(fs_read(&fs, &far, 0, 10, to, &why), REFUSAL_DISK_DAMAGED);
	assert_int_equal(fs_read(&fs, &none, 0, 1, to, &why), REFUSAL_DISK_DAMAGED);
	link_cluster(6, 5); /* a circle: as long as the size says */
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(fs_read(&fs, &node, 0, 1200, to, &why), REFUSAL_NONE);
}

static void
directories(void **state)
{
	struct fs_node node;

	(void)state;
	make(32);
	link_cluster(8, 3);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(find("EFI/X", &node), REFUSAL_DISK_DAMAGED);
	assert_string_equal(why.detail, "directory without an end");
	link_cluster(8, 1);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(find("EFI/X", &node), REFUSAL_DISK_DAMAGED);
	make(12);
	entry((data - 1) * 512 + 32, "EFI        ", 0x10, 0, 0); /* not the root once more */
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(find("EFI/X", &node), REFUSAL_DISK_DAMAGED);
	assert_string_equal(why.detail, "first cluster of a directory");
	make(32);
	put(44, 500, 4); /* the label is looked for there */
	assert_int_equal(open_volume(), REFUSAL_DISK_DAMAGED);
}

static void
unreadable(void **state)
{
	uint8_t to[1200];
	struct fs_node node, efi;
	struct fs_cursor cursor = {0};
	struct fs_entry e;
	bool found;

	(void)state;
	make(16);
	disk_of(sizeof(image));
	ram.fails_at = 0;
	assert_int_equal(fs_open(&volume, &fs, &why), REFUSAL_DISK_READ);
	assert_int_equal(open_volume(), REFUSAL_NONE);
	assert_int_equal(find("a long name-file.conf", &node), REFUSAL_NONE);
	assert_int_equal(find("EFI", &efi), REFUSAL_NONE);
	disk_reset(&ram.disk);
	ram.reads_left = 0;
	assert_int_equal(fs_read(&fs, &node, 0, 1200, to, &why), REFUSAL_DISK_READ);
	assert_int_equal(fs_next(&fs, &efi, &cursor, &found, &e, &why), REFUSAL_DISK_READ);
	assert_int_equal(find("EFI/x", &efi), REFUSAL_DISK_READ);
	fs.fat.chain = 0;
	assert_int_equal(fs_read(&fs, &node, 600, 1, to, &why), REFUSAL_DISK_READ);
}

/* Each by its magic number, on a disk that ends there and on one that ends just before. */
static void
others(void **state)
{
	static const struct {
		uint32_t at;
		const char *bytes, *name;
	} known[] = {{0, "LUKS\xba\xbe", "a LUKS encrypted volume"}, {0, "XFSB", "XFS"},
	        {0x10040, "_BHRfS_M", "btrfs"}, {512, "LABELONE", "an LVM2 physical volume"},
	        {4096, "\xfc\x4e\x2b\xa9", "a member of a Linux RAID"},
	        {4086, "SWAPSPACE2", "Linux swap space"}, {3, "NTFS    ", "NTFS"},
	        {3, "EXFAT   ", "exFAT"}, {3, "-FVE-FS-", "a BitLocker encrypted volume"},
	        {0, "hsqs", "squashfs"}, {1024, "\xe2\xe1\xf5\xe0", "erofs"},
	        {1024, "\x10\x20\xf5\xf2", "f2fs"}, {0x8001, "CD001", "ISO9660, a CD or DVD"},
	        {0x21000, "\x0c\xb1\xba\0\0\0\0\0", "ZFS"}};

	(void)state;
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		memset(image, 0, sizeof(image));
		memcpy(image + known[i].at, known[i].bytes,
		        i == 13 ? 4 : strlen(known[i].bytes));
		assert_int_equal(open_volume(), REFUSAL_DISK_NO_FS);
		assert_string_equal(why.detail, known[i].name);
		disk_of(known[i].at / 512 * 512);
		assert_int_equal(fs_open(&volume, &fs, &why), REFUSAL_DISK_NO_FS);
		assert_string_equal(why.detail, "no file system that is known");
	}
	disk_of(sizeof(image));
	memset(image, 0, sizeof(image));
	ram.fails_at = 256; /* where ZFS would be */
	disk_reset(&ram.disk);
	assert_int_equal(fs_open(&volume, &fs, &why), REFUSAL_DISK_READ);
	ram.fails_at = 2;
	disk_reset(&ram.disk);
	assert_int_equal(fs_open(&volume, &fs, &why), REFUSAL_DISK_READ);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(listing),
	        cmocka_unit_test(listing_to_the_chains_end),
	        cmocka_unit_test(paths),
	        cmocka_unit_test(long_paths),
	        cmocka_unit_test(contents),
	        cmocka_unit_test(large_requests),
	        cmocka_unit_test(long_names_that_are_none),
	        cmocka_unit_test(long_names_that_are_broken_off),
	        cmocka_unit_test(labels),
	        cmocka_unit_test(no_fat),
	        cmocka_unit_test(shapes),
	        cmocka_unit_test(chains),
	        cmocka_unit_test(directories),
	        cmocka_unit_test(unreadable),
	        cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
