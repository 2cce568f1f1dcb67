# SPDX-License-Identifier: BSD-2-Clause
"""The table of boots. A row is added here and nowhere else; row.py says what its fields mean."""
from dataclasses import replace

from boot import bzimage_rows
from boot import disk_rows
from boot import rom_rows
from boot import uki_rows
from kshimtest.row import I386, MIB, PDPE1GB, RDRAND, Prelude, Row, linux, refused

# What the probes compare only with kshim: QEMU's own loaders leave no GDT and no task register.
QEMU_LAX = {'lax': 'gdt'}

# The probes prove themselves where another loader follows the protocol as well.
UNDER_QEMU = [
    Row(f'qemu-{name}', f'probe:{name}', way='qemu', machine='pc', by='pvh', probe=QEMU_LAX,
        initrds=('bytes:5000',) if name != 'hypervisor' else ())
    for name in ('pvh32', 'pvh64', 'pvh-over', 'hypervisor')
]

PROBES = [
    Row('pvh32-fwcfg-q35', 'probe:pvh32', by='pvh'),
    Row('pvh32-module-pc', 'probe:pvh32', machine='pc', way='module', by='pvh'),
    Row('pvh64-bundle-microvm', 'probe:pvh64', machine='microvm', way='bundle', by='pvh',
        initrds=('bytes:70001', 'bytes:8192'), own_line='from.bundle="a b"'),
    Row('pvh-interpreter-module-microvm', 'probe:pvh-interpreter', machine='microvm', way='module',
        by='pvh'),
    Row('pvh-section-fwcfg-pc', 'probe:pvh-section', machine='pc', by='pvh'),
    Row('pvh-low-fwcfg-q35', 'probe:pvh-low', by='pvh', probe={'at': '10000'}),
    Row('pvh-over-fwcfg-q35', 'probe:pvh-over', by='pvh', probe={'at': '100000'}),
    Row('pvh-over-module-pc', 'probe:pvh-over', machine='pc', way='module', by='pvh'),
    Row('pvh-over-bss-bundle-microvm', 'probe:pvh-over-bss', machine='microvm', way='bundle',
        by='pvh', initrds=('bytes:123457',)),
    Row('pvh-reloc-fwcfg-q35', 'probe:pvh-reloc', by='pvh'),
    Row('pvh-reloc-bare-bundle-pc', 'probe:pvh-reloc-bare', machine='pc', way='bundle', by='pvh'),
    Row('elf64-fwcfg-q35', 'probe:elf64', by='linux64', initrds=('bytes:4097', 'bytes:1')),
    Row('elf64-bundle-microvm', 'probe:elf64', machine='microvm', way='bundle', by='linux64',
        cpu=RDRAND, probe={'copies': '0'}),
    Row('elf64-map-fwcfg-pc', 'probe:elf64-map', machine='pc', by='linux64'),
    Row('elf64-low-bundle-q35', 'probe:elf64-low', way='bundle', by='linux64'),
    Row('elf64-over-module-pc', 'probe:elf64-over', machine='pc', way='module', by='linux64'),
    Row('elf64-high-fwcfg-pc', 'probe:elf64-high', machine='pc', by='linux64', memory=6144,
        probe={'at': '140000000'}, initrds=('bytes:4096',)),
    Row('elf64-high-fwcfg-q35-gbpages', 'probe:elf64-high', by='linux64', memory=6144,
        cpu=PDPE1GB, probe={'at': '140000000'}),
    # No memory where it was linked: a Linux may be moved.
    Row('elf64-high-moved-bundle-q35', 'probe:elf64-high', way='bundle', by='linux64'),
    Row('pvh64-asked-linux64', 'probe:pvh64', word='linux64', by='linux64'),
    Row('elf64-unknown-asked-linux64', 'probe:elf64-unknown', word='linux64', by='linux64'),
    Row('bz64-fwcfg-q35-rdrand', 'probe:bz64', by='linux64', cpu=RDRAND,
        initrds=('bytes:1000003',), probe={'at': '1000000', 'copies': '0'}),
    Row('bz64-bundle-microvm', 'probe:bz64', machine='microvm', way='bundle', by='linux64',
        memory=128, own_line='a.word', initrds=('bytes:5', 'bytes:6', 'bytes:7')),
    Row('bz64-bundle-pc-6g', 'probe:bz64', machine='pc', way='bundle', by='linux64', memory=6144,
        cpus=4, initrds=('bytes:4097',)),
    Row('bz64-no-nx', 'probe:bz64', by='linux64', cpu='qemu64,nx=off'),
    Row('pvh32-no-nx', 'probe:pvh32', by='pvh', cpu='qemu64,nx=off'),
    Row('bz64-asked-linux32', 'probe:bz64', word='linux32', by='linux32', cpu=RDRAND,
        probe={'copies': '0'}),
    Row('bz64-own-line-fwcfg', 'probe:bz64', by='linux64', own_line='from.fwcfg=1'),
    Row('bz64-high-fwcfg-q35-6g', 'probe:bz64-high', by='linux64', memory=6144),
    Row('bz64-fixed-module-pc', 'probe:bz64-fixed', machine='pc', way='module', by='linux64',
        probe={'at': '100000'}),
    Row('bz64-fixed-fwcfg-microvm', 'probe:bz64-fixed', machine='microvm', by='linux64',
        initrds=('bytes:65536',)),
    Row('bz32-fwcfg-q35', 'probe:bz32', by='linux32', initrds=('bytes:99999',)),
    Row('bz32-bundle-pc', 'probe:bz32', machine='pc', way='bundle', by='linux32', memory=6144,
        initrds=('bytes:31',)),
    Row('bz32-fixed-bundle-q35', 'probe:bz32-fixed', way='bundle', by='linux32',
        initrds=('bytes:4096',), probe={'at': '100000'}),
    Row('bz-2.05-fwcfg-q35', 'probe:bz-2.05', by='linux32', initrds=('bytes:4096',)),
    Row('bz-2.03-fwcfg-pc', 'probe:bz-2.03', machine='pc', by='linux32', initrds=('bytes:4096',)),
    Row('bz-2.02-bundle-q35', 'probe:bz-2.02', way='bundle', by='linux32', memory=2048,
        initrds=('bytes:70000',)),
    Row('bz-2.01-fwcfg-q35', 'probe:bz-2.01', by='linux32', initrds=('bytes:4096',)),
    Row('bz-2.00-bundle-pc', 'probe:bz-2.00', machine='pc', way='bundle', by='linux32'),
    Row('hypervisor-fwcfg-q35', 'probe:hypervisor', by='pvh',
        initrds=('bytes:4097', 'bytes:13', 'bytes:300000')),
    Row('hypervisor-bundle-microvm', 'probe:hypervisor', machine='microvm', way='bundle',
        by='pvh', initrds=('bytes:77',)),
    Row('hypervisor-alone-pc', 'probe:hypervisor', machine='pc', way='module', by='pvh'),
    Row('bz64-4cpus-microvm', 'probe:bz64', machine='microvm', by='linux64', cpus=4,
        memory=1024),
    Row('fwcfg-without-dma', 'probe:bz64', by='linux64', initrds=('bytes:100001',),
        qemu=('-global', 'fw_cfg_io.dma_enabled=off')),
    Row('fwcfg-without-dma-pc', 'probe:pvh-over', machine='pc', by='pvh',
        qemu=('-global', 'fw_cfg_io.dma_enabled=off')),
    Row('acpi-off', 'probe:pvh64', machine='microvm,acpi=off', by='pvh', probe={'rsdp': '0'}),
    Row('list-in-the-file', 'patch:0x250:00f0ffff00000000:debian:cloud', by='linux64',
        initrds=('initramfs',), status=0, qemu=('-icount', 'shift=1,sleep=off'),
        expect=('kshim: userspace reached',)),
    Row('many-initrds', 'probe:bz64', by='linux64',
        initrds=tuple(f'bytes:{1000 + i}' for i in range(12))),
    Row('many-modules', 'probe:hypervisor', machine='pc', by='pvh',
        initrds=tuple(f'bytes:{5000 + i}' for i in range(14))),
    Row('quiet', 'probe:bz64', append='quiet', absent=('kshim:',)),
    Row('loglevel', 'probe:pvh32', append='loglevel=3', absent=('kshim:',)),
    Row('console-none', 'probe:bz64', append='kshim.console=none', absent=('kshim:',)),
    Row('console-0xe9', 'probe:bz64', append='kshim.console=0xe9', absent=('kshim: entering',)),
    Row('line-at-its-limit-bz64', 'probe:bz64', by='linux64', pad_line=2047),
    Row('line-at-its-limit-bz32-fixed', 'probe:bz32-fixed', by='linux32', pad_line=1023),
    Row('line-at-its-limit-2.02', 'probe:bz-2.02', by='linux32', pad_line=255),
    Row('line-at-its-limit-elf64', 'probe:elf64', by='linux64', pad_line=2047),
]


