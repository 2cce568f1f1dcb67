/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of `kshim run` as data.
 */
#ifndef RUN_OPTIONS_H
#define RUN_OPTIONS_H

#include "stub/input/cmdline.h"
#include "stub/plan/plan.h"
#include "tools/launch/layout.h"
#include "tools/run/disk_files.h"
#include "tools/run/status.h"

#define OPTIONS_CPUS_MAX 128
#define OPTIONS_ENGINES  16
#define OPTIONS_RW       8
#define OPTIONS_TAG      36       /* bytes; virtio 1.2, 5.11.4 */
#define OPTIONS_TAG_OWN  "kshim-" /* what the tags of a command's directories begin with */
#define OPTIONS_NETS     8

/* A device that a daemon serves. */
struct option_engine {
	enum option_engine_kind {
		OPTION_ENGINE_SHARE,  /* --share: kshim starts virtiofsd */
		OPTION_ENGINE_SOCKET, /* --vhost-user */
	} kind;
	char *type;                /* of the device, with --vhost-user */
	char *path;                /* a directory, a socket */
	char tag[OPTIONS_TAG + 1]; /* of a share; "": not given */
	bool ro;
	bool flat; /* the guest is not told which folders are mount points */
};

/* One --net. */
struct option_net {
	const char *interface; /* of tap=; NULL: user */
};

struct options {
	const char *kernel; /* NULL: the one that the stub finds on a disk */
	const char *initrd[PLAN_BLOBS];
	uint32_t initrds;
	const char *append; /* "" if none */
	uint64_t memory;    /* bytes, whole pages */
	uint32_t cpus;
	enum protocol protocol;
	enum layout_kind as;
	const char *stub; /* NULL: the one beside the program */
	bool direct;
	const char *expect; /* NULL: none */
	double timeout;     /* seconds; 0: none */
	bool reboot_again;
	const char *dump; /* NULL: none */
	bool dry_run;
	bool times;
	bool no_jail;
	bool rng;
	bool console; /* a virtio-console beside the serial port */
	struct disk_files disks;
	struct option_engine engine[OPTIONS_ENGINES];
	uint32_t engines;
	struct option_net net[OPTIONS_NETS];
	uint32_t nets;
	uint32_t vsock; /* the guest's CID; 0: none */
	struct option_command {
		char **argv;      /* CMD and its arguments; NULL: none is run */
		const char *root; /* --root; NULL: the caller's */
		const char *rw[OPTIONS_RW];
		uint32_t rws;
		const char *modules; /* --modules; NULL: those that are found */
		bool verbose;        /* the kernel's messages go to standard error */
		bool kernel_unknown; /* found: neither its configuration nor its modules */
	} command;
	bool raw; /* escapes of the guest go through to a terminal */
};

/*
 * Read the arguments. STATUS_GO_ON when there is something to run; else the status to exit
 * with (after --help, --version, or a complaint).
 */
int options_parse(int argc, char **argv, struct options *ret_options);

/*
 * Where the words of `-- CMD [ARG...]` begin: the first argument "--" behind argv[0], or argc.
 * command/options.c.
 */
int options_separator(int argc, char **argv);
/* One more --rw. */
int options_rw(struct options *o, const char *dir);
/* Do the options go with a command, or without one? STATUS_GO_ON, or a complaint. */
int options_command(const struct options *o);

/* One more device of a daemon; NULL, said of `option`, if there are too many. */
struct option_engine *options_engine(
        struct options *o, const char *option, enum option_engine_kind kind);

/*
 * The arguments of --share and --vhost-user, which they cut up. STATUS_GO_ON, or a
 * complaint. options_engines.c.
 */
int options_share(struct options *o, char *text);
int options_vhost_user(struct options *o, char *text);

/* --net, --vsock. options_net.c. */
int options_net(struct options *o, const char *text);
int options_vsock(struct options *o, const char *text);

#endif
