# SPDX-License-Identifier: BSD-2-Clause
"""Rows that boot a whole Debian from its own disk (kshimtest/systems), to its login prompt or twice to its own marker.

PAIRWISE is what `make test` boots, EVERY the full product.
"""
import itertools
from dataclasses import replace

from kshimtest.row import Disk, Row, clock
from kshimtest.systems import recipe

MACHINES, BODIES, CPUS = ('pc', 'q35', 'microvm'), ('rom', 'elf'), (1, 4)
LINUX = {'bookworm': '6.1', 'trixie': '6.12', 'sid': ''}
ENTERED = 'kshim: entering the kernel'


def named(suite, layout, machine, body, cpus, end):
    return f'system-{suite}-{layout}-{body}-{machine}-{cpus}{"-login" if end == "login" else ""}'


def machine_of(suite, layout, machine, body, cpus, end):
    return dict(name=named(suite, layout, machine, body, cpus, end), kernel=f'system:{suite}:{layout}', machine=machine,
                way=f'system-{body}', cpus=cpus, memory=512, by='linux64')


def login(suite, layout, machine, body, cpus):
    """As it is, by systemd."""
    words, known = clock(machine, cpus)
    return Row(**machine_of(suite, layout, machine, body, cpus, 'login'), append=known, qemu=words,
               expect=(ENTERED, 'kshim login:'), endless=True)


def twice(suite, layout, machine, body, cpus):
    """By its /sbin/kshim-marker, which reboots once. Several CPUs take turns, because with a thread for each QEMU 7.2
    now and then hangs at a reboot (test_rom.py)."""
    number, root = next((n, part) for n, part in enumerate(recipe.LAYOUTS[layout].parts, 1) if part.at == '/')
    seen = [(ENTERED, f'kshim-marker: boot {boot}, root /dev/vda{number} {root.fs}, {cpus} CPUs, Linux {LINUX[suite]}')
            for boot in (1, 2)]
    # Linux reads the second copy of a GPT only if it is told to.
    more = 'gpt ' if recipe.LAYOUTS[layout].damaged else ''
    # By its own choice Linux jumps to microvm's firmware, which loads no ELF (kshim.elf(7), REBOOTS).
    more += 'reboot=t ' if (machine, body) == ('microvm', 'elf') else ''
    words, known = clock(machine, cpus)
    return Row(**machine_of(suite, layout, machine, body, cpus, 'twice'), append=f'{more}init=/sbin/kshim-marker {known}',
               gives_up='Gave up waiting for root',
               accel='tcg,thread=single', qemu=(*words, '-action', 'reboot=reset'), status=0,
               expect=(*itertools.chain(*seen), 'kshim: powering off'))


def by_nvme(row):
    """The same from the only disk of a machine that has no other."""
    return replace(row, name=f'{row.name}-nvme', disk=Disk(bus='nvme,serial=1'),
                   expect=tuple(text.replace('/dev/vda', '/dev/nvme0n1p') for text in row.expect))


PAIRWISE = [
    login('bookworm', 'grub', 'q35', 'rom', 1),
    twice('bookworm', 'grub-mbr-ext3', 'pc', 'elf', 4),
    twice('bookworm', 'kernel-install', 'microvm', 'rom', 1),
    twice('bookworm', 'kernel-install-4096', 'pc', 'rom', 1),
    twice('bookworm', 'ukify', 'q35', 'elf', 1),
    twice('bookworm', 'fedora', 'q35', 'rom', 4),
    twice('bookworm', 'grub-damaged', 'microvm', 'elf', 1),
]
NVME = [by_nvme(make('bookworm', 'grub', 'q35', 'rom', 1)) for make in (login, twice)]
EVERY = NVME + [make(suite, layout, machine, body, cpus)
         for suite, layout in recipe.ALL for machine in MACHINES for body in BODIES for cpus in CPUS
         for make in (twice, *((login,) if layout == 'grub' and cpus == 1 else ()))]