# Pairwise: kernel and protocol, machine, way, memory, processors.
def two_lz4(name, kernel, by, **rest):
    """Both archives count: Linux sees the end of an lz4 stream by the zeros behind it only."""
    row = linux(f'two-lz4-{name}', kernel, by, append='rdinit=/second', memory=512,
                initrds=('lz4:initramfs', 'lz4:second-archive'), **rest)
    return replace(row, expect=('kshim: second archive', *row.expect))


LINUX = [
    linux('cloud-bzimage-fwcfg-q35', 'debian:cloud', 'linux64'),
    linux('cloud-bzimage-bundle-microvm-128m', 'debian:cloud', 'linux64', way='bundle',
          machine='microvm', memory=128),
    linux('cloud-bzimage-fwcfg-pc-6g-4cpus', 'debian:cloud', 'linux64', machine='pc',
          memory=6144, cpus=4),
    linux('cloud-bzimage-bundle-q35-linux32', 'debian:cloud', 'linux32', way='bundle',
          word='linux32', memory=512, cpus=4),
    linux('cloud-bzimage-fwcfg-microvm-linux32', 'debian:cloud', 'linux32', word='linux32',
          machine='microvm', memory=1024, full=True),
    linux('cloud-pvh-fwcfg-pc-128m', 'vmlinux:cloud', 'pvh', machine='pc', memory=128),
    linux('cloud-pvh-bundle-q35-6g-4cpus', 'vmlinux:cloud', 'pvh', way='bundle', memory=6144,
          cpus=4),
    linux('cloud-pvh-fwcfg-microvm-4cpus', 'vmlinux:cloud', 'pvh', machine='microvm',
          memory=512, cpus=4, full=True),
    linux('cloud-vmlinux64-bundle-pc-4cpus', 'vmlinux:cloud', 'linux64', way='bundle',
          word='linux64', machine='pc', memory=512, cpus=4, full=True),
    linux('cloud-vmlinux64-fwcfg-microvm-6g', 'vmlinux:cloud', 'linux64', word='linux64',
          machine='microvm', memory=6144),
    linux('cloud-vmlinux64-fwcfg-q35-rdrand', 'vmlinux:cloud', 'linux64', word='linux64',
          cpu='qemu64,+rdrand,+rdseed,+pdpe1gb', initrds=('initramfs', 'initramfs'), full=True),
    two_lz4('fwcfg-q35', 'debian:cloud', 'linux64'),
    two_lz4('bundle-pc', 'vmlinux:cloud', 'pvh', way='bundle', machine='pc', full=True),
    linux('686-pae-bzimage-fwcfg-pc', 'debian:686-pae', 'linux32', machine='pc', **I386),
    linux('686-pae-bzimage-bundle-q35-6g', 'debian:686-pae', 'linux32', way='bundle',
          memory=6144, **I386, full=True),
    linux('686-pae-pvh-fwcfg-q35', 'vmlinux:686-pae', 'pvh', **I386),
    linux('686-pae-pvh-bundle-microvm', 'vmlinux:686-pae', 'pvh', way='bundle',
          machine='microvm', memory=512, **I386, full=True),
    linux('trixie-bzimage-fwcfg-q35', 'debian:trixie', 'linux64', memory=512, full=True),
    linux('trixie-pvh-bundle-pc', 'vmlinux:trixie', 'pvh', way='bundle', machine='pc',
          memory=512),
    linux('trixie-vmlinux64-fwcfg-q35', 'vmlinux:trixie', 'linux64', word='linux64',
          memory=512, full=True),
    linux('sid-bzimage-bundle-pc', 'debian:sid', 'linux64', way='bundle', machine='pc',
          memory=512),
    linux('sid-pvh-fwcfg-q35-4cpus', 'vmlinux:sid', 'pvh', memory=512, cpus=4),
    linux('sid-vmlinux64-bundle-microvm', 'vmlinux:sid', 'linux64', word='linux64',
          way='bundle', machine='microvm', memory=1024, full=True),
]

