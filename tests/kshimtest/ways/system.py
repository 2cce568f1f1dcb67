# SPDX-License-Identifier: BSD-2-Clause
"""Ways by which a whole system boots from its disk: the row's kernel is system:SUITE:LAYOUT (systems/recipe.py)."""
from kshimtest import files
from kshimtest.systems import image, recipe
from kshimtest.ways.disk import drive
from kshimtest.ways.way import Way, cmdline_item


def disk(row):
    """The system's own disk; what it writes is gone when QEMU ends."""
    _, suite, layout = row.kernel.split(':')
    bus = 'virtio-blk-device' if row.machine.startswith('microvm') else 'virtio-blk-pci'
    if row.disk:
        bus = row.disk.bus
    return drive(0, image.path(suite, layout), bus, recipe.LAYOUTS[layout].sector, file_more=',snapshot=on')


class Elf(Way):
    body = 'elf'

    def arguments(self, row, directory, line):
        return ['-kernel', f'{files.BUILD}/kshim.elf', '-append', line, *disk(row)]


class Rom(Way):
    body = 'rom'

    def arguments(self, row, directory, line):
        return ['-bios', f'{files.BUILD}/kshim.rom', *cmdline_item(directory, line), *disk(row)]


WAYS = {'system-elf': Elf(), 'system-rom': Rom()}
