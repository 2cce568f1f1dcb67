# SPDX-License-Identifier: BSD-2-Clause
# Environments: the same sources compiled for several machines, objects in build/ENV/.
#   host   programs for this machine
#   asan   the same under sanitizers, for tests/unit and tests/fuzz
#   cov    the same with counters for lines and branches, for make coverage
#   fuzz   the same by clang with libFuzzer's counters, for make fuzz
#   x86    freestanding 64-bit code; rom: once more, for kshim.rom
#   efi, riscv, pic (the library), probe32 and probe64 (tests/probes)

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wpointer-arith -Wundef -Wwrite-strings -Wconversion -Wno-sign-conversion
COMMON := -std=c11 -g $(WARNINGS) -I. -ffile-prefix-map=$(CURDIR)=. -fno-common

# What a packager or user sets (CPPFLAGS, CFLAGS, LDFLAGS) is for the program kshim only, which reads
# foreign files: it is hardened whatever they set, and fortified as they say.
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection \
	$(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
CFLAGS_host := $(COMMON) -O2 $(HARDENING) -D_GNU_SOURCE -DKSHIM_VERSION='"$(VERSION)"' $(CPPFLAGS) $(CFLAGS)
CFLAGS_asan := $(COMMON) -O1 -D_GNU_SOURCE -DKSHIM_VERSION='"$(VERSION)"' \
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_cov := $(COMMON) -O0 -D_GNU_SOURCE -DKSHIM_VERSION='"$(VERSION)"' --coverage
CC_fuzz := $(CLANG)
# Clang takes NULL + 0, the end of an empty list, for an overflow; asan, by gcc, finds the real ones.
FUZZ_SANITIZE := address,undefined -fno-sanitize=pointer-overflow -fno-sanitize-recover=all
CFLAGS_fuzz := -std=c11 -g -O1 -I. -D_GNU_SOURCE -DKSHIM_VERSION='"$(VERSION)"' \
	-fsanitize=fuzzer-no-link,$(FUZZ_SANITIZE)
LDFLAGS_fuzz := -fsanitize=fuzzer,$(FUZZ_SANITIZE)
# min-pagesize: page 0 is memory, and the BIOS keeps data there.
CFLAGS_x86 := $(COMMON) -Oz -DKSHIM_VERSION='"$(VERSION)"' -m64 -march=x86-64 -ffreestanding \
	-fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only -mcmodel=small \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -ffunction-sections -fdata-sections -fno-tree-sra -fno-jump-tables \
	--param=min-pagesize=0
# The ROM has room: all of it is compiled for speed, as a whole, and much is inlined. Its time is that of
# code which runs once, so nothing is aligned, laid out or scheduled for what repeats; cold.h says
# what never runs. Where so much is inlined GCC's guess of what is uninitialised is wrong; kshim.elf is
# compiled from the same sources with that warning.
CFLAGS_rom := $(filter-out -Oz -fno-tree-sra,$(CFLAGS_x86)) -O2 -flto -include x86/rom/cold.h \
	-fno-reorder-blocks-and-partition -fno-align-functions -fno-align-loops -fno-align-jumps \
	-fno-gcse -fno-tree-pre -fno-caller-saves -fno-ipa-icf -fno-schedule-insns2 \
	--param=max-inline-insns-auto=100 --param=inline-unit-growth=100 \
	--param=max-inline-insns-single=200 -Wno-maybe-uninitialized
AR_rom := gcc-ar
CFLAGS_riscv := $(COMMON) -Os -DKSHIM_VERSION='"$(VERSION)"' -march=rv64imac_zicsr_zifencei \
	-mabi=lp64 -mcmodel=medany -mno-relax -mstrict-align -ffreestanding -fpie \
	-fvisibility=hidden -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -fno-tree-loop-distribute-patterns -fno-jump-tables \
	-ffunction-sections -fdata-sections
# gnu-efi's headers; UEFI's calling convention by GNU_EFI_USE_MS_ABI, L"..." of 16 bits.
CFLAGS_efi := $(COMMON) -Os -DKSHIM_VERSION='"$(VERSION)"' -m64 -march=x86-64 -ffreestanding \
	-fpie -fvisibility=hidden -mno-red-zone -mgeneral-regs-only -fshort-wchar \
	-DGNU_EFI_USE_MS_ABI -isystem /usr/include/efi -isystem /usr/include/efi/x86_64 \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -fno-jump-tables -ffunction-sections -fdata-sections
# Position-independent, without variables or tables that a loader would have to relocate.
PROBE_CFLAGS := $(filter-out -g,$(COMMON)) -Os -march=x86-64 -ffreestanding -fpie \
	-fvisibility=hidden -fno-jump-tables -mno-red-zone -mgeneral-regs-only \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -isystem /usr/include/x86_64-linux-gnu
CFLAGS_probe32 := $(PROBE_CFLAGS) -m32
CFLAGS_probe64 := $(PROBE_CFLAGS) -m64
# The library for others' programs: position-independent, nothing but the four mem functions.
CFLAGS_pic := $(filter-out -g,$(COMMON)) -O2 -ffreestanding -fPIC -fno-stack-protector \
	-ffunction-sections -fdata-sections
CC_riscv := $(RISCV_CROSS)gcc
AR_riscv := $(RISCV_CROSS)ar
LDFLAGS_host := -pie -Wl,-z,relro,-z,now $(LDFLAGS)
LDFLAGS_asan := -fsanitize=address,undefined
LDFLAGS_cov := --coverage
LDFLAGS_x86 := -m elf_x86_64 -static -nostdlib --build-id=none -z noexecstack \
	-z max-page-size=4096 --gc-sections --orphan-handling=error --fatal-warnings
LDFLAGS_riscv := -m elf64lriscv -static -pie --no-dynamic-linker -nostdlib --build-id=none \
	-z noexecstack -z norelro -z max-page-size=4096 --no-relax --gc-sections \
	--orphan-handling=error --fatal-warnings
LDFLAGS_efi := -m elf_x86_64 -static -nostdlib --build-id=none -z noexecstack -q \
	--gc-sections --orphan-handling=error --fatal-warnings
# What is left to the linker is no fault; nasm has a warning of that from 2.16.02 on.
NASM_WARNINGS := -w+all -w+error -w-unknown-warning -w-reloc
NASMFLAGS := -f elf64 $(NASM_WARNINGS) --reproducible -I.

TOOL_LIBS := -larchive -ljson-c -llzo2 -lnettle -lseccomp -lz -lpthread
UNIT_LIBS := -lcmocka -lfdt -lnettle -lseccomp -lpthread

# Write $(2) to file $(1), leaving it (and what depends on it) alone if that is in it already. By way
# of the shell's own file, because tests by two workers run two makes at a time.
note = mkdir -p $(dir $(1)) && printf '%s\n' '$(subst ','\'',$(2))' >$(1).$$$$ && \
	if cmp -s $(1).$$$$ $(1); then rm $(1).$$$$; else mv $(1).$$$$ $(1); fi

