/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of a boot kshim.efi measures, in which order, and into which PCR: for kshim.efi, which
 * does it, and for `kshim measure`, which foretells it.
 *
 * PCRs, order and contents are those of systemd-boot and its stub: boot configuration in 5, own
 * sections in 11 (name, then content, in the order of the UKI specification), an external
 * kernel in 4, external initrds in 9, the line in 12, as UTF-16 with its NUL, what lies beside
 * the image in 12 and 13. What came from an own section is not measured a second time.
 */
#ifndef KSHIM_EFI_MEASURES_H
#define KSHIM_EFI_MEASURES_H

#include "pe.h"

#define EFI_LINE_ROOM         16384                /* bytes of a line */
#define EFI_TEXT_MOST         (EFI_LINE_ROOM + 64) /* the longest line, words of ours before it */
#define EFI_EXTRA_ARCHIVES    11
#define EFI_EXTRA_ADDONS      16 /* that have the same section */
#define MEASURE_INITRDS       32
#define MEASURE_PCR_KERNEL    4
#define MEASURE_PCR_CONFIG    5
#define MEASURE_PCR_INITRD    9
#define MEASURE_PCR_SECTIONS  11
#define MEASURE_PCR_LINE      12
#define MEASURE_PCR_EXTENSION 13

/* systemd's tags of its EV_EVENT_TAG events */
#define MEASURE_TAG_PROFILE 0x13aed6db
#define MEASURE_TAG_INITRD  0x49dffe0f /* of an addon */
#define MEASURE_TAG_UCODE   0xdac08e1a

/* What the bytes of an event are. */
enum measured_what {
	MEASURED_FILE,
	MEASURED_NAME,    /* of a section, with its NUL */
	MEASURED_SECTION, /* its content */
	MEASURED_PROFILE, /* its number as text */
	MEASURED_WORDS,   /* what steers kshim.efi */
	MEASURED_LINE,
	MEASURED_ADDON_LINE,
	MEASURED_SMBIOS_LINE,
	MEASURED_ARCHIVE, /* of files beside the image */
	MEASURED_ADDON,   /* its .initrd or .ucode */
	MEASURED_MACHINE, /* a structure of SMBIOS; only kshim.efi sees them */
};

/* One event: `bytes` are hashed, the others say in the log what they were. */
struct measured {
	enum measured_what what;
	uint32_t pcr;
	uint32_t tag; /* of an EV_EVENT_TAG; 0: an EV_IPL */
	const char *text;
	struct span bytes;
};

/* A piece of the initrd that systemd's stub would add. */
enum extra_kind {
	EXTRA_SECTION,
	EXTRA_CREDENTIALS,
	EXTRA_SYSEXTS,
	EXTRA_CONFEXTS,
	EXTRA_ADDON,
};

struct extra {
	enum extra_kind kind;
	const char *name;      /* for messages */
	struct measured event; /* its text is NULL: it is not measured */
};

struct extras {
	uint32_t archives; /* in the order in which they are measured and unpacked */
	struct extra archive[EFI_EXTRA_ARCHIVES];
	uint32_t ucodes, initrds;              /* of addons, as they were found */
	struct extra ucode[EFI_EXTRA_ADDONS];  /* the last one comes first in the initrd */
	struct extra initrd[EFI_EXTRA_ADDONS]; /* at its end */
};

struct measure_file {
	const char *name; /* the event's text */
	struct span bytes;
};

/* A boot, as far as it is measured. */
struct measures {
	struct measure_file config[2]; /* what chose a boot entry; empty where none was */
	const struct pe *own;          /* the profile's own sections, if these are booted */
	struct span image;             /* in which they lie */
	bool loaded;                   /* as a loaded image, not as a file */
	bool firmware_starts;          /* it measures the kernel, and Linux its initrd */
	bool is_uki;                   /* the kernel has a stub that measures its line */
	bool has_profile;              /* by options or entry */
	uint32_t profile;
	bool line_is_own;        /* an own .cmdline, and nothing else */
	bool has_own_line;       /* packed with the kernel */
	const char *line;        /* as the kernel gets it, without what addons add */
	const char *words;       /* the same with words of ours, if it had any; else NULL */
	const char *addon_line;  /* "" if there is none */
	const char *smbios_line; /* likewise */
	const struct extras *extras;
	struct measure_file kernel;
	uint32_t initrds; /* from elsewhere */
	struct measure_file initrd[MEASURE_INITRDS];
};

/* Where the texts of events are made. */
struct measure_room {
	uint16_t wide[EFI_TEXT_MOST];
	char words[EFI_TEXT_MOST];
};

typedef enum refusal_code measure_event(
        void *context, const struct measured *event, struct refusal *ret_why);

/*
 * Tell all events in their order; the event's bytes may lie in *room, and are good until the
 * next. Errors: those of `tell`; REFUSAL_EFI_UTF8 for a line that cannot be measured exactly.
 */
enum refusal_code measures_tell(const struct measures *m, struct measure_room *room,
        measure_event *tell, void *context, struct refusal *ret_why);

/* Is a line nothing but digits, so that it would be measured as the number of a profile is? */
bool measure_is_number(struct span line);

#endif
