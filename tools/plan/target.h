/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machines as they look to a body, for --machine and -m, measured on Debian 12.
 */
#ifndef PLAN_TARGET_H
#define PLAN_TARGET_H

#include "tools/plan/plan_case.h"

/* Map, fixed and busy ranges, sources, into c->req. */
enum refusal_code target_apply(struct plan_case *c, uint64_t memory);

/* QEMU's pc, q35 and microvm as PVH tells their memory (SeaBIOS, qboot). */
void target_qemu_map(enum plan_machine machine, uint64_t memory, struct memmap *ret_map);

/* RAM below 4 GiB of such a machine. */
uint64_t target_qemu_low(enum plan_machine machine, uint64_t memory);

/* What c->stub, which is kshim.rom, says of itself; false with *ret_status if it is another. */
bool target_rom_read(struct plan_case *c, const char *path, int *ret_status);

/* What kshim.rom keeps, its map if none is given, and a kernel that QEMU has placed for it. */
enum refusal_code target_rom(struct plan_case *c, uint64_t memory);

/* Map, sources and limits of kshim.efi, under OVMF if no map is given. */
enum refusal_code target_efi(struct plan_case *c, uint64_t memory);

/* The same of kshim-riscv64.bin, on QEMU's virt if no device tree is given. */
enum refusal_code target_riscv(struct plan_case *c, uint64_t memory);

/* In a bundle all initrds are one file: the request's blobs become one, from the first on. */
void target_join_initrds(struct plan_request *req);

/* The device tree of a virt with that much memory and a file passed as its initrd. */
enum refusal_code target_virt_tree(uint64_t memory, struct range initrd, uint8_t *out,
        uint64_t size, struct refusal *ret_why);

#endif
