# SPDX-License-Identifier: BSD-2-Clause
# make test and its parts. T=WORDS runs what matches: `make unit T=space` one program,
# `make boot T=pvh32` the rows that pytest's -k picks.

TEST_PARTS := unit fuzz coverage cli check package bench boot efi kvm riscv
UNIT_PROGRAMS := $(UNIT_TESTS:tests/unit/%.c=build/asan/%)
FUZZ_PROGRAMS := $(FUZZERS:tests/fuzz/%.c=build/asan/%)

# ---------------------------------------------------------------- unit tests

# $(call UNITS,ENV): the unit tests of an environment, and what each of them may be linked with.
define UNITS
build/$(1)/tests/%.o: CFLAGS_FILE := -Wno-conversion
build/$(1)/parts: FORCE
	@$$(call note,$$@,$$(UNIT_HELPERS) $$(UNIT_PARTS))
build/$(1)/libunit.a: $$(patsubst %.c,build/$(1)/%.o,$$(UNIT_HELPERS) $$(UNIT_PARTS)) \
		$$(UNIT_ASMS:%.asm=build/x86/%.o) build/$(1)/parts
	$$(call say,AR,$$@)
	@rm -f $$@
	$$(Q)ar rcsD $$@ $$(filter %.o,$$^)
$$(UNIT_PROGRAMS:build/asan/%=build/$(1)/%): build/$(1)/%: build/$(1)/tests/unit/%.o \
		build/$(1)/libunit.a build/$(1)/libkshim.a
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(LDFLAGS_$(1)) -o $$@ $$^ $$(UNIT_LIBS)
endef
$(foreach env,asan cov,$(eval $(call UNITS,$(env))))

# Sanitizers make system calls of their own.
build/asan/test_jail: build/asan/tests/unit/jail_more.o

# $(call picked,PROGRAMS,PREFIX,GOALS): the one that T names if T is meant for GOALS, else all of them.
picked = $(if $(and $(T),$(filter $(3),$(MAKECMDGOALS))),$(or $(filter build/asan/$(2)$(T),$(1)),\
	$(error T=$(T): no such test, but $(patsubst build/asan/$(2)%,%,$(1)))),$(1))

.PHONY: test-unit test-fuzz
test-unit: $(call picked,$(UNIT_PROGRAMS),test_,unit test-unit)
	@tests/run-units $(if $(T),-,unit) $^

# ---------------------------------------------------------------- fuzzers

# Each fuzzer is linked with replay.c, which goes through its corpus and for half a second through new
# changes of it, and by clang with libFuzzer's main(), which looks for new inputs.
define REPLAY
build/$(2)/$(1): build/$(2)/tests/fuzz/$(1).o $(if $(filter fuzz,$(2)),,build/$(2)/tests/fuzz/replay.o) \
		$(PARTS_$(1):%.c=build/$(2)/%.o) $(ASMS_$(1):%.asm=build/x86/%.o) build/$(2)/libkshim.a
	$$(call say,LD,$$@)
	$$(Q)$$(or $$(CC_$(2)),$$(CC)) $$(LDFLAGS_$(2)) -o $$@ $$^ $$(LIBS_$(1))
endef
$(foreach f,$(FUZZERS:tests/fuzz/%.c=%),$(foreach env,asan cov fuzz,$(eval $(call REPLAY,$(f),$(env)))))

build/fuzz/flags: | clang-is-there
.PHONY: clang-is-there
clang-is-there:
	@command -v $(CLANG) >/dev/null || { echo 'clang is missing: apt-get install clang' >&2; exit 1; }

test-fuzz: $(call picked,$(FUZZ_PROGRAMS),fuzz_,replay test-fuzz)
	@KSHIM_FUZZ_MS=$${KSHIM_FUZZ_MS:-500} tests/run-units $(if $(T),-,fuzz) \
		$(foreach f,$^,'$(f) tests/fuzz/corpus/$(notdir $(f))')

# SECONDS= (or FUZZ_SECONDS=) for each fuzzer, as many at a time as there are CPUs; what is found is kept
# in build/fuzz/fuzz_NAME.found/. The counts go to build/results/fuzz-executions.
FUZZ_SECONDS ?= $(or $(SECONDS),60)
.PHONY: fuzz
fuzz: $(if $(T),$(foreach t,$(T),build/fuzz/fuzz_$(t)),$(FUZZERS:tests/fuzz/%.c=build/fuzz/%))
	@$(PYTHON) tests/fuzz/run $(FUZZ_SECONDS) $(foreach f,$(^:build/fuzz/%=%),build/fuzz/$(f):$(SEEDS_$(f)))

