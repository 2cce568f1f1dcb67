/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtqueues of `kshim run`: from a valid chain, one field at a time is damaged. And what
 * requests do: of virtio-blk, on a file, and of virtio-rng.
 */
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/run/virtio/blk.h"
#include "tools/run/virtio/queue.h"
#include "tools/run/virtio/rng.h"

#define RAM    0x10000u
#define SIZE   8
#define TABLE  0x1000u
#define AVAIL  0x2000u
#define USED   0x3000u
#define OTHER  0x4000u /* a table of indirect descriptors */
#define DATA   0x8000u
#define NEXT   1u
#define WRITE  2u
#define NESTED 4u

static _Alignas(4096) uint8_t ram[RAM];
static const struct memory memory = {
        .file = -1, .slots = 1, .slot = {{.range = {0, RAM}, .host = ram}}};
static struct virtqueue q;
static struct chain c;

static struct virtq_desc *
desc(uint32_t n)
{
	return (struct virtq_desc *)(void *)(ram + TABLE) + n;
}

static struct virtq_avail *
avail(void)
{
	return (struct virtq_avail *)(void *)(ram + AVAIL);
}

static struct virtq_used *
used(void)
{
	return (struct virtq_used *)(void *)(ram + USED);
}

static void
offer(uint16_t head)
{
	avail()->ring[avail()->idx % SIZE] = head;
	avail()->idx++;
}

/* Two buffers to read and one to write, at descriptors 3, 1 and 5. */
static int
set_up(void **state)
{
	const char *what;

	(void)state;
	memset(ram, 0, sizeof(ram));
	q = (struct virtqueue){.max = SIZE,
	        .size = SIZE,
	        .enabled = true,
	        .desc = TABLE,
	        .driver = AVAIL,
	        .device = USED,
	        .call = eventfd(0, EFD_NONBLOCK)};
	*desc(3) = (struct virtq_desc){DATA, 16, NEXT, 1};
	*desc(1) = (struct virtq_desc){DATA + 0x100, 8, NEXT, 5};
	*desc(5) = (struct virtq_desc){DATA + 0x200, 32, WRITE, 0};
	offer(3);
	assert_true(queue_check(&q, &memory, &what));
	queue_start(&q, &memory, false);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	close(q.call);
	return 0;
}

static void
assert_broken(const char *what)
{
	assert_int_equal(queue_pop(&q, &memory, &c), QUEUE_BROKEN);
	assert_non_null(strstr(c.what, what));
}

static void
a_chain_is_its_buffers(void **state)
{
	uint8_t bytes[24];

	(void)state;
	memcpy(ram + DATA + 12, "abcd", 4);
	memcpy(ram + DATA + 0x100, "efghijkl", 8);
	assert_int_equal(queue_pop(&q, &memory, &c), QUEUE_CHAIN);
	assert_int_equal(c.head, 3);
	assert_int_equal(c.out, 2);
	assert_int_equal(c.in, 1);
	assert_int_equal(c.out_len, 24);
	assert_int_equal(c.in_len, 32);
	assert_int_equal(chain_read(&c, 12, bytes, sizeof(bytes)), 12);
	assert_memory_equal(bytes, "abcdefghijkl", 12);
	assert_int_equal(chain_write(&c, 30, "xyz", 3), 2);
	assert_memory_equal(ram + DATA + 0x200 + 30, "xy", 2);
	assert_int_equal(queue_pop(&q, &memory, &c), QUEUE_EMPTY);
}

static void
used_chains_are_given_back(void **state)
{
	uint64_t count;

	(void)state;
	assert_int_equal(queue_pop(&q, &memory, &c), QUEUE_CHAIN);
	queue_push(&q, c.head, 7);
	assert_int_equal(used()->idx, 1);
	assert_int_equal(used()->ring[0].id, 3);
	assert_int_equal(used()->ring[0].len, 7);
	queue_interrupt(&q);
	assert_int_equal(read(q.call, &count, sizeof(count)), sizeof(count));
	avail()->flags = 1; /* no interrupts */
	queue_interrupt(&q);
	assert_int_equal(read(q.call, &count, sizeof(count)), -1);
}

static void
the_event_index_says_when(void **state)
{
	uint16_t *used_event = &avail()->ring[SIZE];
	volatile void *behind = &used()->ring[SIZE];
	uint64_t count;

	(void)state;
	queue_start(&q, &memory, true);
	*used_event = 1; /* after the second */
	offer(3);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(queue_pop(&q, &memory, &c), QUEUE_CHAIN);
		queue_push(&q, c.head, 0);
		queue_interrupt(&q);
		assert_int_equal(read(q.call, &count, sizeof(count)), i ? 8 : -1);
	}
	assert_int_equal(queue_pop(&q, &memory, &c), QUEUE_EMPTY);
	assert_int_equal(*(volatile uint16_t *)behind, 2); /* notify of the next */
}

