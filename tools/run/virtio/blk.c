/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several requests are under way at once: one thread after the other waits for a notification,
 * takes a chain, wakes the next thread if there are more, and carries its own out without the
 * lock. A reset waits for what is under way.
 */
#include "blk.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/run/table.h"

#define THREADS    8
#define QUEUE_SIZE QUEUE_MAX
#define CONFIG_LEN 60 /* up to the limits of write zeroes (5.2.4) */

#define F_SEG_MAX      (1ull << 2)
#define F_READ_ONLY    (1ull << 5)
#define F_BLOCK_SIZE   (1ull << 6)
#define F_TOPOLOGY     (1ull << 10)
#define F_DISCARD      (1ull << 13)
#define F_WRITE_ZEROES (1ull << 14)

struct blk {
	struct virtio_device device;
	const struct disk_file *file;
	uint32_t under_way;
	bool stopping;
	pthread_cond_t idle;
	pthread_mutex_t turn; /* of the thread that waits: a notification would wake all */
};

/* Carry out what a chain asks for; the lock is held before and after. */
static void
serve_chain(struct blk *b, struct chain *c)
{
	struct virtio_device *d = &b->device;
	bool write_back = virtio_has(d, BLK_FLUSH), good;
	uint32_t len = 0;

	b->under_way++;
	pthread_mutex_unlock(&d->lock);
	good = blk_request(b->file, write_back, c, &len);
	pthread_mutex_lock(&d->lock);
	if (good) {
		queue_push(&d->queue[0], c->head, len);
		queue_interrupt(&d->queue[0]);
	} else {
		virtio_bad_request(d, 0, "has no header, or no byte for its status");
	}
	if (--b->under_way == 0)
		pthread_cond_broadcast(&b->idle);
}

static void
serve(struct blk *b, struct chain *c)
{
	struct virtio_device *d = &b->device;

	pthread_mutex_lock(&d->lock);
	while (!b->stopping && virtio_take(d, 0, c)) {
		if (queue_ask(&d->queue[0]))
			queue_ring(&d->queue[0]);
		serve_chain(b, c);
	}
	pthread_mutex_unlock(&d->lock);
}

static bool
wait_for_notification(struct blk *b)
{
	uint64_t count;
	bool good;

	pthread_mutex_lock(&b->turn);
	good = read(b->device.queue[0].kick, &count, sizeof(count)) == sizeof(count);
	pthread_mutex_unlock(&b->turn);
	return good;
}

static void
thread(struct virtio_device *d)
{
	struct chain c;

	while (!atomic_load(&d->over))
		if (wait_for_notification((struct blk *)d))
			serve((struct blk *)d, &c);
	queue_ring(&d->queue[0]); /* the next thread is to end, too */
}

static bool
start(struct virtio_device *d)
{
	((struct blk *)d)->stopping = false;
	return true;
}

static void
stop(struct virtio_device *d)
{
	struct blk *b = (struct blk *)d;

	b->stopping = true;
	while (b->under_way)
		pthread_cond_wait(&b->idle, &d->lock);
}

static void
release(struct virtio_device *d)
{
	free(d);
}

static const struct virtio_ops ops = {
        .start = start, .stop = stop, .thread = thread, .release = release};

/* 5.2.4: blocks are told in sectors of 512 bytes, or as powers of two of each other. */
static void
put_config(struct virtio_device *d, const struct disk_file *f)
{
	uint8_t *c = d->config;
	uint32_t block_sectors = f->block / DISK_SECTOR;
	uint8_t exponent = 0;

	while (f->block << exponent < f->physical)
		exponent++;
	table_put(c, f->sectors, 8);
	table_put(c + 12, QUEUE_SIZE - 2, 4); /* segments beside header and status */
	table_put(c + 20, f->block, 4);
	c[24] = exponent;
	table_put(c + 26, 1, 2);                 /* least and best size of a request, blocks */
	table_put(c + 36, BLK_RANGE_SECTORS, 4); /* discard: sectors, ranges, alignment */
	table_put(c + 40, BLK_RANGES, 4);
	table_put(c + 44, block_sectors, 4);
	table_put(c + 48, BLK_RANGE_SECTORS, 4); /* write zeroes */
	table_put(c + 52, BLK_RANGES, 4);
	c[56] = 1; /* they may unmap */
	d->config_len = CONFIG_LEN;
}

struct virtio_device *
blk_make(const struct disk_file *file)
{
	struct blk *b = calloc(1, sizeof(*b));
	struct virtio_device *d = &b->device;

	if (!b)
		return NULL;
	b->file = file;
	pthread_cond_init(&b->idle, NULL);
	pthread_mutex_init(&b->turn, NULL);
	d->ops = &ops;
	d->name = file->path;
	d->type = VIRTIO_BLK;
	d->offered = VIRTIO_RING_FEATURES | F_SEG_MAX | F_BLOCK_SIZE | F_TOPOLOGY | BLK_FLUSH;
	d->offered |= file->read_only ? F_READ_ONLY : F_DISCARD | F_WRITE_ZEROES;
	put_config(d, file);
	d->queues = 1;
	d->queue[0].max = QUEUE_SIZE;
	d->threads = THREADS;
	return d;
}
