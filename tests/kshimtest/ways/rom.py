# SPDX-License-Identifier: BSD-2-Clause
"""Ways of kshim.rom, QEMU's firmware by -bios."""
from kshimtest import files
from kshimtest.ways.way import Way, bundle, cmdline_item, fw_cfg, items, kernel_option, uki


class Rom(Way):
    body = 'rom'

    def arguments(self, row, directory, line):
        return ['-bios', f'{files.BUILD}/kshim.rom', *self.files(row, directory, line)]

    def files(self, row, directory, line):
        raise NotImplementedError


class FwCfg(Rom):
    """Kernel, initrds and line as items under opt/org.kshim/."""

    def files(self, row, directory, line):
        return items(row, directory, line)


class Bundle(Rom):
    """A bundle as the kernel's item."""

    def files(self, row, directory, line):
        return [*cmdline_item(directory, line), *fw_cfg('kernel', bundle(row, directory))]


class Kernel(Rom):
    """QEMU's -kernel, -initrd and -append."""

    def files(self, row, directory, line):
        return kernel_option(row, line)


class Mixed(Rom):
    """QEMU's -kernel and -append; the last initrd by -initrd, the others as items before it."""

    def files(self, row, directory, line):
        args = ['-kernel', files.path(row.kernel), '-append', line, '-initrd', files.path(row.initrds[-1])]
        for i, name in enumerate(row.initrds[:-1]):
            args += fw_cfg(f'initrd{i or ""}', files.path(name))
        return args


class Item(Rom):
    """A kernel by fw_cfg beside -kernel (the row's `other`), which is not to boot."""

    def files(self, row, directory, line):
        return [*fw_cfg('kernel', files.path(row.kernel)), '-kernel', files.path(row.other),
                '-append', line, '-initrd', files.path(row.initrds[0])]


class Uki(Rom):
    """A unified kernel image as QEMU's -kernel."""

    def files(self, row, directory, line):
        return ['-kernel', uki(row, directory), '-append', line]


WAYS = {'rom-fwcfg': FwCfg(), 'rom-bundle': Bundle(), 'rom-qemu': Kernel(), 'rom-mixed': Mixed(),
        'rom-item': Item(), 'rom-uki': Uki()}
