# SPDX-License-Identifier: BSD-2-Clause
"""kshim-riscv64.bin under QEMU, one row a boot; see rig.py for how."""
import hashlib
import os

import pytest

from kshimtest import riscv_forms as forms
from kshimtest import riscv_rig as rig
from kshimtest.riscv_rig import Row

GUEST = ('kshim: guest: G-stage Sv48x4, VMID 1', 'row: userspace')
DISK = hashlib.md5(bytes(i * 7 % 251 for i in range(1 << 16))).hexdigest()
NO_SSTC = 'rv64,sstc=off'

LINUX = [
    Row('direct-bundle', append='kshim.mode=direct', own_line='from.bundle="a b"',
        expect=('(a bundle): RISC-V Image', 'directly, device tree at', 'row: userspace')),
    Row('direct-4-harts-256m', append='kshim.mode=direct', cpus=4, memory=256, reset=True,
        expect=('directly, device tree at', 'row: userspace')),
    Row('direct-4g', append='kshim.mode=direct', memory=4096, expect=('directly',)),
    Row('direct-without-h', cpu='rv64,h=off', expect=('directly', 'row: userspace')),
    Row('guest-bundle', own_line='from.bundle',
        expect=(GUEST[0], 'SBI specification v3.0 detected', GUEST[1], 'row: isa rv64imafdc_')),
    Row('guest-4-harts-256m', cpus=4, memory=256, reset=True,
        expect=('4 harts, 252 MiB, timer by Sstc', 'row: userspace')),
    Row('guest-4-harts-4g', cpus=4, memory=4096, expect=GUEST),
    Row('guest-without-sstc', cpu=NO_SSTC, append='kshim.mode=guest',
        expect=('timer by SBI', 'row: userspace')),
    Row('guest-4-harts-without-sstc', cpu=NO_SSTC, cpus=4, memory=1024, reset=True,
        expect=('timer by SBI', 'row: userspace')),
    Row('guest-disk', disk=True, cpus=2,
        expect=(*GUEST, f'row: disk {DISK}', 'row: interrupts ttyS0 virtio', 'kshim wrote this')),
    Row('guest-shell', typed='echo typed-$((6*7))\nexit\n', expect=(*GUEST, '\ntyped-42\n')),
    Row('guest-kernel-alone', way='initrd', initrd=False,
        append='console=ttyS0 panic=-1',
        expect=('kshim: kernel from initrd: RISC-V Image', 'Linux version',
                'Kernel panic - not syncing: VFS: Unable to mount root')),
    Row('guest-elf', form='elf', cpus=2, expect=('(a bundle): RISC-V ELF', *GUEST)),
    Row('direct-elf-alone', form='elf', way='initrd', initrd=False,
        append='kshim.mode=direct console=ttyS0 panic=-1',
        expect=('kernel from initrd: RISC-V ELF', 'directly', 'Linux version', 'Kernel panic - not syncing: VFS')),
    Row('direct-elf-headers', form='elf-headers', append='kshim.mode=direct', memory=256,
        expect=('RISC-V ELF', 'directly', 'row: userspace')),
    Row('guest-header-0.1', form='old', expect=('(a bundle): RISC-V Image', *GUEST)),
    Row('guest-uki', form='uki', way='initrd', own_line='from.uki="a b"',
        expect=('kernel from initrd (a unified kernel image): RISC-V Image', *GUEST)),
    Row('direct-uki', form='uki', way='initrd', append='kshim.mode=direct', own_line='from.uki', memory=256,
        expect=('directly', 'row: userspace')),
    Row('guest-sid', kernel='sid', cpus=2,
        expect=(GUEST[0], 'SBI specification v3.0 detected', 'SBI FWFT extension detected', GUEST[1])),
    Row('direct-sid', kernel='sid', append='kshim.mode=direct', expect=('directly', 'row: userspace')),
    Row('guest-quiet', append='quiet', expect=('row: userspace',), absent=('kshim: version',)),
]

QEMU10 = [
    Row('qemu10-guest-fwcfg', qemu=10, way='fwcfg', own_line='from.fwcfg', cpus=2,
        expect=('OpenSBI v1.5', 'kernel from opt/org.kshim/kernel', *GUEST)),
    Row('qemu10-direct-fwcfg-mode', qemu=10, way='fwcfg', mode='direct\n',
        expect=('directly, device tree', 'row: userspace')),
    Row('qemu10-guest-fwcfg-elf', qemu=10, way='fwcfg', form='elf', expect=('RISC-V ELF', *GUEST)),
    Row('qemu10-guest-fwcfg-uki', qemu=10, way='fwcfg', form='uki', own_line='from.uki',
        expect=('(a unified kernel image): RISC-V Image', *GUEST)),
    Row('qemu10-guest-disk', qemu=10, disk=True,
        expect=(*GUEST, f'row: disk {DISK}', 'row: interrupts ttyS0 virtio', 'kshim wrote this')),
    Row('qemu10-guest-sv39', qemu=10, cpu='rv64,sv48=off,sv57=off', cpus=4,
        expect=('kshim: guest: G-stage Sv39x4, VMID 1', 'row: userspace')),
    Row('qemu10-guest-without-sstc', qemu=10, cpu=NO_SSTC, way='fwcfg', mode='guest',
        expect=('timer by SBI', 'row: userspace')),
]

