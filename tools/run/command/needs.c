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

int
needs_look(const char *path, struct span config, struct modules *m, bool *ret_overlay)
{
	char lacking[LACKING] = "";

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		enum has has = look_for(&needs[i], config, m);

		if (has != HAS)
			add_lacking(lacking, &needs[i], has, m);
	}
	if (lacking[0])
		return fail(STATUS_REFUSED,
		        "%s: cannot run a command: it lacks %s; kshim check --for run prints what would do",
		        path, lacking);
	*ret_overlay = look_for(overlay, config, m) == HAS && (config.size || m->folder[0]);
	return STATUS_GO_ON;
}
