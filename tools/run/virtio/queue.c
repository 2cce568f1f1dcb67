/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual I/O Device 1.2: 2.7.5 descriptors, 2.7.5.3 indirect ones, 2.7.6 available ring, 2.7.8
 * used ring, 2.7.7 and 2.7.10 notifications and their suppression.
 */
#include "queue.h"

#include <string.h>
#include <sys/eventfd.h>

#define DESC_NEXT     1u
#define DESC_WRITE    2u
#define DESC_INDIRECT 4u

#define NO_INTERRUPT 1u /* flag of the available ring */

static uint64_t
table_len(uint16_t size)
{
	return sizeof(struct virtq_desc) * size;
}

/* Either ring has an index for events behind it. */
static uint64_t
avail_len(uint16_t size)
{
	return sizeof(struct virtq_avail) + sizeof(uint16_t) * (size + 1ull);
}

static uint64_t
used_len(uint16_t size)
{
	return sizeof(struct virtq_used) + 8ull * size + sizeof(uint16_t);
}

static bool
there(const struct memory *mem, uint64_t addr, uint64_t len, unsigned align)
{
	return addr % align == 0 && memory_at(mem, addr, len) != NULL;
}

bool
queue_check(const struct virtqueue *q, const struct memory *mem, const char **ret_what)
{
	*ret_what = "its size is no power of two that it offers";
	if (!q->size || q->size > q->max || (q->size & (q->size - 1)))
		return false;
	*ret_what = "its descriptors lie outside of memory";
	if (!there(mem, q->desc, table_len(q->size), 16))
		return false;
	*ret_what = "its available ring lies outside of memory";
	if (!there(mem, q->driver, avail_len(q->size), 2))
		return false;
	*ret_what = "its used ring lies outside of memory";
	return there(mem, q->device, used_len(q->size), 4);
}

void
queue_start(struct virtqueue *q, const struct memory *mem, bool event_index)
{
	q->event_index = event_index;
	q->table =
	        (const volatile struct virtq_desc *)memory_at(mem, q->desc, table_len(q->size));
	q->avail = (volatile struct virtq_avail *)memory_at(mem, q->driver, avail_len(q->size));
	q->used = (volatile struct virtq_used *)memory_at(mem, q->device, used_len(q->size));
	q->next_avail = q->next_used = q->told = 0;
}

/* The index behind a ring: used_event is behind the available ring, avail_event the other. */
static uint16_t
used_event(const struct virtqueue *q)
{
	return q->avail->ring[q->size];
}

static void
set_avail_event(struct virtqueue *q, uint16_t value)
{
	volatile void *behind = &q->used->ring[q->size];

	*(volatile uint16_t *)behind = value;
}

static uint16_t
waiting(const struct virtqueue *q)
{
	return (uint16_t)(atomic_load_explicit(&q->avail->idx, memory_order_acquire) -
	                  q->next_avail);
}

static enum queue_state
broken(struct chain *c, uint32_t where, const char *what)
{
	c->what = what;
	c->where = where;
	return QUEUE_BROKEN;
}

/* Where a chain is being followed. */
struct walk {
	const volatile struct virtq_desc *table;
	uint32_t entries; /* of the table */
	uint32_t at;
	uint32_t seen; /* descriptors so far */
	bool indirect; /* the table is one that a descriptor named */
};

static enum queue_state
add_buffer(struct chain *c, const struct memory *mem, const struct virtq_desc *d, uint32_t at)
{
	uint8_t *bytes = memory_at(mem, d->addr, d->len);
	bool writes = d->flags & DESC_WRITE;

	if (!d->len)
		return QUEUE_CHAIN; /* no byte of it is ever touched */
	if (!bytes)
		return broken(c, at, "a descriptor's buffer lies outside of memory");
	if (!writes && c->in)
		return broken(c, at, "a buffer to read is behind one to write");
	if (c->out + c->in == QUEUE_MAX)
		return broken(c, at, "a chain is longer than the queue");
	c->buffer[c->out + c->in] = (struct iovec){bytes, d->len};
	*(writes ? &c->in : &c->out) += 1;
	*(writes ? &c->in_len : &c->out_len) += d->len;
	return QUEUE_CHAIN;
}

/* Go on in the table that a descriptor names, which is the last of its own one. */
static enum queue_state
enter_table(
        struct chain *c, const struct memory *mem, const struct virtq_desc *d, struct walk *w)
{
	if (w->indirect || d->flags & DESC_NEXT)
		return broken(c, w->at, "a table of descriptors is inside another");
	if (!d->len || d->len % sizeof(*d))
		return broken(c, w->at, "a table of descriptors has a length that is none");
	w->table = (const volatile struct virtq_desc *)memory_at(mem, d->addr, d->len);
	if (!w->table)
		return broken(c, w->at, "a table of descriptors lies outside of memory");
	w->entries = (uint32_t)(d->len / sizeof(*d));
	w->indirect = true;
	w->at = 0;
	return QUEUE_CHAIN;
}

