# SPDX-License-Identifier: BSD-2-Clause
"""The files that rows name, made or found below build/.

    probe:NAME         a probe kernel              bytes:N        N bytes of a pattern
    debian:NAME        a fetched kernel's file     initramfs      ours, to userspace
    vmlinux:NAME       the ELF inside that bzImage initramfs-i386 the same for 32 bits
    cut:N:FILE         the first N bytes of FILE   gzip:FILE      FILE compressed
    patch:AT:HEX:FILE  FILE with other bytes there bundle:FILE    a bundle of it alone
    zeros:N            N bytes, none on the disk   xen            Xen, unpacked
    lz4:FILE           FILE as a legacy lz4 stream second-archive /second: says so, goes on to /init
    text, script, empty  what their names say        built:NAME     a product, build/NAME
    /PATH            a file that a test has made
"""
import gzip
import os
import re
import struct
import subprocess
import tempfile

from kshimtest import newc

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, 'build')
MADE = os.path.join(BUILD, 'boot')
KSHIM = os.path.join(BUILD, 'kshim')

# name -> (package, suite, architecture, the file in it)
PACKAGES = {
    'cloud': ('linux-image-cloud-amd64', 'bookworm', 'amd64', r'boot/vmlinuz-'),
    'amd64': ('linux-image-amd64', 'bookworm', 'amd64', r'boot/vmlinuz-'),
    '686-pae': ('linux-image-686-pae', 'bookworm', 'i386', r'boot/vmlinuz-'),
    'trixie': ('linux-image-cloud-amd64', 'trixie', 'amd64', r'boot/vmlinuz-'),
    'sid': ('linux-image-cloud-amd64', 'sid', 'amd64', r'(usr/lib/modules/.*/|boot/)vmlinuz'),
    # engines of devices for `kshim run`, in the rig
    'virtiofsd': ('virtiofsd', 'trixie', 'amd64', r'usr/libexec/virtiofsd$'),
    'trixie-libc': ('libc6', 'trixie', 'amd64', r'usr/lib/x86_64-linux-gnu/libc\.so\.6$'),
    'passt-trixie': ('passt', 'trixie', 'amd64', r'usr/bin/passt$'),
    # what is compiled in a guest, and with which library
    'tcc': ('tcc', 'bookworm', 'amd64', r'usr/bin/tcc$'),
    'musl-dev': ('musl-dev', 'bookworm', 'amd64', r'usr/lib/x86_64-linux-musl/libc\.a$'),
    # for tests/check, which look at them
    'rt': ('linux-image-rt-amd64', 'bookworm', 'amd64', r'boot/vmlinuz-'),
    'backports': ('linux-image-cloud-amd64', 'bookworm-backports', 'amd64', r'boot/vmlinuz-'),
    'arm64': ('linux-image-cloud-arm64', 'bookworm', 'arm64', r'boot/vmlinuz-'),
    'busybox-i386': ('busybox-static', 'bookworm', 'i386', r'bin/busybox$'),
    'xen': ('xen-hypervisor-4.17-amd64', 'bookworm', 'amd64', r'boot/xen-.*\.gz$'),
    'ipxe': ('ipxe', 'bookworm', 'amd64', r'boot/ipxe\.lkrn$'),
    'memdisk': ('syslinux-common', 'bookworm', 'amd64', r'usr/lib/syslinux/memdisk$'),
    'lnxboot': ('grub-pc-bin', 'bookworm', 'amd64', r'usr/lib/grub/i386-pc/lnxboot\.img$'),
    'uml': ('user-mode-linux', 'bookworm', 'amd64', r'usr/bin/linux\.uml$'),
    'ukify': ('systemd-ukify', 'trixie', 'amd64', r'usr/bin/ukify$'),
    'ovmf': ('ovmf', 'trixie', 'amd64', r'usr/share/OVMF/OVMF_CODE_4M\.fd$'),
    'shim': ('shim-signed', 'bookworm', 'amd64', r'usr/lib/shim/shimx64\.efi\.signed$'),
    'sdboot': ('systemd-boot-efi', 'trixie', 'amd64', r'usr/lib/systemd/boot/efi/.*x64\.efi\.stub$'),
    'sdboot-sid': ('systemd-boot-efi', 'sid', 'amd64', r'usr/lib/systemd/boot/efi/linuxx64\.efi\.stub$'),
    # systemd-measure, and what it is run with beside this system's libraries
    'measure-sid': ('systemd-tpm', 'sid', 'amd64', r'usr/lib/systemd/systemd-measure$'),
    'systemd-shared-sid': ('libsystemd-shared', 'sid', 'amd64', r'usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-\d+\.so$'),
    'libc-sid': ('libc6', 'sid', 'amd64', r'usr/lib/x86_64-linux-gnu/libc\.so\.6$'),
    'memtest-x64': ('memtest86+', 'bookworm', 'amd64', r'boot/memtest86\+x64\.bin$'),
    'memtest-ia32': ('memtest86+', 'bookworm', 'amd64', r'boot/memtest86\+ia32\.bin$'),
}


