/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bzImage into facts: Linux Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header".
 *
 * A field is read only if the kernel's version defines it and its header reaches so far;
 * otherwise it is 0, which each fact turns into the document's default. Promises code, payload
 * and version string inside the file. Header bytes go on as they are: who needs another field
 * takes it from there. Surprising: the document's "header length" is the offset of a jump.
 */
#include "probe.h"
#include "stub/wire/bootparam.h"

#define HEADER_OFF     ZP_HEADER_OFF
#define JUMP_OFF       ZP_AT(jump)
#define HDRS_OFF       ZP_AT(header)
#define VERSION_OFF    ZP_AT(version)
#define LOADFLAGS_OFF  ZP_AT(loadflags)
#define HEADER_MIN     0x212 /* all of 2.00 that is read here */
#define HEADER_END     0x281
#define LOADED_HIGH    ZP_LOADED_HIGH
#define ADDRESS_HIGH   0x100000
#define INITRD_LAST    0x37ffffff  /* up to 2.02 */
#define CMDLINE_MAX    255         /* up to 2.05 */
#define LTOP           0x506f544cu /* "LToP" */
#define KERNEL_INFO    16          /* bytes, up to setup_type_max */
#define SETUP_INDIRECT (1u << 31)

enum field {
	SETUP_SECTS,
	SYSSIZE,
	BOOT_FLAG,
	KERNEL_VERSION,
	LOADFLAGS,
	CODE32_START,
	INITRD_ADDR_MAX,
	KERNEL_ALIGNMENT,
	RELOCATABLE,
	MIN_ALIGNMENT,
	XLOADFLAGS,
	CMDLINE_SIZE,
	PAYLOAD_OFFSET,
	PAYLOAD_LENGTH,
	PREF_ADDRESS,
	INIT_SIZE,
	KERNEL_INFO_OFFSET,
};

/* The first version that has a field, where the field is in the file, and its bytes. */
#define FIELD(since, field)                                                                    \
	{                                                                                      \
		since, ZP_AT(field), ZP_FIELD_SIZE(field)                                      \
	}

static const struct {
	uint16_t since, off;
	uint8_t size;
} fields[] = {
        [SETUP_SECTS] = FIELD(0, setup_sects),
        [SYSSIZE] = FIELD(0x204, syssize), /* two bytes before, and wrong */
        [BOOT_FLAG] = FIELD(0, boot_flag),
        [KERNEL_VERSION] = FIELD(0x200, kernel_version),
        [LOADFLAGS] = FIELD(0x200, loadflags),
        [CODE32_START] = FIELD(0x200, code32_start),
        [INITRD_ADDR_MAX] = FIELD(0x203, initrd_addr_max),
        [KERNEL_ALIGNMENT] = FIELD(0x205, kernel_alignment),
        [RELOCATABLE] = FIELD(0x205, relocatable_kernel),
        [MIN_ALIGNMENT] = FIELD(0x20a, min_alignment),
        [XLOADFLAGS] = FIELD(0x20c, xloadflags),
        [CMDLINE_SIZE] = FIELD(0x206, cmdline_size),
        [PAYLOAD_OFFSET] = FIELD(0x208, payload_offset),
        [PAYLOAD_LENGTH] = FIELD(0x208, payload_length),
        [PREF_ADDRESS] = FIELD(0x20a, pref_address),
        [INIT_SIZE] = FIELD(0x20a, init_size),
        [KERNEL_INFO_OFFSET] = FIELD(0x20f, kernel_info_offset),
};

struct setup {
	const struct image *im;
	struct refusal *why;
	struct span head; /* the file from its start to the header's end */
	uint64_t version;
	uint64_t code_off, code_len, payload_off, payload_len; /* in the file */
	uint64_t alignment, min_alignment;
	bool real_mode;
};

/* The field, or 0 where this kernel has none. */
static uint64_t
get(const struct setup *s, enum field f)
{
	if (s->version < fields[f].since)
		return 0;
	return span_le(s->head, fields[f].off, fields[f].size);
}

static enum refusal_code
bad_field(const struct setup *s, const char *name, enum field f, uint64_t wanted)
{
	return refuse_detail(s->why, REFUSAL_BZ_HEADER, name, fields[f].off, get(s, f), wanted);
}

/*
 * The end of the header: the jump at 0x200 leads past it. Kernels that are never entered in
 * real mode may have no jump there: then as far as it may reach.
 */
