/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parts of the guest's init. What fails is said to the host, and the machine is switched off.
 */
#ifndef GUEST_INIT_H
#define GUEST_INIT_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/guest/protocol.h"

/* START taken apart; texts end in NULL. */
struct request {
	struct guest_start start;
	uint32_t *groups;
	char *host, *folder, *modules;
	char **args, **variables, **shares;
};

/* CMD, and our ends of its streams; -1: none. The terminal's output comes at `output`. */
struct command {
	int pid;
	int fd[GUEST_STREAMS];
	int held; /* CMD's end of the terminal, so that it lasts while no program has it; -1 */
};

/* Say "WHAT: errno" to the host, on the console too, and switch the machine off. */
_Noreturn void die(const char *what, const char *which);

/* Behind the port (port.c). */
void port_open(void);
int port_fd(void);
void port_say(enum guest_message type, const void *bytes, size_t len);
void port_say_data(enum guest_stream stream, const void *bytes, size_t len);
/* Read once, and wait for that; a host that has not connected yet is waited for a moment. */
void port_read(void);
/* The next message, if all of it was read: its bytes, which last until port_read(). */
const void *port_next(struct guest_header *ret_header);
struct request port_request(const void *bytes, size_t len);

/* Before the port (setup.c): the kernel's file systems, modules /kshim/0.ko, 1.ko ... */
void setup_first(void);
/* The root, then what belongs to each root. */
void setup_root(const struct request *r);

/* Loopback, and the cards of START (network.c). */
void setup_network(uint32_t cards);

/* Start CMD (command.c). */
struct command command_start(const struct request *r);
void command_resize(const struct command *c, const struct guest_size *size);

#endif
