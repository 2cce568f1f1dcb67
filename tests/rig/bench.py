# SPDX-License-Identifier: BSD-2-Clause
"""PYTHONPATH=tests python3 -m rig.bench: how long a boot takes, by kshim run and by QEMU's microvm, in one boot of the rig.

Under -icount with one CPU, so that the figures repeat. Each line: what, then milliseconds from exec
to the first guest instruction, to the kernel's entry, to the first line of init.
"""
import pathlib
import re
import shutil
import subprocess

from kshimtest import rig
from kshimtest import files
from kshimtest.patience import HANG

LINE = 'kshim: userspace reached'
TYPED = f'expect {LINE}\n'
APPEND = 'console=ttyS0 quiet'
FIRMWARE = ('bios-256k.bin', 'bios-microvm.bin', 'kvmvapic.bin', 'pvh.bin', 'linuxboot_dma.bin')
FIRMWARE_DIRS = ('/usr/share/qemu', '/usr/share/seabios')


def kshim(name, kernel, initrd, *options):
    return rig.Row(name, ['kshim', 'run', '--times', '--expect', LINE, '-m', '256M', '-a', APPEND, '-i',
                          initrd, *options, kernel], typed=TYPED)


def microvm(name, kernel, initrd, roms):
    return rig.Row(name, ['qemu-system-x86_64', '-L', '/roms', '-M', 'microvm', '-accel', 'kvm', '-cpu',
                          'host', '-m', '256M', '-nodefaults', '-display', 'none', '-no-reboot',
                          '-serial', 'stdio', '-kernel', kernel, '-initrd', initrd, '-append', APPEND],
                   typed=TYPED, before='mkdir -p /roms; ' + '; '.join(
                       f'ln -sf {shown} /roms/{rom}' for rom, shown in roms.items()))


class WithQemu(rig.Initramfs):
    """The rig's files and QEMU with its libraries and firmware."""

    def __init__(self, root):
        super().__init__(root)
        self.add_program(shutil.which('qemu-system-x86_64'))
        for rom in FIRMWARE:
            found = next(p for d in FIRMWARE_DIRS if (p := pathlib.Path(d, rom)).exists())
            shutil.copy(found, self.root / 'files' / rom)


def figure(pattern, text):
    found = re.search(pattern, text)
    return f'{float(found[1]):9.1f}' if found else '        -'


def main():
    rig.Initramfs = WithQemu
    subprocess.run([f'{files.TOP}/tools/make-initramfs', f'{files.BUILD}/initramfs.cpio'], check=True)
    initrd = pathlib.Path(files.path('initramfs'))
    roms = {rom: f'/files/{rom}' for rom in FIRMWARE}
    rows = []
    for name, file in (('vmlinuz', 'debian:cloud'), ('vmlinux', 'vmlinux:cloud')):
        kernel = pathlib.Path(files.path(file))
        rows += [kshim(f'{name} kshim run, stub', kernel, initrd),
                 kshim(f'{name} kshim run, direct', kernel, initrd, '--direct'),
                 microvm(f'{name} QEMU microvm', kernel, initrd, roms)]
    print(f'{"ms from exec to":28}  first ins.    kernel  userspace')
    for outcome in rig.run(rows, memory='4G', most=HANG):
        said = outcome.stderr
        print(f'{outcome.row.name:28}   {figure(r"first-instruction ([0-9.]+)", outcome.stdout)} '
              f'{figure(r"kernel-entry ([0-9.]+)", outcome.stdout)}  '
              f'{figure(r"after ([0-9.]+) ms", said)}')
        if outcome.status is None or 'after' not in said:
            print(outcome.stdout[-800:], said[-800:], outcome.rig[-300:])


if __name__ == '__main__':
    main()
