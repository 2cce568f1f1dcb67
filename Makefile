# SPDX-License-Identifier: BSD-2-Clause
# kshim: `make help` names the targets. Products lie in build/, objects in build/ENV/.
#
# What is compiled is listed beside the sources, in FOLDER/files.mk, one line a file. How it is
# compiled and linked is in tools/build/: env.mk (compilers and flags for each environment),
# images.mk, host.mk (the program, the library), probes.mk, tests.mk, prove.mk, install.mk.

VERSION := 0.1.0

# ---------------------------------------------------------------- tools

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin LD),default)
LD := ld
endif
NASM ?= nasm
RISCV_CROSS ?= riscv64-linux-gnu-
CLANG ?= clang
PYTHON ?= /usr/bin/python3

# V=1 shows the commands themselves.
ifeq ($(V),1)
say = @:
Q :=
else
say = @printf '  %-5s %s\n' $(1) '$(2)'
Q := @
endif

# ---------------------------------------------------------------- products

PRODUCTS := \
	build/kshim \
	build/kshim-init \
	build/kshim.elf \
	build/kshim.bzimage \
	build/kshim.rom \
	build/kshim.efi \
	build/kshim-riscv64.bin \
	build/lib/libkshim.a \
	build/lib/kshim.h \

.PHONY: all
all: $(PRODUCTS)

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

include stub/files.mk x86/files.mk efi/files.mk riscv/files.mk tools/files.mk
include tests/unit/files.mk tests/fuzz/files.mk tests/probes/files.mk
include tools/build/env.mk tools/build/images.mk tools/build/host.mk tools/build/probes.mk
include tools/build/tests.mk tools/build/prove.mk tools/build/install.mk

# ---------------------------------------------------------------- the rest

# KERNEL= INITRD= APPEND= MEMORY= CPUS= INTERACTIVE= TIMEOUT= reach the scripts by the environment.
# run-riscv is the same for riscv64, and MODE=guest|direct; run-kvm boots by kshim run in the rig.
.PHONY: run run-riscv run-kvm
run:
	+@MAKE='$(MAKE)' tools/run-guest

run-riscv:
	+@MAKE='$(MAKE)' tools/run-riscv

run-kvm: all build/rig/typist
	@tools/deps build run
	+@PYTHON='$(PYTHON)' tests/rig/run-kvm

.PHONY: deps deps-lint lint format clean help
deps:
	@tools/deps build run test

deps-lint:
	@tools/deps build run test lint

lint: all build/x86/libkshim.a
	@MAKE='$(MAKE)' tools/lint

format:
	git ls-files -co --exclude-standard -- '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build

define HELP
make             build everything into build/: kshim.elf, kshim.bzimage, kshim.efi, kshim ...
make run-riscv   the same for riscv64, behind the hypervisor extension (MODE=direct: not)
make run         boot a real kernel to userspace; installs and fetches what it needs
                 KERNEL=FILE INITRD='FILE...'|none APPEND='WORDS' MEMORY=512M CPUS=1
                 INTERACTIVE=1 (a shell) TIMEOUT=180 ACCEL=kvm|tcg
make run-kvm     the same by kshim run, in a virtual machine that has KVM (tests/rig)
make test        unit tests, fuzzers' corpus, the program, boots, KVM; installs what they need
                 its parts: unit replay coverage cli check package bench boot efi kvm
                 riscv
make test-all    what make test runs a pairwise part of, as a whole: some hours
make unit T=space         one test: tests/unit/test_space.c; make unit alone runs all of them
make replay T=probe       the corpus of one fuzzer, tests/fuzz/corpus/fuzz_probe
make boot T=pvh32         rows by name (pytest -k); also check, cli, efi, kvm, riscv, package
make deb         Debian packages in build/deb/
make install     PREFIX=/usr/local DESTDIR= and BINDIR LIBDIR DATADIR ...; make uninstall
make bench       guest instructions and port I/O from reset to the kernel, against ceilings;
                 BENCH='--all' also OVMF, BENCH='kshim.rom pc' only these rows, BENCH=--write
                 what was measured into tests/bench/README.md
make size        bytes of every product, against tools/limits
make coverage    how much of stub/ unit tests and corpus run, and what of it does not
make fuzz        look for inputs that break the readers (clang), SECONDS=60 each; T='bls pe' some
make prove       proofs by CBMC (T=image one); make prove-faults: do they find planted faults?
make hardening-report  fuzzers, inputs, coverage, guards: the figures of .github/SECURITY.md
make deps        install, by apt, what make, make run and make test need
make fetch       get the kernels that the boots use; make test does it too
make lint        layers, format, static analysis, the linked images (make deps-lint)
make format      clang-format all C files in place
make clean       remove build/, with all that was fetched into it
V=1 shows commands.
endef
export HELP
help:
	@echo "$$HELP"
