# SPDX-License-Identifier: BSD-2-Clause
"""The table of boots. A row is added here and nowhere else; row.py says what its fields mean."""
import re

from row import GIB, MIB, Prelude, Row

# What the probes compare only with kshim: QEMU's own loaders leave no GDT and no task register.
QEMU_LAX = {'lax': 'gdt'}
RDRAND = 'qemu64,+rdrand,+rdseed'
PDPE1GB = 'qemu64,+pdpe1gb'

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
        cpu=RDRAND),
    Row('elf64-map-fwcfg-pc', 'probe:elf64-map', machine='pc', by='linux64'),
    Row('elf64-low-bundle-q35', 'probe:elf64-low', way='bundle', by='linux64'),
    Row('elf64-over-module-pc', 'probe:elf64-over', machine='pc', way='module', by='linux64'),
    Row('elf64-high-fwcfg-pc', 'probe:elf64-high', machine='pc', by='linux64', memory=6144,
        probe={'at': '140000000'}, initrds=('bytes:4096',)),
    Row('elf64-high-fwcfg-q35-gbpages', 'probe:elf64-high', by='linux64', memory=6144,
        cpu=PDPE1GB, probe={'at': '140000000'}),
    # No memory where it was linked: a Linux may be moved.
    Row('elf64-high-moved-bundle-q35', 'probe:elf64-high', way='bundle', by='linux64'),
    Row('pvh64-asked-linux64', 'probe:elf64', word='linux64', by='linux64'),
    Row('bz64-fwcfg-q35-rdrand', 'probe:bz64', by='linux64', cpu=RDRAND,
        initrds=('bytes:1000003',), probe={'at': '1000000'}),
    Row('bz64-bundle-microvm', 'probe:bz64', machine='microvm', way='bundle', by='linux64',
        memory=128, own_line='a.word', initrds=('bytes:5', 'bytes:6', 'bytes:7')),
    Row('bz64-bundle-pc-6g', 'probe:bz64', machine='pc', way='bundle', by='linux64', memory=6144,
        cpus=4, initrds=('bytes:4097',)),
    Row('bz64-asked-linux32', 'probe:bz64', word='linux32', by='linux32', cpu=RDRAND),
    Row('bz64-own-line-fwcfg', 'probe:bz64', by='linux64', own_line='from.fwcfg=1'),
    Row('bz64-high-fwcfg-q35-6g', 'probe:bz64-high', by='linux64', memory=6144),
    Row('bz64-high-fwcfg-q35', 'probe:bz64-high', by='linux64'),
    Row('bz64-fixed-module-pc', 'probe:bz64-fixed', machine='pc', way='module', by='linux64',
        probe={'at': '100000'}),
    Row('bz64-fixed-fwcfg-microvm', 'probe:bz64-fixed', machine='microvm', by='linux64',
        initrds=('bytes:65536',)),
    Row('bz32-fwcfg-q35', 'probe:bz32', by='linux32', initrds=('bytes:99999',)),
    Row('bz32-bundle-pc', 'probe:bz32', machine='pc', way='bundle', by='linux32', memory=6144,
        initrds=('bytes:31',)),
    Row('bz32-fixed-bundle-q35', 'probe:bz32-fixed', way='bundle', by='linux32',
        initrds=('bytes:4096',), probe={'at': '100000'}),
    Row('bz32-min-align-fwcfg-pc', 'probe:bz32-min-align', machine='pc', by='linux32'),
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
    Row('line-at-its-limit-bz64', 'probe:bz64', by='linux64', pad_line=2047),
    Row('line-at-its-limit-bz32-fixed', 'probe:bz32-fixed', by='linux32', pad_line=1023),
    Row('line-at-its-limit-2.02', 'probe:bz-2.02', by='linux32', pad_line=255),
    Row('line-at-its-limit-elf64', 'probe:elf64', by='linux64', pad_line=2047),
]



def tsc_khz():
    """What TCG without -icount shows as the TSC's rate: the host's own."""
    mhz = re.search(r'^cpu MHz\s*: ([0-9.]+)', open('/proc/cpuinfo').read(), re.M)
    return int(float(mhz[1]) * 1000) if mhz else 2000000


def linux(name, kernel, by, *, initrds=('initramfs',), **rest):
    """A real kernel to userspace; its init powers the machine off.

    A busy host upsets Linux's calibration of the TSC, and some kernels' nerves under TCG. So time is
    what the guest executes (-icount, for one processor only), or, on a microvm without
    another timer to fall back to, Linux is told the rate.
    """
    rest.setdefault('timeout', 150)
    if rest.get('cpus', 1) == 1:
        rest['qemu'] = ('-icount', 'shift=1,sleep=off')
    elif rest.get('machine') == 'microvm':
        rest['append'] = f'tsc_early_khz={tsc_khz()}'
    return Row(name, kernel, by=by, initrds=initrds, status=0, expect=(
        'kshim: userspace reached', 'kshim: powering off'), **rest)


