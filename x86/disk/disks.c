/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the disks that kshim can drive, and starts one.
 *
 * A controller is given bus mastering for as long as its disk is open. Requests are
 * polled, so no interrupt is asked for. A controller of another kind is only named: a person
 * can put the disk on one that is read.
 */
#include "x86/disk/disks.h"

#define VIRTIO_VENDOR   0x1af4u
#define VIRTIO_BLK      2 /* device IDs: Virtual I/O Device 1.2, 5 */
#define VIRTIO_SCSI     8
#define PCI_MODERN      0x1040u /* plus the device ID: 4.1.2 */
#define PCI_OLD_BLK     0x1001u /* of transitional devices */
#define PCI_OLD_SCSI    0x1004u
#define COMMAND_MEMORY  2u
#define COMMAND_MASTER  4u
#define COMMAND_NO_INTX (1u << 10)
#define CLASS_NVME      0x010802u
#define SCSI_TARGETS    256
#define CLASS(register) ((register) >> 8)

static struct disk_driver driver;

static disk_starter *const starters[] = {virtio_blk_start, virtio_scsi_start, nvme_disk_start};

static bool
add(struct disks *d, struct disk_place place)
{
	if (d->count == DISKS_MAX)
		return false;
	place.rank = DISK_UNRANKED;
	d->place[d->count++] = place;
	return true;
}

/* Take hold of the controller at a place: its registers, and what it may do on the bus. */
static bool
take(const struct disks *d, const struct disk_place *place)
{
	uint32_t id;

	driver = (struct disk_driver){
	        .target = place->target, .lun = place->lun, .pci = d->pci, .at = place->at};
	driver.virtio.queue = &d->memory->queue;
	driver.nvme.memory = &d->memory->nvme;
	if (place->mmio)
		return virtio_mmio_find(&driver.virtio, place->mmio, &id);
	if (!driver.pci.read)
		return false;
	driver.command = (uint16_t)driver.pci.read(&driver.pci, place->at, PCI_COMMAND);
	driver.commanded = true;
	driver.pci.write(&driver.pci, place->at, PCI_COMMAND, 2,
	        driver.command | COMMAND_MEMORY | COMMAND_MASTER | COMMAND_NO_INTX);
	if (place->kind == DISK_NVME)
		return nvme_find(&driver.nvme, &driver.pci, place->at);
	return virtio_pci_find(&driver.virtio, &driver.pci, place->at);
}

static void
give_back(void)
{
	if (driver.virtio.registers)
		virtio_stop(&driver.virtio);
	if (driver.nvme.registers)
		nvme_stop(&driver.nvme);
	if (driver.commanded)
		driver.pci.write(&driver.pci, driver.at, PCI_COMMAND, 2, driver.command);
}

/* The disks of the driver's target; false if there is no room for one. */
static bool
add_luns(struct disks *d, struct disk_place place)
{
	uint32_t luns[SCSI_LUNS], count = virtio_scsi_luns(&driver, luns);

	for (uint32_t i = 0; i < count; i++) {
		driver.lun = place.lun = luns[i];
		if (virtio_scsi_has(&driver) && !add(d, place))
			return false;
	}
	return true;
}

/* The disks behind a SCSI host, each a place of its own. */
static void
add_scsi(struct disks *d, struct disk_place host)
{
	const char *ignored;

	if (!take(d, &host)) {
		add(d, host); /* is opened for what it lacks */
	} else if (virtio_scsi_begin(&driver, &ignored)) {
		for (; host.target < SCSI_TARGETS; host.target++) {
			driver.target = host.target;
			if (!add_luns(d, host))
				break;
		}
	}
	give_back();
}

