/* SPDX-License-Identifier: BSD-2-Clause */
#include "prepare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/find_image.h"
#include "tools/run/command/about.h"
#include "tools/run/command/caller.h"
#include "tools/run/command/initramfs.h"
#include "tools/run/command/needs.h"
#include "tools/run/command/start.h"

/*
 * Before the caller's own words, which win. A panic resets at once, and that ends the run. What
 * Debian's kernels test of their ciphers at each boot takes longer than all else but unpacking.
 */
#define WORDS       "console=ttyS0 panic=-1 cryptomgr.notests"
#define WORDS_QUIET " quiet"

/* The trees, as realpath(3) has them, and where the latter lie in the first. */
struct trees {
	char *root, *rw[OPTIONS_RW];
	char *inside[OPTIONS_RW + 1]; /* NULL behind the last */
};

static int
add_share(struct options *o, const char *option, char *path, const char *tag, bool root)
{
	struct option_engine *e = options_engine(o, option, OPTION_ENGINE_SHARE);

	if (!e)
		return STATUS_USAGE;
	e->path = path;
	e->ro = root;
	/* overlayfs takes no folder where Linux would mount another part of the share. */
	e->flat = root;
	snprintf(e->tag, sizeof(e->tag), "%s", tag);
	return STATUS_GO_ON;
}

static int
find_tree(const char *option, const char *dir, char **ret_path)
{
	*ret_path = realpath(dir, NULL);
	if (*ret_path)
		return STATUS_GO_ON;
	return fail(STATUS_REFUSED, "%s %s: %s", option, dir, strerror(errno));
}

static int
share_rw(struct options *o, struct trees *t, uint32_t i)
{
	char tag[sizeof(GUEST_TAG_RW) + 10];
	int status = find_tree("--rw", o->command.rw[i], &t->rw[i]);

	if (status != STATUS_GO_ON)
		return status;
	t->inside[i] = (char *)caller_inside(t->rw[i], t->root);
	if (!t->inside[i])
		return fail(STATUS_USAGE, "--rw %s: it is not below the root directory %s",
		        o->command.rw[i], t->root);
	/* Init would mount it on the root that it stands on, where no path leads to it. */
	if (!strcmp(t->inside[i], "/"))
		return fail(STATUS_USAGE,
		        "--rw %s: it is the root directory itself; name folders below it",
		        o->command.rw[i]);
	snprintf(tag, sizeof(tag), GUEST_TAG_RW, i);
	return add_share(o, "--rw", t->rw[i], tag, false);
}

static int
share_trees(struct options *o, struct trees *t)
{
	const char *root = o->command.root ? o->command.root : "/";
	int status = find_tree("--root", root, &t->root);

	if (status == STATUS_GO_ON)
		status = add_share(o, "the root directory", t->root, GUEST_TAG, true);
	for (uint32_t i = 0; i < o->command.rws && status == STATUS_GO_ON; i++)
		status = share_rw(o, t, i);
	return status;
}

static int
add_words(struct options *o)
{
	char *line;

	if (asprintf(&line, "%s%s%s%s", WORDS, o->command.verbose ? "" : WORDS_QUIET,
	            *o->append ? " " : "", o->append) < 0)
		return fail(STATUS_HOST, "no memory");
	o->append = line;
	return STATUS_GO_ON;
}

static int
read_init(struct file *ret_init)
{
	static char beside[PATH_MAX + 32];
	const char *path = find_image("kshim-init", beside, sizeof(beside));
	int status;

	if (!path)
		return fail(STATUS_HOST,
		        "no init for the command: kshim-init is neither beside this program nor installed (lib/kshim); build it with `make`");
	status = file_read(path, ret_init);
	return status == STATUS_OK ? STATUS_GO_ON : status;
}

