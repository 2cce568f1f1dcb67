/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disks of an x86 machine that is set up: by kshim.rom, or by the firmware before us.
 *
 * disks_find() lists what there is, in the order in which the machine wants it tried;
 * disk_open() starts one disk's controller, disk_close() leaves it reset, as the kernel expects
 * it. One disk is open at a time.
 */
#ifndef KSHIM_X86_DISKS_H
#define KSHIM_X86_DISKS_H

#include "stub/disk/disk.h"
#include "x86/disk/nvme.h"
#include "x86/disk/virtio.h"
#include "x86/pc/pci.h"

#define DISKS_MAX     16
#define DISKS_MMIO    32
#define SCSI_LUNS     16 /* of a target that are looked at; it may have more */
#define DISK_UNRANKED UINT32_MAX

enum disk_kind { DISK_VIRTIO_BLK, DISK_VIRTIO_SCSI, DISK_NVME };

/* Where a disk is. */
struct disk_place {
	enum disk_kind kind;
	uint32_t at;     /* PCI function, if mmio is 0 */
	uint32_t target; /* SCSI; NVMe: the namespace */
	uint32_t lun;    /* SCSI: of the target's logical units */
	uint64_t mmio;   /* address of its registers */
	uint32_t rank;   /* by QEMU's bootorder: the lowest is first */
};

/* What the open disk's controller reads and writes, from a page's start on. */
union disk_memory {
	struct virtq queue;
	struct nvme_memory nvme;
};

struct disks {
	union disk_memory *memory;
	struct pci_config pci; /* read == NULL: there is no PCI */
	uint32_t last_bus;     /* is looked at in any case */
	uint32_t functions;    /* of PCI, that there are */
	uint32_t mmios;        /* addresses where virtio devices may lie */
	uint64_t mmio[DISKS_MMIO];
	uint32_t count;
	struct disk_place place[DISKS_MAX];
	const char *other; /* a controller that kshim cannot drive, by its name; or NULL */
};

/* The state of the one open disk; its struct disk has it as context. */
struct disk_driver {
	struct virtio virtio;
	struct nvme nvme;
	uint32_t sector_size; /* bytes */
	uint32_t target, lun; /* as in struct disk_place */
	struct pci_config pci;
	uint32_t at;
	bool commanded; /* PCI_COMMAND was written, which held: */
	uint16_t command;
};

/* List the machine's disks; memory, pci, last_bus and mmio are set. */
void disks_find(struct disks *d);

/* disk_rank.c: give the disks the ranks that QEMU's item "bootorder" has for them. */
void disks_rank(struct disks *d, struct span bootorder);

/*
 * The number of the disk that is tried after disk number `after`, or first if that is `count`;
 * `count` if there is none.
 */
uint32_t disks_next(const struct disks *d, uint32_t after);

/* mmio_find.c: add the addresses that a DSDT or the words of a command line have. */
void mmio_by_dsdt(struct disks *d, struct span dsdt);
void mmio_by_words(struct disks *d, struct span line);

/* Where PCI's configuration space is in memory by a DSDT's _CBA, for all buses; 0: nowhere. */
uint64_t express_by_dsdt(struct span dsdt);

/*
 * Start a disk. Errors: REFUSAL_DISK_DEVICE with detail = what is wrong with it, where = its
 * PCI function or the address of its registers; the same with REFUSAL_DISK_NAMESPACE, found =
 * its number.
 */
enum refusal_code disk_open(const struct disks *d, const struct disk_place *place,
        struct disk *ret_disk, struct refusal *ret_why);

/* Reset the controller of the open disk, and give it back as it was found. */
void disk_close(struct disk *disk);

/* pci_find.c */

typedef void pci_visit(void *context, struct pci_config *c, uint32_t at, uint32_t id);

/* Visit all functions on bus 0 to `last_bus` and behind the bridges found there. */
void pci_walk(struct pci_config *c, uint32_t last_bus, pci_visit *visit, void *context);

/* The address of a memory BAR; false if it is none, or has no address. */
bool pci_memory_bar(struct pci_config *c, uint32_t at, uint32_t bar, uint64_t *ret_addr);

/* virtio_pci.c: find the registers; false if the function has none that can be reached. */
bool virtio_pci_find(struct virtio *v, struct pci_config *c, uint32_t at);

/* virtio_mmio.c: the same of the device at `mmio`; *ret_id is its device ID, 0 for none. */
bool virtio_mmio_find(struct virtio *v, uint64_t mmio, uint32_t *ret_id);

/* nvme_disk.c: find the registers; false if they cannot be reached. */
bool nvme_find(struct nvme *n, struct pci_config *c, uint32_t at);

/*
 * virtio_blk.c, virtio_scsi.c, nvme_disk.c: make *disk one that reads from a device whose
 * registers are found. *ret_what is what is wrong, in words, if it is false.
 */
typedef bool disk_starter(
        struct disk_driver *driver, struct disk *ret_disk, const char **ret_what);
disk_starter virtio_blk_start, virtio_scsi_start, nvme_disk_start;

/* The logical units that this target of a started controller has; their count. */
uint32_t virtio_scsi_luns(struct disk_driver *driver, uint32_t lun[SCSI_LUNS]);

/* The first namespaces that a started controller has; their count. */
uint32_t nvme_namespaces(struct disk_driver *driver, uint32_t nsid[DISKS_MAX]);

/* Is the driver's target and logical unit a disk? */
bool virtio_scsi_has(struct disk_driver *driver);

/* Start the controller, whichever targets it has. */
bool virtio_scsi_begin(struct disk_driver *driver, const char **ret_what);

#endif
