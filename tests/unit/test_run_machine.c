/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The launcher's machine without KVM: layouts, guest memory, firmware tables, UART, clock.
 */
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/run/acpi.h"
#include "tools/run/memory.h"
#include "tools/run/memory_file.h"
#include "tools/run/mptable.h"
#include "tools/run/rtc.h"
#include "tools/run/uart.h"

static const enum layout_kind kinds[] = {
        LAYOUT_KSHIM, LAYOUT_FIRECRACKER, LAYOUT_CLOUD_HYPERVISOR};

/* ---- layouts ---- */

static void
told_ram_is_there(void **state)
{
	static const uint64_t sizes[] = {
	        64 * MIB, 3 * GIB - PAGE, 3 * GIB, 3 * GIB + PAGE, 6 * GIB};

	(void)state;
	for (int k = 0; k < 3; k++)
		for (int s = 0; s < 5; s++) {
			struct layout l;
			struct memmap map;

			layout_make(kinds[k], sizes[s], &l);
			layout_memmap(&l, &map);
			assert_int_equal(memmap_ram_end(&map) > 4 * GIB, sizes[s] > 3 * GIB);
			assert_true(memmap_ram_size(&map) <= sizes[s]);
			assert_true(memmap_ram_size(&map) >= sizes[s] - MIB);
			assert_false(memmap_is_ram(&map, (struct range){3 * GIB, PAGE}));
			for (uint32_t i = 0; i < map.count; i++) {
				bool there = map.entry[i].type != MEM_RAM;

				for (uint32_t n = 0; n < l.slots; n++)
					there |= range_contains(l.slot[n], map.entry[i].range);
				assert_true(there);
			}
		}
}

/* ---- memory ---- */

static int
file_of(size_t len)
{
	int fd = memfd_create("test", 0);

	assert_true(fd >= 0);
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = (uint8_t)(i * 7 + i / 256);
		assert_int_equal(write(fd, &byte, 1), 1);
	}
	return fd;
}

static void
check_put(const struct memory *mem, int fd, uint64_t addr, uint64_t off, uint64_t len)
{
	uint8_t *at = memory_at(mem, addr - PAGE, len + 2 * PAGE) + PAGE;

	assert_true(memory_put_file(mem, addr, fd, off, len));
	for (uint64_t i = 0; i < len; i++)
		assert_int_equal(at[i], (uint8_t)((off + i) * 7 + (off + i) / 256));
	assert_int_equal(at[-1], 0);
	assert_int_equal(at[len], 0);
}

static int
shared_file(const struct layout *l)
{
	int file = memory_file_open();

	assert_true(memory_file_fit(file, l));
	return file;
}

static void
check_file_pages(bool shared)
{
	static const struct {
		uint64_t addr, off, len;
	} cases[] = {{0x200000, 0, 3 * PAGE}, {0x210000, PAGE, PAGE + 1},
	        {0x220010, 0x10, 2 * PAGE}, {0x230010, 0x11, 2 * PAGE}, {0x240001, 1, 5},
	        {0x250fff, 0xfff, PAGE + 2}, {0x260000, 0, PAGE - 1}, {0x270000, 7, 0}};
	struct memory mem;
	struct layout l;
	int fd = file_of(4 * PAGE), file;

	layout_make(LAYOUT_KSHIM, 64 * MIB, &l);
	file = shared ? shared_file(&l) : -1;
	assert_true(memory_make(&mem, &l, file));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_put(&mem, fd, cases[i].addr, cases[i].off, cases[i].len);
	assert_false(memory_put_file(&mem, 0x280000, fd, 0, 5 * PAGE - 1)); /* past its end */
	assert_false(memory_put_file(&mem, 64 * MIB - 1, fd, 0, 2));
	memory_free(&mem);
	close(fd);
	if (shared)
		close(file);
}

static void
file_pages_stop_where_asked(void **state)
{
	(void)state;
	check_file_pages(false);
	check_file_pages(true);
}

/* What the guest writes over a kernel's page must reach the process that has the memory, too.
 */
static void
shared_memory_is_one_file(void **state)
{
	struct memory mem;
	struct layout l;
	int file, fd = file_of(2 * PAGE);
	uint8_t seen[2] = {0};

	(void)state;
	layout_make(LAYOUT_KSHIM, 5 * GIB, &l);
	file = shared_file(&l);
	assert_true(memory_make(&mem, &l, file));
	assert_true(memory_put_file(&mem, 0x200000, fd, 0, 2 * PAGE));
	*memory_at(&mem, 0x200001, 1) = 0xa5;
	*memory_at(&mem, 5 * GIB, 1) = 0x5a;
	assert_int_equal(pread(file, seen, 1, 0x200001), 1);
	assert_int_equal(pread(file, seen + 1, 1, 5 * GIB), 1);
	assert_int_equal(seen[0], 0xa5);
	assert_int_equal(seen[1], 0x5a);
	memory_free(&mem);
	assert_true(memory_file_fit(file, &l));
	assert_true(memory_make(&mem, &l, file));
	assert_int_equal(*memory_at(&mem, 0x200001, 1), 0);
	memory_free(&mem);
	close(file);
	close(fd);
}