# Machines with a device tree or a firmware that QEMU does not give by itself, and unusual ones.
UNUSUAL = [
    Row('guest-sstc-claimed', cpu=NO_SSTC, tree='sstc-claimed', cpus=2,
        expect=('2 harts, 508 MiB, timer by SBI', 'row: userspace'), absent=('sstc',)),
    Row('guest-sstc-hidden', tree='sstc-hidden', expect=('timer by SBI', 'row: userspace')),
    Row('guest-sstc-on-first', tree='sstc-on-first', firmware='first-sstc', cpus=4,
        expect=('4 harts, 508 MiB, timer by SBI', 'row: userspace'), absent=('_sstc',)),
    Row('guest-isa-list', qemu=10, cpu='rv64,zicbom=off,zicboz=off', tree='isa-list',
        expect=('timer by Sstc', 'row: userspace')),
    Row('direct-no-mmu-type', tree='no-mmu-type', initrd=False, append='console=ttyS0 panic=-1',
        expect=('directly', 'Linux version')),
    Row('guest-on-some-harts', qemu=10, tree='mixed', cpus=2, harts=1,
        expect=('VMID 1, 1 hart, 508 MiB', 'row: userspace')),
    Row('guest-uart-only', firmware='mute', append='earlycon=sbi', cpus=2,
        expect=('kshim: version', *GUEST)),
    Row('qemu10-guest-2-sockets', qemu=10, cpus=2, disk=True, arguments=(
        '-object', 'memory-backend-ram,id=m0,size=256M', '-numa', 'node,memdev=m0,cpus=0',
        '-object', 'memory-backend-ram,id=m1,size=256M', '-numa', 'node,memdev=m1,cpus=1'),
        expect=(*GUEST, f'row: disk {DISK}', 'row: interrupts ttyS0 virtio')),
    Row('guest-8-harts-128m', cpus=8, memory=128, machine='virt,aclint=on', expect=GUEST),
    Row('qemu10-guest-cpu-max', qemu=10, cpu='max', memory=8192, expect=GUEST),
    Row('qemu10-guest-aplic', qemu=10, machine='virt,aia=aplic-imsic', cpus=2, expect=GUEST),
    Row('qemu10-direct-aplic', qemu=10, machine='virt,aia=aplic-imsic', cpus=2,
        append='kshim.mode=direct', expect=('directly', 'row: userspace')),
]

PROBES = [
    Row(f'sbi-{name}', kernel='probe', way='initrd', cpus=2, qemu=qemu, cpu=cpu,
        append=f'probe=sbi harts=2 quiet fwft={0x11 if qemu == 10 else 0}',
        expect=('probe: by DBCN', 'probe: PASS'),
        absent=('probe: not ok',))
    for name, qemu, cpu in (('sstc', 7, 'rv64'), ('without-sstc', 7, NO_SSTC),
                            ('qemu10', 10, 'rv64'), ('qemu10-without-sstc', 10, NO_SSTC))
] + [
    Row(f'legacy-shutdown-{mode}', kernel='probe', way='initrd', cpu=cpu,
        append=f'kshim.mode={mode} probe=legacy quiet', expect=('probe: PASS',),
        absent=('probe: not ok',))
    for mode, cpu in (('guest', 'rv64'), ('direct', NO_SSTC))
] + [
    # OpenSBI 1.5 delegates misaligned accesses; a hart with Svade has Svadu only when it is asked for.
    Row(f'fwft-{name}', kernel='probe', way='initrd', cpus=2, qemu=10, cpu=f'rv64,{cpu}',
        append=f'probe=sbi harts=2 quiet fwft={features}', expect=('probe: ok set of a locked one', 'probe: PASS'),
        absent=('probe: not ok',))
    for name, cpu, features in (('svadu', 'svadu=on,svade=off', '0x11'), ('both', 'svadu=on,svade=on', '0x11'),
                                ('masking', 'ssnpm=on,smnpm=on', '0x31'))
]

# No copy of the seed stays: 0x80200000 is kshim's own memory, which only a direct kernel can read.
PROBES += [
    Row(f'seed-{mode}', kernel='probe', way='initrd', memory=64, append=f'kshim.mode={mode} probe=seed at={at}',
        expect=('probe: ok its seed', 'probe: PASS'), absent=('a copy is at',))
    for mode, at in (('direct', '0x80200000'), ('guest', '0'))
]

# All harts at once, by a firmware that lets each go long before it has written where to.
STARTS = [
    Row(f'starts-{mode}', kernel='probe', way='initrd', cpus=8, memory=64, firmware='slow',
        append=f'kshim.mode={mode} probe=start harts=8 quiet', expect=('probe: PASS',),
        absent=('probe: not ok',))
    for mode in ('direct', 'guest')
] + [
    Row('starts-linux', firmware='slow', append='kshim.mode=direct', cpus=4, memory=256,
        expect=('row: userspace',)),
]

