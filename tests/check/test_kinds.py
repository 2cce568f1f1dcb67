# SPDX-License-Identifier: BSD-2-Clause
"""The headline's three answers of files that are no kernel of kshim's: what it is, why it does not boot, what to do."""
import gzip
import io
import struct
import tarfile

import pytest
from check import report
from kshimtest import images
from kshimtest.newc import archive
from probes import pack

KIB = 1024


def elf_of_type(kind):
    return images.patched(images.elf(64), 16, struct.pack('<H', kind))


def elf_of_machine(machine, bits=64):
    return images.patched(images.elf(bits), 18, struct.pack('<H', machine))


def systemd(program, *more):
    text = f'#### LoaderInfo: {program} 252.1 ####'.encode()
    return images.pe(sections=(('.text', b'\xf4' * 512, 0x60000020), ('.sdmagic', text, 0x40000040),
                               *((name, b'ID=debian\n', 0x40000040) for name in more)))


def tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as f:
        f.addfile(tarfile.TarInfo('a'))
    return out.getvalue()


def multiboot(address=None):
    """Plain code with a Multiboot header, with the address that it is loaded at or none."""
    magic, flags = 0x1badb002, 0x10003 if address is not None else 3
    more = struct.pack('<5I', address or 0, address or 0, 0, 0, address or 0)
    return bytes(64) + struct.pack('<III', magic, flags, -(magic + flags) & 0xffffffff) + more + b'\xf4' * 4000


def as_rom(data):
    return data.ljust(128 * KIB - 16, b'\xff') + b'\xea\x5b\xe0\0\xf0'.ljust(16, b'\0')


XEN_PV = pack.note('Xen', 1, bytes(8)) + pack.note('Xen', 5, b'xen-3.0\0') + pack.note('Xen', 6, b'Mini-OS\0')
ABI_TAG = pack.note('GNU', 1, struct.pack('<4I', 0, 3, 2, 0))
U_BOOT = b'\xeb\xfe' + bytes(700) + b'U-Boot 2023.01+dfsg-2 (Jan 01 2023)\0'
BAD = 'an ELF that is a '

# File, what is said of it, a part of why not, a part of what to do.
KINDS = {
    'Xen PV': (images.elf(64, notes=[(XEN_PV, 4)]), "an ELF64 kernel for Xen's PV mode, without a PVH entry", 'no PVH note', 'Xen starts it'),
    'Xen PV, 32 bits': (images.elf(32, notes=[(XEN_PV, 4)]), "an ELF32 kernel for Xen's PV mode, without a PVH entry", 'no PVH note', 'type = "pv"'),
    'Xen PV without notes': (images.elf(64, notes=(), vaddr=images.MIB * 16) + b'GUEST_OS=Mini-OS,XEN_VER=xen-3.0', "an ELF64 kernel for Xen's PV mode, without a PVH entry", 'no PVH note', 'Xen'),
    'static program': (images.elf(64, notes=[(ABI_TAG, 4)], vaddr=images.MIB * 16), 'an ELF64, no kernel: a program that is linked statically', 'no PVH note', 'an operating system starts it'),
    'Go program': (images.elf(64, notes=[(pack.note('Go', 4, b'id'), 4)], vaddr=images.MIB * 16), 'an ELF64, no kernel: a program that is linked statically', '', 'an operating system'),
    'nothing known': (images.ELFS['ELF64, of nobody'], 'an ELF64 executable: neither PVH, Multiboot nor Linux', 'no PVH note', 'explain elf.no-protocol'),
    'core dump': (elf_of_type(4), f'{BAD}core dump: no kernel', 'a core dump', 'gdb reads it'),
    'object file': (elf_of_type(1), f'{BAD}relocatable object: no kernel', 'a relocatable object', 'a linker makes a program'),
    'riscv32': (elf_of_machine(243, 32), 'an ELF for riscv32', 'riscv32', 'qemu-system-riscv32'),
    'ppc64': (elf_of_machine(21), 'an ELF for another machine: ppc64', 'ppc64', 'its own machine'),
    'systemd-boot': (systemd('systemd-boot', '.osrel'), 'systemd-boot, a boot loader for UEFI', 'systemd-boot', 'UEFI starts it'),
    "systemd's stub": (systemd('systemd-stub'), "systemd's stub for UEFI, without a kernel", '', 'ukify build --stub='),
    'empty UKI': (systemd('systemd-stub', '.osrel'), 'a unified kernel image without .linux', '', 'ukify build --linux='),
    'PXE program': (b'\xea\x05\0\xc0\x07' + b'\xf4' * 4096, 'a program for a BIOS that is loaded by network (PXE)', '', 'bootfile='),
    'PXE program at 0': (b'\xea\x05\x7c\0\0' + b'\xf4' * 4096, 'a program for a BIOS that is loaded by network (PXE)', '', 'bootfile='),
    'U-Boot': (U_BOOT, 'U-Boot, a boot loader, as plain code', '', '-bios'),
    'U-Boot ROM': (as_rom(U_BOOT), 'U-Boot as PC firmware (with a reset vector at its end)', '', '-bios'),
    'U-Boot ROM, Multiboot': (as_rom(multiboot(0xfff00000) + U_BOOT), 'U-Boot as PC firmware (with a reset vector at its end)', '', '-bios'),
    'Multiboot': (multiboot(0x100000), 'a Multiboot kernel', '', "QEMU's -kernel starts it"),
    'Multiboot without addresses': (multiboot(), 'code with a Multiboot header by which nothing can load it', '', 'give the ELF'),
    'packed initramfs': (gzip.compress(archive([('init', 0o100755, b'#!/bin/sh\n')])), 'compressed as a whole (gzip): an initramfs (cpio archive)', 'an initramfs', 'kshim bundle -o FILE KERNEL THIS'),
    'packed tar': (gzip.compress(tar()), 'compressed as a whole (gzip): a tar archive', 'a tar archive', 'tar -xf'),
    'packed Multiboot': (gzip.compress(multiboot(0x100000)), 'compressed as a whole (gzip): a Multiboot kernel', '', 'unpack it first: kshim unpack'),
}


@pytest.mark.parametrize('name', KINDS)
def test_three_answers(name, tmp_path):
    data, what, why, following = KINDS[name]
    path = tmp_path / 'file'
    path.write_bytes(data)
    said = report.check(path)
    assert (said['what'].removesuffix(', protocol 2.15'), said['bootable']) == (what, False)
    out = report.run(path).stdout.replace('\n', ' ')
    text = ' '.join(out.split())
    assert what in text and 'kshim does not boot it: ' in text
    assert why in text.split('kshim does not boot it: ')[1].split(' next: ')[0]
    assert following in said['next'] and following in text
    if name.startswith('U-Boot ROM, M') or name == 'Multiboot without addresses':
        assert not any(report.boots(said, row['name']) for row in said['launchers'])