# ---------------------------------------------------------------- by the prelude

LOW = ((0, 0x9fc00, 1), (0x9fc00, 0x60400, 2))      # how the map of a PC starts
OURS = (MIB, MIB, 1)                                # where kshim.elf is


def by_prelude(name, kernel, by, prelude, **rest):
    return Row('prelude-' + name, kernel, way='prelude', machine=rest.pop('machine', 'pc'), by=by,
               prelude=prelude, **rest)


def debian_by_prelude(name, kernel, by, prelude, **rest):
    return by_prelude(name, kernel, by, prelude, memory=512, initrds=('initramfs',), status=0,
                      qemu=('-icount', 'shift=1,sleep=off'), **rest,
                      expect=('kshim: userspace reached', 'kshim: powering off'))


def striped(start, count, step, kind, length):
    """`count` ranges of that type, `length` bytes each, `step` apart."""
    return tuple((start + i * step, length, kind) for i in range(count))


# RAM in 150 pieces, and one piece of RAM with 150 reserved ranges behind it.
MANY_RAM = (*LOW, (MIB, 63 * MIB, 1), *striped(64 * MIB, 150, 0x20000, 1, 0x10000))
MANY_RESERVED = (*LOW, (MIB, 63 * MIB, 1), *striped(0xc0000000, 150, 0x20000, 2, 0x10000))
PLACE_RESERVED = (*LOW, (MIB, 15 * MIB, 1), (16 * MIB, 2 * MIB, 2), (18 * MIB, 493 * MIB, 1))

