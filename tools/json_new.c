/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json-c without NULL: json_new.h.
 */
#include "tools/json_new.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd.h"

static void
need(bool there)
{
	if (!there)
		no_memory();
}

static json_object *
made(json_object *value)
{
	need(value != NULL);
	return value;
}

json_object *
json_new_object(void)
{
	return made(json_object_new_object());
}

json_object *
json_new_array(void)
{
	return made(json_object_new_array());
}

json_object *
json_new_boolean(json_bool value)
{
	return made(json_object_new_boolean(value));
}

json_object *
json_new_int(int32_t value)
{
	return made(json_object_new_int(value));
}

json_object *
json_new_int64(int64_t value)
{
	return made(json_object_new_int64(value));
}

json_object *
json_new_uint64(uint64_t value)
{
	return made(json_object_new_uint64(value));
}

json_object *
json_new_string(const char *text)
{
	return made(json_object_new_string(text));
}

json_object *
json_new_string_len(const char *text, int len)
{
	return made(json_object_new_string_len(text, len));
}

json_object *
json_new_plain(const char *text)
{
	char *clean = strdup(text);
	json_object *value;

	need(clean != NULL);
	for (char *c = clean; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > 0x7e)
			*c = '?';
	value = json_object_new_string(clean);
	free(clean);
	return made(value);
}

void
json_add(json_object *to, const char *name, json_object *value)
{
	need(json_object_object_add(to, name, value) == 0);
}

void
json_append(json_object *to, json_object *value)
{
	need(json_object_array_add(to, value) == 0);
}

const char *
json_text(json_object *value, int flags)
{
	const char *text;

	errno = 0;
	text = json_object_to_json_string_ext(value, flags);
	need(text && errno != ENOMEM); /* json-c leaves out what it has no memory for */
	return text;
}