.PHONY: FORCE
FORCE:

# $(call ENVIRONMENT,NAME): how a C file becomes build/NAME/FILE.o, and the core libkshim.a.
# Flags and lists are noted in files, so that a change of them rebuilds what it should.
define ENVIRONMENT
CC_$(1) ?= $$(CC)
AR_$(1) ?= ar
build/$(1)/flags: FORCE
	@$$(call note,$$@,$$(CC_$(1)) $$(CFLAGS_$(1)) / $$(LDFLAGS_$(1)))
build/$(1)/core: FORCE
	@$$(call note,$$@,$$(STUB_SRCS))
build/$(1)/%.o: %.c build/$(1)/flags | needs
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_$(1)) $$(CFLAGS_FILE) -MMD -MP -c -o $$@ $$<
build/$(1)/libkshim.a: $$(STUB_SRCS:%.c=build/$(1)/%.o) build/$(1)/core
	$$(call say,AR,$$@)
	@rm -f $$@
	$$(Q)$$(AR_$(1)) rcsD $$@ $$(filter %.o,$$^)
-include $$(addprefix build/$(1)/,$$(patsubst %.c,%.d,$$(STUB_SRCS) $$(SRCS_$(1))))
endef

SRCS_host := $(TOOL_SRCS) $(TOOL_GUEST)
SRCS_asan := $(sort $(TOOL_SRCS) $(UNIT_HELPERS) $(UNIT_PARTS) $(UNIT_TESTS) $(FUZZERS) \
	$(foreach f,$(FUZZERS:tests/fuzz/%.c=%),$(PARTS_$(f))) tests/fuzz/replay.c)
SRCS_cov := $(SRCS_asan)
SRCS_fuzz := $(SRCS_asan)
SRCS_x86 := $(sort $(filter %.c,$(KSHIM_ELF) $(KSHIM_BZIMAGE) $(KSHIM_ROM)))
SRCS_rom := $(filter %.c,$(KSHIM_ROM))
SRCS_efi := $(EFI_SRCS) $(CALLER_SRCS)
SRCS_riscv := $(RISCV_SRCS)
SRCS_probe32 := $(PROBE_SRCS)
SRCS_probe64 := $(PROBE_SRCS)
$(foreach env,host asan cov fuzz x86 rom efi riscv probe32 probe64 pic,$(eval $(call ENVIRONMENT,$(env))))

# Says which Debian package is missing, before a compiler says it worse.
.PHONY: needs
needs:
	@tools/deps --check build
