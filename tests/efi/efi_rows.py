# SPDX-License-Identifier: BSD-2-Clause
"""The UEFI table: how the kernel is found, how it is booted, what is refused."""
import struct
import zlib

from vm import UKI_LINE, Row, files

LINUX = 'console=ttyS0 panic=-1 loglevel=5'
VMLINUX = {'vmlinux': 'vmlinux:cloud', 'initrd.img': 'initramfs'}
BZIMAGE = {'boot/vmlinuz': 'debian:cloud', 'initrd.img': 'initramfs'}
OPTIONS = 'the load options'
BOOTED = ('kshim: userspace reached', 'kshim: powering off')

ENTRY = b'''title Debian
sort-key a
version 10
linux /boot/vmlinuz
initrd /initrd.img
options console=ttyS0 panic=-1
options loglevel=5 two=2
'''


def probe(name, kernel, by, initrd=None, word='', **more):
    """A probe kernel that checks what it is handed."""
    words = 'console=ttyS0 probe.efi=1'
    if initrd:
        data = files.read(files.path(initrd))
        words += f' probe.initrd={len(data):x}:{zlib.crc32(data):x}'
    words += f' probe.entry={by} probe.line='
    words += f'{zlib.crc32((words + "00000000").encode()):08x}'
    named = ' initrd=\\data' if initrd else ''
    return Row(name, {'probe': f'probe:{kernel}', **({'data': initrd} if initrd else {})},
               append=f'\\probe{named} {word} {words}', by=by, probe=True,
               expect=(f'probe {kernel}: PASS',), **more)


def shell(name, commands, disk, **more):
    """A row that types commands into the UEFI shell."""
    script = '\r\n'.join(['@echo -off', *commands, '']).encode()
    return Row(name, {'kshim.efi': 'kshim.efi', 'startup.nsh': script, **disk}, **more)


def boot_option(number, options):
    """The shell's command that sets BootNNNN, as efibootmgr does, and makes it the next."""
    path = '\\kshim.efi\0'.encode('utf-16-le')
    node = b'\4\4' + struct.pack('<H', 4 + len(path)) + path + b'\x7f\xff\4\0'
    value = struct.pack('<IH', 1, len(node)) + 'Linux by kshim\0'.encode('utf-16-le') + node
    value += options.encode('utf-16-le')
    guid = '-guid 8be4df61-93ca-11d2-aa0d-00e098032b8c -nv -bs -rt'
    return (f'  setvar Boot{number:04X} {guid} ={value.hex()}\r\n'
            f'  setvar BootNext {guid} ={number:02x}00')


def secure(name, kshim, kernel, more=b'', initrd=b'initrd /initrd.img\n', found='', **rest):
    """A row with Secure Boot on: kshim.efi as the volume's boot loader, one boot entry."""
    entry = b'linux /kernel\noptions ' + UKI_LINE.encode() + b'\n' + initrd + more
    return Row(name, {'EFI/BOOT/BOOTX64.EFI': kshim, 'kernel': kernel, 'initrd.img': 'initramfs',
                      'loader/entries/a.conf': entry}, firmware='snakeoil',
               found='\\loader\\entries\\a.conf' if found is not None else '', **rest)


