/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layers of ranges, seen from above: at each address the topmost layer counts.
 */
#include "tools/plan/regions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYERS 1400

struct layer {
	struct range range;
	enum region_kind kind;
	unsigned height;
	char name[REGION_NAME];
};

struct layers {
	uint32_t count;
	struct layer layer[LAYERS];
};

static const struct {
	const char *word, *title;
} kinds[REGION_KINDS] = {
        [REGION_HOLE] = {"hole", "no memory"},
        [REGION_FREE] = {"free", "free"},
        [REGION_RESERVED] = {"reserved", "reserved"},
        [REGION_ACPI] = {"acpi", "ACPI"},
        [REGION_NVS] = {"acpi-nvs", "ACPI"},
        [REGION_UNUSABLE] = {"unusable", "unusable"},
        [REGION_PMEM] = {"pmem", "persistent memory"},
        [REGION_KEPT] = {"kept", "reserved"},
        [REGION_BUSY] = {"busy", "in use until the jump"},
        [REGION_SOURCE] = {"source", "in use until the jump"},
        [REGION_KERNEL] = {"kernel-file", "kernel: file"},
        [REGION_KERNEL_REST] = {"kernel-rest", "kernel: unpacked, BSS"},
        [REGION_INITRD] = {"initrd", "initrd"},
        [REGION_CMDLINE] = {"cmdline", "command line"},
        [REGION_ZERO_PAGE] = {"zero-page", "zero page"},
        [REGION_SETUP_DATA] = {"setup-data", "setup data"},
        [REGION_START_INFO] = {"start-info", "start_info"},
        [REGION_GDT] = {"gdt", "GDT and entry stack"},
        [REGION_PAGE_TABLES] = {"page-tables", "page tables"},
        [REGION_TRAMPOLINE] = {"trampoline", "trampoline"},
        [REGION_EFI_MAP] = {"efi-map", "UEFI memory map"},
        [REGION_STAGE] = {"stage", "scratch"},
        [REGION_FDT] = {"device-tree", "device tree"},
};

const char *
region_word(enum region_kind kind)
{
	return kinds[kind].word;
}

const char *
region_title(enum region_kind kind)
{
	return kinds[kind].title;
}

bool
region_is_placed(enum region_kind kind)
{
	return kind >= REGION_KERNEL;
}

static void
add(struct layers *l, struct range r, enum region_kind kind, unsigned height, const char *name)
{
	struct layer *new = &l->layer[l->count];

	if (!r.len || l->count == LAYERS)
		return;
	l->count++;
	*new = (struct layer){.range = r, .kind = kind, .height = height};
	snprintf(new->name, sizeof(new->name), "%s", name);
}

static void
add_map(struct layers *l, const struct memmap *map)
{
	static const enum region_kind by_type[] = {[MEM_RAM] = REGION_FREE,
	        [MEM_RESERVED] = REGION_RESERVED,
	        [MEM_ACPI] = REGION_ACPI,
	        [MEM_NVS] = REGION_NVS,
	        [MEM_UNUSABLE] = REGION_UNUSABLE,
	        [MEM_DISABLED] = REGION_UNUSABLE,
	        [MEM_PMEM] = REGION_PMEM};
	static const char *const names[] = {[MEM_RAM] = "free",
	        [MEM_RESERVED] = "reserved",
	        [MEM_ACPI] = "ACPI tables",
	        [MEM_NVS] = "ACPI NVS",
	        [MEM_UNUSABLE] = "unusable",
	        [MEM_DISABLED] = "disabled",
	        [MEM_PMEM] = "persistent memory"};

	for (uint32_t i = 0; i < map->count; i++) {
		uint32_t type = map->entry[i].type;

		add(l, map->entry[i].range, by_type[type], 0, names[type]);
	}
}

static void
add_sources(struct layers *l, const struct plan_request *req)
{
	char name[REGION_NAME];

	for (uint32_t i = 0; i < req->nr_busy; i++)
		add(l, req->busy[i].range, REGION_BUSY, 1, req->busy[i].name);
	for (uint32_t i = 0; i < req->blobs; i++) {
		const struct blob *b = &req->blob[i];

		snprintf(name, sizeof(name), "%s, as loaded", b->name);
		if (b->where == BLOB_SPACE)
			add(l, (struct range){b->addr, b->size}, REGION_SOURCE, 2, name);
	}
	for (uint32_t i = 0; i < req->nr_fixed; i++)
		add(l, req->fixed[i].range, REGION_KEPT, 3, req->fixed[i].name);
}