STORMS = [
    Row(f'storm-{name}', kernel='probe', way='initrd', cpus=4, qemu=qemu, cpu=cpu,
        append='probe=storm harts=4 quiet', expect=('probe: PASS',), absent=('probe: not ok',))
    for name, qemu, cpu in (('guest', 7, 'rv64'), ('guest-qemu10', 10, NO_SSTC))
]

# What the guest does, where, and the cause and address that kshim must name. The memory of these
# rows ends at 0xa0000000.
ISOLATION = [
    Row(f'isolation-{how}-{at:x}', kernel='probe', way='initrd', append=f'probe={how} at={at:#x}',
        refusal='guest.fault', absent=('survived',),
        expect=('probe: about to', f'kshim: guest fault on hart 0: scause {cause:#x}',
                f'guest physical {at:#x},', 'kshim: pc ', 't6 '))
    for how, at, cause in (
        ('load', 0x803ffffc, 0x15), ('store', 0x803ffffc, 0x17), ('load', 0xa0000000, 0x15),
        ('store', 0xa0000000, 0x17), ('load', 0x80200000, 0x15), ('store', 0x80210000, 0x17),
        ('load', 0x80000000, 0x15), ('fetch', 0x80200000, 0x14), ('fetch', 0x10000000, 0x14),
        ('load', 0x10100000, 0x15), ('store', 0x100000, 0x17), ('load', 0x2000000, 0x15),
        ('load', 0x10008000, 0x15), ('load', 0x30000000, 0x15), ('load', 0, 0x15))
]


def refused(name, code, **more):
    return Row(f'refused-{name}', refusal=code, initrd=False, **more)


REFUSALS = [
    refused('no-kernel', 'kernel.none-riscv', way='none'),
    refused('initrd-nowhere', 'module.unreachable', way='none', tree='nowhere'),
    refused('no-memory', 'fdt.missing', way='none', tree='no-memory'),
    refused('no-h', 'cpu.no-hypervisor-extension', way='initrd', cpu='rv64,h=off',
            append='kshim.mode=guest'),
    refused('no-mmu-type', 'cpu.no-mmu-type', way='initrd', append='kshim.mode=guest',
            kernel='probe', tree='no-mmu-type'),
    refused('too-large', 'plan.kernel-room', way='initrd', kernel='made:large', memory=64),
    refused('magic', 'kernel.other-kind', way='initrd', kernel='made:text'),
    refused('x86', 'kernel.other-machine', way='initrd', kernel='made:x86'),
    refused('header', 'riscv.header', way='initrd', kernel='made:header'),
    refused('big-endian', 'riscv.big-endian', way='initrd', kernel='made:big-endian'),
    refused('zboot', 'kernel.pe', way='initrd', kernel='made:zboot', expect=('EFI zboot, gzip',)),
    refused('elf', 'kernel.riscv-form', way='initrd', kernel='made:elf',
            expect=('an ELF for riscv64 without an Image header',)),
    refused('elf-fixed', 'plan.kernel-place', way='initrd', kernel='probe', form='elf-fixed',
            append='quiet', expect=('kernel 0x80200000-', 'kshim 0x80200000-')),
    refused('gzip', 'kernel.compressed', way='initrd', kernel='made:gzip'),
    refused('word', 'cmdline.word', way='initrd', append='kshim.mode=both', kernel='probe'),
    refused('long-line', 'cmdline.too-long', way='initrd', append='x' * 1024, kernel='probe'),
    refused('mode-item', 'fw-cfg.mode', way='fwcfg', qemu=10, mode='hypervisor', kernel='probe'),
]


def made(name):
    """Files that are no kernel for us."""
    image = bytearray(rig.read(rig.PROBE))
    if name == 'large':     # wants more than there is
        image[16:24] = (1 << 26).to_bytes(8, 'little')
    elif name == 'elf':     # a program that is no Linux
        image = bytearray(forms.elf(image))
        image[4096 + 0x30:4096 + 0x3c] = bytes(12)
    elif name == 'header':
        image[16:24] = bytes(8)
    elif name == 'big-endian':
        image[24] |= 1
    elif name == 'text':
        image = b'no kernel at all\n' * 100
    elif name == 'gzip':
        image = b'\x1f\x8b' + bytes(1000)
    elif name == 'zboot':
        image = b'MZ\0\0zimg' + bytes(16) + b'gzip\0' + bytes(1000)
    elif name == 'x86':
        image = rig.read(f'{rig.BUILD}/kshim.elf')
    return bytes(image)


@pytest.mark.parametrize('row', LINUX + QEMU10 + UNUSUAL + PROBES + STARTS + STORMS + ISOLATION + REFUSALS,
                         ids=lambda row: row.name)
def test_row(row, tmp_path):
    if row.kernel.startswith('made:'):
        path = os.path.join(tmp_path, 'kernel')
        with open(path, 'wb') as f:
            f.write(made(row.kernel[5:]))
        row.kernel = path
    try:
        outcome = rig.run(row)
    except rig.Missing as e:
        pytest.skip(str(e))
    wrong = rig.judge(row, outcome)
    assert not wrong, f'{wrong}\n{outcome.text[-4000:]}'
