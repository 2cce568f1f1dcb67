/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --share, --vhost-user: words behind commas; two commas are one that belongs to the
 * word.
 */
#include <stdio.h>
#include <string.h>

#include "tools/option.h"
#include "tools/run/options.h"

/* Cut the next word off; NULL at the end. */
static char *
next_word(char **rest)
{
	char *word = *rest, *out = word, *in = word;

	if (!word)
		return NULL;
	while (*in && (*in != ',' || in[1] == ',')) {
		in += *in == ',';
		*out++ = *in++;
	}
	*rest = *in ? in + 1 : NULL;
	*out = '\0';
	return word;
}

struct option_engine *
options_engine(struct options *o, const char *option, enum option_engine_kind kind)
{
	struct option_engine *e = &o->engine[o->engines];

	if (o->engines == OPTIONS_ENGINES) {
		fail(STATUS_USAGE, "%s: more than %d devices of daemons", option,
		        OPTIONS_ENGINES);
		return NULL;
	}
	o->engines++;
	*e = (struct option_engine){.kind = kind};
	return e;
}

/* Is this tag another device's already? */
static bool
is_taken(const struct options *o, const struct option_engine *e)
{
	for (uint32_t i = 0; i < o->engines; i++)
		if (&o->engine[i] != e && !strcmp(o->engine[i].tag, e->tag))
			return true;
	return false;
}

static int
set_tag(const struct options *o, struct option_engine *e, const char *option, const char *tag)
{
	size_t len = strlen(tag);

	if (!len || len > OPTIONS_TAG)
		return option_bad(option, tag, "a tag of 1 to 36 bytes");
	if (!strncmp(tag, OPTIONS_TAG_OWN, strlen(OPTIONS_TAG_OWN)))
		return fail(STATUS_USAGE,
		        "%s: the tag %s begins with " OPTIONS_TAG_OWN
		        ", which is for a command's directories",
		        option, tag);
	memcpy(e->tag, tag, len + 1);
	return is_taken(o, e) ? fail(STATUS_USAGE, "%s: the tag %s is taken", option, tag)
	                      : STATUS_GO_ON;
}

static void
finish_share(const struct options *o, struct option_engine *e)
{
	if (!*e->tag)
		strcpy(e->tag, "share");
	for (unsigned n = 1; is_taken(o, e); n++)
		snprintf(e->tag, sizeof(e->tag), "share%u", n);
}

int
options_share(struct options *o, char *text)
{
	struct option_engine *e = options_engine(o, "--share", OPTION_ENGINE_SHARE);
	char *word;
	int status = STATUS_GO_ON;

	if (!e)
		return STATUS_USAGE;
	e->path = next_word(&text);
	if (!*e->path)
		return option_bad("--share", e->path, "a directory");
	while (status == STATUS_GO_ON && (word = next_word(&text))) {
		if (!strncmp(word, "tag=", 4))
			status = set_tag(o, e, "--share", word + 4);
		else if (!strcmp(word, "ro"))
			e->ro = true;
		else
			status = option_bad("--share", word, "tag=TAG or ro behind DIR");
	}
	if (status == STATUS_GO_ON)
		finish_share(o, e);
	return status;
}

int
options_vhost_user(struct options *o, char *text)
{
	struct option_engine *e = options_engine(o, "--vhost-user", OPTION_ENGINE_SOCKET);
	char *word, *path = strchr(text, '=');
	int status = STATUS_GO_ON;

	if (!e)
		return STATUS_USAGE;
	if (!path || path == text || !path[1])
		return option_bad("--vhost-user", text, "TYPE=SOCKET");
	*path++ = '\0';
	e->type = text;
	e->path = next_word(&path);
	while (status == STATUS_GO_ON && (word = next_word(&path)))
		status = strncmp(word, "tag=", 4)
		                 ? option_bad("--vhost-user", word, "tag=TAG behind the socket")
		                 : set_tag(o, e, "--vhost-user", word + 4);
	return status;
}
