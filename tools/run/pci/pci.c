/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which function an access is for, and the rules of a configuration's bytes.
 */
#include "pci.h"

#include <string.h>

#include "tools/run/table.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  0x80000000u
#define ECAM_FUNCTION  4096u /* bytes of each function in MMCONFIG */
#define FUNCTIONS      8u

/* The bridge has QEMU's number of a bridge without features of its own. */
#define BRIDGE_VENDOR 0x1b36
#define BRIDGE_DEVICE 0x0008
#define BRIDGE_CLASS  0x060000

uint32_t
pci_get(const struct pci_function *f, uint32_t off, unsigned bytes)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint32_t)f->config[off + i] << (8 * i);
	return value;
}

void
pci_put(struct pci_function *f, uint32_t off, uint32_t value, unsigned bytes)
{
	table_put(f->config + off, value, bytes);
}

void
pci_init(struct pci *pci, const struct layout *layout)
{
	*pci = (struct pci){.ecam = layout->ecam,
	        .next_bar = layout->pci_window.addr,
	        .bars_end = range_end(layout->pci_window)};
	pthread_mutex_init(&pci->lock, NULL);
	pci_put(&pci->bridge, 0, BRIDGE_VENDOR | BRIDGE_DEVICE << 16, 4);
	pci_put(&pci->bridge, 8, BRIDGE_CLASS << 8, 4);
	pci->slot[pci->slots++] = &pci->bridge;
}

/* BARs are as long as they are aligned, so writing ones to one tells its size. */
static bool
add_bar(struct pci *pci, struct pci_function *f, unsigned bar)
{
	uint64_t size = f->bar_size[bar];
	uint64_t addr = (pci->next_bar + size - 1) & -size;
	uint32_t off = PCI_BAR0 + 4 * bar;

	if (addr + size > pci->bars_end)
		return false;
	pci_put(f, off, (uint32_t)addr, 4);
	table_put(f->writable + off, (uint32_t)-size, 4);
	pci->next_bar = addr + size;
	return true;
}