PRELUDES = [
    by_prelude('plain', 'probe:pvh32', 'pvh', Prelude(0x2000000)),
    by_prelude('microvm', 'probe:bz64', 'linux64', Prelude(0x2000123, (0x3000077,)),
               machine='microvm', initrds=('bytes:70001',)),
    # The kernel's file where the kernel must be: before, at and behind it.
    by_prelude('kernel-on-itself', 'probe:pvh64', 'pvh',
               Prelude(0x1000000, poison=((0x1020000, 0x20000),))),
    by_prelude('kernel-behind-itself', 'probe:pvh64', 'pvh',
               Prelude(0x1003001, poison=((0x1020000, 0x20000),))),
    by_prelude('kernel-before-itself', 'probe:pvh64', 'pvh',
               Prelude(0xff8007, poison=((0x1020000, 0x20000),))),
    by_prelude('kernel-over-tail', 'probe:elf64-over', 'linux64', Prelude(0x400000)),
    by_prelude('kernel-next-to-kshim', 'probe:pvh-over', 'pvh', Prelude(0x1a0000)),
    by_prelude('bzimage-on-itself', 'probe:bz64', 'linux64', Prelude(0x1000001)),
    by_prelude('fixed-bzimage-over-kshim', 'probe:bz64-fixed', 'linux64',
               Prelude(0x200000, (0x580000,)), initrds=('bytes:1000000',)),
    by_prelude('old-bzimage-over-kshim', 'probe:bz-2.01', 'linux32',
               Prelude(0x1a0000, (0x80000,)), initrds=('bytes:40000',)),
    by_prelude('initrd-on-kernel', 'probe:pvh64', 'pvh', Prelude(0x3000000, (0x1000000,)),
               initrds=('bytes:1000000',)),
    by_prelude('initrds-on-kernel', 'probe:elf64-big', 'linux64',
               Prelude(0x3000000, (0xffffff, 0x1100003, 0x11f0000)),
               initrds=('bytes:999999', 'bytes:65537', 'bytes:300000')),
    by_prelude('modules-on-hypervisor', 'probe:hypervisor', 'pvh',
               Prelude(0x208000, (0x222001, 0x1f0000, 0x231001)),
               initrds=('bytes:60000', 'bytes:70000', 'bytes:80003')),
    by_prelude('initrds-backwards', 'probe:bz64', 'linux64',
               Prelude(0x2000000, (0x3300000, 0x3200000, 0x3100000)),
               initrds=('bytes:900001', 'bytes:900002', 'bytes:900003')),
    # Kernel and initrd each where the other must go, and little room besides.
    by_prelude('swapped', 'probe:elf64-big', 'linux64', Prelude(
        0x1220000, (0x1000000,), map=(*LOW, OURS, (16 * MIB, 0x440000, 1), (48 * MIB, 4 * MIB, 1))),
        initrds=('bytes:0x1f0000',)),
    by_prelude('modules-high', 'probe:pvh64', 'pvh', Prelude(0x150000000, (0x160000003,)),
               memory=6144, initrds=('bytes:123456',)),
    by_prelude('modules-high-bz32', 'probe:bz32', 'linux32', Prelude(0x150000001, (0x160000000,)),
               memory=6144, initrds=('bytes:123456',)),
    by_prelude('modules-low', 'probe:elf64', 'linux64', Prelude(0x20000, (0x40001,)),
               initrds=('bytes:12345',)),
    by_prelude('handoff-on-kernel', 'probe:pvh64', 'pvh',
               Prelude(0x2000000, (0x1010000,), handoff_at=0x1004000), initrds=('bytes:50000',)),
    by_prelude('version-0', 'probe:pvh32', 'pvh', Prelude(0x2000000, version=0)),
    by_prelude('without-fwcfg', 'probe:pvh64', 'pvh',
               Prelude(0x2000000, (0x3000000,), hide_fw_cfg=True), initrds=('bytes:70000',)),
    by_prelude('many-ranges-bz64', 'probe:bz64', 'linux64', Prelude(0x2000000, map=MANY_RAM),
               probe={'maps': f'{len(MANY_RAM) - 1:x}'}),
    by_prelude('many-ranges-hypervisor', 'probe:hypervisor', 'pvh',
               Prelude(0x2000000, map=MANY_RAM), probe={'maps': f'{len(MANY_RAM) - 1:x}'}),
    by_prelude('many-ranges-pvh-squeezed', 'probe:pvh64', 'pvh',
               Prelude(0x2000000, map=MANY_RESERVED)),
    # PVH has no room for so many, boot_params does.
    by_prelude('many-ranges-pvh64', 'probe:pvh64', 'linux64', Prelude(0x2000000, map=MANY_RAM)),
    by_prelude('many-ranges-old', 'probe:bz-2.05', 'linux32',
               Prelude(0x2000000, map=MANY_RESERVED)),
    by_prelude('odd-types', 'probe:bz64', 'linux64', Prelude(0x2000000, map=(
        *LOW, (MIB, 63 * MIB, 1), (64 * MIB, MIB, 42), (65 * MIB, MIB, 0), (66 * MIB, MIB, 3),
        (67 * MIB, MIB, 4), (68 * MIB, MIB, 7), (69 * MIB, MIB, 0xffffffff)))),
    by_prelude('overlapping-ranges', 'probe:bz64', 'linux64', Prelude(0x2000000, map=(
        (32 * MIB, 16 * MIB, 1), *LOW, (MIB, 32 * MIB, 1), (40 * MIB, MIB, 2)),
        ), probe={'ram': f'{46 * MIB + 0x9fc00:x}'}),
    by_prelude('rsdp-in-ram', 'probe:pvh32', 'pvh', Prelude(0x2000000, rsdp_at=0x3000010),
               probe={'rsdp': '3000010'}),
    by_prelude('rsdp-where-kernel-goes', 'probe:bz64', 'linux64',
               Prelude(0x2000000, rsdp_at=0x1000100), probe={'rsdp': '1000100'}),
    by_prelude('place-reserved-elf64', 'probe:elf64', 'linux64', Prelude(0x3000000, map=(
        *LOW, (MIB, 15 * MIB, 1), (16 * MIB, 2 * MIB, 2), (18 * MIB, 40 * MIB, 1)))),
    by_prelude('place-reserved-pvh64', 'probe:pvh64', 'linux64', Prelude(0x3000000, map=(
        *LOW, (MIB, 15 * MIB, 1), (16 * MIB, 2 * MIB, 2), (18 * MIB, 40 * MIB, 1)))),
    by_prelude('min-align', 'probe:bz32-min-align', 'linux32', Prelude(0x2000000, map=(
        *LOW, OURS, (17 * MIB, 23 * MIB, 1)))),
    debian_by_prelude('debian-on-itself', 'vmlinux:cloud', 'pvh',
                      Prelude(0x1000000, (0x5000000,)), full=True),
    # Its place is reserved: moved by its PHYS32_RELOC note, as a Linux by boot_params, or as its
    # header allows.
    debian_by_prelude('debian-moved-pvh', 'vmlinux:sid', 'pvh', Prelude(
        0x14000000, (0x1900000,), map=PLACE_RESERVED)),
    debian_by_prelude('debian-moved-vmlinux64', 'vmlinux:cloud', 'linux64', Prelude(
        0x14000000, (0x1900000,), map=PLACE_RESERVED), full=True),
    debian_by_prelude('debian-moved-bzimage', 'debian:cloud', 'linux64', Prelude(
        0x14000000, (0x1900000,), map=PLACE_RESERVED)),
]