/* One descriptor; *ret_last if the chain ends with it. */
static enum queue_state
follow(struct chain *c, const struct virtqueue *q, const struct memory *mem, struct walk *w,
        bool *ret_last)
{
	struct virtq_desc d;
	enum queue_state state;

	if (w->at >= w->entries)
		return broken(c, w->at, "a descriptor's number is beyond its table");
	if (w->seen++ > q->size)
		return broken(c, w->at, "a chain is a loop, or longer than the queue");
	d = w->table[w->at]; /* once: the guest may change it meanwhile */
	*ret_last = false;
	if (d.flags & DESC_INDIRECT)
		return enter_table(c, mem, &d, w);
	state = add_buffer(c, mem, &d, w->at);
	*ret_last = !(d.flags & DESC_NEXT);
	w->at = d.next;
	return state;
}

static enum queue_state
read_chain(const struct virtqueue *q, const struct memory *mem, struct chain *c)
{
	struct walk w = {.table = q->table, .entries = q->size, .at = c->head};
	enum queue_state state = QUEUE_CHAIN;
	bool last = false;

	while (state == QUEUE_CHAIN && !last)
		state = follow(c, q, mem, &w, &last);
	if (state == QUEUE_CHAIN && (c->out_len > UINT32_MAX || c->in_len > UINT32_MAX))
		return broken(c, c->head, "a chain has more than 4 GiB");
	return state;
}

/* 2.7.10: ask to be notified of the next chain, and look once more: one may have come since. */
bool
queue_ask(struct virtqueue *q)
{
	if (waiting(q))
		return true;
	if (!q->event_index)
		return false;
	set_avail_event(q, q->next_avail);
	atomic_thread_fence(memory_order_seq_cst);
	return waiting(q) != 0;
}

enum queue_state
queue_pop(struct virtqueue *q, const struct memory *mem, struct chain *ret_chain)
{
	struct chain *c = ret_chain;
	enum queue_state state;

	c->out = c->in = 0;
	c->out_len = c->in_len = 0;
	if (!queue_ask(q))
		return QUEUE_EMPTY;
	if (waiting(q) > q->size)
		return broken(c, q->next_avail,
		        "the available ring has more chains than there are descriptors");
	c->head = q->avail->ring[q->next_avail & (q->size - 1)];
	state = read_chain(q, mem, c);
	if (state == QUEUE_CHAIN)
		q->next_avail++;
	return state;
}

void
queue_unpop(struct virtqueue *q)
{
	q->next_avail--;
}

void
queue_push(struct virtqueue *q, uint16_t head, uint32_t len)
{
	uint16_t at = q->next_used & (uint16_t)(q->size - 1);

	q->used->ring[at].id = head;
	q->used->ring[at].len = len;
	atomic_store_explicit(&q->used->idx, ++q->next_used, memory_order_release);
}

/* 2.7.7.1, 2.7.10.1: with the index for events, has used->idx passed it since? */
static bool
wants_interrupt(struct virtqueue *q)
{
	uint16_t before = q->told, now = q->next_used;

	atomic_thread_fence(memory_order_seq_cst);
	q->told = now;
	if (!q->event_index)
		return !(q->avail->flags & NO_INTERRUPT);
	return (uint16_t)(now - used_event(q) - 1) < (uint16_t)(now - before);
}

void
queue_ring(const struct virtqueue *q)
{
	eventfd_write(q->kick, 1);
}

void
queue_interrupt(struct virtqueue *q)
{
	if (wants_interrupt(q))
		eventfd_write(q->call, 1);
}

/* ---- bytes of a chain ---- */

/* Copy `len` bytes from byte `off` of these buffers on, or to there. */
static size_t
copy(const struct iovec *buffer, uint32_t count, uint64_t off, uint8_t *bytes, size_t len,
        bool to_guest)
{
	size_t done = 0;

	for (uint32_t i = 0; i < count && done < len; i++) {
		size_t part = buffer[i].iov_len - (size_t)off;

		if (off >= buffer[i].iov_len) {
			off -= buffer[i].iov_len;
			continue;
		}
		part = part < len - done ? part : len - done;
		if (to_guest)
			memcpy((uint8_t *)buffer[i].iov_base + off, bytes + done, part);
		else
			memcpy(bytes + done, (uint8_t *)buffer[i].iov_base + off, part);
		done += part;
		off = 0;
	}
	return done;
}

size_t
chain_read(const struct chain *c, uint64_t off, void *out, size_t len)
{
	return copy(c->buffer, c->out, off, out, len, false);
}

size_t
chain_write(const struct chain *c, uint64_t off, const void *bytes, size_t len)
{
	return copy(c->buffer + c->out, c->in, off, (uint8_t *)(uintptr_t)bytes, len, true);
}