bool
pci_add(struct pci *pci, struct pci_function *f)
{
	if (pci->slots == PCI_SLOTS)
		return false;
	for (unsigned bar = 0; bar < PCI_BARS; bar++)
		if (f->bar_size[bar] && !add_bar(pci, f, bar))
			return false;
	f->slot = pci->slots;
	pci_put(f, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
	table_put(f->writable + PCI_COMMAND,
	        PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_NO_IRQ, 2);
	f->config[PCI_IRQ_PIN] = 1;
	f->config[PCI_IRQ_LINE] = (uint8_t)PCI_IRQ(f->slot);
	f->writable[PCI_IRQ_LINE] = 0xff;
	pci->slot[pci->slots++] = f;
	return true;
}

uint64_t
pci_bar(const struct pci_function *f, unsigned bar)
{
	if (!f->bar_size[bar] || !(pci_get(f, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY))
		return 0;
	return pci_get(f, PCI_BAR0 + 4 * bar, 4) & -f->bar_size[bar];
}

/* ---- configuration ---- */

static struct pci_function *
function_at(const struct pci *pci, uint32_t number)
{
	return number < PCI_SLOTS * FUNCTIONS && number % FUNCTIONS == 0
	               ? pci->slot[number / FUNCTIONS]
	               : NULL;
}

static uint32_t
config_read(struct pci *pci, uint32_t number, uint32_t off, unsigned size)
{
	struct pci_function *f = function_at(pci, number);
	uint32_t value = UINT32_MAX;

	if (!f)
		return value;
	if (off + size > PCI_CONFIG)
		return 0; /* no extended capability */
	pthread_mutex_lock(&pci->lock);
	if (f->ops)
		f->ops->before_read(f, off, size);
	value = pci_get(f, off, size);
	pthread_mutex_unlock(&pci->lock);
	return value;
}

static void
config_write(struct pci *pci, uint32_t number, uint32_t off, unsigned size, uint32_t value)
{
	struct pci_function *f = function_at(pci, number);

	if (!f || off + size > PCI_CONFIG)
		return;
	pthread_mutex_lock(&pci->lock);
	for (unsigned i = 0; i < size; i++) {
		uint8_t mask = f->writable[off + i], byte = (uint8_t)(value >> (8 * i));

		f->config[off + i] = (uint8_t)((f->config[off + i] & ~mask) | (byte & mask));
	}
	if (f->ops)
		f->ops->written(f, off, size);
	pthread_mutex_unlock(&pci->lock);
}

static bool
is_data(uint16_t port, unsigned size)
{
	return port >= CONFIG_DATA && port + size <= CONFIG_DATA + 4u;
}

bool
pci_in(struct pci *pci, uint16_t port, unsigned size, uint32_t *ret_value)
{
	uint32_t address = pci->address;

	if (port == CONFIG_ADDRESS && size == 4) {
		*ret_value = address;
		return true;
	}
	if (!is_data(port, size) || !(address & CONFIG_ENABLE))
		return false;
	*ret_value =
	        config_read(pci, address >> 8 & 0xffff, (address & 0xfc) + (port & 3u), size);
	return true;
}

bool
pci_out(struct pci *pci, uint16_t port, unsigned size, uint32_t value)
{
	uint32_t address = pci->address;

	if (port == CONFIG_ADDRESS && size == 4) {
		pci->address = value;
		return true;
	}
	if (!is_data(port, size) || !(address & CONFIG_ENABLE))
		return false;
	config_write(pci, address >> 8 & 0xffff, (address & 0xfc) + (port & 3u), size, value);
	return true;
}

/* ---- memory ---- */

static bool
in_ecam(const struct pci *pci, uint64_t addr)
{
	return addr >= pci->ecam && addr - pci->ecam < LAYOUT_ECAM_LEN;
}

/* The function and BAR that `size` bytes at `addr` lie behind, or NULL. */
static struct pci_function *
find_bar(struct pci *pci, uint64_t addr, unsigned size, unsigned *ret_bar, uint32_t *ret_off)
{
	struct pci_function *found = NULL;

	pthread_mutex_lock(&pci->lock);
	for (uint32_t i = 1; i < pci->slots && !found; i++)
		for (unsigned bar = 0; bar < PCI_BARS && !found; bar++) {
			uint64_t at = pci_bar(pci->slot[i], bar);

			if (!at || addr < at || addr - at + size > pci->slot[i]->bar_size[bar])
				continue;
			found = pci->slot[i];
			*ret_bar = bar;
			*ret_off = (uint32_t)(addr - at);
		}
	pthread_mutex_unlock(&pci->lock);
	return found;
}

bool
pci_read(struct pci *pci, uint64_t addr, unsigned size, uint64_t *ret_value)
{
	unsigned bar = 0;
	uint32_t off = (uint32_t)(addr - pci->ecam);
	struct pci_function *f;

	if (in_ecam(pci, addr) && size <= 4 && off % size == 0) {
		*ret_value = config_read(pci, off / ECAM_FUNCTION, off % ECAM_FUNCTION, size);
		return true;
	}
	f = find_bar(pci, addr, size, &bar, &off);
	if (f)
		*ret_value = f->ops->bar_read(f, bar, off, size);
	return f != NULL;
}

bool
pci_write(struct pci *pci, uint64_t addr, unsigned size, uint64_t value)
{
	unsigned bar = 0;
	uint32_t off = (uint32_t)(addr - pci->ecam);
	struct pci_function *f;

	if (in_ecam(pci, addr) && size <= 4 && off % size == 0) {
		config_write(
		        pci, off / ECAM_FUNCTION, off % ECAM_FUNCTION, size, (uint32_t)value);
		return true;
	}
	f = find_bar(pci, addr, size, &bar, &off);
	if (f)
		f->ops->bar_write(f, bar, off, size, value);
	return f != NULL;
}
