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

#define SECTOR         512
#define HEADER_OFF     0x1f1 /* setup_sects, the first field */
#define JUMP_OFF       0x200
#define HEADER_MIN     0x212 /* all of 2.00 that is read here */
#define HEADER_END     0x281
#define LOADED_HIGH    1
#define ADDRESS_HIGH   0x100000
#define INITRD_LAST    0x37ffffff /* up to 2.02 */
#define CMDLINE_MAX    255        /* up to 2.05 */
#define KERNEL_INFO    16         /* bytes, up to setup_type_max */
#define SETUP_INDIRECT (1u << 31)

struct field {
	uint16_t since; /* version */
	uint16_t off;   /* in the file */
	uint32_t bytes;
};

static const struct field f_setup_sects = {0, 0x1f1, 1};
static const struct field f_syssize = {0x204, 0x1f4, 4}; /* two bytes before, and wrong */
static const struct field f_boot_flag = {0, 0x1fe, 2};
static const struct field f_version = {0, 0x206, 2};
static const struct field f_kernel_version = {0x200, 0x20e, 2};
static const struct field f_loadflags = {0x200, 0x211, 1};
static const struct field f_code32_start = {0x200, 0x214, 4};
static const struct field f_initrd_addr_max = {0x203, 0x22c, 4};
static const struct field f_kernel_alignment = {0x205, 0x230, 4};
static const struct field f_relocatable = {0x205, 0x234, 1};
static const struct field f_min_alignment = {0x20a, 0x235, 1};
static const struct field f_xloadflags = {0x20c, 0x236, 2};
static const struct field f_cmdline_size = {0x206, 0x238, 4};
static const struct field f_payload_offset = {0x208, 0x248, 4};
static const struct field f_payload_length = {0x208, 0x24c, 4};
static const struct field f_pref_address = {0x20a, 0x258, 8};
static const struct field f_init_size = {0x20a, 0x260, 4};
static const struct field f_kernel_info = {0x20f, 0x268, 4};

struct setup {
	const struct image *im;
	struct refusal *why;
	struct span head; /* the start of the file, up to the header's end at least */
	uint64_t version;
	uint64_t end; /* of the header, in the file */
};

/* The field, or 0 where this kernel has none. */
static uint64_t
get(const struct setup *s, struct field f)
{
	if (s->version < f.since || !bounds_ok(s->end, f.off, f.bytes))
		return 0;
	return span_le(s->head, f.off, f.bytes);
}

