# SPDX-License-Identifier: BSD-2-Clause
"""Ways to kshim.elf as QEMU's -kernel."""
from kshimtest import files
from kshimtest.ways import prelude
from kshimtest.ways.way import Way, bundle, items

KSHIM = f'{files.BUILD}/kshim.elf'


class Elf(Way):
    body = 'elf'

    def arguments(self, row, directory, line):
        return ['-kernel', KSHIM, '-append', line, *self.files(row, directory)]

    def files(self, row, directory):
        raise NotImplementedError


class FwCfg(Elf):
    """Kernel and initrds by fw_cfg, the row's own line as an item."""

    def files(self, row, directory):
        return items(row, directory, row.own_line)


class Bundle(Elf):
    """A bundle as the only module."""

    def files(self, row, directory):
        return ['-initrd', bundle(row, directory)]


class Module(Elf):
    """The kernel itself as the only module."""

    def files(self, row, directory):
        return ['-initrd', files.path(row.kernel)]


class Prelude(Way):
    """Entered by tests/probes/prelude.asm, which hands over what the row's Prelude says."""
    body = 'elf'

    def arguments(self, row, directory, line):
        return prelude.arguments(row, directory, line)


WAYS = {'fwcfg': FwCfg(), 'bundle': Bundle(), 'module': Module(), 'prelude': Prelude()}
