/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The NVMe driver on a controller of our own, which holds it to the rules for data pointers
 * (NVM Express Base 1.4, 4.3), and does what a test wants done wrong.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* In place of x86/cpu/cpu.h: the controller acts, and time passes, while the driver waits. */
#define KSHIM_X86_CPU_H
static uint64_t ticks;
static void act(void);

static uint64_t
cpu_ticks(void)
{
	return ticks;
}

static void
cpu_pause(void)
{
	ticks += 1ull << 33;
	act();
}

static void
cpu_fence(void)
{
}

#include "x86/disk/nvme.c"
#include "x86/disk/nvme_disk.c"

#define SECTORS 2048u
#define RETRY   0x4000u /* bits of a status that are no error */

static struct {
	union {
		uint32_t word[NVME_REGISTERS / 4];
		uint8_t byte[NVME_REGISTERS];
	} registers;
	uint8_t identify[NVME_PAGE], namespace[NVME_PAGE], list[NVME_PAGE];
	bool no_list, never_ready, never_disabled, fatal;
	int answers; /* commands that are answered; none after these */
	uint16_t bad_id, status;
	uint32_t seen[NVME_QUEUES]; /* commands so far */
	uint32_t sector_size, reads, longest;
	uint8_t written[16]; /* the first bytes of what was written */
} model;

static struct nvme_memory memory;
static struct disk_driver driver;

enum refusal_code
reach(const char *name, uint64_t addr, uint64_t len, struct refusal *ret_why)
{
	(void)name;
	(void)ret_why;
	assert_true(addr >= (uintptr_t)&model.registers);
	return addr + len <= (uintptr_t)(&model.registers + 1) ? REFUSAL_NONE
	                                                       : REFUSAL_SPACE_UNREACHABLE;
}

bool
pci_memory_bar(struct pci_config *c, uint32_t at, uint32_t bar, uint64_t *ret_addr)
{
	(void)c;
	(void)at;
	(void)bar;
	(void)ret_addr;
	return false;
}

/* The byte of the namespace at `off`. */
static uint8_t
content(uint64_t off)
{
	return (uint8_t)(off * 7 + off / 509);
}

/* Give `len` bytes to where the command's pointers say. */
static void
give(const struct nvme_command *c, const uint8_t *from, uint32_t len)
{
	const uint64_t *list = (const uint64_t *)(uintptr_t)c->prp2;
	uint64_t to = c->prp1, room = NVME_PAGE - to % NVME_PAGE;
	bool two = len <= room + NVME_PAGE;

	assert_int_equal(to % 4, 0);
	for (uint32_t done = 0, n; done < len; done += n) {
		n = len - done < room ? len - done : (uint32_t)room;
		memcpy((void *)(uintptr_t)to, from + done, n);
		if (done + n == len)
			break;
		to = two ? c->prp2 : *list++;
		assert_int_equal(to % NVME_PAGE, 0);
		assert_true(two || list <= memory.data.prp + NVME_PAGE / sizeof(*list));
		room = NVME_PAGE;
	}
}

static uint16_t
do_read(const struct nvme_command *c)
{
	uint64_t sector = c->dword10 | (uint64_t)c->dword11 << 32;
	uint32_t len = ((c->dword12 & 0xffff) + 1) * model.sector_size;
	uint8_t *data = malloc(len);

	assert_int_equal(c->opcode, 2);
	assert_int_equal(c->namespace, 3);
	assert_true(sector + len / model.sector_size <= SECTORS);
	model.reads++;
	model.longest = len > model.longest ? len : model.longest;
	for (uint32_t i = 0; i < len; i++)
		data[i] = content(sector * model.sector_size + i);
	give(c, data, len);
	free(data);
	return model.status;
}

/* A write of a few sectors, which go past all caches: 6.15. */
static uint16_t
do_write(const struct nvme_command *c)
{
	assert_int_equal(c->opcode, 1);
	assert_int_equal(c->namespace, 3);
	assert_int_equal(c->dword12, 1u << 30 | 1);
	assert_int_equal(c->dword10 | (uint64_t)c->dword11 << 32, 5);
	assert_int_equal(c->prp1 % 4, 0);
	memcpy(model.written, (const void *)(uintptr_t)c->prp1, sizeof(model.written));
	return model.status;
}

