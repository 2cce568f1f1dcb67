/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GRUB's menu out of grub.cfg, as grub-mkconfig of Debian, Ubuntu, Fedora and openSUSE writes
 * it.
 *
 * GNU GRUB manual, "Writing full configuration files directly". The script is followed as far
 * as it can be known: variables, `if` with tests of them, `search`, menus, `linux` and
 * `initrd`. Where a condition is not known (does a file exist, did a font load), neither branch
 * is taken: what both would set becomes unknown, their menu entries are left out. Functions and
 * all other commands are passed over. An entry whose kernel, initrds or options depend on
 * something unknown says so by its line, and is never guessed.
 *
 * `source` and `configfile` are followed, and tests of files answered, where the caller can
 * look at them.
 *
 * Variables at the start: feature_* is y, grub_platform is pc, grub_cpu is i386, prefix and
 * config_directory as given. A search's result is a name of ours, "uuid:1234-ABCD",
 * "label:boot", "file:/x"; an empty root is the file system that grub.cfg lies on.
 */
#ifndef KSHIM_GRUB_CFG_H
#define KSHIM_GRUB_CFG_H

#include "stub/base/bytes.h"
#include "stub/base/refusal.h"

#define GRUB_ITEMS     128   /* entries, submenus */
#define GRUB_INITRDS   8     /* files of an entry */
#define GRUB_DEPTH     32    /* blocks inside each other */
#define GRUB_VARIABLES 256   /* assignments that are in force */
#define GRUB_WORDS     128   /* of a command */
#define GRUB_TEXT      65536 /* bytes of what was made of the script */
#define GRUB_NONE      UINT32_MAX

enum grub_kind {
	GRUB_ENTRY,
	GRUB_SUBMENU,
	GRUB_BLSCFG, /* here come the entries of the Boot Loader Specification */
};

/* A line of the menu. */
struct grub_item {
	enum grub_kind kind;
	uint32_t parent; /* the submenu that it is in; GRUB_NONE */
	uint32_t line;   /* where it begins */
	struct span title, id;
	struct span root; /* the file system of names without one */
	struct span kernel;
	struct span options;
	struct span initrd[GRUB_INITRDS];
	uint32_t initrds;
	uint32_t unknown;  /* line that depends on something unknown; 0: none */
	struct span other; /* a command that boots no Linux (chainloader); empty */
};

struct grub_variable {
	struct span name, value;
	bool known;
};

/* What was read. All spans lie in `text`, the script, or the environment block. */
struct grub_cfg {
	uint32_t items;
	struct grub_item item[GRUB_ITEMS];
	struct span chosen; /* the variable default */
	bool chosen_known;
	struct span next;      /* configfile: the script goes on in this one; empty */
	struct span next_root; /* and the file system that it is on, if its name has none */
	uint32_t passed_over;  /* first line that was passed over and may matter; 0: none */
	uint32_t saves;        /* line that would change the environment's choice; 0: none */
	uint32_t variables;
	struct grub_variable variable[GRUB_VARIABLES];
	uint32_t used;
	char text[GRUB_TEXT];
};

enum grub_file_kind { GRUB_NOT_KNOWN, GRUB_NO_FILE, GRUB_FILE, GRUB_FOLDER };

struct grub_found {
	enum grub_file_kind kind;
	uint64_t size; /* bytes, of a file */
};

/* Files that a script names, by a device as grub_file() has it, and a path. */
struct grub_files {
	/* What is there? A file's bytes go to *ret_bytes, unless it is NULL, and stay. */
	struct grub_found (*look)(
	        void *context, struct span device, struct span path, struct span *ret_bytes);
	void *context;
};

/*
 * Read a script. `env` is the environment block, grubenv (empty: there is none), `prefix` the
 * folder of grub.cfg; `files` may be NULL. Errors: REFUSAL_GRUB_CFG, found = line: a block or
 * quotation without an end, more than there is room for, or nothing to boot: no entry, no
 * blscfg, no configfile.
 */
enum refusal_code grub_cfg_read(struct span script, struct span env, struct span prefix,
        const struct grub_files *files, struct grub_cfg *ret_cfg, struct refusal *ret_why);

/*
 * The name of the variable at text[at], which is its `$`, and what is behind: without letters
 * it is empty. False if a brace has no other.
 */
bool grub_variable_name(
        struct span text, uint64_t at, struct span *ret_name, uint64_t *ret_end);

/* What a variable of the script holds at its end; false if that is not known. */
bool grub_variable(const struct grub_cfg *cfg, struct span name, struct span *ret_value);

/*
 * The entry that `choice` means (a number, an id, a title, `1>2`), as GRUB reads its variable
 * default; GRUB_NONE if nothing is meant by it. A submenu means its first entry.
 */
uint32_t grub_find(const struct grub_cfg *cfg, struct span choice);

/* The entry that GRUB boots: its default, else the first one; GRUB_NONE if there is none. */
uint32_t grub_default(const struct grub_cfg *cfg);

/* Split "(DEVICE)/PATH"; a name without a device is on `root`. */
void grub_file(
        struct span name, struct span root, struct span *ret_device, struct span *ret_path);

#endif
