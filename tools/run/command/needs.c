/* SPDX-License-Identifier: BSD-2-Clause */
#include "needs.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/ikconfig.h"
#include "tools/run/status.h"

#define LACKING 2048

static const struct need {
	const char *option;
	const char *module; /* NULL: it can be none */
	const char *what;
} needs[] = {
#define NEED(option, module, what) {option, module, what},
#define OVERLAY(option, module, what)
#include "tools/launch/command_needs.def"
#undef NEED
#undef OVERLAY
};

/* The one that a run goes without. */
static const struct need overlay[] = {
#define NEED(option, module, what)
#define OVERLAY(option, module, what) {option, module, what},
#include "tools/launch/command_needs.def"
};

/* Those of devices, each with its bit. */
static const struct {
	enum needs_device device;
	struct need need;
} drivers[] = {
        {NEEDS_DISK, {"VIRTIO_BLK", "virtio_blk", "disks"}},
        {NEEDS_NET, {"VIRTIO_NET", "virtio_net", "networks"}},
        {NEEDS_VSOCK, {"VIRTIO_VSOCKETS", "vmw_vsock_virtio_transport", "sockets to the host"}},
        {NEEDS_RNG, {"HW_RANDOM_VIRTIO", "virtio_rng", "random numbers"}},
        {NEEDS_SCSI, {"SCSI_VIRTIO", "virtio_scsi", "SCSI"}},
        {NEEDS_SCSI, {"BLK_DEV_SD", "sd_mod", "disks by SCSI"}},
};

/* Of --vhost-user; what is not here has its driver for the command itself. */
static const struct {
	const char *type;
	enum needs_device device;
} types[] = {
        {"blk", NEEDS_DISK},
        {"net", NEEDS_NET},
        {"vsock", NEEDS_VSOCK},
        {"rng", NEEDS_RNG},
        {"scsi", NEEDS_SCSI},
};

unsigned
needs_devices(const struct options *o)
{
	unsigned set = 0;

	set |= o->disks.count ? NEEDS_DISK : 0;
	set |= o->nets ? NEEDS_NET : 0;
	set |= o->vsock ? NEEDS_VSOCK : 0;
	set |= o->rng ? NEEDS_RNG : 0;
	for (uint32_t i = 0; i < o->engines; i++)
		for (size_t k = 0; o->engine[i].type && k < sizeof(types) / sizeof(types[0]);
		        k++)
			set |= !strcmp(o->engine[i].type, types[k].type) ? types[k].device : 0;
	return set;
}

enum has {
	HAS,
	HAS_NOT,
	HAS_NO_FILE, /* a module, whose file is not there */
};

static enum has
look_for_module(struct modules *m, const char *module)
{
	if (module && modules_add(m, module) != MODULES_NONE)
		return HAS;
	return HAS_NO_FILE;
}

static enum has
look_for(const struct need *n, struct span config, struct modules *m)
{
	struct span v;

	if (!config.size)
		return n->module && m->folder[0] ? look_for_module(m, n->module) : HAS;
	if (!config_value(config, n->option, &v) || v.size != 1)
		return HAS_NOT;
	if (v.base[0] == 'm')
		return look_for_module(m, n->module);
	return v.base[0] == 'y' ? HAS : HAS_NOT;
}

static void
add_text(char *text, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, LACKING - len, format, args);
	va_end(args);
}

static void
add_lacking(char *text, const struct need *n, enum has has, const struct modules *m)
{
	const char *comma = text[0] ? ", " : "";

	if (has == HAS_NOT)
		add_text(text, "%sCONFIG_%s (%s)", comma, n->option, n->what);
	else if (m->folder[0])
		add_text(text, "%sthe module %s in %s (%s)", comma, n->module, m->folder,
		        n->what);
	else
		add_text(text, "%sthe file of its module %s (%s; --modules DIR)", comma,
		        n->module, n->what);
}

/* Its module is added, or what is lacking to the text. */
static void
look_at(const struct need *n, struct span config, struct modules *m, char *lacking)
{
	enum has has = look_for(n, config, m);

	if (has != HAS)
		add_lacking(lacking, n, has, m);
}

int
needs_look(const char *path, struct span config, unsigned devices, struct modules *m,
        bool *ret_overlay)
{
	char lacking[LACKING] = "";

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		look_at(&needs[i], config, m, lacking);
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (devices & drivers[i].device)
			look_at(&drivers[i].need, config, m, lacking);
	if (lacking[0])
		return fail(STATUS_REFUSED,
		        "%s: cannot run a command: it lacks %s; kshim check --for run prints what would do",
		        path, lacking);
	*ret_overlay = look_for(overlay, config, m) == HAS && (config.size || m->folder[0]);
	return STATUS_GO_ON;
}