/* A kernel's range is what it needs; the start of it comes from the file. */
static void
add_kernel(struct layers *l, const struct placement *p, bool elf, uint32_t segment)
{
	char name[REGION_NAME];
	struct range file = {p->range.addr, p->data_len};

	if (elf)
		snprintf(name, sizeof(name), "kernel segment %u: BSS", segment);
	else
		snprintf(name, sizeof(name), "%s",
		        p->zero_rest ? "kernel: BSS" : "kernel: decompression, BSS");
	add(l, p->range, REGION_KERNEL_REST, 5, name);
	if (elf)
		snprintf(name, sizeof(name), "kernel segment %u", segment);
	else
		snprintf(name, sizeof(name), "kernel: file part");
	add(l, file, REGION_KERNEL, 6, name);
}

static void
add_plan(struct layers *l, const struct plan_request *req, const struct plan *plan)
{
	static const enum region_kind by_place[] = {[PLACE_KERNEL] = REGION_KERNEL,
	        [PLACE_INITRD] = REGION_INITRD,
	        [PLACE_CMDLINE] = REGION_CMDLINE,
	        [PLACE_ZERO_PAGE] = REGION_ZERO_PAGE,
	        [PLACE_SETUP_DATA] = REGION_SETUP_DATA,
	        [PLACE_START_INFO] = REGION_START_INFO,
	        [PLACE_GDT] = REGION_GDT,
	        [PLACE_PAGE_TABLES] = REGION_PAGE_TABLES,
	        [PLACE_TRAMPOLINE] = REGION_TRAMPOLINE,
	        [PLACE_EFI_MAP] = REGION_EFI_MAP,
	        [PLACE_STAGE] = REGION_STAGE,
	        [PLACE_FDT] = REGION_FDT};
	const struct facts *k = req->kernel;
	bool elf = k->format == KERNEL_ELF64 || k->format == KERNEL_ELF32 ||
	           (k->format == KERNEL_RISCV && k->riscv.is_elf);
	uint32_t segment = 0;

	for (uint32_t i = 0; i < plan->placements; i++) {
		const struct placement *p = &plan->placement[i];

		if (p->kind == PLACE_KERNEL)
			add_kernel(l, p, elf, ++segment);
		else if (p->kind == PLACE_STAGE)
			add(l, p->range, REGION_STAGE, 4, "scratch while files are moved");
		else
			add(l, p->range, by_place[p->kind], 5, p->name);
	}
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The topmost layer that holds `addr`, or NULL. */
static const struct layer *
layer_at(const struct layers *l, uint64_t addr)
{
	const struct layer *top = NULL;

	for (uint32_t i = 0; i < l->count; i++) {
		const struct layer *x = &l->layer[i];

		if (addr >= x->range.addr && addr - x->range.addr < x->range.len &&
		        (!top || x->height >= top->height))
			top = x;
	}
	return top;
}

static void
append(struct regions *s, struct range r, const struct layer *top)
{
	struct region *last = s->count ? &s->region[s->count - 1] : NULL;
	enum region_kind kind = top ? top->kind : REGION_HOLE;
	const char *name = top ? top->name : "no memory here";

	if (last && last->kind == kind && !strcmp(last->name, name) &&
	        range_end(last->range) == r.addr) {
		last->range.len += r.len;
		return;
	}
	if (s->count == REGIONS_MAX)
		return;
	last = &s->region[s->count++];
	*last = (struct region){.range = r, .kind = kind};
	snprintf(last->name, sizeof(last->name), "%s", name);
}

void
regions_make(
        const struct plan_request *req, const struct plan *plan, struct regions *ret_regions)
{
	static struct layers layers;
	static uint64_t edge[2 * LAYERS + 1];
	uint32_t edges = 0;

	layers.count = 0;
	ret_regions->count = 0;
	add_map(&layers, req->map);
	add_sources(&layers, req);
	add_plan(&layers, req, plan);
	edge[edges++] = 0;
	for (uint32_t i = 0; i < layers.count; i++) {
		edge[edges++] = layers.layer[i].range.addr;
		edge[edges++] = range_end(layers.layer[i].range);
	}
	qsort(edge, edges, sizeof(edge[0]), by_value);
	for (uint32_t i = 0; i + 1 < edges; i++) {
		struct range r = {edge[i], edge[i + 1] - edge[i]};

		if (r.len)
			append(ret_regions, r, layer_at(&layers, r.addr));
	}
}