class Missing(Exception):
    """A file that `make fetch` gets and that is not there."""


def package_dir(name):
    package = PACKAGES[name][0]
    return os.path.join(BUILD, 'debs', 'memtest' if package == 'memtest86+' else name)


def packaged(name):
    top, wanted = package_dir(name), PACKAGES[name][3]
    for folder, _, names in sorted(os.walk(top)):
        for n in sorted(names):
            path = os.path.join(folder, n)
            if re.match(wanted, os.path.relpath(path, top)):
                return path
    raise Missing(f'{PACKAGES[name][0]} ({PACKAGES[name][1]}) is not fetched: run make fetch')


def write(name, data):
    """Write build/boot/NAME, whole or not at all: other workers may be reading it."""
    os.makedirs(MADE, exist_ok=True)
    path = os.path.join(MADE, re.sub(r'[^\w.+-]', '_', name))
    temporary = f'{path}.{os.getpid()}'
    with open(temporary, 'wb') as f:
        f.write(data)
    os.replace(temporary, path)
    return path


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def vmlinux(bzimage):
    data = read(bzimage)
    assert data[0x202:0x206] == b'HdrS', bzimage
    code = ((data[0x1f1] or 4) + 1) * 512
    offset, length = struct.unpack_from('<II', data, 0x248)
    payload = data[code + offset:code + offset + length]
    # Behind the compressed data stands the size; gzip has its own there (scripts/Makefile.lib).
    if payload[:2] != b'\x1f\x8b':
        payload = payload[:-4]
    packed = write(f'payload {os.getpid()} {os.path.relpath(bzimage, BUILD)}', payload)
    subprocess.run([KSHIM, 'unpack', '-o', f'{packed}.elf', packed], check=True,
                   stdout=subprocess.DEVNULL)
    elf = read(f'{packed}.elf')
    assert elf[:4] == b'\x7fELF', bzimage
    os.remove(packed)
    os.remove(f'{packed}.elf')
    return elf


