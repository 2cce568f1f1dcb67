/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes of the seed file, the random generator and the machine's token (LoaderSystemToken) a
 * seed for Linux, by LINUX_EFI_RANDOM_SEED_TABLE, and a new seed file (systemd.io, "Random
 * Seeds").
 *
 * Both are sums of one key that is kept nowhere, so neither tells the other or the old file.
 * The new file is on the disk before a seed is handed on. Surprise: an image may be copied with
 * its seed file, so that without a generator or a token the file counts for nothing. With a
 * generator, a file that is not there is made. The file is not trusted: it only adds to what
 * the kernel has.
 *
 * The file is written in place and keeps its length, because FAT cannot put one file for
 * another in one step. A power cut in between leaves blocks of the old file, of the new one, or
 * of both; all of them are as good for the next boot, because none was handed on as a seed. A
 * disk that loses the new file in spite of Flush() shows the old one again: that the next boot
 * makes another key of it, is by the firmware's monotonic count and the clock.
 */
#include "efi/seed.h"
#include "efi/variables.h"
#include "stub/base/sha256.h"
#include "stub/base/text.h"

#define PATH       "\\loader\\random-seed"
#define LABEL      "kshim's random seed, version 1"
#define TOKEN_MOST 1024

/* What Linux looks for (include/linux/efi.h). */
static EFI_GUID table_guid = {
        0x1ce1e5bc, 0x7ceb, 0x42f2, {0x81, 0xe5, 0x8a, 0xad, 0xf1, 0x80, 0xf5, 0x7b}};

struct seed_table {
	UINT32 size;
	uint8_t seed[SHA256_LEN];
};

static struct seed_table *handed;

/* A part with its length, so that no two lists of parts are the same bytes. */
static void
add_part(struct sha256 *h, struct span part)
{
	sha256_add(h, (struct span){(const uint8_t *)&part.size, sizeof(part.size)});
	sha256_add(h, part);
}

bool
seed_random(const char *label, uint8_t ret_bytes[SHA256_LEN])
{
	const struct seed_table *before =
	        (const struct seed_table *)(uintptr_t)config_table(&table_guid);
	uint8_t fresh[SHA256_LEN];
	struct span parts[] = {text_span(label), {fresh, 0}, {NULL, 0}};
	struct sha256 h;

	parts[1].size = system_random(fresh, sizeof(fresh)) ? sizeof(fresh) : 0;
	if (before)
		parts[2] = (struct span){before->seed, before->size};
	sha256_start(&h);
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		add_part(&h, parts[i]);
	sha256_end(&h, ret_bytes);
	return parts[1].size || parts[2].size >= SEED_LEAST;
}

/* Differs from boot to boot, but is no secret. */
struct moment {
	EFI_TIME time;
	UINT64 count;
};

static void
read_moment(struct moment *ret)
{
	memset(ret, 0, sizeof(*ret)); /* what cannot be read is zero */
	(void)fw.table->RuntimeServices->GetTime(&ret->time, NULL);
	(void)fw.boot->GetNextMonotonicCount(&ret->count);
}

/* The key of this boot; false if there is no generator, and a token or the old file lacks. */
static bool
make_key(struct span old, uint8_t ret_key[SHA256_LEN])
{
	static uint8_t token[TOKEN_MOST];
	uint8_t fresh[SHA256_LEN];
	struct moment moment;
	struct span parts[] = {text_span(LABEL), {fresh, 0}, {token, 0},
	        {(const uint8_t *)&moment, sizeof(moment)}, old};
	struct sha256 h;

	parts[1].size = system_random(fresh, sizeof(fresh)) ? sizeof(fresh) : 0;
	parts[2].size = variable_bytes(L"LoaderSystemToken", token, sizeof(token));
	read_moment(&moment);
	sha256_start(&h);
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		add_part(&h, parts[i]);
	sha256_end(&h, ret_key);
	return parts[1].size || (parts[2].size && old.size);
}

/* Sum number `n` of the key. */
static void
derive(const uint8_t key[SHA256_LEN], uint64_t n, uint8_t ret[SHA256_LEN])
{
	struct sha256 h;

	sha256_start(&h);
	sha256_add(&h, (struct span){key, SHA256_LEN});
	sha256_add(&h, (struct span){(const uint8_t *)&n, sizeof(n)});
	sha256_end(&h, ret);
}

/* Fill the file with new bytes, of which none is handed on. */
static bool
renew(const struct volume *volume, const uint8_t key[SHA256_LEN], UINTN size)
{
	static uint8_t fresh[SEED_MOST + SHA256_LEN];

	for (UINTN at = 0; at < size; at += SHA256_LEN)
		derive(key, 1 + at / SHA256_LEN, fresh + at);
	return file_write(volume, L"" PATH, (struct span){fresh, size});
}

static void
hand(const uint8_t key[SHA256_LEN])
{
	void *table;

	/* Linux reads it after it has taken memory for itself: not from what it takes. */
	if (fw.boot->AllocatePool(EfiACPIReclaimMemory, sizeof(*handed), &table) != EFI_SUCCESS)
		return;
	handed = table;
	handed->size = SHA256_LEN;
	derive(key, 0, handed->seed);
	if (fw.boot->InstallConfigurationTable(&table_guid, handed) != EFI_SUCCESS)
		seed_take();
}

static void
hand_from(const struct volume *volume)
{
	uint8_t key[SHA256_LEN];
	struct refusal why;
	struct file old = {.bytes = {NULL, 0}};
	enum refusal_code code = file_read_from(volume, PATH, &old, &why);
	UINTN size = old.bytes.size ? old.bytes.size : SEED_LEAST;
	bool may;

	if (code && code != REFUSAL_EFI_NOT_FOUND)
		return;
	may = size >= SEED_LEAST && size <= SEED_MOST && make_key(old.bytes, key);
	if (!code)
		pages_free((uintptr_t)old.bytes.base);
	if (may && renew(volume, key, size))
		hand(key);
	memset(key, 0, sizeof(key));
}

void
seed_hand(void)
{
	struct volume volume;

	if (config_table(&table_guid) || !volume_open(fw.self->DeviceHandle, &volume))
		return;
	hand_from(&volume);
	volumes_close(&volume, 1);
}

void
seed_take(void)
{
	if (!handed)
		return;
	fw.boot->InstallConfigurationTable(&table_guid, NULL);
	fw.boot->FreePool(handed);
	handed = NULL;
}
