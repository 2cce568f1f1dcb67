# SPDX-License-Identifier: BSD-2-Clause
"""Rows of kshim.bzimage, by each loader that starts bzImages. rows.py adds them to the table."""
from kshimtest.row import MIB, Prelude, Row

RDRAND = 'qemu64,+rdrand,+rdseed'
QBOOT = ('-bios', 'qboot.rom')
VGA = ('-vga', 'std')
WITHOUT_A20 = 'without-a20:built:kshim.bzimage'


def linux(name, kernel, by, way, **rest):
    """A real kernel to userspace, on one processor by -icount."""
    if rest.get('cpus', 1) == 1:
        rest['qemu'] = ('-icount', 'shift=1,sleep=off', *rest.get('qemu', ()))
    return Row(f'bzimage-{name}', kernel, by=by, way=way, initrds=('initramfs',), status=0,
               expect=(*rest.pop('expect', ()), 'kshim: userspace reached',
                                    'kshim: powering off'), **rest)


def probe(name, kernel, by, way='bzimage', **rest):
    return Row(f'bzimage-{name}', f'probe:{kernel}', by=by, way=way, **rest)


PROBES = [
    probe('pvh32-pc', 'pvh32', 'pvh', machine='pc', initrds=('bytes:5000',)),
    probe('pvh64-microvm', 'pvh64', 'pvh', machine='microvm', own_line='from.bundle="a b"'),
    probe('pvh-over-q35', 'pvh-over', 'pvh'),
    probe('elf64-q35', 'elf64', 'linux64', initrds=('bytes:4097', 'bytes:1')),
    probe('elf64-low-pc', 'elf64-low', 'linux64', machine='pc'),
    probe('elf64-high-pc-6g', 'elf64-high', 'linux64', machine='pc', memory=6144,
          probe={'at': '140000000'}, initrds=('bytes:4096',)),
    probe('bz64-pc-rdrand', 'bz64', 'linux64', machine='pc', cpu=RDRAND,
          initrds=('bytes:1000003',), probe={'at': '1000000', 'copies': '0'}),
    probe('bz64-linux32', 'bz64', 'linux32', word='linux32'),
    probe('bz64-no-nx', 'bz64', 'linux64', machine='pc', cpu='qemu64,nx=off'),
    probe('bz64-microvm-4cpus', 'bz64', 'linux64', machine='microvm', cpus=4),
    probe('bz64-fixed-pc', 'bz64-fixed', 'linux64', machine='pc', probe={'at': '100000'}),
    probe('bz32-q35', 'bz32', 'linux32', initrds=('bytes:99999',)),
    probe('bz-2.00-pc', 'bz-2.00', 'linux32', machine='pc'),
    probe('hypervisor-q35', 'hypervisor', 'pvh', initrds=('bytes:77',)),
    probe('alone-pc', 'pvh32', 'pvh', way='bzimage-alone', machine='pc'),
    probe('alone-microvm-64m', 'bz64', 'linux64', way='bzimage-alone', machine='microvm',
          memory=64),
    probe('a20-closed', 'pvh32', 'pvh', machine='pc', stub=WITHOUT_A20),
    # By qboot's own way into real mode; without -bios all three machines have SeaBIOS.
    probe('qboot-pc', 'bz64', 'linux64', machine='pc', qemu=QBOOT, initrds=('bytes:4097',)),
    probe('qboot-q35-6g', 'pvh64', 'pvh', memory=6144, qemu=QBOOT),
    probe('qboot-microvm', 'bz32', 'linux32', machine='microvm', qemu=QBOOT),
    probe('fwcfg-q35', 'bz64', 'linux64', way='bzimage-fwcfg'),
    probe('line-at-its-limit', 'bz64', 'linux64', pad_line=2047),
    probe('quiet', 'bz64', '', append='quiet', absent=('kshim:',)),
    probe('grub', 'pvh64', 'pvh', way='grub', machine='pc', initrds=('bytes:70001',)),
    probe('grub-6g', 'bz64', 'linux64', way='grub', memory=6144),
    probe('isolinux', 'elf64', 'linux64', way='isolinux', machine='pc'),
    probe('ipxe', 'pvh32', 'pvh', way='ipxe', machine='pc', initrds=('bytes:5000',)),
    # kexec puts it above 4 GiB where there is memory; it moves below 2 GiB.
    probe('kexec', 'pvh64', 'pvh', way='kexec', initrds=('bytes:5000',)),
    probe('kexec-6g', 'bz64', 'linux64', way='kexec', memory=6144, initrds=('bytes:100001',)),
    probe('kexec-file-3g', 'elf64', 'linux64', way='kexec-file', memory=3072),
    probe('kexec-file-6g', 'elf64', 'linux64', way='kexec-file', memory=6144),
    probe('high-20-nodes', 'bz64', 'linux64', way='high', machine='pc', memory=3072,
          initrds=('bytes:70001',)),
    probe('kexec-32', 'bz32', 'linux32', way='kexec-32'),
]

