/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the grub.cfg reader give each other: words, variables, tests. */
#ifndef KSHIM_GRUB_PARTS_H
#define KSHIM_GRUB_PARTS_H

#include "grub_cfg.h"
#include "stub/base/text.h"

/* Yes, no, or nobody can know. */
enum grub_truth { GRUB_NO, GRUB_MAYBE, GRUB_YES };

struct grub_word {
	struct span text;
	bool known; /* no unknown variable in it */
};

/* The script, and the command that was read last. */
struct grub_reader {
	struct grub_cfg *cfg;
	struct span script;
	uint64_t at;
	uint32_t line;
	uint32_t command_line; /* where the command begins */
	uint32_t words;
	struct grub_word word[GRUB_WORDS];
	bool is_quoted;   /* the first word: it is no keyword */
	bool opens_block; /* a { follows */
};

/* REFUSAL_GRUB_CFG at the reader's line. */
enum refusal_code grub_refuse(
        const struct grub_reader *r, const char *what, struct refusal *ret_why);

/* The next command; no words, and no block, at the end of the script. */
enum refusal_code grub_command(struct grub_reader *r, struct refusal *ret_why);

bool grub_at_end(const struct grub_reader *r);

/* The value of a variable: empty and known if it was never set. */
struct grub_word grub_value(const struct grub_cfg *cfg, struct span name);

/* A copy in cfg->text of what lies elsewhere; false if there is no room. */
bool grub_keep(struct grub_cfg *cfg, struct span bytes, struct span *ret_kept);

/* Does `s` begin with this text? */
bool grub_starts(struct span s, const char *text);

/* Are the commands done? */
enum grub_mode { GRUB_SKIPPED, GRUB_PERHAPS, GRUB_DONE };

enum grub_block {
	GRUB_BLOCK_IF,
	GRUB_BLOCK_LOOP,
	GRUB_BLOCK_BRACES,
	GRUB_BLOCK_MENU,
	GRUB_BLOCK_ENTRY
};

struct grub_frame {
	enum grub_block block;
	enum grub_mode outer;  /* of the commands around it */
	enum grub_truth taken; /* GRUB_BLOCK_IF: was a branch? */
	uint32_t variables;    /* GRUB_BLOCK_ENTRY: how many there were */
	uint32_t item;         /* GRUB_BLOCK_MENU: the submenu around it */
};

#define GRUB_FILES  8  /* scripts inside each other */
#define GRUB_OPENED 32 /* scripts in all */

/* The script that `source` stands in. */
struct grub_around {
	struct span script;
	uint64_t at;
	uint32_t line, base;
};

struct grub_reading {
	struct grub_reader r;
	const struct grub_files *files; /* NULL: none can be looked at */
	uint32_t depth;                 /* around[0..depth) */
	struct grub_around around[GRUB_FILES];
	uint32_t opened;
	uint32_t base; /* frames that are the scripts' around this one */
	struct grub_cfg *cfg;
	struct span env;
	enum grub_mode mode;
	uint32_t frames;
	struct grub_frame frame[GRUB_DEPTH];
	uint32_t menu;          /* the submenu that entries are in */
	uint32_t entry;         /* that commands belong to; GRUB_NONE */
	enum grub_truth result; /* of the last command */
	bool negate;            /* a ! stood before the next one */
	bool keep;              /* the command's words are used on */
};

/* Is it known to be so? The words of `[ ... ]`, without the brackets. */
enum grub_truth grub_test(struct grub_reading *g, const struct grub_word *word, uint32_t words);

/* What is at a name of a file? */
struct grub_found grub_look(
        struct grub_reading *g, const struct grub_word *name, struct span *ret_bytes);

/* The commands source and configfile: false, and nothing done, if the file is not known. */
bool grub_source(struct grub_reading *g);
bool grub_config_file(struct grub_reading *g);

/* At the end of a script that was sourced: back to where that was done. */
enum refusal_code grub_return(struct grub_reading *g, struct refusal *ret_why);

/* The entry that commands belong to; NULL: none. */
struct grub_item *grub_item_of(struct grub_reading *g);

/* The command was passed over, and may matter. */
void grub_pass_over(struct grub_reading *g);

/* Set a variable: to something unknown where the command is only perhaps done. */
enum refusal_code grub_assign(struct grub_reading *g, struct span name, struct grub_word value,
        struct refusal *ret_why);

/* NAME=VALUE; *ret_found is false if the word is none. */
enum refusal_code grub_assign_word(
        struct grub_reading *g, struct grub_word w, bool *ret_found, struct refusal *ret_why);

/* All variables of the environment block. */
enum refusal_code grub_load_env(struct grub_reading *g, struct refusal *ret_why);

/* The command search, which looks for `kind` ("uuid:") unless its options say otherwise. */
enum refusal_code grub_search(
        struct grub_reading *g, const char *kind, struct refusal *ret_why);

/* Another line of the menu, and its names. */
enum refusal_code grub_add_item(
        struct grub_reading *g, enum grub_kind kind, struct refusal *ret_why);
void grub_name_item(struct grub_reading *g, struct grub_item *item);

/* The commands linux and initrd. */
enum refusal_code grub_linux_line(struct grub_reading *g, struct refusal *ret_why);
enum refusal_code grub_initrd_line(struct grub_reading *g, struct refusal *ret_why);

#endif