static void
memory_ends_where_it_ends(void **state)
{
	struct memory mem;
	struct layout l;

	(void)state;
	layout_make(LAYOUT_KSHIM, 64 * MIB, &l);
	assert_true(memory_make(&mem, &l, -1));
	assert_non_null(memory_at(&mem, 0, 0xa0000));
	assert_null(memory_at(&mem, 0, 0xa0001));
	assert_non_null(memory_at(&mem, 64 * MIB - 1, 1));
	assert_null(memory_at(&mem, 64 * MIB - 1, 2));
	assert_null(memory_at(&mem, UINT64_MAX, 2));
	memory_free(&mem);
}

static void
clear_leaves_the_neighbours(void **state)
{
	struct memory mem;
	struct layout l;
	uint8_t *at;

	(void)state;
	layout_make(LAYOUT_KSHIM, 64 * MIB, &l);
	assert_true(memory_make(&mem, &l, -1));
	at = memory_at(&mem, 0x200000, 3 * PAGE);
	memset(at, 0x55, PAGE);
	memset(at + 2 * PAGE, 0x55, PAGE);
	assert_true(memory_clear(&mem, 0x200010, 2 * PAGE));
	assert_int_equal(at[0xf], 0x55);
	assert_int_equal(at[0x2010], 0x55);
	for (size_t i = 0x10; i < 0x2010; i++)
		assert_int_equal(at[i], 0);
	memory_free(&mem);
}

/* ---- tables ---- */

static uint8_t
sum(const uint8_t *bytes, size_t len)
{
	uint8_t s = 0;

	for (size_t i = 0; i < len; i++)
		s = (uint8_t)(s + bytes[i]);
	return s;
}

static uint64_t
number(const uint8_t *bytes, unsigned len)
{
	uint64_t v = 0;

	memcpy(&v, bytes, len);
	return v;
}

static const uint8_t *
table_at(const struct memory *mem, uint64_t addr, const char *signature)
{
	const uint8_t *t = memory_at(mem, addr, 36);
	uint32_t len;

	assert_non_null(t);
	assert_memory_equal(t, signature, 4);
	len = (uint32_t)number(t + 4, 4);
	assert_int_equal(sum(memory_at(mem, addr, len), len), 0);
	return t;
}

static void
check_acpi(const struct memory *mem, const struct layout *l, uint32_t cpus)
{
	const uint8_t *rsdp = memory_at(mem, l->rsdp, 36), *xsdt, *fadt, *madt;

	assert_memory_equal(rsdp, "RSD PTR ", 8);
	assert_int_equal(sum(rsdp, 20), 0);
	assert_int_equal(sum(rsdp, 36), 0);
	xsdt = table_at(mem, number(rsdp + 24, 8), "XSDT");
	fadt = table_at(mem, number(xsdt + 36, 8), "FACP");
	madt = table_at(mem, number(xsdt + 44, 8), "APIC");
	table_at(mem, number(fadt + 140, 8), "DSDT");
	assert_int_equal(number(fadt + 36, 4) % 64, 0); /* FACS */
	assert_int_equal(madt[44 + 8 * (cpus - 1) + 3], cpus - 1);
	assert_int_equal(madt[44 + 8 * cpus], 1); /* then the I/O APIC */
}

static void
acpi_tables_add_up(void **state)
{
	static const uint32_t counts[] = {1, 2, 4, 16, 128};

	(void)state;
	for (int k = 0; k < 3; k++)
		for (int n = 0; n < 5; n++) {
			struct memory mem;
			struct layout l;
			bool fits;

			layout_make(kinds[k], 64 * MIB, &l);
			assert_true(memory_make(&mem, &l, -1));
			fits = acpi_write(&mem, &l, counts[n]);
			assert_true(fits || (kinds[k] == LAYOUT_FIRECRACKER && n == 4));
			if (fits)
				check_acpi(&mem, &l, counts[n]);
			memory_free(&mem);
		}
}

static void
mp_table_adds_up(void **state)
{
	static const uint32_t counts[] = {1, 4, 40, 41, 128};

	(void)state;
	for (int k = 0; k < 3; k++)
		for (int n = 0; n < 5; n++) {
			bool small = kinds[k] != LAYOUT_KSHIM && counts[n] > 40;
			struct memory mem;
			struct layout l;
			const uint8_t *p;

			layout_make(kinds[k], 64 * MIB, &l);
			assert_true(memory_make(&mem, &l, -1));
			assert_int_equal(mptable_write(&mem, &l, counts[n]), !small);
			p = memory_at(&mem, l.mptable, 1024);
			if (!small) {
				assert_memory_equal(p, "_MP_", 4);
				assert_int_equal(sum(p, 16), 0);
				assert_int_equal(number(p + 4, 4), l.mptable + 16);
				assert_int_equal(sum(p + 16, number(p + 20, 2)), 0);
				assert_int_equal(number(p + 16 + 34, 2), counts[n] + 20);
			}
			memory_free(&mem);
		}
}

/* ---- UART ---- */