static uint64_t
header_end(struct span head)
{
	uint64_t end = JUMP_OFF + 2 + span_u8(head, JUMP_OFF + 1);

	if (span_u8(head, JUMP_OFF) != 0xeb || end > HEADER_END)
		end = HEADER_END;
	return end;
}

static enum refusal_code
read_setup(struct setup *s, struct span head)
{
	uint64_t end = header_end(head);

	s->head = (struct span){head.base, end};
	if (!bounds_ok(head.size, 0, end))
		return refuse_detail(s->why, REFUSAL_BZ_TRUNCATED, "setup header", HEADER_OFF,
		        s->im->size, end);
	if (span_le32(head, HDRS_OFF) != ZP_HDRS)
		return refuse(s->why, REFUSAL_BZ_OLD, HDRS_OFF, span_le32(head, HDRS_OFF), 0);
	if (end < HEADER_MIN)
		return refuse_detail(s->why, REFUSAL_BZ_HEADER, "length", JUMP_OFF + 1,
		        end - JUMP_OFF - 2, HEADER_MIN - JUMP_OFF - 2);
	s->version = span_le16(s->head, VERSION_OFF);
	if (get(s, BOOT_FLAG) != ZP_BOOT_FLAG)
		return bad_field(s, "boot_flag", BOOT_FLAG, ZP_BOOT_FLAG);
	if (s->version < 0x200)
		return refuse(s->why, REFUSAL_BZ_OLD, VERSION_OFF, s->version, 0x200);
	if (!(get(s, LOADFLAGS) & LOADED_HIGH))
		return refuse(s->why, REFUSAL_BZ_ZIMAGE, LOADFLAGS_OFF, get(s, LOADFLAGS),
		        LOADED_HIGH);
	s->code_off = zp_setup_len(get(s, SETUP_SECTS));
	return REFUSAL_NONE;
}

static enum refusal_code
truncated(const struct setup *s, const char *detail, uint64_t off, uint64_t len)
{
	return refuse_detail(s->why, REFUSAL_BZ_TRUNCATED, detail, off, s->im->size, off + len);
}

/*
 * Is it a 16-bit program for a BIOS in a bzImage's form (memdisk, GRUB's lnxboot.img)? Its
 * header declares neither protected-mode code, nor anything that would describe it. Linux's
 * build writes syssize in every version; the half that it had before 2.04 is 0 for each whole
 * MiB of code.
 */
static bool
is_real_mode(const struct setup *s)
{
	uint64_t code = s->im->size > s->code_off ? s->im->size - s->code_off : 0;
	uint64_t units = (code + 15) / 16;

	if (s->version < fields[SYSSIZE].since &&
	        (span_le16(s->head, ZP_AT(syssize)) || (units && !(units & 0xffff))))
		return false;
	return !get(s, RELOCATABLE) && !get(s, XLOADFLAGS) && !get(s, INIT_SIZE);
}

/*
 * The code is the rest of the file, as loaders take it: syssize may count up to 15 bytes of
 * padding that the file lacks, and a signature may follow it.
 */
static enum refusal_code
take_code(struct setup *s)
{
	uint64_t declared = get(s, SYSSIZE) * 16, payload = get(s, PAYLOAD_OFFSET);

	s->real_mode = !declared && is_real_mode(s);
	if (s->im->size <= s->code_off && s->real_mode)
		return refuse_detail(
		        s->why, REFUSAL_BZ_REAL_MODE, "syssize", ZP_AT(syssize), 0, 1);
	if (s->im->size <= s->code_off)
		return truncated(
		        s, "protected-mode code", s->code_off, declared ? declared : 1);
	s->code_len = s->im->size - s->code_off;
	if (declared > s->code_len && declared - s->code_len > 15)
		return truncated(s, "protected-mode code", s->code_off, declared);
	s->payload_off = s->code_off + payload;
	s->payload_len = get(s, PAYLOAD_LENGTH);
	if (!payload || !s->payload_len)
		s->payload_off = s->payload_len = 0;
	if (!bounds_ok(s->im->size, s->payload_off, s->payload_len))
		return truncated(s, "payload", s->payload_off, s->payload_len);
	return REFUSAL_NONE;
}