static void
bad_chains_are_broken(void **state)
{
	(void)state;
	desc(1)->addr = RAM - 7;
	assert_broken("outside of memory");
	desc(1)->addr = UINT64_MAX - 3;
	assert_broken("outside of memory");
	desc(1)->addr = DATA;
	desc(1)->next = SIZE;
	assert_broken("beyond its table");
	desc(1)->next = 3;
	assert_broken("loop");
	desc(1)->next = 5;
	desc(3)->flags = NEXT | WRITE;
	assert_broken("behind one to write");
	desc(3)->flags = NEXT;
	avail()->ring[0] = SIZE;
	assert_broken("beyond its table");
	avail()->idx = SIZE + 1;
	assert_broken("more chains");
}

static void
a_loop_of_nothing_ends(void **state)
{
	(void)state;
	desc(3)->len = desc(1)->len = 0;
	desc(1)->next = 3;
	assert_broken("loop");
}

static void
indirect_tables_are_followed_once(void **state)
{
	struct virtq_desc *other = (struct virtq_desc *)(void *)(ram + OTHER);

	(void)state;
	*desc(1) = (struct virtq_desc){OTHER, 32, NESTED, 0};
	other[0] = (struct virtq_desc){DATA, 1, NEXT, 1};
	other[1] = (struct virtq_desc){DATA, 2, WRITE, 0};
	assert_int_equal(queue_pop(&q, &memory, &c), QUEUE_CHAIN);
	assert_int_equal(c.out_len, 17);
	assert_int_equal(c.in_len, 2);
	offer(3);
	other[1] = (struct virtq_desc){OTHER, 32, NESTED, 0};
	assert_broken("inside another");
	other[0].next = 2;
	assert_broken("beyond its table");
	desc(1)->len = 31;
	assert_broken("length");
	desc(1)->len = 0;
	assert_broken("length");
	desc(1)->len = RAM;
	assert_broken("outside of memory");
	desc(1)->len = 32;
	desc(1)->flags = NESTED | NEXT;
	assert_broken("inside another");
}

static void
queues_lie_in_memory(void **state)
{
	const char *what;

	(void)state;
	q.size = 6;
	assert_false(queue_check(&q, &memory, &what));
	q.size = 2 * SIZE;
	assert_false(queue_check(&q, &memory, &what));
	q.size = SIZE;
	q.desc = RAM - 16 * SIZE;
	assert_true(queue_check(&q, &memory, &what));
	q.desc += 16;
	assert_false(queue_check(&q, &memory, &what));
	q.desc = TABLE + 8;
	assert_false(queue_check(&q, &memory, &what));
	q.desc = TABLE;
	q.driver = RAM - (4 + 2 * SIZE + 2);
	assert_true(queue_check(&q, &memory, &what));
	q.driver += 2;
	assert_false(queue_check(&q, &memory, &what));
	q.driver = AVAIL;
	q.device = UINT64_MAX - 3;
	assert_false(queue_check(&q, &memory, &what));
}

/* ---- virtio-blk ---- */

static struct disk_file disk = {.path = "disk", .id = "serial-1", .sectors = 16, .block = 512};

/* A request of header, `out` bytes behind it, `in` bytes before its status; its status. */
static uint8_t
request(uint32_t type, uint64_t sector, uint32_t out, uint32_t in)
{
	uint32_t len;

	memcpy(ram + DATA, &type, sizeof(type));
	memcpy(ram + DATA + 8, &sector, sizeof(sector));
	*desc(3) = (struct virtq_desc){DATA, 16, NEXT, 1};
	*desc(1) = (struct virtq_desc){DATA + 0x1000, out, NEXT, 5};
	*desc(5) = (struct virtq_desc){DATA + 0x3000, in + 1, WRITE, 0};
	ram[DATA + 0x3000 + in] = 0xee;
	offer(3);
	assert_int_equal(queue_pop(&q, &memory, &c), QUEUE_CHAIN);
	assert_true(blk_request(&disk, true, &c, &len));
	assert_int_equal(len, ram[DATA + 0x3000 + in] ? 1 : in + 1);
	return ram[DATA + 0x3000 + in];
}

static void
sectors_are_written_and_read(void **state)
{
	(void)state;
	memset(ram + DATA + 0x1000, 0x5a, 1024);
	assert_int_equal(request(1, 14, 1024, 0), BLK_OK);
	assert_int_equal(request(0, 15, 0, 512), BLK_OK);
	assert_memory_equal(ram + DATA + 0x3000, ram + DATA + 0x1000, 512);
	assert_int_equal(request(4, 0, 0, 0), BLK_OK);
	assert_int_equal(request(8, 0, 0, 20), BLK_OK);
	assert_memory_equal(ram + DATA + 0x3000, "serial-1\0\0\0\0\0\0\0\0\0\0\0", 20);
	assert_int_equal(request(99, 0, 0, 0), BLK_UNSUPPORTED);
}

