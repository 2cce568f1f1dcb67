/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All ports of the virtual machine: COM1, CMOS clock, ACPI's PM1 and reset, 8042's reset,
 * POST codes, the exit port. What is not listed reads as all ones.
 *
 * Sources: ACPI 6.4 chapter 4.8; QEMU's isa-debug-exit at 0xf4 for the exit port. One lock
 * serves all: accesses are rare and short.
 */
#ifndef RUN_DEVICES_H
#define RUN_DEVICES_H

#include <pthread.h>

#include "tools/run/rtc.h"
#include "tools/run/terminal.h"
#include "tools/run/uart.h"

#define DEVICES_POST      0x80
#define DEVICES_POST_JUMP 0xa5 /* the stub's last word before it jumps to the kernel */
#define DEVICES_EXIT      0xf4

struct devices {
	pthread_mutex_t lock;
	struct terminal *terminal;
	struct ending *ending;
	int vm; /* for KVM_IRQ_LINE */
	struct uart uart;
	struct rtc rtc;
	uint16_t pm1_enable, pm1_control;
	uint8_t post;          /* last code on port 0x80 */
	atomic_bool stub_runs; /* until it says that it jumps: the exit port is its own */
	/* A console that takes what is typed in COM1's place; false: the guest does not use it.
	 * NULL: none. */
	bool (*typed)(void *context, const uint8_t *bytes, size_t len, size_t *ret_taken);
	void *typed_context;
};

void devices_init(struct devices *d, int vm, struct terminal *terminal, struct ending *ending,
        bool stub_runs);

/* A read of 1, 2 or 4 bytes. */
uint32_t devices_in(struct devices *d, uint16_t port, unsigned size);

/* A write; true if it was the stub's word that it jumps now. */
bool devices_out(struct devices *d, uint16_t port, unsigned size, uint32_t value, uint32_t cpu);

/* What the guest sends by another console than COM1; `devices` is a struct devices. */
void devices_print(void *devices, const uint8_t *bytes, size_t len);

/* Move typed bytes into the guest as far as there is room; the caller holds the lock. */
void devices_feed(struct devices *d);

#endif
