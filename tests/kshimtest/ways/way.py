# SPDX-License-Identifier: BSD-2-Clause
"""What a way to boot is: how QEMU is told of kshim, the kernel, its files and its command line."""
from kshimtest import files
from kshimtest import media


class Way:
    """One way; a subclass for each. `body` is what `kshim plan --body` calls who boots, '' for QEMU's own."""
    body = ''

    @property
    def says_entry(self):
        """Does kshim say on the serial port where and how it enters the kernel?"""
        return bool(self.body)

    def seen(self, line):
        """What the kernel gets of the launcher's line."""
        return line

    def arguments(self, row, directory, line):
        """QEMU's arguments that lead to the row's kernel; files are written below `directory`."""
        raise NotImplementedError


def fw_cfg(name, path):
    return ['-fw_cfg', f'name=opt/org.kshim/{name},file={path}']


def cmdline_item(directory, line):
    path = f'{directory}/cmdline'
    with open(path, 'w', encoding='utf-8') as f:
        f.write(line)
    return fw_cfg('cmdline', path)


def items(row, directory, line):
    """Kernel, initrds and command line as items under opt/org.kshim/."""
    args = []
    if row.kernel != 'none':
        args += fw_cfg('kernel', files.path(row.kernel))
    for i, name in enumerate(row.initrds):
        args += fw_cfg(f'initrd{i or ""}', files.path(name))
    return args + (cmdline_item(directory, line + '\n') if line else [])


def bundle(row, directory):
    return files.bundle(f'{directory}/bundle', [row.kernel, *row.initrds], row.own_line)


def uki(row, directory):
    """A unified kernel image by ukify: the row's kernel, its own line, .ucode if there are two initrds,
    and .initrd. If the row's words choose a profile, only the one named "two" has that line."""
    out = f'{directory}/image.efi'
    parts = [f'--linux={media.resolve(row.kernel)}', '--uname=6.1']
    for option, name in zip(('--initrd', '--microcode'), reversed(row.initrds[:2])):
        parts.append(f'{option}={files.path(name)}')
    if 'kshim.profile=' in row.append:
        media.ukify('addonx64.efi.stub', '--profile=ID=two', f'--cmdline={row.own_line}', f'--output={out}.two')
        parts += ['--cmdline=of.all=1', '--profile=ID=one', f'--join-profile={out}.two']
    elif row.own_line:
        parts.append(f'--cmdline={row.own_line}')
    media.ukify('linuxx64.efi.stub', *parts, f'--output={out}')
    return out


def kernel_option(row, line):
    """QEMU's own way: -kernel, -append and at most one -initrd."""
    initrd = ['-initrd', files.path(row.initrds[0])] if row.initrds else []
    return ['-kernel', files.path(row.kernel), '-append', line, *initrd]


class OwnLoader(Way):
    """QEMU boots the kernel itself, without kshim."""

    def arguments(self, row, directory, line):
        return kernel_option(row, line)
