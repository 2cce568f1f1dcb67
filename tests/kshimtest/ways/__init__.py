# SPDX-License-Identifier: BSD-2-Clause
"""The ways by which rows boot, a class each: elf.py, rom.py, bzimage.py, disk.py,
system.py. A new way is a class and its name in the WAYS of its file; rows name it."""
from kshimtest.ways import bzimage, disk, elf, rom, system
from kshimtest.ways.way import OwnLoader

WAYS = {'qemu': OwnLoader(), **elf.WAYS, **rom.WAYS, **bzimage.WAYS, **disk.WAYS, **system.WAYS}


def of(row):
    """The row's way."""
    return WAYS[row.way]