LINUX = [
    linux('cloud-vmlinux-pc', 'vmlinux:cloud', 'pvh', 'bzimage', machine='pc', memory=512),
    linux('cloud-q35-4cpus', 'debian:cloud', 'linux64', 'bzimage', cpus=4, memory=5120),
    linux('cloud-vmlinux-microvm', 'vmlinux:cloud', 'pvh', 'bzimage', machine='microvm', full=True),
    linux('screen', 'debian:cloud', 'linux64', 'bzimage', machine='pc', qemu=VGA,
          append='ignore_loglevel', expect=('Console: colour VGA+ 80x25',)),
    linux('no-screen', 'debian:cloud', 'linux64', 'bzimage', machine='pc',
          append='ignore_loglevel', expect=('Console: colour dummy device',), full=True),
    linux('grub-cloud', 'debian:cloud', 'linux64', 'grub', machine='pc', memory=512),
    linux('isolinux-cloud-vmlinux', 'vmlinux:cloud', 'pvh', 'isolinux', memory=512),
    linux('ipxe-cloud', 'debian:cloud', 'linux64', 'ipxe', machine='pc', memory=512, full=True),
    linux('kexec-cloud-vmlinux', 'vmlinux:cloud', 'pvh', 'kexec', memory=1024),
    linux('kexec-file-cloud-5g', 'debian:cloud', 'linux64', 'kexec-file', memory=5120),
    linux('kexec-32-cloud', 'debian:cloud', 'linux64', 'kexec-32', memory=1024, full=True),
]


def refused(name, code, kernel='probe:bz64', way='bzimage', **rest):
    return Row(f'bzimage-{name}', kernel, way=way, refusal=code, **rest)


REFUSALS = [
    refused('no-kernel', 'kernel.none', 'none', way='bzimage-alone', machine='pc'),
    refused('initramfs-alone', 'kernel.other-kind', 'initramfs', way='bzimage-alone'),
    refused('no-long-mode', 'cpu.no-long-mode', machine='pc', cpu='qemu32'),
    refused('setup-cut', 'loader.setup-cut', machine='pc',
            stub='patch:0x7fc:00000000:built:kshim.bzimage'),
    refused('a20', 'loader.a20', machine='pc', stub=WITHOUT_A20, qemu=(
        '-device', 'pci-serial,addr=0x10', '-device', 'pci-serial,addr=0x11')),
    refused('five-levels', 'loader.five-levels', way='kexec', cpu='max', memory=512),
    refused('cut-elf', 'elf.truncated', 'cut:60000:probe:pvh32', way='bzimage-alone'),
    refused('unknown-word', 'cmdline.word', append='kshim.nonsense=1', machine='microvm'),
]

# By the prelude, at an address of ours and with a zero page of ours; 2 GiB and above is too high to run.
LOW, RAM = (0, 0x9fc00, 1), (MIB, 3071 * MIB, 1)
HIGH = 2050 * MIB


def by_prelude(name, **rest):
    prelude = Prelude(0x4000000, map=rest.pop('map', (LOW, RAM)), **rest)
    return {'name': f'bzimage-{name}', 'kernel': 'probe:bz64', 'way': 'prelude', 'machine': 'pc',
            'memory': 3072, 'prelude': prelude}


PRELUDES = [
    Row(by='linux64', **by_prelude('placed-high', bzimage_at=HIGH)),
    Row(by='linux64', **by_prelude('placed-low', bzimage_at=0x123000)),
    Row(refusal='loader.no-room', **by_prelude('no-room', bzimage_at=HIGH, map=(
        LOW, (2048 * MIB, 1024 * MIB, 1)))),
    Row(refusal='loader.no-room', **by_prelude('no-room-reserved', bzimage_at=HIGH, map=(
        LOW, RAM, (MIB, 2047 * MIB, 2)))),
    Row(refusal='loader.zero-page', **by_prelude('no-header', bzimage_at=HIGH, hdrs=b'HdrT')),
    Row(refusal='loader.zero-page', **by_prelude('many-e820', bzimage_at=0x123000,
                                                 e820_entries=129)),
    Row(refusal='map.none', **by_prelude('no-e820', bzimage_at=0x123000, e820_entries=0,
                                          hide_fw_cfg=True)),
]

ROWS = PROBES + LINUX + PRELUDES + REFUSALS
