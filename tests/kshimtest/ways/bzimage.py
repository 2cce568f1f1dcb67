# SPDX-License-Identifier: BSD-2-Clause
"""Ways to kshim.bzimage: QEMU's -kernel, boot loaders on a CD or by network, kexec out of a guest."""
import os
import re
import shutil
import struct
import subprocess

from kshimtest import files
from kshimtest.ways import prelude
from kshimtest.ways.way import Way, fw_cfg, uki

NAME, BUNDLE = 'stub', 'bundle'       # a word kshim.* on the line would be kshim's own
ISOLINUX = '/usr/lib/ISOLINUX/isolinux.bin'
LDLINUX = '/usr/lib/syslinux/modules/bios/ldlinux.c32'
GRUB = '/usr/lib/grub/i386-pc'


def image(row):
    return files.path(row.stub) if row.stub else f'{files.BUILD}/kshim.bzimage'


def folder(row, directory):
    """kshim.bzimage and the bundle, under the names that loaders are told."""
    out = f'{directory}/files'
    os.makedirs(out)
    shutil.copy(image(row), f'{out}/{NAME}')
    files.bundle(f'{out}/{BUNDLE}', [row.kernel, *row.initrds], row.own_line)
    return out


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def run(*command):
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError as e:
        raise files.Missing(f'{e.filename} is not installed: run make deps') from e


def cdrom(iso):
    return ['-cdrom', iso]


# Where the way "high" puts things, in a pc of 3 GiB. The last node of the list lies in the lowest
# MiB that is free otherwise, and only it tells of most of the memory.
HIGH_CODE, HIGH_PAGE, HIGH_LINE, HIGH_NODES, HIGH_BUNDLE = (0x80000000 + (i << 24) for i in range(1, 6))
LAST_NODE, NODES = 0x100000, 20
SETUP_E820_EXT, SETUP_NONE = 1, 0
MIB = 1 << 20


def node(link, kind, data=b''):
    return struct.pack('<QII', link, kind, len(data)) + data


class BzImage(Way):
    """-kernel, a bundle as -initrd."""
    body = 'bzimage'

    def arguments(self, row, directory, line):
        tree = folder(row, directory)
        return ['-kernel', f'{tree}/{NAME}', '-append', line, '-initrd', f'{tree}/{BUNDLE}']


class Alone(BzImage):
    """-kernel, the kernel itself as -initrd."""

    def arguments(self, row, directory, line):
        initrd = [] if row.kernel == 'none' else ['-initrd', files.path(row.kernel)]
        return ['-kernel', image(row), '-append', line, *initrd]


class FwCfg(BzImage):
    """-kernel, the kernel by opt/org.kshim/kernel."""

    def arguments(self, row, directory, line):
        return ['-kernel', image(row), '-append', line, *fw_cfg('kernel', files.path(row.kernel))]


class Uki(BzImage):
    """-kernel, a unified kernel image as -initrd."""

    def arguments(self, row, directory, line):
        return ['-kernel', image(row), '-append', line, '-initrd', uki(row, directory)]


class Grub(BzImage):
    """GRUB's `linux` on a CD: the 32-bit entry."""

    def seen(self, line):
        return f'BOOT_IMAGE=/{NAME} {line}'

    def arguments(self, row, directory, line):
        tree, iso = folder(row, directory), f'{directory}/iso'
        write(f'{tree}/boot/grub/grub.cfg', f'linux /{NAME} {line}\ninitrd /{BUNDLE}\nboot\n')
        run('grub-mkrescue', '-d', GRUB, '-o', iso, tree)
        return cdrom(iso)


class Isolinux(BzImage):
    """syslinux on a CD: the 16-bit entry."""

    def seen(self, line):
        return f'BOOT_IMAGE=/{NAME} {line} initrd=/{BUNDLE}'

    def arguments(self, row, directory, line):
        tree, iso = folder(row, directory), f'{directory}/iso'
        for name in (ISOLINUX, LDLINUX):
            if not os.path.exists(name):
                raise files.Missing(f'{name} is not installed: run make deps')
            shutil.copy(name, tree)
        write(f'{tree}/isolinux.cfg', f'default k\nprompt 0\nlabel k\n linux /{NAME}\n initrd /{BUNDLE}\n'
              f' append {line}\n')
        run('xorriso', '-as', 'mkisofs', '-quiet', '-o', iso, '-b', 'isolinux.bin', '-c', 'boot.cat',
            '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table', tree)
        return cdrom(iso)


