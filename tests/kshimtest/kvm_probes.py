# SPDX-License-Identifier: BSD-2-Clause
"""The probe kernels as rows of `kshim run`: tests/probes compares on arrival what it finds."""
from kshimtest import machine
from kshimtest.row import MIB, Prelude, Row

# name, protocol by which it is entered, the boots' fields
PROBES = [
    ('pvh32', 'pvh', {}), ('pvh64', 'pvh', {'initrds': ('bytes:5000',)}),
    ('pvh-section', 'pvh', {}), ('pvh-over', 'pvh', {'probe': {'at': '100000'}}),
    ('pvh-reloc', 'pvh', {}), ('elf64', 'linux64', {'initrds': ('bytes:4097', 'bytes:1')}),
    ('bz64', 'linux64', {'initrds': ('bytes:70000',)}), ('bz64', 'linux32', {'word': 'linux32'}),
    ('bz64-fixed', 'linux64', {}), ('bz32', 'linux32', {'initrds': ('bytes:99999',)}),
    ('bz32-fixed', 'linux32', {}), ('bz-2.02', 'linux32', {'initrds': ('bytes:4096',)}),
    ('bz-2.00', 'linux32', {}),
    ('hypervisor', 'pvh', {'initrds': ('bytes:4097', 'bytes:13', 'bytes:30000')}),
    ('elf64-high', 'linux64', {'memory': 6144, 'probe': {'at': '140000000'}}),
]
# These look at many MiB byte by byte, too many for an emulated /dev/kvm.
LONG = ('pvh-over', 'bz64-fixed', 'bz32-fixed')
WAYS = {'stub': (), 'direct': ('--direct',), 'firecracker': ('--as', 'firecracker'),
        'cloud-hypervisor': ('--as', 'cloud-hypervisor')}
LOW_RAM = {'stub': 0x9fc00, 'direct': 0x9fc00, 'firecracker': 0x9fc00,
           'cloud-hypervisor': 0xa0000}


def rows():
    """(name, by, fields, way) of each; a bundle carries one initrd, so some have no such row."""
    return [(name, by, fields, way) for name, by, fields in PROBES for way in WAYS
            if name != 'hypervisor' or way in ('stub', 'direct')]


def pairwise():
    """Every second way of each probe, every second probe of each way."""
    names = [probe[0] + probe[1] for probe in PROBES]
    return [row for row in rows() if (names.index(row[0] + row[1]) + list(WAYS).index(row[3])) % 2 == 0]


def arguments(row, file):
    """What follows `kshim run`; file() makes a file's name into an argument."""
    name, by, fields, way = row
    memory = fields.get('memory', 256)
    told = Prelude(map=((0, LOW_RAM[way], 1), (MIB, memory * MIB - MIB, 1)))
    boot = Row(name, f'probe:{name}', by=by, prelude=told, **fields)
    initrds = [a for n in boot.initrds for a in ('-i', file(n))]
    return [*WAYS[way], '-m', f'{memory}M', '--expect', ': PASS', '-a', machine.lines(boot)[0],
            *initrds, file(boot.kernel)]