# ---------------------------------------------------------------- coverage

# How much of the core unit tests and corpus run; ends with "lines NN.N %" and "branches NN.N %".
COVERED := $(UNIT_PROGRAMS:build/asan/%=build/cov/%) $(FUZZ_PROGRAMS:build/asan/%=build/cov/%)
.PHONY: coverage test-coverage
test-coverage: coverage
coverage: $(COVERED)
	@find build/cov -name '*.gcda' -delete
	@tests/run-units - --quiet $(filter build/cov/test_%,$^) \
		$(foreach f,$(filter build/cov/fuzz_%,$^),'$(f) tests/fuzz/corpus/$(notdir $(f))')
	@$(PYTHON) tests/coverage build/cov

# The figures of .github/SECURITY.md.
.PHONY: hardening-report
hardening-report: all replay coverage
	@$(PYTHON) tests/hardening-report

# ---------------------------------------------------------------- by pytest

# A part's tests are in tests/PART. They need no root, and no network after `make deps` and `make
# fetch`. NEEDS_PART is built first. WORKERS tests run at a time, those with the same xdist_group in one
# worker, the longest first (tests/conftest.py).
WORKERS ?= 2
PYTEST_PARTS := cli check package boot efi kvm riscv
NEEDS_check := build/asan/kshim
NEEDS_boot := build/asan/kshim
NEEDS_package := build/rig/typist
NEEDS_kvm := build/rig/typist build/rig/vsock build/asan/kshim

define PYTEST
.PHONY: test-$(1)
test-$(1): all probes $(NEEDS_$(1))
	@mkdir -p build/results
	@$$(if $$(T),,rm -f build/results/$(1).xml)
	@MAKEFLAGS= $$(PYTHON) -m pytest -q -p no:cacheprovider -n $(WORKERS) --dist loadgroup \
		$$(if $$(T),-k '$$(T)',--junitxml=build/results/$(1).xml) tests/$(1)
endef
$(foreach part,$(PYTEST_PARTS),$(eval $(call PYTEST,$(part))))

# Programs for the rig's machines: what types, and what speaks over vsock.
build/rig/typist build/rig/vsock build/rig/diskread: build/rig/%: tests/rig/%.c build/host/flags | needs
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_host) -static -o $@ $<

# ---------------------------------------------------------------- figures

# What a boot costs in guest instructions and port I/O, counted by a plugin of QEMU's (tests/bench).
build/bench/count.so: tests/bench/count.c tests/bench/qemu_plugin.h build/host/flags | needs
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_host) -fPIC -fvisibility=hidden -shared -o $@ $<

.PHONY: bench test-bench size
bench: all build/bench/count.so
	@PYTHONPATH=tests $(PYTHON) -m bench.bench $(BENCH)
test-bench: bench

size: all
	@$(PYTHON) tools/size

# ---------------------------------------------------------------- all of them

# The kernels that the rows boot, out of Debian's packages into build/debs/.
.PHONY: fetch fetch-riscv
fetch:
	@PYTHONPATH=tests $(PYTHON) -m boot.fetch; status=$$?; \
		$(MAKE) --no-print-directory fetch-riscv && exit $$status

fetch-riscv:
	@PYTHONPATH=tests $(PYTHON) -m riscv.fetch

# Short names for one part.
.PHONY: unit replay $(PYTEST_PARTS)
unit: test-unit
replay: test-fuzz
$(PYTEST_PARTS): %: test-%

# Whatever fails, then the sum; ALSO=lint counts what `make lint` left. What is built for the tests is built
# by as many jobs as there are CPUs, unless -j says otherwise.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
.PHONY: test test-all
test:
	@tools/deps build run test
	@$(MAKE) --no-print-directory fetch || :
	@rm -f $(foreach part,$(TEST_PARTS),build/results/$(part) build/results/$(part).xml)
	@rm -f build/results/seconds
	@for part in $(TEST_PARTS); do began=$$(date +%s); $(MAKE) $(JOBS) --no-print-directory test-$$part || :; \
		echo "$$part $$(($$(date +%s) - began))" >>build/results/seconds; done
	@tests/summary $(ALSO) $(TEST_PARTS)

# What `make test` picks a pairwise part of, as a whole: some hours.
test-all: export KSHIM_TEST_ALL := 1
test-all: test