class Ipxe(BzImage):
    """iPXE by TFTP: the 16-bit entry."""

    def arguments(self, row, directory, line):
        tree = folder(row, directory)
        write(f'{directory}/script', f'#!ipxe\ndhcp\nkernel tftp://10.0.2.2/{NAME} {line}\n'
              f'initrd tftp://10.0.2.2/{BUNDLE}\nboot\n')
        return ['-kernel', files.packaged('ipxe'), '-initrd', f'{directory}/script', '-netdev',
                f'user,id=net,restrict=on,tftp={tree}', '-device', 'e1000,netdev=net,romfile=']


class Kexec(BzImage):
    """A Debian kernel whose init loads kshim.bzimage and jumps."""

    def __init__(self, options):
        self.options = options

    def arguments(self, row, directory, line):
        tree, out = folder(row, directory), f'{directory}/initramfs'
        program = shutil.which('kexec', path='/usr/sbin:/sbin:' + os.environ['PATH'])
        if not program:
            raise files.Missing('kexec is not installed: run make deps')
        os.makedirs(f'{tree}/bin')
        for source in ('/bin/busybox', program):
            shutil.copy(source, f'{tree}/bin')
        listed = subprocess.run(['ldd', program], capture_output=True, text=True, check=True).stdout
        for library in re.findall(r'(/\S+) \(0x', listed):
            os.makedirs(os.path.dirname(tree + library), exist_ok=True)
            shutil.copy(library, tree + library)
        write(f'{tree}/line', line)
        shutil.copy(f'{files.TOP}/tests/boot/init-kexec', f'{tree}/init')
        run('sh', '-c', f'cd {tree} && find . | cpio -o -H newc --quiet >{out}')
        return ['-kernel', files.path('debian:cloud'), '-initrd', out, '-append',
                f'console=ttyS0 quiet panic=-1 kexec="{self.options}"']


class High(BzImage):
    """The prelude as a loader that has put everything above 2 GiB."""

    def arguments(self, row, directory, line):
        tree, loader = folder(row, directory), prelude.Loader(directory)
        stub = files.read(f'{tree}/{NAME}')
        page = bytearray(4096)
        page[0x1f1:0x202 + stub[0x201]] = stub[0x1f1:0x202 + stub[0x201]]
        page[0x210] = 0xff
        struct.pack_into('<II', page, 0x218, HIGH_BUNDLE, os.path.getsize(f'{tree}/{BUNDLE}'))
        struct.pack_into('<I', page, 0x228, HIGH_LINE)
        struct.pack_into('<Q', page, 0x250, HIGH_NODES)
        struct.pack_into('<B', page, 0x1e8, 2)
        struct.pack_into('<QQIQQI', page, 0x2d0, 0, 0x9fc00, 1, MIB, 63 * MIB, 1)
        links = [HIGH_NODES + 16 * i for i in range(1, NODES)] + [LAST_NODE]
        more = struct.pack('<QQI', 64 * MIB, row.memory * MIB - 65 * MIB, 1)
        loader.put(stub[(stub[0x1f1] + 1) * 512:], HIGH_CODE)
        loader.put(bytes(page), HIGH_PAGE)
        loader.put(line.encode() + b'\0', HIGH_LINE)
        loader.put(b''.join(node(link, SETUP_NONE) for link in links), HIGH_NODES)
        loader.put(node(0, SETUP_E820_EXT, more), LAST_NODE)
        loader.put_file(f'{tree}/{BUNDLE}', HIGH_BUNDLE)
        prelude.start(loader, HIGH_CODE, HIGH_PAGE)
        return loader.args


WAYS = {
    'bzimage': BzImage(), 'bzimage-alone': Alone(), 'bzimage-fwcfg': FwCfg(),
    'bzimage-uki': Uki(), 'grub': Grub(), 'isolinux': Isolinux(), 'ipxe': Ipxe(), 'high': High(), 'kexec': Kexec('-c'),
    'kexec-file': Kexec('-s'), 'kexec-32': Kexec('-c --entry-32bit'),
}
