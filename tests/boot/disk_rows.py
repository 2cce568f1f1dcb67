# SPDX-License-Identifier: BSD-2-Clause
"""Rows that find their kernel on a disk. rows.py adds them to the table."""
from kshimtest.row import Disk, Row, linux, refused
from kshimtest.ways.disk import PARTUUID

EXT4, EXT3, EXT2 = ('ext4',), ('ext3',), ('ext2', '-b', '1024')
LINE = 'root=/dev/none own=1'
NVME = 'nvme,serial=1'
FAR = 5 << 39       # bytes: the numbers of sectors need more than 32 bits
COUNTED = ('kshim: disk 0: this boot is counted: abcdef+1-1.conf\n',)
SECOND_COPY = ('partition table, whose second copy is read: ', '[disk.damaged]')


def probe(name, disk, *, way='disk', kernel='probe:bz64', by='linux64', **rest):
    rest.setdefault('initrds', ('bytes:70001', 'bytes:4097'))
    rest.setdefault('own_line', LINE)
    return Row(f'disk-{name}', kernel, by=by, way=way, disk=disk, **rest)


def none(name, code, disk, **rest):
    return refused(f'disk-{name}', code, 'probe:bz64', disk=disk, **{'way': 'disk', **rest})


# Pairwise: body and machine, bus, table, file system, what is there.
DISK = [
    probe('gpt-fat-entries-pc', Disk(), machine='pc'),
    probe('mbr-fat-scsi-q35', Disk(table='mbr', bus='scsi-pci'), kernel='probe:pvh64', by='pvh', own_line=LINE),
    probe('gpt-ext4-below-boot-rom-q35', Disk(fs=EXT4, tree='below-boot'), way='rom-disk', absent=('journal',)),
    probe('journal-rom-q35', Disk(fs=EXT4, tree='below-boot', in_use=True), way='rom-disk', expect=(
        'kshim: disk 0: the journal is not replayed: what was written last may be missing\n',)),
    probe('logical-ext3-rom-pc', Disk(table='logical', fs=EXT3), way='rom-disk', machine='pc', memory=64),
    probe('whole-ext2-rom-microvm', Disk(table='none', fs=EXT2, bus='virtio-blk-device'), way='rom-disk',
          machine='microvm'),
    probe('gpt-scsi-rom-microvm', Disk(bus='scsi-mmio', tree='default'), way='rom-disk', machine='microvm'),
    probe('scsi-lun-rom-q35', Disk(bus='scsi-pci', lun=5), way='rom-disk'),
    probe('scsi-lun-bootindex-pc', Disk(bus='scsi-pci', lun=300, second=True), machine='pc'),
    probe('whole-fat-microvm', Disk(table='none', bus='virtio-blk-device'), machine='microvm'),
    probe('mmio-modern-microvm', Disk(bus='virtio-blk-device'), machine='microvm',
          qemu=('-global', 'virtio-mmio.force-legacy=false')),
    probe('4096-gpt-ext4-q35', Disk(sector=4096, fs=EXT4, tree='below-boot')),
    probe('4096-gpt-damaged-rom-q35', Disk(sector=4096, table='gpt-damaged'), way='rom-disk', expect=SECOND_COPY),
    probe('far-rom-q35', Disk(start=FAR), way='rom-disk'),
    probe('far-scsi-ext4-pc', Disk(start=FAR, bus='scsi-pci', fs=EXT4, tree='below-boot'), machine='pc'),
    probe('far-nvme-damaged-bzimage-pc', Disk(start=FAR, bus=NVME, table='gpt-damaged'), way='bzimage-disk', machine='pc',
          expect=SECOND_COPY),
    probe('gpt-damaged-bzimage-q35', Disk(table='gpt-damaged', tree='default'), way='bzimage-disk', expect=SECOND_COPY),
    probe('modern-only-pc', Disk(bus='virtio-blk-pci,disable-legacy=on'), machine='pc', cpus=4),
    probe('behind-a-bridge-rom-q35', Disk(bus='virtio-blk-pci,bus=p1'), way='rom-disk',
          qemu=('-device', 'pcie-root-port,id=p1')),
    probe('behind-a-bridge-pc', Disk(bus='virtio-blk-pci,bus=b1,addr=3'), machine='pc',
          qemu=('-device', 'pci-bridge,id=b1,chassis_nr=1')),
    probe('bootindex-rom-pc', Disk(second=True), way='rom-disk', machine='pc'),
    probe('nvme-rom-pc', Disk(bus=NVME), way='rom-disk', machine='pc', memory=64),
    probe('nvme-4096-ext4-q35', Disk(bus=NVME, sector=4096, fs=EXT4, tree='below-boot'), cpus=4),
    probe('nvme-4096-rom-q35', Disk(bus=NVME, sector=4096, table='gpt-damaged'), way='rom-disk', expect=SECOND_COPY),
    probe('nvme-bootindex-bzimage-pc', Disk(bus=NVME, second=True), way='bzimage-disk', machine='pc'),
    # QEMU's bootorder does not say which of a controller's nvme-ns it means: they keep their order.
    probe('nvme-namespaces-rom-q35', Disk(bus='nvme-ns', second=True), way='rom-disk', expect=(
        'disk 1: entry 1: /loader/entries/b.conf',)),
    probe('nvme-beside-virtio-pc', Disk(bus=NVME, second=True, first='virtio-blk-pci'), machine='pc', expect=(
        'disk 0: entry 1: /loader/entries/b.conf',)),
    probe('nvme-behind-a-port-rom-q35', Disk(bus=f'{NVME},bus=p1,mdts=1'), way='rom-disk',
          qemu=('-device', 'pcie-root-port,id=p1')),
    none('nvme-metadata', 'disk.namespace', Disk(bus='nvme-ns,ms=8')),
    probe('express-rom-microvm', Disk(second=True), way='rom-disk', machine='microvm,pcie=on'),
    probe('express-nvme-rom-microvm', Disk(bus=f'{NVME},bus=p1'), way='rom-disk', machine='microvm,pcie=on',
          qemu=('-device', 'pcie-root-port,id=p1')),
    probe('express-scsi-rom-microvm', Disk(bus='scsi-pci'), way='rom-disk', machine='microvm,pcie=on', memory=3500),
    none('express-microvm', 'disk.device', Disk(), machine='microvm,pcie=on', expect=(
        'has no addresses, because no firmware has set up PCI',)),
    none('express-scsi-microvm', 'disk.device', Disk(bus='scsi-pci'), machine='microvm,pcie=on'),
    probe('counted-scsi-bzimage-pc', Disk(bus='scsi-pci', tree='counted'), way='bzimage-disk', machine='pc', expect=COUNTED),
    probe('counted-nvme-4096-q35', Disk(bus=NVME, sector=4096, tree='counted'), expect=COUNTED),
    probe('counted-mmio-rom-microvm', Disk(table='none', bus='virtio-blk-device', tree='counted'), way='rom-disk',
          machine='microvm', expect=COUNTED),
    probe('counted-ext4-pc', Disk(fs=EXT4, tree='counted'), machine='pc', expect=(
        'kshim: disk 0: this boot is not counted, because kshim writes to FAT only\n',)),
    *(probe(f'counted-read-only-{bus}', Disk(bus=bus, tree='counted', read_only=True), way='rom-disk', expect=(
        'kshim: disk 0: this boot is not counted, because the disk cannot be written\n',))
      for bus in ('virtio-blk-pci', 'scsi-pci')),
    probe('mmio-by-words-microvm', Disk(table='none', bus='virtio-blk-device'), probe={'rsdp': '0'},
          machine='microvm,acpi=off,auto-kernel-cmdline=off', append='virtio_mmio.device=512@0xfeb00e00:12'),
    probe('chosen-by-word', Disk(tree='entries'), append='kshim.entry=b'),
    probe('grub-rom-q35', Disk(fs=EXT4, tree='grub'), way='rom-disk'),
    probe('grub-mbr-pc', Disk(table='mbr', fs=EXT2, tree='grub'), machine='pc', initrds=('bytes:70001',)),
    probe('chosen-by-number', Disk(tree='entries'), append='kshim.entry=1', expect=(
        'kshim: disk 0: entry 1: /loader/entries/b.conf\n',)),
    none('number-2', 'disk.no-file', Disk(), append='kshim.entry=2 quiet', absent=('not booted',), expect=(
        'disk 0: entry 1: /loader/entries/b.conf\n',
        'disk 0: entry 2: /loader/entries/a.conf: /none: there is no such file',
        'disk 0: entry 3: /loader/entries/c.conf: ')),
    probe('number-0-bootindex', Disk(second=True), qemu=('-fw_cfg', 'name=opt/org.kshim/boot,string=0')),
    none('number-1-bootindex', 'disk.no-kernel', Disk(second=True), qemu=(
        '-fw_cfg', 'name=opt/org.kshim/boot,string=1')),
    none('number-2-bootindex', 'fw-cfg.boot', Disk(second=True), qemu=(
        '-fw_cfg', 'name=opt/org.kshim/boot,string=2')),
    none('number-large', 'fw-cfg.boot', Disk(), qemu=('-fw_cfg', 'name=opt/org.kshim/boot,string=4294967296')),
    probe('blscfg-rom-q35', Disk(fs=EXT4, tree='bls'), way='rom-disk', expect=(
        'entry 1: /loader/entries/m-6.1.conf\n', 'entry 2: /loader/entries/m-5.14.conf\n')),
    none('grub-old', 'disk.no-file', Disk(fs=EXT4, tree='grub'), append='kshim.entry=*5.10'),
    # What a unified kernel image brings has its own initrds; a probe has two.
    probe('type2-rom-q35', Disk(tree='type2'), way='rom-disk'),
    probe('fallback-pc', Disk(tree='fallback'), machine='pc'),
    linux('disk-kernels-ext4-rom-q35', 'debian:cloud', 'linux64', way='rom-disk',
          own_line=f'root=PARTUUID={PARTUUID} ro', disk=Disk(fs=EXT4, tree='kernels')),
    linux('disk-entries-4-pc', 'debian:cloud', 'linux64', way='disk', machine='pc', cpus=4, own_line='quiet=0',
          disk=Disk()),
    linux('disk-express-nvme-linux-rom-microvm', 'debian:cloud', 'linux64', way='rom-disk', machine='microvm,pcie=on',
          own_line='quiet=0', disk=Disk(bus=NVME)),
    none('empty', 'disk.no-kernel', Disk(tree='empty')),
    none('empty-rom', 'disk.no-kernel', Disk(tree='empty', fs=EXT4), way='rom-disk'),
    none('no-such-entry', 'entry.none', Disk(), append='kshim.entry=nothing'),
    none('no-such-file', 'disk.no-file', Disk(), append='kshim.entry=a'),
    none('boot-none', 'kernel.none', Disk(), qemu=('-fw_cfg', 'name=opt/org.kshim/boot,string=none')),
    none('boot-odd', 'fw-cfg.boot', Disk(), qemu=('-fw_cfg', 'name=opt/org.kshim/boot,string=floppy')),
    none('entry-by-item', 'disk.no-file', Disk(), qemu=('-fw_cfg', 'name=opt/org.kshim/entry,string=a')),
    none('ahci', 'kernel.none', Disk(bus='ide-hd'), expect=(
        'disks on AHCI (SATA) are not read: give them as virtio-blk, virtio-scsi or NVMe',)),
    none('ide', 'kernel.none', Disk(bus='ide-hd'), way='rom-disk', machine='pc', expect=('disks on IDE are not read: ',)),
    none('usb', 'kernel.none', Disk(bus='usb-storage'), machine='pc', qemu=('-device', 'qemu-xhci'), expect=(
        'disks on USB are not read: ',)),
]