/* The namespaces of an NVMe controller; one that does not start is opened for what it lacks. */
static void
add_nvme(struct disks *d, struct disk_place controller)
{
	uint32_t nsid[DISKS_MAX] = {1}, count = 1;
	const char *ignored;

	if (take(d, &controller) && nvme_start(&driver.nvme, &ignored))
		count = nvme_namespaces(&driver, nsid);
	give_back();
	for (uint32_t i = 0; i < count; i++) {
		controller.target = nsid[i];
		if (!add(d, controller))
			break;
	}
}

/* What a person would call a storage controller of this class that kshim has no driver for. */
static const char *
other_controller(uint32_t class)
{
	switch (class >> 8) {
	case 0x0101:
		return "IDE";
	case 0x0106:
		return "AHCI (SATA)";
	case 0x0108:
		return "NVMHCI";
	case 0x0100:
	case 0x0107:
		return "SCSI";
	case 0x0c03:
		return "USB";
	case 0x0805:
		return "SD";
	default:
		return NULL;
	}
}

/* A function that is no virtio device. */
static void
visit_other(struct disks *d, uint32_t at, uint32_t class)
{
	const char *other = other_controller(class);

	if (class == CLASS_NVME)
		add_nvme(d, (struct disk_place){.kind = DISK_NVME, .at = at});
	else if (other)
		d->other = other;
}

static void
visit(void *context, struct pci_config *c, uint32_t at, uint32_t id)
{
	struct disks *d = context;
	struct disk_place place = {.at = at};
	uint32_t device = id >> 16;

	d->functions++;
	if ((id & 0xffff) != VIRTIO_VENDOR) {
		visit_other(d, at, CLASS(c->read(c, at, PCI_CLASS)));
	} else if (device == PCI_MODERN + VIRTIO_BLK || device == PCI_OLD_BLK) {
		add(d, place);
	} else if (device == PCI_MODERN + VIRTIO_SCSI || device == PCI_OLD_SCSI) {
		place.kind = DISK_VIRTIO_SCSI;
		add_scsi(d, place);
	}
}

static void
find_mmio(struct disks *d)
{
	for (uint32_t i = 0; i < d->mmios; i++) {
		struct disk_place place = {.mmio = d->mmio[i]};
		struct virtio v;
		uint32_t id;

		if (!virtio_mmio_find(&v, place.mmio, &id))
			continue;
		place.kind = id == VIRTIO_SCSI ? DISK_VIRTIO_SCSI : DISK_VIRTIO_BLK;
		if (id == VIRTIO_BLK)
			add(d, place);
		else if (id == VIRTIO_SCSI)
			add_scsi(d, place);
	}
}

void
disks_find(struct disks *d)
{
	d->count = d->functions = 0;
	d->other = NULL;
	if (d->pci.read)
		pci_walk(&d->pci, d->last_bus, visit, d);
	find_mmio(d);
}

/* Has any of a function's BARs an address in memory? */
static bool
has_address(struct pci_config *c, uint32_t at)
{
	uint64_t addr;

	for (uint32_t bar = 0; c->read && bar < 6; bar++) {
		if (pci_memory_bar(c, at, bar, &addr))
			return true;
	}
	return false;
}

enum refusal_code
disk_open(const struct disks *d, const struct disk_place *place, struct disk *ret_disk,
        struct refusal *ret_why)
{
	const char *what = NULL;

	if (take(d, place) && starters[place->kind](&driver, ret_disk, &what)) {
		ret_disk->context = &driver;
		disk_reset(ret_disk);
		return REFUSAL_NONE;
	}
	if (!what)
		what = place->mmio || has_address(&driver.pci, place->at)
		               ? "has no registers that can be reached"
		               : "has no addresses, because no firmware has set up PCI";
	give_back();
	refuse(ret_why, driver.nvme.ready ? REFUSAL_DISK_NAMESPACE : REFUSAL_DISK_DEVICE,
	        place->mmio ? place->mmio : place->at, place->target, 0);
	ret_why->detail = what;
	return ret_why->code;
}

void
disk_close(struct disk *disk)
{
	disk->read = NULL;
	give_back();
}
