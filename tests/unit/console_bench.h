/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio-console of `kshim run` with a driver's queues in memory, and a loop of the tests'
 * own: it sees what is waited for, and says when it has come.
 */
#ifndef KSHIM_CONSOLE_BENCH_H
#define KSHIM_CONSOLE_BENCH_H

#include "tests/unit/unit.h"

#include "tools/run/virtio/console.h"

#define SIZE   8
#define QUEUES 8
#define AREA   0x20000u /* of a queue: rings, then a buffer for each descriptor */
#define BUFFER 0x2000u  /* bytes of one */

extern struct virtio_device *d;
extern int own[2]; /* the ports' descriptors */

/* Which events of a port's socket are waited for. */
short wanted(unsigned port);

/* Serve a port's socket while it is wanted and ready; fails if that is for ever. */
void serve(unsigned port);

/* Where things lie in memory. */
uint8_t *buffer(unsigned queue, unsigned n);
struct virtq_desc *desc(unsigned queue, unsigned n);
struct virtq_avail *avail(unsigned queue);
struct virtq_used *used(unsigned queue);
void notify(unsigned queue);

/* Descriptor n of a queue as a chain of its own: a buffer to fill, or bytes. */
void offer(unsigned queue, unsigned n, uint32_t len, bool writes);
void offer_bytes(unsigned queue, unsigned n, const void *bytes, uint32_t len);

/* A control message of the driver. */
void control(uint32_t port, uint16_t event, uint16_t value);

/* The n-th message to the driver, counted from 0, and what is behind it. */
void assert_told(unsigned n, uint32_t port, uint16_t event, uint16_t value, const void *more,
        size_t len);

/* The driver begins with these features, or resets the device. */
void start(uint64_t features);
void stop(void);

/* As plug_add() does. */
void plug(const struct console_port_spec *spec, uint32_t count);
void unplug(void);

#endif