static uint16_t
do_admin(const struct nvme_command *c)
{
	const uint8_t *const about[] = {model.namespace, model.identify, model.list};

	if (c->opcode != IDENTIFY) {
		assert_true(c->opcode == CREATE_COMPLETION || c->opcode == CREATE_SUBMISSION);
		assert_int_equal(c->dword10, 0x10001);
		assert_int_equal(c->prp1 % NVME_PAGE, 0);
		return 0;
	}
	assert_true(c->dword10 < 3);
	if (c->dword10 == 2 && model.no_list)
		return 0x4002 << 1;
	give(c, about[c->dword10], NVME_PAGE);
	return 0;
}

/* The next command of a queue whose doorbell was rung. */
static void
act_queue(enum nvme_queue queue, uint32_t step)
{
	uint32_t tail = model.registers.word[(0x1000 + 2 * queue * step) / 4];
	uint32_t number = model.seen[queue], at = number % 2;
	const struct nvme_command *c = &memory.submission[queue][at];
	struct nvme_completion *done = &memory.completion[queue][at];
	uint16_t status;

	if (tail == number % 2 || !model.answers)
		return;
	model.answers--;
	model.seen[queue]++;
	if (queue == NVME_IO)
		status = c->opcode == 1 ? do_write(c) : do_read(c);
	else
		status = do_admin(c);
	done->id = (uint16_t)(c->id + model.bad_id);
	done->status = (uint16_t)(status | !(number / 2 & 1));
}

static void
act(void)
{
	uint32_t *cc = &model.registers.word[CC / 4], *csts = &model.registers.word[CSTS / 4];

	if (model.fatal)
		*csts |= CSTS_FATAL;
	if (*cc & 1 && !(*csts & 1) && !model.never_ready) {
		assert_int_equal(*cc, 0x460001);
		assert_int_equal(model.registers.word[AQA / 4], 0x10001);
		*csts |= 1;
	} else if (!(*cc & 1) && !model.never_disabled) {
		*csts = 0;
		memset(model.seen, 0, sizeof(model.seen));
		memset(model.registers.byte + DOORBELLS, 0, NVME_REGISTERS - DOORBELLS);
	}
	if (*csts & 1) {
		act_queue(NVME_ADMIN, 4u << (model.registers.word[CAP / 4 + 1] & 0xf));
		act_queue(NVME_IO, 4u << (model.registers.word[CAP / 4 + 1] & 0xf));
	}
}

/* The controller as QEMU has one, enabled by the firmware before us; namespace 3 of `size`. */
static void
make(uint32_t shift)
{
	memset(&model, 0, sizeof(model));
	memset(&memory, 0xff, sizeof(memory));
	memset(&driver, 0, sizeof(driver));
	ticks = 0;
	model.answers = -1;
	model.sector_size = 1u << shift;
	model.registers.word[CAP / 4] = 0x0f0107ff;
	model.registers.word[CAP / 4 + 1] = 0x20;
	model.registers.word[CC / 4] = model.registers.word[CSTS / 4] = 1;
	model.identify[77] = 7;
	model.namespace[26] = 4;
	model.namespace[128 + 4 * 4 + 2] = (uint8_t)shift;
	model.namespace[128 + 4 * 4 + 3] = 2; /* its relative performance */
	memcpy(model.namespace, &(uint64_t){SECTORS}, 8);
	driver.target = 3;
	driver.nvme.memory = &memory;
	driver.nvme.registers = model.registers.byte;
}

static struct disk disk;

static bool
start(const char **ret_what)
{
	return nvme_disk_start(&driver, &disk, ret_what);
}

static void
assert_starts(void)
{
	const char *what = "";

	if (!start(&what))
		fail_msg("%s", what);
	assert_true(driver.nvme.ready);
}

/* It does not start because of what is said. */
static void
assert_fails(const char *wanted, bool ready)
{
	const char *what = "";

	assert_false(start(&what));
	assert_string_equal(what, wanted);
	assert_int_equal(driver.nvme.ready, ready);
}

