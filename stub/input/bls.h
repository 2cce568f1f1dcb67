/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot Loader Specification: entries, their names and their order.
 *
 * UAPI Group Specifications, "Boot Loader Specification" (type 1 entries, boot counting,
 * sorting) and "Version Format". Texts are cut up in the caller's buffers; nothing is copied
 * but what is joined.
 */
#ifndef KSHIM_BLS_H
#define KSHIM_BLS_H

#include "stub/base/bytes.h"
#include "stub/base/refusal.h"

#define BLS_INITRDS 32
#define BLS_OPTIONS 16
#define BLS_TAIL    32 /* bytes of a counter and a suffix, with the NUL */

/* A type 1 entry (loader/entries/NAME.conf), or what a unified kernel image says of itself. */
struct bls_entry {
	struct span id; /* the file's name without .conf and without the counter */
	bool counted;   /* boot counting is on: +LEFT[-DONE] in the name */
	uint32_t left, done;
	struct span title, version, machine_id, sort_key, architecture;
	struct span
	        kernel; /* path of `linux`, `efi` or `uki`; empty: somewhere else (`uki-url`) */
	struct span
	        extra; /* of the last such line: what it names is for a unified kernel image */
	bool has_profile; /* of the unified kernel image that `uki` names */
	uint32_t profile;
	uint32_t initrds;
	struct span initrd[BLS_INITRDS];
	uint32_t options;
	struct span option[BLS_OPTIONS]; /* in order; to be joined with blanks */
};

/* Take a file's name apart: id and counter; false if it does not end with `suffix`. */
bool bls_name(struct span name, const char *suffix, struct bls_entry *ret_entry);

/* What such a name ends with, from its last dot on. */
struct span bls_suffix(struct span name);

/*
 * What stands behind the id in the name of a counted entry once it was booted again: the
 * counter with a try less to come and one more done, and the suffix. `name` is the one that
 * bls_name() took apart. With `no_longer` the tries that are done stay as they are, because the
 * name must not become longer; how many are left is what decides.
 */
void bls_count_down(struct span name, const struct bls_entry *entry, bool no_longer,
        char ret_tail[BLS_TAIL]);

/*
 * Read an entry's text into *entry, on top of what bls_name() found. Unknown keys are ignored;
 * a key is a whole word.
 * Errors: REFUSAL_BLS_ENTRY: a NUL, a second `linux`, `efi` or `uki` or none of them, a profile
 * that is no number, too many lines.
 */
enum refusal_code bls_entry_read(
        struct span text, struct bls_entry *entry, struct refusal *ret_why);

/* What loader.conf says of the default: a glob, empty if it says nothing. */
struct span bls_default(struct span loader_conf);

/* The value of KEY=VALUE in an os-release text, without quotes; empty if there is none. */
struct span bls_os_release(struct span text, const char *key);

/* Fill in sort key, version and title from an os-release text, as a type 2 entry has them. */
void bls_entry_of_os_release(struct span text, struct bls_entry *entry);

/* Does the default's glob match the entry's id, with the suffix of its file or without? */
bool bls_is_default(const struct bls_entry *entry, struct span glob);

/* Does `name` match the glob (* ? [...])? Letters match in either case. */
bool bls_match(struct span glob, struct span name);

/* Version Format: <0, 0, >0 as `a` is older than, the same as, newer than `b`. */
int bls_version_compare(struct span a, struct span b);

/*
 * Which entry comes first in the menu: negative if `a` does. Those with no tries left are last,
 * then by sort-key, machine-id, version (newest first), and name; of one name, the entry
 * without a counter (known to boot), then the one with more tries left.
 */
int bls_compare(const struct bls_entry *a, const struct bls_entry *b);

#endif
