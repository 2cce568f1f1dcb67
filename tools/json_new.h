/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json-c's functions that make and fill values. Where there is no memory json-c gives NULL, and
 * ends the program by an assertion when it is given that; these end it with a sentence and
 * STATUS_HOST.
 */
#ifndef KSHIM_JSON_NEW_H
#define KSHIM_JSON_NEW_H

#include <json-c/json.h>

json_object *json_new_object(void);
json_object *json_new_array(void);
json_object *json_new_boolean(json_bool value);
json_object *json_new_int(int32_t value);
json_object *json_new_int64(int64_t value);
json_object *json_new_uint64(uint64_t value);
json_object *json_new_string(const char *text);
json_object *json_new_string_len(const char *text, int len);
/* Text out of a file, with ? for what is no plain text: bytes that are no UTF-8 would make all
 * of it invalid. */
json_object *json_new_plain(const char *text);

/* A `value` of NULL is JSON's null. */
void json_add(json_object *to, const char *name, json_object *value);
void json_append(json_object *to, json_object *value);

/* The text of a value, by json-c's flags; it lives as long as the value. */
const char *json_text(json_object *value, int flags);

#endif
