/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a guest's accesses to the launcher's UART and clock: the FIFO stays in its
 * bounds, nothing that was typed is lost or comes twice, and the interrupt line follows the
 * registers.
 */
#include "tests/fuzz/fuzz.h"

#include "tools/run/rtc.h"
#include "tools/run/uart.h"

static bool line;
static unsigned sent;

static void
set_line(void *context, bool level)
{
	(void)context;
	line = level;
}

static void
send(void *context, uint8_t byte)
{
	(void)context;
	(void)byte;
	sent++;
}

static void
check(const struct uart *u)
{
	REQUIRE(u->count <= UART_FIFO && u->head < UART_FIFO);
	REQUIRE(uart_room(u) <= UART_FIFO - u->count);
	REQUIRE(line == u->line);
	if (!(u->ier & 0x0f))
		REQUIRE(!line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct uart u = {.set_line = set_line, .send = send};
	struct rtc rtc = {.index = 0};
	struct feed f = {data, size};

	line = false;
	while (f.size) {
		uint64_t what = feed_number(&f, 1), value = feed_number(&f, 1);
		size_t room = uart_room(&u);

		switch (what >> 6) {
		case 0:
			uart_read(&u, what & 7);
			break;
		case 1:
			uart_write(&u, what & 7, (uint8_t)value);
			break;
		case 2: {
			struct span typed = feed_span(&f, value & 127);
			size_t got = uart_receive(&u, typed.base, (size_t)typed.size);

			REQUIRE(got == (typed.size < room ? typed.size : room));
			break;
		}
		default:
			if (what & 1)
				rtc_write(&rtc, what >> 1 & 1, (uint8_t)value);
			else
				rtc_read(&rtc, what >> 1 & 1);
		}
		check(&u);
	}
	return 0;
}
