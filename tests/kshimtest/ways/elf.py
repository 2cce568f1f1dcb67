# SPDX-License-Identifier: BSD-2-Clause
"""Ways to kshim.elf as QEMU's -kernel."""
from kshimtest import files
from kshimtest import newc
from kshimtest.ways import prelude
from kshimtest.ways.way import Way, bundle, fw_cfg, items, uki

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


class Uki(Elf):
    """A unified kernel image by fw_cfg."""

    def files(self, row, directory):
        return fw_cfg('kernel', uki(row, directory))


class UkiModule(Elf):
    """A unified kernel image as the only module."""

    def files(self, row, directory):
        return ['-initrd', uki(row, directory)]


class UkiBundle(Elf):
    """A bundle whose kernel is a unified kernel image, and a third initrd."""

    def files(self, row, directory):
        data = newc.archive([('kshim/kernel', 0o100644, files.read(uki(row, directory)))])
        path = f'{directory}/bundle'
        with open(path, 'wb') as f:
            f.write(data + b''.join(files.read(files.path(name)) for name in row.initrds[2:]))
        return ['-initrd', path]


class Prelude(Way):
    """Entered by tests/probes/prelude.asm, which hands over what the row's Prelude says."""
    body = 'elf'

    def arguments(self, row, directory, line):
        return prelude.arguments(row, directory, line)


WAYS = {'fwcfg': FwCfg(), 'bundle': Bundle(), 'module': Module(), 'prelude': Prelude(),
        'uki': Uki(), 'uki-module': UkiModule(), 'uki-bundle': UkiBundle()}
