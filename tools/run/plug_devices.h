/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which devices a run has. Each life of the guest has them anew, on the host's side of them
 * (hosts.h), which stays.
 */
#ifndef RUN_PLUG_DEVICES_H
#define RUN_PLUG_DEVICES_H

#include "tools/run/devices.h"
#include "tools/run/hosts.h"
#include "tools/run/options.h"
#include "tools/run/plug.h"

/* Was any device asked for? */
bool plug_wanted(const struct options *o);

/*
 * Plug in what was asked for, if anything; a sentence and a status if that fails. A console
 * shares the terminal with `devices`, whose own wires these are, too.
 */
int plug_devices(struct plug *p, const struct options *o, struct hosts *hosts,
        const struct layout *layout, const struct memory *mem, struct devices *devices);

/*
 * The port of a command's session, whose other end is behind `port`, which does not block;
 * behind plug_devices().
 */
int plug_command(struct plug *p, int port);

#endif
