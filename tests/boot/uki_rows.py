# SPDX-License-Identifier: BSD-2-Clause
"""Rows of unified kernel images in each source of each x86 image. rows.py adds them to the table."""
from kshimtest.row import Row

TWO = ('bytes:70001', 'bytes:8192')
LINE = 'of.image="a b"'


def probe(name, kernel, by, way='uki', **rest):
    rest.setdefault('own_line', LINE)
    return Row(f'uki-{name}', f'probe:{kernel}', by=by, way=way, **rest)


def uki_linux(name, kernel, by, way, **rest):
    rest.setdefault('initrds', ('initramfs',))
    return Row(f'uki-{name}', kernel, by=by, way=way, own_line='of.image=1', status=0,
               qemu=('-icount', 'shift=1,sleep=off'), **rest, expect=(
                   'kshim: userspace reached', 'kshim: command line of.image=1 ', 'kshim: powering off'))


def refused(name, code, way='uki', kernel='probe:bz64', **rest):
    return Row(f'refused-uki-{name}', kernel, refusal=code, way=way, **rest)


PROBES = [
    probe('bz64-fwcfg-q35', 'bz64', 'linux64', initrds=TWO),
    probe('pvh64-module-pc', 'pvh64', 'pvh', way='uki-module', machine='pc', initrds=TWO),
    probe('bz32-module-microvm', 'bz32', 'linux32', way='uki-module', machine='microvm', initrds=TWO[:1]),
    probe('elf64-bundle-microvm', 'elf64', 'linux64', way='uki-bundle', machine='microvm',
          initrds=(*TWO, 'bytes:5000')),
    probe('hypervisor-fwcfg', 'hypervisor', 'pvh', initrds=TWO),
    probe('alone-fwcfg', 'pvh32', 'pvh', own_line=''),
    probe('profile-by-id', 'bz64', 'linux64', append='kshim.profile=two', initrds=TWO),
    probe('profile-by-number', 'pvh64', 'pvh', way='uki-module', append='kshim.profile=@1'),
    probe('rom-bz64-microvm', 'bz64', 'linux64', way='rom-uki', machine='microvm', initrds=TWO),
    probe('rom-pvh64-pc', 'pvh64', 'pvh', way='rom-uki', machine='pc', initrds=TWO),
    probe('rom-profile-q35', 'elf64', 'linux64', way='rom-uki', append='kshim.profile=two', initrds=TWO),
    probe('bzimage-bz64-q35', 'bz64', 'linux64', way='bzimage-uki', initrds=TWO),
    probe('bzimage-pvh32-pc', 'pvh32', 'pvh', way='bzimage-uki', machine='pc'),
]

LINUX = [
    uki_linux('cloud-fwcfg-q35', 'debian:cloud', 'linux64', 'uki'),
    uki_linux('cloud-module-pc', 'vmlinux:cloud', 'pvh', 'uki-module', machine='pc'),
    uki_linux('cloud-rom-microvm', 'debian:cloud', 'linux64', 'rom-uki', machine='microvm'),
    uki_linux('cloud-bzimage-pc', 'debian:cloud', 'linux64', 'bzimage-uki', machine='pc'),
    uki_linux('686-pae-rom-pc', 'debian:686-pae', 'linux32', 'rom-uki', machine='pc',
              initrds=('initramfs-i386',)),
]

REFUSALS = [
    refused('profile-id', 'uki.profile', append='kshim.profile=three'),
    refused('profile-number', 'efi.profile', way='rom-uki', append='kshim.profile=@7'),
    refused('profile-of-none', 'uki.none', way='fwcfg', append='kshim.profile=@0'),
    refused('profile-of-placed', 'uki.none', way='rom-qemu', kernel='probe:pvh64', append='kshim.profile=@0'),
    refused('kernel', 'kernel.unknown', kernel='bytes:5000'),
]

ROWS = PROBES + LINUX + REFUSALS
