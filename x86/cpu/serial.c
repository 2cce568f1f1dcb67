/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends bytes by a 16550 (National PC16550D data sheet): 115200 baud, 8N1, no interrupts.
 *
 * Under a hypervisor each port access costs an exit, so the transmitter is asked once for as
 * many bytes as its FIFO holds. Absent hardware reads as all ones.
 */
#include "x86/cpu/serial.h"
#include "x86/cpu/port.h"

#define COM_IER  1 /* interrupt enable; divisor high while DLAB is set */
#define COM_FCR  2 /* FIFO control; interrupt identification when read */
#define COM_LCR  3 /* line control */
#define COM_MCR  4 /* modem control */
#define LCR_8N1  0x03
#define LCR_DLAB 0x80
#define FCR_ON   0x07 /* FIFOs on and empty */
#define IIR_FIFO 0xc0 /* both bits: there is a FIFO that works */
#define MCR_UP   0x03 /* DTR and RTS */
#define FIFO_LEN 16

static enum { UNKNOWN, ABSENT, PRESENT } state;
static unsigned burst; /* bytes that the port takes when it says that it is empty */
static unsigned left;  /* of them, until it must be asked again */

static void
serial_init(void)
{
	if (inb(PORT_COM1 + COM_LSR) == 0xff) {
		state = ABSENT;
		return;
	}
	state = PRESENT;
	outb(PORT_COM1 + COM_IER, 0);
	outb(PORT_COM1 + COM_LCR, LCR_DLAB | LCR_8N1);
	outb(PORT_COM1, 1); /* divisor: 115200 / 1 */
	outb(PORT_COM1 + COM_IER, 0);
	outb(PORT_COM1 + COM_LCR, LCR_8N1);
	outb(PORT_COM1 + COM_FCR, FCR_ON);
	outb(PORT_COM1 + COM_MCR, MCR_UP);
	burst = (inb(PORT_COM1 + COM_FCR) & IIR_FIFO) == IIR_FIFO ? FIFO_LEN : 1;
}

void
serial_char(char c)
{
	if (state == UNKNOWN)
		serial_init();
	if (state == PRESENT && !left) {
		unsigned patience = COM_PATIENCE;

		while (!(inb(PORT_COM1 + COM_LSR) & COM_LSR_THRE)) {
			if (!--patience) {
				state = ABSENT;
				break;
			}
		}
		left = burst;
	}
	if (state != PRESENT)
		return;
	outb(PORT_COM1, (uint8_t)c);
	left--;
}