/* Sectors [sector, sector + count) arrive at an address `odd` bytes behind a page's start. */
static void
assert_reads(uint64_t sector, uint32_t count, uint32_t odd)
{
	uint32_t size = model.sector_size, len = count * size,
	         page = (odd + len + 4095) & ~4095u;
	uint8_t *room = aligned_alloc(NVME_PAGE, page), *to = room + odd;

	memset(room, 0x55, page);
	assert_true(disk.read(&driver, sector, count, to));
	for (uint32_t i = 0; i < page; i++)
		assert_int_equal(room[i],
		        i < odd || i >= odd + len ? 0x55 : content(sector * size + i - odd));
	free(room);
}

static void
reads(void **state)
{
	static const uint32_t odd[] = {0, 4, 1, 2, 3, 2048, 4092, 4095};

	(void)state;
	for (uint32_t shift = 9; shift <= 12; shift += 3) {
		make(shift);
		assert_starts();
		assert_int_equal(disk.sector_size, 1u << shift);
		assert_int_equal(disk.sectors, SECTORS);
		for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
			assert_reads(0, 1, odd[i]);
			assert_reads(5, 2, odd[i]);
			assert_reads(SECTORS - 40, 40, odd[i]);
		}
		model.reads = 0;
		assert_reads(1, 30, 0);
		assert_int_equal(model.reads, 1);
		assert_reads(1, 30, 1);
		assert_int_equal(model.reads, 3); /* and no more, wherever it goes */
		nvme_stop(&driver.nvme);
		assert_int_equal(model.registers.word[CC / 4], 0);
		assert_int_equal(model.registers.word[CSTS / 4], 0);
	}
}

static void
writes(void **state)
{
	static uint8_t from[1024 + 2] __attribute__((aligned(4)));

	(void)state;
	make(9);
	assert_starts();
	for (uint32_t i = 0; i < sizeof(from); i++)
		from[i] = (uint8_t)(i * 3 + 1);
	assert_true(disk.write(&driver, 5, 2, from));
	assert_memory_equal(model.written, from, sizeof(model.written));
	assert_false(disk.write(&driver, 5, 2, from + 2)); /* no address of a command's */
	model.status = 0x182 << 1;                         /* write to a read-only range */
	assert_false(disk.write(&driver, 5, 2, from));
	assert_int_equal(model.reads, 0);
}

/* What one command may carry: by MDTS, and by the pages that a list names. */
static void
limits(void **state)
{
	static const struct {
		uint8_t mdts;
		uint32_t most;
	} want[] = {{0, 2 * MIB}, {1, 8 * KIB}, {7, 512 * KIB}, {8, MIB}, {9, 2 * MIB},
	        {10, 2 * MIB}, {32, 2 * MIB}, {255, 2 * MIB}};

	(void)state;
	for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		make(12);
		model.identify[77] = want[i].mdts;
		assert_starts();
		assert_int_equal(disk.most, want[i].most / 4096);
		assert_reads(3, disk.most, 4092); /* the longest list */
		assert_int_equal(model.longest, want[i].most);
	}
}

static void
doorbells(void **state)
{
	(void)state;
	make(9);
	model.registers.word[CAP / 4 + 1] = 0x21;
	assert_starts();
	assert_reads(0, 9, 0);
	make(9);
	model.registers.word[CAP / 4 + 1] = 0x2b; /* 4 of 8 KiB */
	assert_fails("has doorbells that cannot be reached", false);
}

static void
odd_controllers(void **state)
{
	(void)state;
	make(9);
	model.registers.word[CAP / 4 + 1] = 0x40;
	assert_fails("has no NVM command set", false);
	make(9);
	model.registers.word[CAP / 4 + 1] = 0x10020;
	assert_fails("wants memory pages larger than 4096 bytes", false);
	make(9);
	model.never_disabled = true;
	assert_fails("is enabled and cannot be disabled", false);
	make(9);
	model.never_ready = true;
	assert_fails("does not become ready, or reports a fatal fault", false);
	make(9);
	model.fatal = true;
	assert_fails("does not become ready, or reports a fatal fault", false);
	assert_true(ticks < PATIENCE); /* it is not waited for */
	make(9);
	model.answers = 0;
	assert_fails("does not identify itself", false);
	make(9);
	model.answers = 2;
	assert_fails("has no queue for requests", false);
	assert_int_equal(model.registers.word[CC / 4], 0);
	make(9);
	model.answers = 3;
	assert_fails("cannot be identified", true);
}

