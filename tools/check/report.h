/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `kshim check` has to say of one file, as data that text.c and json.c render.
 *
 * A report holds facts, tables, verdicts, launchers and, for what is packed inside the file,
 * another report. Names are stable and never shown to be translated; texts may change. All
 * memory is the report's own arena, given back at once.
 */
#ifndef CHECK_REPORT_H
#define CHECK_REPORT_H

#include <stdarg.h>
#include <stdbool.h>

#include "stub/input/pe.h"
#include "stub/probe/facts.h"

enum value_type {
	VALUE_TEXT,
	VALUE_HEX,   /* an address, an offset, flags */
	VALUE_COUNT, /* a number of something */
	VALUE_BYTES, /* a size */
	VALUE_FLAG,  /* yes or no */
};

struct value {
	enum value_type type;
	uint64_t number;
	const char *text; /* VALUE_TEXT */
};

/* One thing that the file says: "boot.init-size". What is before the dot is its group. */
struct fact {
	struct fact *next;
	const char *name;
	struct value value;
	const char *meaning; /* what that tells, or NULL */
};

#define TABLE_COLUMNS 10

struct row {
	struct row *next;
	struct value cell[TABLE_COLUMNS];
	const char *meaning; /* a sentence below the row, or NULL */
};

/* Rows of like things: "segments", "notes". */
struct table {
	struct table *next;
	const char *name;
	unsigned columns;
	const char *column[TABLE_COLUMNS];
	struct row *first, *last;
};

enum level {
	LEVEL_OK,
	LEVEL_NOTE,    /* worth knowing; no launcher fails by it */
	LEVEL_WARNING, /* some launchers fail by it */
	LEVEL_ERROR,   /* it cannot work */
};

/* One thing looked at, and how it came out. verdicts.def lists the names. */
struct verdict {
	struct verdict *next;
	const char *name;
	enum level level;
	const char *text;
	const char *who; /* who met this trap, or NULL */
};

struct launcher;

/* Can this launcher boot the file, and which rule decides? launchers.def lists the names. */
struct launch {
	struct launch *next;
	const struct launcher *launcher; /* its row (launcher.h) */
	const char *name;
	const char *title;
	bool boots;
	const char *rule;  /* stable name of the rule */
	const char *text;  /* what the rule says of this file */
	const char *since; /* the version of the launcher that it takes, or NULL */
};

/* What --boot saw: how far a way of booting came. */
struct trial {
	struct trial *next;
	const char *name; /* of the launcher */
	const char *reached;
	bool good;
	uint64_t milliseconds;
	const char *text;
};

enum kind {
	KIND_ELF,
	KIND_BZIMAGE,
	KIND_RISCV,     /* an Image */
	KIND_RISCV_ELF, /* a vmlinux */
	KIND_ARM64,
	KIND_ARM_ZIMAGE,
	KIND_ARM_ELF, /* for arm64 or arm; no program of a system */
	KIND_ZBOOT,
	KIND_UKI,
	KIND_ADDON, /* of unified kernel images */
	KIND_PE,
	KIND_COMPRESSED,
	KIND_BUNDLE,
	KIND_DISK, /* raw: partitions, or a file system */
	KIND_OTHER,
};

struct arena;
struct disk_view;

struct report {
	struct arena *arena;
	const char *name;  /* the file's, or what it is of the outer one: "payload" */
	struct span bytes; /* not owned */
	enum kind kind;
	const char *kind_name; /* stable: "bzimage", "initramfs" */
	const char *what;      /* "a bzImage, protocol 2.15" */
	const char *next;      /* what to do with it, or NULL */
	enum refusal_code refusal;
	const char *refused;  /* the core's sentence, or NULL */
	const char *damaged;  /* what is inside does not unpack: why; or NULL */
	bool limited;         /* ... or is more than may be unpacked */
	const char *bootable; /* the first of kshim's ways that boots it, or NULL */
	bool known;           /* `facts` are valid: the core takes it for a kernel */
	struct facts facts;
	bool has_pe;
	struct pe pe;
	struct fact *fact_first, *fact_last;
	struct table *table_first, *table_last;
	struct verdict *verdict_first, *verdict_last;
	struct launch *launch_first, *launch_last;
	struct trial *trial_first, *trial_last;
	struct report *inner;         /* what is packed inside, or NULL */
	const struct report *outer;   /* what this is inside of, or NULL */
	const struct disk_view *disk; /* of a disk image that could be read (disk.h), or NULL */
};

/* A report on `bytes`, of the arena of `outer` if there is one; NULL if memory is out. */
struct report *report_new(struct report *outer, const char *name, struct span bytes);
/* Gives back the whole arena: call it for the outermost report only. */
void report_free(struct report *r);

/* Memory that lives as long as the report. Ends the program when memory is out. */
void *report_alloc(struct report *r, size_t size);
const char *report_format(struct report *r, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* Printable ASCII of a file's bytes up to the first NUL; anything else becomes "?". */
const char *report_text(struct report *r, struct span bytes);
/* A refusal's sentence, without the subject before it and the name behind. */
const char *report_sentence(struct report *r, const struct refusal *why);
/* Have free() called for `memory` with the arena. */
void report_keep(struct report *r, void *memory);

struct value value_text(const char *text);
struct value value_hex(uint64_t number);
struct value value_count(uint64_t number);
struct value value_bytes(uint64_t number);
struct value value_flag(bool flag);

/* Append a fact; `meaning` may be NULL and is kept, not copied. */
void report_fact(struct report *r, const char *name, struct value value, const char *meaning);
struct table *report_table(
        struct report *r, const char *name, unsigned columns, const char *const *column);
struct row *report_row(struct report *r, struct table *t);
void report_verdict(struct report *r, const char *name, enum level level, const char *format,
        ...) __attribute__((format(printf, 4, 5)));
void report_launch(struct report *r, const struct launch *launch);
void report_trial(struct report *r, const struct trial *trial);

/* The fact of that name, here or in what is packed inside; NULL if there is none. */
const struct fact *report_find(const struct report *r, const char *name);
/* The value of CONFIG_`name` of the options that config.c lists; NULL if no .config was read.
 */
const char *report_config(const struct report *r, const char *name);
const struct launch *report_find_launch(const struct report *r, const char *name);
/* The worst level of all verdicts, those of what is packed inside included. */
enum level report_worst(const struct report *r);

/* The first that is damaged of this and of what is packed inside; NULL if none is. */
const struct report *report_damaged(const struct report *r);

/*
 * Why kshim does not boot it, as a sentence, and the name of the rule; both NULL if nothing was
 * asked, or if it does.
 */
const char *report_why_not(const struct report *r, const char **ret_name);

const char *level_name(enum level level);

#endif