static enum refusal_code
bad_field(const struct setup *s, const char *name, struct field f, uint64_t wanted)
{
	return refuse_detail(s->why, REFUSAL_BZ_HEADER, name, f.off, get(s, f), wanted);
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
read_setup(struct setup *s)
{
	enum refusal_code code = probe_head(s->im, &s->head, s->why);

	if (code)
		return code;
	s->end = header_end(s->head);
	if (s->im->size < s->end)
		return refuse_detail(s->why, REFUSAL_BZ_TRUNCATED, "setup header", HEADER_OFF,
		        s->im->size, s->end);
	if (!span_is(s->head, 0x202, "HdrS", 4))
		return refuse(s->why, REFUSAL_BZ_OLD, 0x202, span_le32(s->head, 0x202), 0);
	if (s->end < HEADER_MIN)
		return refuse_detail(s->why, REFUSAL_BZ_HEADER, "length", JUMP_OFF + 1,
		        s->end - JUMP_OFF - 2, HEADER_MIN - JUMP_OFF - 2);
	s->version = get(s, f_version);
	if (get(s, f_boot_flag) != 0xaa55)
		return bad_field(s, "boot_flag", f_boot_flag, 0xaa55);
	if (s->version < 0x200)
		return refuse(s->why, REFUSAL_BZ_OLD, f_version.off, s->version, 0x200);
	if (!(get(s, f_loadflags) & LOADED_HIGH))
		return refuse(s->why, REFUSAL_BZ_ZIMAGE, f_loadflags.off, get(s, f_loadflags),
		        LOADED_HIGH);
	return REFUSAL_NONE;
}

static enum refusal_code
truncated(const struct setup *s, const char *detail, uint64_t off, uint64_t len)
{
	return refuse_detail(s->why, REFUSAL_BZ_TRUNCATED, detail, off, s->im->size, off + len);
}

/*
 * The code is the rest of the file, as loaders take it: syssize may count up to 15 bytes of
 * padding that the file lacks, and a signature may follow it.
 */
static enum refusal_code
take_code(const struct setup *s, struct bzimage_facts *bz)
{
	uint64_t sects = get(s, f_setup_sects), declared = get(s, f_syssize) * 16;

	bz->code_off = ((sects ? sects : 4) + 1) * SECTOR;
	if (s->im->size <= bz->code_off)
		return truncated(
		        s, "protected-mode code", bz->code_off, declared ? declared : 1);
	bz->code_len = s->im->size - bz->code_off;
	if (declared > bz->code_len && declared - bz->code_len > 15)
		return truncated(s, "protected-mode code", bz->code_off, declared);
	if (get(s, f_kernel_version) && get(s, f_kernel_version) < bz->code_off - SECTOR)
		bz->version_off = get(s, f_kernel_version) + JUMP_OFF;
	if (get(s, f_payload_offset) && get(s, f_payload_length)) {
		bz->payload_off = bz->code_off + get(s, f_payload_offset);
		bz->payload_len = get(s, f_payload_length);
		if (!bounds_ok(s->im->size, bz->payload_off, bz->payload_len))
			return truncated(s, "payload", bz->payload_off, bz->payload_len);
	}
	return REFUSAL_NONE;
}

/* Where the kernel may lie: nothing of it matters to one that may lie at one place only. */
static enum refusal_code
take_alignment(const struct setup *s, struct bzimage_facts *bz)
{
	uint64_t exponent = get(s, f_min_alignment);

	bz->relocatable = get(s, f_relocatable);
	bz->alignment = get(s, f_kernel_alignment);
	if (!is_power_of_two(bz->alignment)) {
		if (bz->relocatable)
			return bad_field(s, "kernel_alignment", f_kernel_alignment, 2 * MIB);
		bz->alignment = PAGE;
	}
	if (bz->relocatable && exponent >= 64)
		return bad_field(s, "min_alignment", f_min_alignment, 63);
	bz->min_alignment = exponent && exponent < 64 ? 1ull << exponent : bz->alignment;
	if (bz->min_alignment > bz->alignment)
		bz->min_alignment = bz->alignment;
	bz->pref_address = get(s, f_pref_address);
	return REFUSAL_NONE;
}

/*
 * RAM that the kernel needs from its start on. Before 2.10 no kernel says: three times its
 * packed size, the estimate that boot loaders settled on.
 */
static uint64_t
init_size(const struct setup *s, uint64_t code_len)
{
	uint64_t size = get(s, f_init_size), pages;

	if (size)
		return size > code_len ? size : code_len;
	if (!align_up(code_len, PAGE, &pages) || pages > UINT64_MAX / 3)
		return UINT64_MAX;
	return 3 * pages;
}

static void
take_limits(const struct setup *s, struct bzimage_facts *bz)
{
	uint64_t start = get(s, f_code32_start);

	bz->code32_start = (uint32_t)start;
	if (start >= ADDRESS_HIGH && start - ADDRESS_HIGH < bz->code_len)
		bz->entry32_off = (uint32_t)(start - ADDRESS_HIGH);
	bz->initrd_last = get(s, f_initrd_addr_max);
	if (!bz->initrd_last)
		bz->initrd_last = INITRD_LAST;
	bz->cmdline_max = (uint32_t)get(s, f_cmdline_size);
	if (!bz->cmdline_max)
		bz->cmdline_max = CMDLINE_MAX;
	bz->init_size = init_size(s, bz->code_len);
}

/* kernel_info: a bad one is none. */
static enum refusal_code
take_kernel_info(const struct setup *s, struct bzimage_facts *bz)
{
	uint64_t off = get(s, f_kernel_info);
	struct span info;
	enum refusal_code code;

	if (!off)
		return REFUSAL_NONE;
	code = image_get(
	        s->im, bz->code_off + off, KERNEL_INFO, REFUSAL_BZ_TRUNCATED, &info, s->why);
	if (code)
		return code == REFUSAL_NEED ? code : REFUSAL_NONE;
	if (!span_is(info, 0, "LToP", 4) || span_le32(info, 4) < KERNEL_INFO)
		return REFUSAL_NONE;
	bz->has_kernel_info = true;
	bz->setup_type_max = span_le32(info, 12) & ~SETUP_INDIRECT;
	return REFUSAL_NONE;
}

enum refusal_code
bzimage_probe(const struct image *im, struct facts *ret_facts, struct refusal *ret_why)
{
	struct setup s = {.im = im, .why = ret_why};
	struct facts facts;
	struct bzimage_facts *bz = &facts.bz;
	enum refusal_code code;

	memset(&facts, 0, sizeof(facts));
	facts.format = KERNEL_BZIMAGE;
	facts.size = im->size;
	if ((code = read_setup(&s)) || (code = take_code(&s, bz)) ||
	        (code = take_alignment(&s, bz)))
		return code;
	take_limits(&s, bz);
	code = take_kernel_info(&s, bz);
	if (code)
		return code;
	bz->version = (uint16_t)s.version;
	bz->loadflags = (uint8_t)get(&s, f_loadflags);
	bz->xloadflags = (uint16_t)get(&s, f_xloadflags);
	bz->header_len = (uint32_t)(s.end - HEADER_OFF);
	memcpy(bz->header, s.head.base + HEADER_OFF, bz->header_len);
	*ret_facts = facts;
	return REFUSAL_NONE;
}
