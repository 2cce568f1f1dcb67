/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as the memory of a guest with a virtqueue of `kshim run`: each chain that is taken
 * has its buffers in memory, and no more than a queue has; a request of virtio-blk on it leaves
 * the file as long as it was.
 */
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tools/run/virtio/blk.h"

#define RAM     4096u
#define SECTORS 16

static _Alignas(4096) uint8_t ram[RAM];

static void
look_at(const struct chain *c, const struct virtqueue *q)
{
	uint64_t sum = 0;

	REQUIRE(c->out + c->in <= QUEUE_MAX && c->out + c->in <= q->size + 1u);
	for (uint32_t i = 0; i < c->out + c->in; i++) {
		const struct iovec *b = &c->buffer[i];

		REQUIRE(b->iov_len && b->iov_len <= RAM);
		REQUIRE((uint8_t *)b->iov_base >= ram &&
		        (uint8_t *)b->iov_base + b->iov_len <= ram + RAM);
		sum += b->iov_len;
	}
	REQUIRE(sum == c->out_len + c->in_len);
}

static void
request(struct chain *c)
{
	static int fd = -1;
	static struct disk_file disk = {.path = "disk", .id = "x", .sectors = SECTORS};
	uint32_t len = 0;

	if (fd < 0)
		fd = memfd_create("disk", 0);
	REQUIRE(fd >= 0 && ftruncate(fd, SECTORS * DISK_SECTOR) == 0);
	disk.fd = fd;
	if (blk_request(&disk, true, c, &len))
		REQUIRE(len >= 1);
	REQUIRE(lseek(fd, 0, SEEK_END) == SECTORS * DISK_SECTOR);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct memory memory = {
	        .file = -1, .slots = 1, .slot = {{.range = {0, RAM}, .host = ram}}};
	static struct chain c;
	struct feed f = {data, size};
	struct virtqueue q = {.max = 8, .enabled = true, .call = -1};
	bool event_index = feed_number(&f, 1) & 1;
	const char *what;

	q.size = (uint16_t)feed_number(&f, 1);
	q.desc = feed_number(&f, 2);
	q.driver = feed_number(&f, 2);
	q.device = feed_number(&f, 2);
	memset(ram, 0, sizeof(ram));
	memcpy(ram, f.data, f.size < RAM ? f.size : RAM);
	if (!queue_check(&q, &memory, &what))
		return 0;
	queue_start(&q, &memory, event_index);
	for (int i = 0; i < 32 && queue_pop(&q, &memory, &c) == QUEUE_CHAIN; i++) {
		look_at(&c, &q);
		request(&c);
		queue_push(&q, c.head, 0);
		queue_interrupt(&q);
	}
	return 0;
}