/* Where the kernel may lie: nothing of it matters to one that may lie at one place only. */
static enum refusal_code
take_alignment(struct setup *s)
{
	uint64_t exponent = get(s, MIN_ALIGNMENT);

	s->alignment = get(s, KERNEL_ALIGNMENT);
	if (!is_power_of_two(s->alignment)) {
		if (get(s, RELOCATABLE))
			return bad_field(s, "kernel_alignment", KERNEL_ALIGNMENT, 2 * MIB);
		s->alignment = PAGE;
	}
	if (exponent >= 64 && get(s, RELOCATABLE))
		return bad_field(s, "min_alignment", MIN_ALIGNMENT, 63);
	s->min_alignment = s->alignment;
	if (exponent && exponent < 64 && 1ull << exponent < s->alignment)
		s->min_alignment = 1ull << exponent;
	return REFUSAL_NONE;
}

/* kernel_info, of size 0 if there is none; a bad one is none. Errors: NEED. */
static enum refusal_code
find_kernel_info(const struct setup *s, struct span *ret_info)
{
	uint64_t off = get(s, KERNEL_INFO_OFFSET);
	enum refusal_code code;

	*ret_info = (struct span){NULL, 0};
	if (!off)
		return REFUSAL_NONE;
	code = image_get(
	        s->im, s->code_off + off, KERNEL_INFO, REFUSAL_BZ_TRUNCATED, ret_info, s->why);
	if (code)
		return code == REFUSAL_NEED ? code : REFUSAL_NONE;
	if (span_le32(*ret_info, 0) != LTOP || span_le32(*ret_info, 4) < KERNEL_INFO)
		ret_info->size = 0;
	return REFUSAL_NONE;
}

/*
 * RAM that the kernel needs from its start on. Before 2.10 no kernel says: three times its
 * packed size, the estimate that boot loaders settled on.
 */
static uint64_t
init_size(const struct setup *s)
{
	uint64_t size = get(s, INIT_SIZE), pages;

	if (size)
		return size > s->code_len ? size : s->code_len;
	if (!align_up(s->code_len, PAGE, &pages) || pages > UINT64_MAX / 3)
		return UINT64_MAX;
	return 3 * pages;
}

static void
take_limits(const struct setup *s, struct bzimage_facts *bz)
{
	uint64_t start = get(s, CODE32_START), last = get(s, INITRD_ADDR_MAX);
	uint64_t line = get(s, CMDLINE_SIZE);

	bz->code32_start = (uint32_t)start;
	if (start >= ADDRESS_HIGH && start - ADDRESS_HIGH < s->code_len)
		bz->entry32_off = (uint32_t)(start - ADDRESS_HIGH);
	bz->initrd_last = last ? last : INITRD_LAST;
	bz->cmdline_max = line ? (uint32_t)line : CMDLINE_MAX;
	bz->init_size = init_size(s);
}

/* All that cannot fail. */
static void
fill(const struct setup *s, struct span info, struct bzimage_facts *bz)
{
	uint64_t version = get(s, KERNEL_VERSION);

	memset(bz, 0, sizeof(*bz));
	bz->version = (uint16_t)s->version;
	bz->loadflags = (uint8_t)get(s, LOADFLAGS);
	bz->xloadflags = (uint16_t)get(s, XLOADFLAGS);
	bz->header_len = (uint32_t)(s->head.size - HEADER_OFF);
	memcpy(bz->header, s->head.base + HEADER_OFF, bz->header_len);
	bz->code_off = s->code_off;
	bz->code_len = s->code_len;
	take_limits(s, bz);
	bz->relocatable = get(s, RELOCATABLE);
	bz->real_mode = s->real_mode;
	bz->alignment = s->alignment;
	bz->min_alignment = s->min_alignment;
	bz->pref_address = get(s, PREF_ADDRESS);
	bz->payload_off = s->payload_off;
	bz->payload_len = s->payload_len;
	bz->has_kernel_info = info.size;
	bz->setup_type_max = span_le32(info, 12) & ~SETUP_INDIRECT;
	if (version && version < s->code_off - ZP_SECTOR)
		bz->version_off = version + JUMP_OFF;
}

enum refusal_code
bzimage_probe(const struct image *im, struct facts *ret_facts, struct refusal *ret_why)
{
	struct setup s = {.im = im, .why = ret_why};
	struct span head, info;
	enum refusal_code code;

	/* What a stream may lack comes first, for then all is read again. */
	if ((code = probe_head(im, &head, ret_why)) || (code = read_setup(&s, head)) ||
	        (code = find_kernel_info(&s, &info)) || (code = take_code(&s)) ||
	        (code = take_alignment(&s)))
		return code;
	ret_facts->format = KERNEL_BZIMAGE;
	ret_facts->size = im->size;
	fill(&s, info, &ret_facts->bz);
	return REFUSAL_NONE;
}
