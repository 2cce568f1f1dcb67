# SPDX-License-Identifier: BSD-2-Clause
"""Ways to kshim.bzimage: QEMU's -kernel, boot loaders on an ISO or by network, kexec out of a guest.

    bzimage     -kernel, a bundle as -initrd       bzimage-alone  the kernel itself as -initrd
                                                   bzimage-fwcfg  the kernel by opt/org.kshim/kernel
    grub        GRUB's `linux` on a CD: 32 bits    isolinux       syslinux on a CD: 16 bits
    ipxe        iPXE by TFTP: 16 bits              kexec          kexec_load, the 64-bit entry
    kexec-file  kexec_file_load, 64 bits           kexec-32       kexec_load, the 32-bit entry
"""
import os
import re
import shutil
import subprocess

import files

NAME, BUNDLE = 'stub', 'bundle'       # a word kshim.* on the line would be kshim's own
KEXEC = {'kexec': '-c', 'kexec-file': '-s', 'kexec-32': '-c --entry-32bit'}
WAYS = ('bzimage', 'bzimage-alone', 'bzimage-fwcfg', 'grub', 'isolinux', 'ipxe', *KEXEC)
ISOLINUX = '/usr/lib/ISOLINUX/isolinux.bin'
LDLINUX = '/usr/lib/syslinux/modules/bios/ldlinux.c32'
GRUB = '/usr/lib/grub/i386-pc'


def seen(way, line):
    """What a loader makes of the command line."""
    if way in ('grub', 'isolinux'):
        line = f'BOOT_IMAGE=/{NAME} {line}'
    return f'{line} initrd=/{BUNDLE}' if way == 'isolinux' else line


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


def grub(row, directory, line):
    tree, iso = folder(row, directory), f'{directory}/iso'
    write(f'{tree}/boot/grub/grub.cfg', f'linux /{NAME} {line}\ninitrd /{BUNDLE}\nboot\n')
    run('grub-mkrescue', '-d', GRUB, '-o', iso, tree)
    return cdrom(iso)


def isolinux(row, directory, line):
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


def ipxe(row, directory, line):
    tree = folder(row, directory)
    write(f'{directory}/script', f'#!ipxe\ndhcp\nkernel tftp://10.0.2.2/{NAME} {line}\n'
          f'initrd tftp://10.0.2.2/{BUNDLE}\nboot\n')
    return ['-kernel', files.packaged('ipxe'), '-initrd', f'{directory}/script', '-netdev',
            f'user,id=net,restrict=on,tftp={tree}', '-device', 'e1000,netdev=net,romfile=']


def kexec(row, directory, line):
    """A Debian kernel whose init loads kshim.bzimage and jumps."""
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
            f'console=ttyS0 quiet panic=-1 kexec="{KEXEC[row.way]}"']


def arguments(row, directory, line):
    """QEMU's arguments that lead to kshim.bzimage by row.way."""
    if row.way == 'bzimage-alone':
        initrd = [] if row.kernel == 'none' else ['-initrd', files.path(row.kernel)]
        return ['-kernel', image(row), '-append', line, *initrd]
    if row.way == 'bzimage-fwcfg':
        return ['-kernel', image(row), '-append', line, '-fw_cfg',
                f'name=opt/org.kshim/kernel,file={files.path(row.kernel)}']
    if row.way == 'bzimage':
        tree = folder(row, directory)
        return ['-kernel', f'{tree}/{NAME}', '-append', line, '-initrd', f'{tree}/{BUNDLE}']
    if row.way in KEXEC:
        return kexec(row, directory, line)
    return {'grub': grub, 'isolinux': isolinux, 'ipxe': ipxe}[row.way](row, directory, line)