# ---------------------------------------------------------------- other systems

ODD = [
    Row('memtest86+-x64', 'debian:memtest-x64', by='linux64', memory=64,
        append='console=ttyS0,115200',
        endless=True, expect=('Memtest86+ v6', 'x64', '[Address test, walking ones')),
    Row('memtest86+-ia32', 'debian:memtest-ia32', machine='pc', by='linux32', memory=64,
        append='console=ttyS0,115200', endless=True,
        expect=('Memtest86+ v6', 'x32', '[Address test, walking ones')),
]

# ---------------------------------------------------------------- refusals

CUT_ELF = 'cut:60000:probe:pvh32'

REFUSALS = [
    refused('empty', 'kernel.empty', 'empty'),
    refused('unknown', 'kernel.unknown', 'bytes:5000', machine='pc'),
    refused('text', 'kernel.other-kind', 'text'),
    refused('script', 'kernel.other-kind', 'script', machine='microvm'),
    refused('gzip', 'kernel.compressed', 'gzip:probe:pvh32'),
    refused('none', 'kernel.none', 'none'),
    refused('initramfs', 'kernel.other-kind', 'initramfs', way='module'),
    refused('other-machine', 'kernel.other-machine', 'patch:18:b700:probe:elf64'),
    refused('zimage', 'bzimage.zimage', 'probe:zimage', machine='pc'),
    refused('real-mode-only', 'bzimage.real-mode', 'debian:ipxe', machine='pc'),
    refused('real-mode-memdisk', 'bzimage.real-mode', 'debian:memdisk'),
    refused('real-mode-setup-alone', 'bzimage.real-mode',
            'cut:2560:patch:0x1f4:00000000:probe:bz-2.03', machine='microvm'),
    refused('pre-2.00', 'bzimage.pre-2.00', 'patch:0x202:00000000:probe:bz-2.00'),
    refused('cut-elf', 'elf.truncated', CUT_ELF),
    refused('cut-elf-module', 'elf.truncated', CUT_ELF, way='module', machine='microvm'),
    refused('cut-elf-headers', 'elf.truncated', 'cut:60:probe:pvh32', machine='pc'),
    refused('cut-bzimage', 'bzimage.truncated', 'cut:4000:probe:bz64'),
    refused('cut-debian', 'bzimage.truncated', 'cut:5000000:debian:cloud'),
    refused('cut-debian-vmlinux', 'elf.truncated', 'cut:9000000:vmlinux:cloud', machine='microvm'),
    refused('cut-bundle', 'bundle.truncated', 'cut:60000:bundle:probe:pvh32', way='module'),
    refused('cut-bundle-fwcfg', 'bundle.truncated', 'cut:60000:bundle:probe:pvh32'),
    refused('elf-relocatable', 'elf.not-executable', 'patch:16:0100:probe:elf64'),
    refused('elf-big-endian', 'elf.ident', 'patch:5:02:probe:pvh32', machine='pc'),
    refused('elf-without-headers', 'elf.headers', 'patch:44:0000:probe:pvh32'),
    refused('elf-without-segments', 'elf.no-segment',
            'patch:84:00000000:patch:116:00000000:probe:pvh32', machine='microvm'),
    refused('elf-segment-size', 'elf.segment-size', 'patch:104:01000000:probe:pvh32'),
    refused('elf-segments-overlap', 'elf.segments-overlap', 'patch:96:00004000:probe:pvh32'),
    refused('elf-segment-wraps', 'elf.segment-wraps', f'patch:160:{"ff" * 8}:probe:elf64'),
    refused('bzimage-alignment', 'bzimage.header', 'patch:0x230:03000000:probe:bz64'),
    refused('pe', 'kernel.pe', 'patch:0:4d5a:patch:0x3c:80000000:patch:0x80:50450000:'
            'patch:0x202:00000000:probe:bz64'),
    refused('elf-entry', 'elf.entry', 'patch:0x18:0000ff00:probe:elf64'),
    refused('elf-without-protocol', 'elf.no-protocol', 'probe:elf64-unknown'),
    refused('elf-program', 'elf.program', 'debian:uml'),
    refused('elf-program-probe', 'elf.program', 'probe:elf64-user', machine='pc'),
    # Debian's has a multiboot header only.
    refused('xen-without-pvh', 'elf.no-protocol', 'xen', machine='pc'),
    refused('kernel-over-memory', 'plan.kernel-place', 'probe:pvh-huge', memory=128),
    refused('kernel-over-memory-bzimage', 'plan.kernel-room', 'debian:cloud', memory=32),
    # Linux moves itself up to pref_address, so a place below is none.
    refused('bzimage-below-its-place', 'plan.kernel-room', 'probe:bz64-high'),
    refused('kernel-place-reserved', 'plan.kernel-place', 'probe:pvh32', machine='pc',
            way='prelude', prelude=Prelude(0x2000000, map=(
                *LOW, (MIB, 3 * MIB, 1), (4 * MIB, 4096, 2), (5 * MIB, 60 * MIB, 1)))),
    refused('initrd-too-big', 'plan.initrd-room', 'probe:bz64', initrds=('zeros:300000000',)),
    refused('initrd-too-big-microvm', 'plan.initrd-room', 'probe:pvh64', machine='microvm',
            initrds=('bytes:4096', 'zeros:268000000')),
    refused('initrd-over-its-limit', 'plan.initrd-room', 'probe:bz-2.03', machine='pc',
            initrds=('zeros:70000000',)),
    refused('line-too-long-bz64', 'cmdline.too-long', 'probe:bz64', pad_line=2048),
    refused('line-too-long-elf64', 'cmdline.too-long', 'probe:elf64', pad_line=2048, machine='pc'),
    refused('line-too-long-2.02', 'cmdline.too-long', 'probe:bz-2.02', pad_line=256),
    refused('line-too-long-debian', 'cmdline.too-long', 'debian:cloud', pad_line=2048,
            machine='microvm'),
    refused('line-over-all-room', 'cmdline.buffer', 'probe:bz64', own_line='x' * 70000),
    refused('line-with-escape', 'cmdline.control', 'probe:bz64', own_line='a\x1b[0m'),
    refused('unknown-word', 'cmdline.word', 'probe:bz64', append='kshim.nonsense=1'),
    refused('unknown-value', 'cmdline.word', 'probe:bz64', word='efi', machine='pc'),
    refused('pvh-of-bzimage', 'bzimage.no-pvh', 'probe:bz64', word='pvh'),
    refused('linux64-of-bz32', 'bzimage.no-64-bit-entry', 'probe:bz32', word='linux64'),
    refused('linux32-of-elf', 'elf.no-linux32', 'probe:elf64', word='linux32'),
    refused('pvh-of-elf64', 'elf.no-pvh', 'probe:elf64', word='pvh'),
    refused('linux64-of-elf32', 'elf.no-linux64', 'probe:pvh32', word='linux64'),
    refused('no-long-mode', 'cpu.no-long-mode', 'probe:bz32', cpu='qemu32'),
    refused('no-long-mode-microvm', 'cpu.no-long-mode', 'probe:pvh32', cpu='pentium3',
            machine='microvm'),
    refused('start-info-magic', 'start-info.magic', 'probe:pvh32', machine='pc', way='prelude',
            prelude=Prelude(0x2000000, magic=0x336ec579)),
    refused('no-map', 'map.none', 'probe:pvh32', machine='pc', way='prelude',
            prelude=Prelude(0x2000000, version=0, hide_fw_cfg=True)),
    refused('empty-map', 'map.none', 'probe:pvh32', machine='pc', way='prelude',
            prelude=Prelude(0x2000000, map=(), hide_fw_cfg=True)),
    refused('map-without-ram', 'map.no-ram', 'probe:pvh32', machine='pc', way='prelude',
            prelude=Prelude(0x2000000, map=((0, 64 * MIB, 2),))),
    refused('prelude-without-modules', 'kernel.none', 'probe:pvh32', machine='pc', way='prelude',
            prelude=Prelude()),
    refused('module-out-of-reach', 'module.unreachable', 'probe:pvh32', machine='pc',
            way='prelude', prelude=Prelude(0x2000000, stray=((0xffffffffff000, 4096),))),
    # Each where the other must go, and no third place for either.
    refused('swapped-without-room', 'plan.stage-room', 'probe:elf64-big', machine='pc',
            way='prelude', initrds=('bytes:0x1f0000',), prelude=Prelude(
                0x1220000, (0x1000000,), map=(*LOW, OURS, (16 * MIB, 0x440000, 1)))),
    refused('map-full', 'map.full', 'probe:bz64', machine='pc', way='prelude',
            prelude=Prelude(0x2000000, map=(*LOW, OURS, *striped(2 * MIB, 600, 0x20000, 1, 4096)))),
    refused('no-place-for-old-line', 'plan.old-cmdline', 'probe:bz-2.00', machine='pc',
            way='prelude', prelude=Prelude(0x2000000, map=(
                (0, 0x80000, 1), (0x80000, 0x80000, 2), (MIB, 63 * MIB, 1)))),
    refused('too-many-modules', 'plan.too-many-parts', 'probe:hypervisor', machine='pc',
            way='prelude', prelude=Prelude(0x2000000, stray=tuple(
                (0x3000000 + i * 4096, 4096) for i in range(60)))),
    refused('too-many-ranges', 'map.too-many', 'probe:pvh32', machine='pc', way='prelude',
            prelude=Prelude(0x2000000, map=MANY_RAM)),
]

ROWS = (UNDER_QEMU + PROBES + PRELUDES + LINUX + ODD + REFUSALS + bzimage_rows.ROWS +
        rom_rows.ROWS + uki_rows.ROWS + disk_rows.DISK)
