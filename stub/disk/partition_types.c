/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the types of partitions are called: UEFI 2.10, table 5.7; UAPI Group Specifications,
 * "Discoverable Partitions" and "Boot Loader Specification" (ESP, XBOOTLDR); for MBR types the
 * names of sfdisk(8).
 */
#include "partitions.h"

#include "stub/base/text.h"

#define ESP      "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define XBOOTLDR "bc13c2ff-59e6-4262-a352-b275fd6f7172"

#define BIOS "21686148-6449-6e6f-744e-656564454649"
#define SWAP "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"

struct type_name {
	const char *type, *name;
};

static const struct type_name types[] = {
        {ESP, "EFI system"},
        {XBOOTLDR, "extended boot loader"},
        {BIOS, "BIOS boot"},
        {"0fc63daf-8483-4772-8e79-3d69d8477de4", "Linux file system"},
        {"4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "Linux root (x86-64)"},
        {"44479540-f297-41b2-9af7-d131d5f0458a", "Linux root (x86)"},
        {"72ec70a6-cf74-40e6-bd49-4bda08e8f224", "Linux root (riscv64)"},
        {"933ac7e1-2eb4-4f13-b844-0e14e2aef915", "Linux home"},
        {"8484680c-9521-48c6-9c11-b0720656f69e", "Linux /usr (x86-64)"},
        {SWAP, "Linux swap"},
        {"e6d6d379-f507-44c2-a23c-238f2a3df928", "Linux LVM"},
        {"a19d880f-05fc-4d3b-a006-743f0f84911e", "Linux RAID"},
        {"ca7d7ccb-63ed-4c53-861c-1742536059cc", "LUKS"},
        {"ebd0a0a2-b9e5-4433-87c0-68b6b72699c7", "Microsoft basic data"},
        {"e3c9e316-0b5c-4db8-817d-f92df00215ae", "Microsoft reserved"},
        {"de94bba4-06d1-4d40-a16a-bfd50179d6ac", "Windows recovery"},
        {"9e1a2d38-c612-4316-aa26-8b49521e5a8b", "PReP boot"},
        {"01", "FAT12"},
        {"04", "FAT16 <32M"},
        {"06", "FAT16"},
        {"07", "NTFS, exFAT"},
        {"0b", "FAT32"},
        {"0c", "FAT32 (LBA)"},
        {"0e", "FAT16 (LBA)"},
        {"82", "Linux swap"},
        {"83", "Linux"},
        {"8e", "Linux LVM"},
        {"ea", "extended boot loader"},
        {"ef", "EFI system"},
        {"fd", "Linux RAID"},
};

const char *
partition_type_name(const struct partition *p)
{
	const struct span type = text_span(p->type);

	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (span_equals(type, types[i].type))
			return types[i].name;
	}
	return NULL;
}

bool
partition_is_for_files(const struct partition *p)
{
	const struct span type = text_span(p->type);

	return !span_equals(type, BIOS) && !span_equals(type, SWAP) && !span_equals(type, "82");
}

bool
partition_is_esp(const struct partition *p)
{
	const struct span type = text_span(p->type);

	return span_equals(type, ESP) || span_equals(type, "ef");
}

bool
partition_is_xbootldr(const struct partition *p)
{
	const struct span type = text_span(p->type);

	return span_equals(type, XBOOTLDR) || span_equals(type, "ea");
}