struct line {
	unsigned rises;
	bool level;
	char sent[16];
	size_t len;
};

static void
on_line(void *context, bool level)
{
	struct line *l = context;

	l->rises += level && !l->level;
	l->level = level;
}

static void
on_send(void *context, uint8_t byte)
{
	struct line *l = context;

	l->sent[l->len++ % sizeof(l->sent)] = (char)byte;
}

static struct uart
new_uart(struct line *l)
{
	*l = (struct line){0};
	return (struct uart){.context = l, .set_line = on_line, .send = on_send, .mcr = 0x08};
}

static void
transmitter_interrupts_by_an_edge_each(void **state)
{
	struct line l;
	struct uart u = new_uart(&l);

	(void)state;
	uart_write(&u, 1, 0x02);
	assert_int_equal(l.rises, 1);
	assert_int_equal(uart_read(&u, 2) & 0x0f, 0x02);
	assert_false(l.level); /* seen */
	uart_write(&u, 0, 'a');
	uart_write(&u, 0, 'b'); /* not looked at in between */
	assert_int_equal(l.rises, 3);
	assert_memory_equal(l.sent, "ab", 2);
	uart_write(&u, 1, 0);
	assert_false(l.level);
	uart_write(&u, 1, 0x02); /* Linux tests that this asserts again */
	assert_true(l.level);
}

static void
receiver_holds_what_fits(void **state)
{
	struct line l;
	struct uart u = new_uart(&l);
	uint8_t typed[UART_FIFO + 5];

	(void)state;
	for (size_t i = 0; i < sizeof(typed); i++)
		typed[i] = (uint8_t)i;
	uart_write(&u, 1, 0x01);
	assert_int_equal(uart_receive(&u, typed, sizeof(typed)), UART_FIFO);
	assert_true(l.level);
	assert_int_equal(uart_read(&u, 2) & 0x0f, 0x04);
	for (unsigned i = 0; i < UART_FIFO; i++) {
		assert_int_equal(uart_read(&u, 5) & 1, 1);
		assert_int_equal(uart_read(&u, 0), i);
	}
	assert_int_equal(uart_read(&u, 5), 0x60);
	assert_false(l.level);
	assert_int_equal(uart_read(&u, 0), 0);
}

static void
loopback_shows_the_modem_lines(void **state)
{
	struct line l;
	struct uart u = new_uart(&l);

	(void)state;
	uart_write(&u, 4, 0x1a); /* as Linux probes: loop, OUT2, RTS */
	assert_int_equal(uart_read(&u, 6) & 0xf0, 0x90);
	uart_write(&u, 0, 'x');
	assert_int_equal(uart_read(&u, 0), 'x');
	assert_int_equal(l.len, 0);
}

static void
divisor_is_apart(void **state)
{
	struct line l;
	struct uart u = new_uart(&l);

	(void)state;
	uart_write(&u, 3, 0x83);
	uart_write(&u, 0, 0x12);
	uart_write(&u, 1, 0x34);
	assert_int_equal(uart_read(&u, 0), 0x12);
	assert_int_equal(uart_read(&u, 1), 0x34);
	uart_write(&u, 3, 0x03);
	assert_int_equal(uart_read(&u, 1), 0);
	assert_int_equal(l.len, 0);
}

/* ---- clock ---- */

static uint8_t
cmos(struct rtc *rtc, uint8_t index)
{
	rtc_write(rtc, 0, index);
	return rtc_read(rtc, 1);
}

static void
clock_answers(void **state)
{
	struct rtc rtc = {0};
	uint8_t bcd;

	(void)state;
	assert_int_equal(cmos(&rtc, 10) & 0x80, 0); /* no update in progress */
	assert_int_equal(cmos(&rtc, 13), 0x80);
	assert_int_equal(cmos(&rtc, 0x32), 0x20);
	bcd = cmos(&rtc, 9);
	assert_true(bcd >= 0x26 && (bcd & 0xf) <= 9);
	rtc_write(&rtc, 0, 11);
	rtc_write(&rtc, 1, 0x06); /* binary */
	assert_int_equal(cmos(&rtc, 9), (bcd >> 4) * 10 + (bcd & 0xf));
	rtc_write(&rtc, 0, 0x40);
	rtc_write(&rtc, 1, 0x5a);
	assert_int_equal(cmos(&rtc, 0xc0), 0x5a); /* the top bit masks NMIs */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(told_ram_is_there),
	        cmocka_unit_test(file_pages_stop_where_asked),
	        cmocka_unit_test(shared_memory_is_one_file),
	        cmocka_unit_test(memory_ends_where_it_ends),
	        cmocka_unit_test(clear_leaves_the_neighbours),
	        cmocka_unit_test(acpi_tables_add_up),
	        cmocka_unit_test(mp_table_adds_up),
	        cmocka_unit_test(transmitter_interrupts_by_an_edge_each),
	        cmocka_unit_test(receiver_holds_what_fits),
	        cmocka_unit_test(loopback_shows_the_modem_lines),
	        cmocka_unit_test(divisor_is_apart),
	        cmocka_unit_test(clock_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