static int
add_initramfs(struct inputs *in, const struct modules *m)
{
	struct file init = {0};
	int fd, status = read_init(&init);

	if (status != STATUS_GO_ON)
		return status;
	status = initramfs_make(file_span(&init), m, &fd);
	file_free(&init);
	return status == STATUS_GO_ON ? inputs_add(in, fd, "initramfs") : status;
}

/* The modules' folder as CMD's root has it; "" where it is in its place, or not in there. */
static char *
modules_inside(const struct modules *m, const char *root, const char *release)
{
	char *folder = m->folder[0] ? realpath(m->folder, NULL) : NULL, *usual, *place, *path;
	const char *inside = folder ? caller_inside(folder, root) : NULL;

	if (asprintf(&usual, "%s/lib/modules/%s", root, release) < 0)
		no_memory();
	place = realpath(usual, NULL);
	if (!inside || (place && !strcmp(place, folder)))
		inside = "";
	path = strdup(inside);
	if (!path)
		no_memory();
	free(folder);
	free(usual);
	free(place);
	return path;
}

/* What the kernel lacks is said, what it has as modules goes into the initramfs. */
static int
prepare_kernel(struct options *o, struct inputs *in, const char *root, struct start *start)
{
	static struct modules modules;
	bool overlay = false;
	struct about about;
	int status = about_read(o->kernel, in->file[INPUT_KERNEL].bytes, &about);

	if (status != STATUS_GO_ON)
		return status;
	status = modules_open(o->command.modules, o->kernel, about.release, &modules);
	if (status == STATUS_GO_ON)
		status = needs_look(o->kernel, file_span(&about.config), needs_devices(o),
		        &modules, &overlay);
	if (status == STATUS_GO_ON)
		status = add_initramfs(in, &modules);
	if (status == STATUS_GO_ON)
		start->modules = modules_inside(&modules, root, about.release);
	start->fixed.overlay = overlay;
	o->command.kernel_unknown = !about.config.size && !modules.folder[0];
	modules_close(&modules);
	about_free(&about);
	return status;
}

/* The network cards that passt serves; none has a DHCP client to ask it. */
static uint32_t
cards_of(const struct options *o)
{
	uint32_t cards = 0;

	for (uint32_t i = 0; i < o->nets; i++)
		cards |= o->net[i].interface ? 0 : 1u << i;
	return cards;
}

static int
make_start(const struct options *o, const struct trees *t, struct start *start,
        struct command_setup *ret_setup)
{
	const char *how;

	start->args = o->command.argv;
	start->shares = t->inside;
	start->fixed.cards = cards_of(o);
	how = caller_read(t->root, start);
	if (how)
		return fail(STATUS_HOST, "cannot run the command %s: %s", how, strerror(errno));
	ret_setup->terminal = start->fixed.terminal != 0;
	if (start_make(start, &ret_setup->start))
		return STATUS_GO_ON;
	return fail(STATUS_HOST, "%s: cannot pass arguments and environment: %s",
	        o->command.argv[0], strerror(errno));
}

static int
refuse_bundle(const struct options *o, const struct inputs *in)
{
	struct bundle bundle;
	bool found;
	int status = inputs_bundle(in, &found, &bundle);

	if (status == STATUS_GO_ON && found)
		return fail(STATUS_USAGE,
		        "%s: a bundle brings its own initrd: give the kernel alone (kshim unpack)",
		        o->kernel);
	return status;
}

int
command_prepare(struct options *o, struct inputs *in, struct command_setup *ret_setup)
{
	static struct trees trees; /* options and shares point into it */
	struct start start = {0};
	int status = refuse_bundle(o, in);

	if (status == STATUS_GO_ON)
		status = share_trees(o, &trees);
	if (status == STATUS_GO_ON)
		status = prepare_kernel(o, in, trees.root, &start);
	if (status == STATUS_GO_ON)
		status = make_start(o, &trees, &start, ret_setup);
	return status == STATUS_GO_ON ? add_words(o) : status;
}
