/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --boot: really boots the file in every kshim way that applies, and says how far each came.
 *
 * By `kshim run` where KVM is real (the CPU has vmx or svm, and /dev/kvm opens), else by QEMU
 * under TCG. kshim's images lie beside the program.
 */
#ifndef CHECK_TRIAL_H
#define CHECK_TRIAL_H

#include "tools/check/report.h"

/* Adds a trial for each of kshim's launchers that should boot it; what cannot be tried is left
 * out with a trial whose `reached` is "skipped" and that counts as good. `tell`: stderr says
 * which boot runs, and how long it took. A signal that ends the program ends it only when
 * neither a machine nor a file is left. */
void trials(struct report *r, const char *path, bool tell);

/* One program to run: its output until it ends, or the time is up, or `done` says enough. */
struct trial_run {
	char output[64 * 1024]; /* the end of it, NUL-terminated */
	size_t len;
	bool timed_out, ended;
	int status; /* of the program, if it ended; 128 + n: by signal n */
	uint64_t milliseconds;
};

/* From now on signals that end the program are noted, and end what trial_exec() runs. */
void trial_catch_signals(void);
/* The one that came, or 0. */
int trial_signal(void);
/* Leave them to the system again, and end by the one that came. */
void trial_release_signals(void);

/* False if the program could not be started. It ends at the latest with us. */
bool trial_exec(const char *const *argv, uint64_t seconds, bool (*done)(const char *output),
        struct trial_run *ret_run);

/* What systems without their root file system print: Debian's initrd, systemd. */
#define TRIAL_DROPPED   "Dropping to a shell!"
#define TRIAL_EMERGENCY "You are in emergency mode"

/* How far a guest's output shows that it came, into t->reached, good and text. */
void trial_judge(struct report *r, const struct trial_run *run, struct trial *t);

#endif