static void
what_is_beyond_the_disk_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(request(1, 15, 1024, 0), BLK_ERROR);
	assert_int_equal(request(0, 16, 0, 512), BLK_ERROR);
	assert_int_equal(request(0, UINT64_MAX, 0, 512), BLK_ERROR);
	assert_int_equal(request(0, UINT64_MAX / 512 + 1, 0, 512), BLK_ERROR);
	assert_int_equal(request(0, 0, 0, 511), BLK_ERROR);
	assert_int_equal(lseek(disk.fd, 0, SEEK_END), 16 * 512);
	disk.read_only = true;
	assert_int_equal(request(1, 0, 512, 0), BLK_ERROR);
	assert_int_equal(request(11, 0, 16, 0), BLK_ERROR);
	disk.read_only = false;
}

static void
ranges_become_zeroes(void **state)
{
	struct {
		uint64_t sector;
		uint32_t sectors, flags;
	} range = {2, 2, 1};

	(void)state;
	memset(ram + DATA + 0x1000, 0x5a, 2048);
	assert_int_equal(request(1, 0, 2048, 0), BLK_OK);
	memcpy(ram + DATA + 0x1000, &range, sizeof(range));
	assert_int_equal(request(13, 0, 16, 0), BLK_OK);
	assert_int_equal(request(0, 0, 0, 2048), BLK_OK);
	assert_int_equal(ram[DATA + 0x3000 + 1023], 0x5a);
	assert_int_equal(ram[DATA + 0x3000 + 1024], 0);
	assert_int_equal(ram[DATA + 0x3000 + 2047], 0);
	assert_int_equal(request(11, 0, 16, 0), BLK_UNSUPPORTED); /* a flag that is zeroes' */
	range.sectors = 15;
	memcpy(ram + DATA + 0x1000, &range, sizeof(range));
	assert_int_equal(request(13, 0, 16, 0), BLK_ERROR);
	assert_int_equal(request(13, 0, 15, 0), BLK_ERROR);
}

static void
a_chain_without_status_is_no_request(void **state)
{
	uint32_t len;

	(void)state;
	desc(1)->flags = 0;
	assert_int_equal(queue_pop(&q, &memory, &c), QUEUE_CHAIN);
	assert_false(blk_request(&disk, true, &c, &len));
	*desc(3) = (struct virtq_desc){DATA, 15, NEXT, 5};
	offer(3);
	assert_int_equal(queue_pop(&q, &memory, &c), QUEUE_CHAIN);
	assert_false(blk_request(&disk, true, &c, &len));
}

/* The used ring is the available one, so that each chain that is given back offers the next. */
static void
random_bytes_without_end_come_in_turns(void **state)
{
	struct virtio_device *d = rng_make();
	uint64_t count;

	(void)state;
	assert_non_null(d);
	for (uint32_t i = 0; i < SIZE; i++)
		*desc(i) = (struct virtq_desc){DATA, 1, WRITE, 0};
	q.device = q.driver;
	q.kick = eventfd(0, EFD_NONBLOCK);
	queue_start(&q, &memory, false);
	q.next_used = 1;
	d->queue[0] = q;
	d->mem = &memory;
	d->started = true;
	d->ops->notify(d, 0);
	assert_int_equal(d->queue[0].next_avail, 16);
	assert_int_equal(read(q.kick, &count, sizeof(count)), sizeof(count));
	avail()->idx = d->queue[0].next_avail;
	d->ops->notify(d, 0);
	assert_int_equal(read(q.kick, &count, sizeof(count)), -1);
	close(q.kick);
	d->ops->release(d);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(a_chain_is_its_buffers),
	        TEST(used_chains_are_given_back),
	        TEST(the_event_index_says_when),
	        TEST(bad_chains_are_broken),
	        TEST(a_loop_of_nothing_ends),
	        TEST(indirect_tables_are_followed_once),
	        TEST(queues_lie_in_memory),
	        TEST(sectors_are_written_and_read),
	        TEST(what_is_beyond_the_disk_is_an_error),
	        TEST(ranges_become_zeroes),
	        TEST(a_chain_without_status_is_no_request),
	        TEST(random_bytes_without_end_come_in_turns),
	};

	disk.fd = memfd_create("disk", 0);
	if (disk.fd < 0 || ftruncate(disk.fd, 16 * 512) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
