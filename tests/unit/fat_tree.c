/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot sector, one FAT of 512 bytes, a root of 128 entries, clusters; each folder is one
 * cluster.
 */
#include "tests/unit/fat_tree.h"

#include <stdio.h>
#include <string.h>

#define SECTOR       512u
#define CLUSTER      4096u
#define ROOT         (2 * SECTOR)
#define DATA         (ROOT + CLUSTER)
#define FOLDERS      16
#define IN_FOLDER    0x10
#define IN_LONG_NAME 0x0f

struct folder {
	char path[64];
	uint32_t at; /* byte of the image */
	uint32_t used;
};

static uint8_t *image;
static struct folder folder[FOLDERS];
static unsigned folders;
static uint32_t next_cluster, names;

static void
put(uint32_t off, uint32_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		image[off + i] = (uint8_t)(v >> (8 * i));
}

static uint32_t
cluster_at(uint32_t cluster)
{
	return DATA + (cluster - 2) * CLUSTER;
}

static void
link_cluster(uint32_t cluster, uint32_t next)
{
	uint32_t at = SECTOR + cluster * 3 / 2, old = image[at] | image[at + 1] << 8u;

	put(at, cluster % 2 ? (old & 0xf) | next << 4 : (old & 0xf000) | next, 2);
}

/* `len` bytes in new clusters that follow each other; the first one's number, 0 for none. */
static uint32_t
store(const void *bytes, uint32_t len)
{
	uint32_t first = next_cluster, clusters = (len + CLUSTER - 1) / CLUSTER;

	for (uint32_t i = 0; i < clusters; i++)
		link_cluster(first + i, i + 1 < clusters ? first + i + 1 : 0xfff);
	memcpy(image + cluster_at(first), bytes, len);
	next_cluster += clusters;
	return clusters ? first : 0;
}

static uint32_t
new_entry(struct folder *f)
{
	return f->at + 32 * f->used++;
}

/* The parts of a long name, the last one first. */
static void
put_long_name(struct folder *f, const char *name, uint8_t sum)
{
	static const uint8_t places[] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	unsigned len = (unsigned)strlen(name), parts = (len + 12) / 13;

	for (unsigned part = parts; part; part--) {
		uint32_t at = new_entry(f);

		image[at] = (uint8_t)(part | (part == parts ? 0x40 : 0));
		image[at + 11] = IN_LONG_NAME;
		image[at + 13] = sum;
		for (unsigned i = 0; i < 13; i++) {
			unsigned n = (part - 1) * 13 + i;

			put(at + places[i],
			        n < len    ? (uint8_t)name[n]
			        : n == len ? 0
			                   : 0xffff,
			        2);
		}
	}
}

static void
put_entry(
        struct folder *f, const char *name, uint8_t attributes, uint32_t cluster, uint32_t len)
{
	char short_name[12];
	uint8_t sum = 0;
	uint32_t at;

	snprintf(short_name, sizeof(short_name), "N~%-6u   ", names++ % 100000);
	for (unsigned i = 0; i < 11; i++)
		sum = (uint8_t)(((sum & 1) << 7) + (sum >> 1) + (uint8_t)short_name[i]);
	put_long_name(f, name, sum);
	at = new_entry(f);
	memcpy(image + at, short_name, 11);
	image[at + 11] = attributes;
	put(at + 26, cluster, 2);
	put(at + 28, len, 4);
}

/* The folder with a path of `len` bytes, made if there is none. */
static struct folder *
folder_of(const char *path, size_t len)
{
	static const uint8_t empty[CLUSTER];
	const char *name = path;
	struct folder *parent, *f;
	uint32_t cluster;

	for (unsigned i = 0; i < folders; i++) {
		if (strlen(folder[i].path) == len && !memcmp(folder[i].path, path, len))
			return &folder[i];
	}
	for (size_t i = 0; i < len; i++)
		name = path[i] == '/' ? path + i + 1 : name;
	parent = folder_of(path, name == path ? 0 : (size_t)(name - path - 1));
	f = &folder[folders++];
	memcpy(f->path, path, len);
	cluster = store(empty, CLUSTER);
	f->at = cluster_at(cluster);
	put_entry(parent, f->path + (name - path), IN_FOLDER, cluster, 0);
	return f;
}

static void
put_boot_sector(void)
{
	put(11, SECTOR, 2);
	put(13, CLUSTER / SECTOR, 1);
	put(14, 1, 2);
	put(16, 1, 1);
	put(17, CLUSTER / 32, 2);
	put(19, FAT_TREE_SIZE / SECTOR, 2);
	put(21, 0xf8, 1);
	put(22, 1, 2);
	put(510, 0xaa55, 2);
}

void
fat_tree(uint8_t *to, const struct fat_file *file, unsigned files)
{
	image = to;
	memset(image, 0, FAT_TREE_SIZE);
	memset(folder, 0, sizeof(folder));
	folder[0].at = ROOT;
	folders = 1;
	next_cluster = 2;
	put_boot_sector();
	for (unsigned i = 0; i < files; i++) {
		const char *slash = strrchr(file[i].path, '/');
		struct folder *f =
		        folder_of(file[i].path, slash ? (size_t)(slash - file[i].path) : 0);

		put_entry(f, slash ? slash + 1 : file[i].path, 0x20,
		        store(file[i].bytes, file[i].len), file[i].len);
	}
}