ROWS = [
    # Found by the load options.
    Row('options-vmlinux-pvh', VMLINUX, append=f'\\vmlinux initrd=\\initrd.img {LINUX}',
        found=OPTIONS, by='pvh', line=LINUX, expect=BOOTED),
    Row('options-vmlinux-linux64', VMLINUX,
        append=f'\\vmlinux initrd=\\initrd.img kshim.protocol=linux64 {LINUX} loglevel=7',
        found=OPTIONS, by='linux64', line=f'{LINUX} loglevel=7',
        expect=('efi: EFI v2.', 'kshim: userspace reached')),
    Row('options-bzimage', BZIMAGE, append=f'/boot/vmlinuz initrd=/initrd.img {LINUX}',
        found=OPTIONS, by='linux64', line=LINUX, expect=BOOTED),
    Row('qemu-initrd', {'vmlinux': 'vmlinux:cloud'}, append=f'\\vmlinux {LINUX}',
        initrd='initramfs', found=OPTIONS, by='pvh', line=LINUX, expect=BOOTED),
    Row('second-volume', {'other': b'nothing'}, second=VMLINUX,
        append=f'\\vmlinux initrd=\\initrd.img {LINUX}', found=OPTIONS, line=LINUX,
        expect=BOOTED),
    shell('shell-options', [f'kshim.efi \\vmlinux initrd=\\initrd.img {LINUX}'], VMLINUX,
          found=OPTIONS, by='pvh', line=LINUX, expect=BOOTED),
    Row('options-sid-vmlinux', {'vmlinux': 'vmlinux:sid', 'initrd.img': 'initramfs'},
        append=f'\\vmlinux initrd=\\initrd.img {LINUX}', found=OPTIONS, by='pvh', line=LINUX,
        expect=BOOTED, cpu='max'),
    Row('options-686-pae', {'vmlinuz': 'debian:686-pae', 'initrd.img': 'initramfs-i386'},
        append=f'\\vmlinuz initrd=\\initrd.img {LINUX}', found=OPTIONS, by='linux32', line=LINUX,
        expect=BOOTED),
    Row('more-than-4-gib', VMLINUX, append=f'\\vmlinux initrd=\\initrd.img {LINUX}',
        memory=5120, found=OPTIONS, by='pvh', line=LINUX, expect=BOOTED),
    # Sections inside kshim.efi, by bookworm's objcopy and by ukify.
    Row('sections-objcopy-bzimage', {'EFI/BOOT/BOOTX64.EFI': 'uki:objcopy:debian:cloud'},
        found='sections of kshim.efi', by='linux64', line=LINUX, expect=BOOTED),
    Row('sections-objcopy-vmlinux', {'EFI/BOOT/BOOTX64.EFI': 'uki:objcopy:vmlinux:cloud'},
        found='sections of kshim.efi', by='pvh', line=LINUX, expect=BOOTED),
    Row('sections-ukify-vmlinux', {'EFI/BOOT/BOOTX64.EFI': 'uki:ukify:vmlinux:cloud'},
        found='sections of kshim.efi', by='pvh', line=LINUX, expect=BOOTED),
    shell('sections-and-options', ['kshim.efi extra=1'], {'kshim.efi': 'uki:objcopy:debian:cloud'},
          found='sections of kshim.efi', line=f'{LINUX} extra=1', expect=BOOTED),
    Row('uki-as-kernel', {'my.efi': 'uki:objcopy:vmlinux:cloud'}, append='\\my.efi extra=1',
        found=OPTIONS, by='pvh', line=f'{LINUX} extra=1', expect=BOOTED),
    # A bundle by LoadFile2.
    Row('bundle', append='extra=1', initrd='bundle:vmlinux:cloud',
        found='the firmware (LoadFile2)', by='pvh', line=f'{LINUX} extra=1', expect=BOOTED),
    # Boot entries.
    Row('entry', {**BZIMAGE, 'EFI/BOOT/BOOTX64.EFI': 'kshim.efi',
                  'loader/entries/old.conf': b'sort-key a\nversion 9\nlinux /none\n',
                  'loader/entries/new.conf': ENTRY},
        found='\\loader\\entries\\new.conf', by='linux64', line=f'{LINUX} two=2',
        expect=BOOTED),
    Row('entry-default', {**VMLINUX, 'EFI/BOOT/BOOTX64.EFI': 'kshim.efi',
                          'loader/loader.conf': b'timeout 1\ndefault  My*\n',
                          'loader/entries/broken.conf': b'title no kernel\n',
                          'loader/entries/my-used-up+0-2.conf': ENTRY.replace(b'10', b'11'),
                          'loader/entries/zz.conf': b'version 99\nlinux /none\n',
                          'loader/entries/my+3.conf': ENTRY.replace(b'/boot/vmlinuz', b'/vmlinux')},
        found='\\loader\\entries\\my+3.conf', by='pvh', line=f'{LINUX} two=2',
        expect=('broken.conf: the boot entry has a missing', *BOOTED), allowed='efi.boot-entry',
        left=('/loader/entries/my+2-1.conf', '/loader/entries/my-used-up+0-2.conf')),
    Row('entry-xbootldr', {'EFI/BOOT/BOOTX64.EFI': 'kshim.efi',
                           'loader/loader.conf': b'default deb*\n',
                           'loader/entries/zz.conf': b'version 99\nlinux /none\n'},
        xbootldr={**VMLINUX, 'loader/entries/debian+1-2.conf':
                  ENTRY.replace(b'/boot/vmlinuz', b'/vmlinux')},
        found='\\loader\\entries\\debian+1-2.conf', by='pvh', line=f'{LINUX} two=2',
        expect=BOOTED, left=('/loader/entries/debian+0-3.conf', '/EFI/BOOT/BOOTX64.EFI')),
    shell('boot-variable', ['if not exist fs0:\\EFI then', '  mkdir fs0:\\EFI',
                            boot_option(7, f'\\vmlinux initrd=\\initrd.img {LINUX}'),
                            '  reset', 'endif'], VMLINUX, reboots=True, found=OPTIONS, by='pvh',
          line=LINUX, expect=('starting Boot0007 "Linux by kshim"', *BOOTED)),
    Row('entry-type2', {'EFI/Linux/debian.efi': 'uki:objcopy:vmlinux:cloud'}, append='',
        found='\\EFI\\Linux\\debian.efi', by='pvh', line=LINUX, expect=BOOTED),
    # After the boot.
    Row('runtime-services', {'vmlinux': 'vmlinux:cloud', 'a.img': 'initramfs',
                             'b.img': 'init:init-runtime'},
        append=f'\\vmlinux initrd=\\a.img initrd=\\b.img kshim.protocol=linux64 {UKI_LINE}',
        found=OPTIONS, by='linux64',
        expect=('firmware of 64 bits', 'variables: ', 'read back: written',
                'kshim: powering off')),
    # A TPM.
    Row('tpm-elf', {'vmlinux': 'vmlinux:cloud', 'a.img': 'initramfs', 'b.img': 'init:init-tpm'},
        append=f'\\vmlinux initrd=\\a.img initrd=\\b.img kshim.protocol=linux64 {UKI_LINE}',
        tpm=True, by='linux64', line=UKI_LINE, expect=BOOTED,
        measured=((12, UKI_LINE), (4, '\\vmlinux'), (9, '\\a.img'), (9, '\\b.img'))),
    shell('tpm-sections', ['kshim.efi initrd=\\b.img'],
          {'kshim.efi': 'uki:objcopy:debian:cloud', 'b.img': 'init:init-tpm'}, tpm=True,
          by='linux64', line=UKI_LINE, expect=BOOTED,
          measured=(*((11, name) for name in ('.linux', '.osrel', '.cmdline', '.initrd', '.sbat')
                      for _ in range(2)), (9, '\\b.img'))),
    # Secure Boot. Its caller, which prints the status, is the firmware's boot manager.
    secure('secure-bzimage', 'signed:kshim.efi', 'signed:debian:cloud', found=None,
           line=UKI_LINE, expect=('the firmware verifies and starts', *BOOTED)),
    secure('secure-bzimage-unsigned', 'signed:kshim.efi', 'debian:cloud', found=None,
           refusal='efi.start-image', expect=('LoadImage returned', 'BdsDxe: failed to start')),
    secure('secure-elf', 'signed:kshim.efi', 'vmlinux:cloud', found=None,
           refusal='efi.not-allowed', expect=('for kernel', 'BdsDxe: failed to start',
                                              'Access Denied')),
    secure('secure-elf-pinned', 'signed:pinned:vmlinux:cloud', 'vmlinux:cloud', by='linux64',
           line=UKI_LINE, expect=('moved up by', *BOOTED)),
    secure('secure-pinned-other-line', 'signed:pinned:vmlinux:cloud', 'vmlinux:cloud',
           more=b'options quiet\n', found=None, refusal='efi.not-allowed',
           expect=('the command line: Secure Boot', 'Access Denied')),
    secure('secure-pinned-no-initrd', 'signed:pinned:vmlinux:cloud', 'vmlinux:cloud',
           initrd=b'', found=None, refusal='efi.not-allowed',
           expect=('the initrd: Secure Boot', 'Access Denied')),
    Row('secure-sections', {'EFI/BOOT/BOOTX64.EFI': 'signed:uki:objcopy:vmlinux:cloud'},
        firmware='snakeoil', found='sections of kshim.efi', by='linux64', line=UKI_LINE,
        expect=BOOTED),
    Row('secure-unsigned-kshim', {'EFI/BOOT/BOOTX64.EFI': 'kshim.efi'}, firmware='snakeoil',
        expect=('BdsDxe: failed to load', 'Access Denied'), absent=('kshim:',), timeout=40),
    Row('secure-type2', {'EFI/BOOT/BOOTX64.EFI': 'signed:kshim.efi',
                         'EFI/Linux/debian.efi': 'signed:uki:objcopy:debian:cloud'},
        firmware='snakeoil', found='sections of kshim.efi', by='linux64', line=UKI_LINE,
        expect=('the firmware verifies and starts', *BOOTED)),
    # Probes: what the kernel is handed.
    probe('probe-pvh32', 'pvh32', 'pvh', 'bytes:70001'),
    probe('probe-pvh64', 'pvh64', 'pvh', 'bytes:4097'),
    probe('probe-elf64', 'elf64', 'linux64', 'bytes:70001'),
    probe('probe-bz64', 'bz64', 'linux64', 'bytes:4097'),
    probe('probe-bz32', 'bz32', 'linux32', 'bytes:31'),
    # Refusals come back to the caller with a status.
    shell('refusal-missing', ['kshim.efi \\nothing', 'echo status %lasterror%'], {},
          refusal='efi.not-found', expect=('\\nothing: no volume', 'status 0xE')),
    shell('refusal-damaged', ['kshim.efi \\vmlinux', 'echo status %lasterror%'],
          {'vmlinux': 'cut:5000000:vmlinux:cloud'}, refusal='elf.truncated',
          expect=('status 0x1',)),
    shell('refusal-no-initrd', ['kshim.efi \\vmlinux initrd=\\none', 'echo status %lasterror%'],
          {'vmlinux': 'probe:pvh32'}, refusal='efi.not-found',
          expect=('\\none: no volume', 'status 0xE')),
    shell('refusal-no-room', ['kshim.efi \\vmlinux initrd=\\data', 'echo status %lasterror%'],
          {'vmlinux': 'vmlinux:cloud', 'data': 'initramfs'}, memory=100,
          refusal='efi.memory', expect=('status 0x9',)),
    shell('refusal-huge', ['kshim.efi \\probe', 'echo status %lasterror%'],
          {'probe': 'probe:pvh-huge'}, refusal='plan.kernel-place', expect=('status 0x9',)),
    shell('refusal-line', ['kshim.efi \\probe kshim.protocol=none', 'echo status %lasterror%'],
          {'probe': 'probe:pvh32'}, refusal='cmdline.word', expect=('status 0x2',)),
    shell('no-memory-left', [*(['kshim.efi \\vmlinux initrd=\\none'] * 8),
                             'kshim.efi \\vmlinux initrd=\\initrd.img ' + LINUX], VMLINUX,
          memory=300, allowed='efi.not-found', line=LINUX, expect=BOOTED),
    shell('refusal-no-kernel', ['kshim.efi quiet', 'echo status %lasterror%'], {},
          refusal='efi.no-kernel', expect=('status 0xE',)),
]