I386 = {'initrds': ('initramfs-i386',)}

# Pairwise: kernel and protocol, machine, way, memory, processors.
LINUX = [
    linux('cloud-bzimage-fwcfg-q35', 'debian:cloud', 'linux64'),
    linux('cloud-bzimage-bundle-microvm-128m', 'debian:cloud', 'linux64', way='bundle',
          machine='microvm', memory=128),
    linux('cloud-bzimage-fwcfg-pc-6g-4cpus', 'debian:cloud', 'linux64', machine='pc',
          memory=6144, cpus=4),
    linux('cloud-bzimage-bundle-q35-linux32', 'debian:cloud', 'linux32', way='bundle',
          word='linux32', memory=512, cpus=4),
    linux('cloud-bzimage-fwcfg-microvm-linux32', 'debian:cloud', 'linux32', word='linux32',
          machine='microvm', memory=1024),
    linux('cloud-pvh-fwcfg-pc-128m', 'vmlinux:cloud', 'pvh', machine='pc', memory=128),
    linux('cloud-pvh-bundle-q35-6g-4cpus', 'vmlinux:cloud', 'pvh', way='bundle', memory=6144,
          cpus=4),
    linux('cloud-pvh-fwcfg-microvm-4cpus', 'vmlinux:cloud', 'pvh', machine='microvm',
          memory=512, cpus=4),
    linux('cloud-vmlinux64-bundle-pc-4cpus', 'vmlinux:cloud', 'linux64', way='bundle',
          word='linux64', machine='pc', memory=512, cpus=4),
    linux('cloud-vmlinux64-fwcfg-microvm-6g', 'vmlinux:cloud', 'linux64', word='linux64',
          machine='microvm', memory=6144),
    linux('cloud-vmlinux64-fwcfg-q35-rdrand', 'vmlinux:cloud', 'linux64', word='linux64',
          cpu='qemu64,+rdrand,+rdseed,+pdpe1gb', initrds=('initramfs', 'initramfs')),
    linux('686-pae-bzimage-fwcfg-pc', 'debian:686-pae', 'linux32', machine='pc', **I386),
    linux('686-pae-bzimage-bundle-q35-6g', 'debian:686-pae', 'linux32', way='bundle',
          memory=6144, **I386),
    linux('686-pae-pvh-fwcfg-q35', 'vmlinux:686-pae', 'pvh', **I386),
    linux('686-pae-pvh-bundle-microvm', 'vmlinux:686-pae', 'pvh', way='bundle',
          machine='microvm', memory=512, **I386),
    linux('trixie-bzimage-fwcfg-q35-4cpus', 'debian:trixie', 'linux64', memory=512, cpus=4),
    linux('trixie-pvh-bundle-pc', 'vmlinux:trixie', 'pvh', way='bundle', machine='pc',
          memory=512),
    linux('trixie-vmlinux64-fwcfg-q35', 'vmlinux:trixie', 'linux64', word='linux64',
          memory=512),
    linux('sid-bzimage-bundle-pc', 'debian:sid', 'linux64', way='bundle', machine='pc',
          memory=512),
    linux('sid-pvh-fwcfg-q35-4cpus', 'vmlinux:sid', 'pvh', memory=512, cpus=4),
    linux('sid-vmlinux64-bundle-microvm', 'vmlinux:sid', 'linux64', word='linux64',
          way='bundle', machine='microvm', memory=1024),
]

REFUSALS = [
    Row('refused-empty', 'empty', refusal='kernel.empty'),
    Row('refused-text', 'text', refusal='kernel.unknown', machine='pc'),
    Row('refused-gzip', 'gzip:probe:pvh32', refusal='kernel.compressed'),
    Row('refused-none', 'none', refusal='kernel.none'),
    Row('refused-initramfs', 'initramfs', refusal='kernel.other-kind', way='module'),
    Row('refused-zimage', 'probe:zimage', refusal='bzimage.zimage', machine='pc'),
    Row('refused-cut-elf', 'cut:60000:probe:pvh32', refusal='elf.truncated'),
    Row('refused-cut-elf-module', 'cut:60000:probe:elf64', refusal='elf.truncated',
        way='module', machine='microvm'),
    Row('refused-cut-bzimage', 'cut:4000:probe:bz64', refusal='bzimage.truncated'),
]

ROWS = UNDER_QEMU + PROBES + LINUX + REFUSALS
