/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RISC-V ISA strings: which extensions a hart has, and which of them a guest may be told of.
 *
 * RISC-V unprivileged specification, "ISA Extension Naming Conventions", and Linux
 * Documentation/devicetree/bindings/riscv/extensions.yaml: riscv,isa is one string
 * ("rv64imafdch_zicsr_sstc"), riscv,isa-extensions a list of strings.
 */
#ifndef KSHIM_ISA_H
#define KSHIM_ISA_H

#include "stub/base/bytes.h"

#define ISA_MAX 4096 /* bytes of either property that kshim handles */

/* Does a riscv,isa string name the extension (lower case)? NULs end it. */
bool isa_has(struct span isa, const char *extension);

/* The same for riscv,isa-extensions. */
bool isa_list_has(struct span list, const char *extension);

/*
 * May a guest use the extension? Not what only a hypervisor or M-mode has (h, sh*, sm*), nor
 * what these must grant and kshim does not: interrupt files, counters and their overflow, state
 * enables, double traps, control-flow integrity, the entropy source, whose CSR always traps in
 * a guest (zkr; zk is short for it and others); sstc if `sstc`.
 */
bool isa_guest_may(struct span extension, bool sstc);

/*
 * The guest's riscv,isa: `isa` without what isa_guest_may() denies, which leaves an underscore
 * where two names would become one. `out` has room for isa.size bytes and a NUL. Returns the
 * length without the NUL.
 */
uint64_t isa_for_guest(struct span isa, bool sstc, char *out);

/* The same for riscv,isa-extensions: the remaining strings, each with its NUL. */
uint64_t isa_list_for_guest(struct span list, bool sstc, char *out);

#endif