/* CAP.TO: up to 127.5 s, of a CPU at up to 5.4 GHz. */
static void
timeout(void **state)
{
	const char *what;

	(void)state;
	for (uint64_t units = 1; units < 256; units += 127) {
		uint64_t least = units * 2700000000ull / 1000 * 990;

		make(9);
		model.never_ready = true;
		model.registers.word[CAP / 4] = (uint32_t)units << 24 | 0x7ff;
		assert_false(start(&what));
		assert_true(ticks >= least && ticks >= PATIENCE);
		assert_true(ticks < 2 * PATIENCE + 2 * least);
	}
}

static void
namespaces(void **state)
{
	(void)state;
	make(9);
	model.namespace[128 + 16] = 8;
	assert_fails("has metadata beside each of its sectors", true);
	for (unsigned shift = 0; shift < 256; shift++) {
		make(9);
		model.namespace[128 + 16 + 2] = (uint8_t)shift;
		if (shift >= 9 && shift <= 12)
			assert_starts();
		else
			assert_fails("has sectors of an odd size", true);
	}
	make(9);
	model.namespace[26] = 0x32; /* format 18 */
	model.namespace[128 + 4 * 18 + 2] = 12;
	assert_starts();
	assert_int_equal(disk.sector_size, 4096);
}

static void
lists(void **state)
{
	uint32_t number[DISKS_MAX];

	(void)state;
	make(9);
	assert_starts();
	assert_int_equal(nvme_namespaces(&driver, number), 0);
	memcpy(model.list, (uint32_t[]){2, 7, 0, 9}, 16);
	assert_int_equal(nvme_namespaces(&driver, number), 2);
	assert_int_equal(number[1], 7);
	memset(model.list, 1, sizeof(model.list));
	assert_int_equal(nvme_namespaces(&driver, number), DISKS_MAX);
	model.no_list = true;
	assert_int_equal(nvme_namespaces(&driver, number), 1);
	assert_int_equal(number[0], 1);
	model.answers = 0;
	assert_int_equal(nvme_namespaces(&driver, number), 0);
}

/* A read that fails, and one that is not answered: then the controller writes no more. */
static void
failures(void **state)
{
	static _Alignas(4096) uint8_t to[4096];
	uint64_t before;

	(void)state;
	make(9);
	assert_starts();
	model.status = 0x281 << 1;
	assert_false(disk.read(&driver, 0, 1, to));
	assert_false(disk.read(&driver, 0, 2, to + 1));
	model.status = RETRY << 1;
	assert_true(disk.read(&driver, 0, 1, to));
	model.status = 0;
	assert_true(disk.read(&driver, 0, 1, to));
	model.answers = 0;
	before = ticks;
	assert_false(disk.read(&driver, 0, 1, to));
	assert_true(ticks - before < 2 * PATIENCE);
	assert_int_equal(model.registers.word[CC / 4], 0);
	before = ticks;
	assert_false(disk.read(&driver, 0, 1, to));
	assert_int_equal(ticks, before);
	make(9);
	assert_starts();
	model.bad_id = 1;
	assert_false(disk.read(&driver, 0, 1, to));
	assert_int_equal(model.registers.word[CC / 4], 0);
	make(9);
	assert_starts();
	model.fatal = true;
	model.answers = 0;
	before = ticks;
	assert_false(disk.read(&driver, 0, 1, to));
	assert_true(ticks - before < PATIENCE / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(reads),
	        cmocka_unit_test(writes),
	        cmocka_unit_test(limits),
	        cmocka_unit_test(doorbells),
	        cmocka_unit_test(odd_controllers),
	        cmocka_unit_test(timeout),
	        cmocka_unit_test(namespaces),
	        cmocka_unit_test(lists),
	        cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