def pattern(length):
    """Not compressible, and different for each length."""
    state, out = length * 2654435761 % 2**32 or 1, []
    for _ in range(length // 4 + 1):
        state ^= state << 13 & 0xffffffff
        state ^= state >> 17
        state ^= state << 5 & 0xffffffff
        out.append(state)
    return struct.pack(f'<{len(out)}I', *out)[:length]


def bundle(out, names, line):
    """A bundle of these files, by the program that users write it with."""
    subprocess.run([KSHIM, 'bundle', '-o', out, *[path(n) for n in names],
                    *(['-a', line] if line else [])], check=True)
    return out


def is_newer(out, sources):
    return os.path.exists(out) and all(os.path.getmtime(s) <= os.path.getmtime(out)
                                       for s in sources)


def initramfs(name, *busybox):
    out = os.path.join(BUILD, f'{name}.cpio')
    tools = [f'{TOP}/tools/make-initramfs', f'{TOP}/tools/guest-init']
    if not is_newer(out, tools):
        temporary = f'{out}.{os.getpid()}'
        subprocess.run([tools[0], *busybox, temporary], check=True)
        os.replace(temporary, out)
    return out


def made(name, make, *sources):
    """build/boot/NAME, by make() if it is not there yet or older than its sources."""
    out = os.path.join(MADE, re.sub(r'[^\w.+-]', '_', name))
    return out if is_newer(out, [__file__, *sources]) else write(name, make())


def without_a20(bzimage):
    """A bzImage whose setup first closes the A20 gate for good: tests/probes/no_a20.asm."""
    data, code = bytearray(bzimage), read(os.path.join(BUILD, 'probes', 'no_a20'))
    start = 0x202 + data[0x201]                 # where the jump at 0x200 goes
    data[:len(code)] = code[:-7] + struct.pack('<H', start) + data[start:start + 5]
    data[start:start + 5] = b'\x1e\x68\0\0\xcb'  # push ds; push 0; retf
    return bytes(data)


def loader_command(number, *arguments):
    """One command of etc/table-loader (QEMU hw/acpi/bios-linker-loader.c); a text is a file's name."""
    out = struct.pack('<I', number)
    for a in arguments:
        out += a.encode().ljust(56, b'\0') if isinstance(a, str) else a
    return out.ljust(128, b'\0')


SECOND = b'#!/bin/busybox sh\n/bin/busybox echo "kshim: second archive"\nexec /init\n'


def second_archive():
    """An archive that shows, by rdinit=/second, that it and the one with /init are both there."""
    return newc.archive([('second', 0o100755, SECOND)])


HIGH, FSEG = (struct.pack('<IB', 16, zone) for zone in (1, 2))
TABLE_LOADERS = {
    'absent': loader_command(1, 'opt/absent', HIGH),
    'item': loader_command(1, 'opt/item', HIGH),
    # QEMU does not let a guest write to what -fw_cfg gave.
    'write': loader_command(1, 'opt/item', FSEG) +
             loader_command(4, 'opt/item', 'opt/item', struct.pack('<IIB', 0, 0, 4)),
}


def path(name):
    if name.startswith('/'):
        return name
    kind, _, rest = name.partition(':')
    if kind == 'probe':
        return os.path.join(BUILD, 'probes', 'kernels', rest)
    if kind == 'built':
        return os.path.join(BUILD, rest)
    if kind == 'debian':
        return packaged(rest)
    if kind == 'vmlinux':
        source = packaged(rest)
        return made(f'{name} {os.path.basename(source)}', lambda: vmlinux(source), source)
    if kind == 'xen':
        return made('xen', lambda: gzip.decompress(read(packaged('xen'))))
    if kind == 'initramfs':
        return initramfs(name)
    if kind == 'initramfs-i386':
        return initramfs(name, '-b', packaged('busybox-i386'))
    if kind == 'cut':
        length, _, rest = rest.partition(':')
        return write(name, read(path(rest))[:int(length, 0)])
    if kind == 'gzip':
        return made(name, lambda: gzip.compress(read(path(rest)), 1, mtime=0), path(rest))
    if kind == 'lz4':
        return made(name, lambda: newc.lz4(read(path(rest))), path(rest))
    if kind == 'second-archive':
        return made(name, second_archive)
    if kind == 'patch':
        at, new, rest = rest.split(':', 2)
        data = bytearray(read(path(rest)))
        data[int(at, 0):int(at, 0) + len(new) // 2] = bytes.fromhex(new)
        return write(name, data)
    if kind == 'table-loader':
        return write(name, TABLE_LOADERS[rest])
    if kind == 'without-a20':
        return write(name, without_a20(read(path(rest))))
    if kind == 'bundle':
        def make():
            with tempfile.TemporaryDirectory() as directory:
                return read(bundle(f'{directory}/bundle', [rest], ''))
        return made(name, make, path(rest))
    if kind == 'zeros':
        out = made(name, bytes)
        os.truncate(out, int(rest, 0))
        return out
    if kind == 'bytes':
        return made(name, lambda: pattern(int(rest, 0)))
    if kind in ('text', 'script'):
        head = b'#!/bin/sh\n' if kind == 'script' else b''
        return made(name, lambda: head + b'echo this is no kernel\n' * 100)
    if kind == 'empty':
        return made(name, bytes)
    raise ValueError(name)
