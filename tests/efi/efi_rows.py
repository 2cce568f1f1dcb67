# SPDX-License-Identifier: BSD-2-Clause
"""The UEFI table: how the kernel is found, how it is booted, what is refused."""
import struct
import zlib
from dataclasses import dataclass

from kshimtest.media import UKI_LINE, files
from kshimtest.efi_vm import Row

LINUX = 'console=ttyS0 panic=-1 loglevel=5'
VMLINUX = {'vmlinux': 'vmlinux:cloud', 'initrd.img': 'initramfs'}
BZIMAGE = {'boot/vmlinuz': 'debian:cloud', 'initrd.img': 'initramfs'}
OPTIONS = 'the load options'
OBJCOPY_SECTIONS = ('.linux', '.osrel', '.cmdline', '.initrd', '.ucode', '.sbat')
BOOTED = ('kshim: userspace reached', 'kshim: powering off')

ENTRY = b'''title Debian
sort-key a
version 10
linux /boot/vmlinuz
initrd /initrd.img
options console=ttyS0 panic=-1
options loglevel=5 two=2
'''


# What the caller can do first, and what it says then.
CALLER = {'5-levels': 'in 5-level paging', 'strict': 'strict', 'no-serial': 'no ConOut',
          'tables-at': 'tables-at'}


@dataclass(frozen=True)
class Call:
    """What tests/efi/caller.c starts, and what must be said then; `code`: kshim's refusal."""
    image: str
    options: str
    expect: tuple
    code: str = ''


def refused(options, code, status):
    return Call('kshim.efi', options, (f'[{code}]', f'{options}: {status}, pages kept 0'), code)


def caller(name, calls, disk, first='', firmware='plain', **more):
    """A row whose boot loader is our caller, with kshim.efi beside it."""
    text = ''.join(f'\\{call.image} {call.options}\n' for call in calls)
    sign = 'signed:' if firmware == 'snakeoil' else ''
    found = {'allowed': ' '.join(call.code or 'efi.not-allowed' for call in calls),
             'expect': tuple(text for call in calls for text in call.expect), **more}
    return Row(name, {'EFI/BOOT/BOOTX64.EFI': f'{sign}caller', 'kshim.efi': f'{sign}kshim.efi',
                      'caller.txt': (f'{first}\n' * bool(first) + text).encode(), **disk},
               firmware=firmware, **found)


def probe_line(by, initrd, more=''):
    """The words by which a probe checks its entry, its initrd and the line itself."""
    words = f'console=ttyS0{more}'
    if initrd:
        data = files.read(files.path(initrd))
        words += f' probe.initrd={len(data):x}:{zlib.crc32(data):x}'
    words += f' probe.entry={by} probe.line='
    return words + f'{zlib.crc32((words + "00000000").encode()):08x}'


def probe(name, kernel, by, initrd=None, first='', seed=False, dump=False, **more):
    """A probe kernel that checks what it is handed."""
    words = probe_line(by, initrd,
                       ' probe.efi=1' + ' probe.seed=1 probe.copies=0' * seed + ' probe.dump=1' * dump)
    options = f'\\probe{" initrd=" + chr(92) + "data" if initrd else ""} {words}'
    disk = {'probe': f'probe:{kernel}', **({'data': initrd} if initrd else {})}
    passed = f'probe {kernel}: PASS'
    if first:
        said = ('leaving 5-level paging', passed) if first == '5-levels' else (passed,)
        return caller(name, [Call('kshim.efi', options, (f'caller: {CALLER[first.split()[0]]}', *said))],
                      disk, first, by=by, probe=True, cpu='max', **more)
    return Row(name, disk, append=options, by=by, probe=True, expect=(passed,), **more)


def shell(name, commands, disk, **more):
    """A row that types commands into the UEFI shell."""
    script = '\r\n'.join(['@echo -off', *commands, '']).encode()
    return Row(name, {'kshim.efi': 'kshim.efi', 'startup.nsh': script, **disk}, **more)


def load_option(options):
    """An EFI_LOAD_OPTION for kshim.efi, with these bytes or this text as its optional data."""
    path = '\\kshim.efi\0'.encode('utf-16-le')
    node = b'\4\4' + struct.pack('<H', 4 + len(path)) + path + b'\x7f\xff\4\0'
    value = struct.pack('<IH', 1, len(node)) + 'Linux by kshim\0'.encode('utf-16-le') + node
    return value + (options if isinstance(options, bytes) else options.encode('utf-16-le'))


def by_boot_option(name, options, disk, **more):
    """A row whose shell sets Boot0007, as efibootmgr does, makes it the next, and resets."""
    guid = '-guid 8be4df61-93ca-11d2-aa0d-00e098032b8c -nv -bs -rt'
    return shell(name, ['if not exist fs0:\\EFI then', '  mkdir fs0:\\EFI',
                        f'  setvar Boot0007 {guid} ={load_option(options).hex()}',
                        f'  setvar BootNext {guid} =0700', '  reset', 'endif'], disk, reboots=True,
                 **more)


def secure(name, kshim, kernel, more=b'', initrd=b'initrd /initrd.img\n', found='', disk=(), **rest):
    """A row with Secure Boot on: kshim.efi as the volume's boot loader, one boot entry."""
    entry = b'linux /kernel\noptions ' + UKI_LINE.encode() + b'\n' + initrd + more
    return Row(name, {'EFI/BOOT/BOOTX64.EFI': kshim, 'kernel': kernel, 'initrd.img': 'initramfs',
                      'loader/entries/a.conf': entry, **dict(disk)}, firmware='snakeoil',
               found='\\loader\\entries\\a.conf' if found is not None else '', **rest)


LOADER = '4a67b082-0a4c-41cf-b6c7-440b29bb8c4f'


def variable(name, text, attributes='06'):
    """How init-stub shows a variable of the Boot Loader Interface."""
    return f'VARIABLE {name} {attributes}000000{(text + chr(0)).encode("utf-16-le").hex()}'


ROWS = [
    # Found by the load options.
    Row('options-vmlinux-pvh', VMLINUX, append=f'\\vmlinux initrd=\\initrd.img {LINUX}',
        found=OPTIONS, by='pvh', line=LINUX, expect=BOOTED),
    Row('options-vmlinux-linux64', VMLINUX,
        append=f'\\vmlinux initrd=\\initrd.img kshim.protocol=linux64 {LINUX} loglevel=7',
        found=OPTIONS, by='linux64', line=f'{LINUX} loglevel=7',
        qemu=('-device', 'VGA', '-device', 'virtio-rng-pci'),
        expect=('random: crng init done', 'efi: EFI v2.', 'efifb: mode is 1280x800x32',
                'kshim: userspace reached')),
    Row('options-bzimage', BZIMAGE, append=f'/boot/vmlinuz initrd=/initrd.img {LINUX}',
        found=OPTIONS, by='linux64', line=LINUX, expect=BOOTED),
    Row('qemu-initrd', {'vmlinux': 'vmlinux:cloud'}, append=f'\\vmlinux {LINUX}',
        initrd='initramfs', found=OPTIONS, by='pvh', line=LINUX, expect=BOOTED, full=True),
    Row('second-volume', {'other': b'nothing'}, second=VMLINUX,
        append=f'\\vmlinux initrd=\\initrd.img {LINUX} quiet', line=f'{LINUX} quiet', loader='pvh',
        expect=BOOTED, absent=('kshim: version', 'kshim: kernel from', 'kshim: entering')),
    shell('shell-options', [f'kshim.efi \\vmlinux initrd=\\initrd.img {LINUX}'], VMLINUX,
          found=OPTIONS, by='pvh', line=LINUX, expect=BOOTED, full=True),
    Row('options-sid-vmlinux', {'vmlinux': 'vmlinux:sid', 'initrd.img': 'initramfs'},
        append=f'\\vmlinux initrd=\\initrd.img {LINUX}', found=OPTIONS, by='pvh', line=LINUX,
        expect=BOOTED, cpu='max'),
    Row('options-686-pae', {'vmlinuz': 'debian:686-pae', 'initrd.img': 'initramfs-i386'},
        append=f'\\vmlinuz initrd=\\initrd.img {LINUX}', found=OPTIONS, by='linux32', line=LINUX,
        expect=BOOTED, full=True),
    Row('more-than-4-gib', VMLINUX, append=f'\\vmlinux initrd=\\initrd.img {LINUX}',
        memory=5120, found=OPTIONS, by='pvh', line=LINUX, expect=BOOTED, full=True),
    # Sections inside kshim.efi, by bookworm's objcopy and by ukify.
    Row('sections-objcopy-bzimage', {'EFI/BOOT/BOOTX64.EFI': 'uki:objcopy:debian:cloud'},
        found='sections of kshim.efi', by='linux64', line=LINUX, expect=BOOTED, full=True),
    Row('sections-objcopy-vmlinux', {'EFI/BOOT/BOOTX64.EFI': 'uki:objcopy:vmlinux:cloud'},
        found='sections of kshim.efi', by='pvh', line=LINUX, expect=BOOTED),
    Row('sections-ukify-vmlinux', {'EFI/BOOT/BOOTX64.EFI': 'uki:ukify:vmlinux:cloud'},
        found='sections of kshim.efi', by='pvh', line=LINUX, expect=BOOTED, full=True),
    Row('sections-120', {'EFI/BOOT/BOOTX64.EFI': 'uki:ukify-many:debian:cloud'},
        found='sections of kshim.efi', by='linux64', line=LINUX,
        expect=('sections that are not used: .dtb .splash', *BOOTED)),
    # A line without a console: a virtio console comes before a screen, a screen before the serial line.
    Row('sections-virtio-console', {'EFI/BOOT/BOOTX64.EFI': 'uki:objcopy-mute:debian:cloud'},
        qemu=('-device', 'VGA', '-device', 'virtio-serial-pci,disable-legacy=on', '-device', 'virtconsole,chardev=hvc', '-chardev', 'null,id=hvc'),
        expect=('console=hvc0 is added to the command line', 'entering the kernel'), absent=('userspace reached',)),
    Row('sections-long-line', {'EFI/BOOT/BOOTX64.EFI': 'uki:objcopy-mute-long:debian:cloud'},
        expect=('console=uart,io,0x3f8 is not added: the command line has no room for it', 'entering the kernel'), absent=('userspace reached',)),
    Row('sections-screen', {'EFI/BOOT/BOOTX64.EFI': 'uki:objcopy-mute:debian:cloud'}, qemu=('-device', 'VGA'),
        expect=('entering the kernel',), absent=('is added to the command line',), full=True),
    shell('sections-and-options', ['kshim.efi extra=1'], {'kshim.efi': 'uki:objcopy:debian:cloud'},
          found='sections of kshim.efi', line=f'{LINUX} extra=1', expect=BOOTED),
    Row('uki-of-lines', {'my.efi': 'uki:ukify-lines:vmlinux:cloud'}, append='\\my.efi extra=1',
        found=OPTIONS, by='pvh', line=f'{LINUX} extra=1', expect=BOOTED),
    Row('uki-as-kernel', {'my.efi': 'uki:objcopy:vmlinux:cloud'}, append='\\my.efi extra=1',
        found=OPTIONS, by='pvh', line=f'{LINUX} extra=1', expect=BOOTED, full=True),
    shell('profiles', ['kshim.efi @3 x=1', 'echo status %lasterror%', 'kshim.efi @1 extra=1'],
          {'kshim.efi': 'uki:profiles:vmlinux:cloud'}, allowed='efi.profile',
          found='sections of kshim.efi', line=f'{LINUX} profile=1 extra=1',
          expect=('no profile 3: it has 3', 'status 0x2', *BOOTED)),
    Row('systemd-uki', {'my.efi': 'uki:profiles-systemd:debian:cloud'}, by='linux64',
        append='\\my.efi @2 extra=1', found=OPTIONS, line=f'{LINUX} profile=2 extra=1',
        expect=BOOTED),
    # A bundle by LoadFile2.
    Row('bundle', append='extra=1', initrd='bundle:vmlinux:cloud+initramfs',
        found='the firmware (LoadFile2)', by='pvh', line=f'{LINUX} extra=1', expect=BOOTED),
    # Boot entries.
    Row('entry', {**BZIMAGE, 'EFI/BOOT/BOOTX64.EFI': 'kshim.efi',
                  'loader/entries/old.conf': b'sort-key a\nversion 9\nlinux /none\n',
                  'loader/entries/new.conf': ENTRY},
        found='\\loader\\entries\\new.conf', by='linux64', line=f'{LINUX} two=2',
        expect=BOOTED, full=True),
    Row('entry-default', {**VMLINUX, 'EFI/BOOT/BOOTX64.EFI': 'kshim.efi',
                          'loader/loader.conf': b'timeout 1\ndefault  My*\n',
                          'loader/entries/broken.conf': b'title no kernel\n',
                          'loader/entries/my-used-up+0-2.conf': ENTRY.replace(b'10', b'11'),
                          'loader/entries/zz.conf': b'version 99\nlinux /none\n',
                          'loader/entries/my+3.conf': ENTRY.replace(b'/boot/vmlinuz', b'/vmlinux')},
        found='\\loader\\entries\\my+3.conf', by='pvh', line=f'{LINUX} two=2',
        expect=('broken.conf: the boot entry has a missing', *BOOTED), allowed='efi.boot-entry',
        left=('/loader/entries/my+2-1.conf', '/loader/entries/my-used-up+0-2.conf')),
    shell('entry-word', ['kshim.efi kshim.entry=gone', 'echo status %lasterror%', 'kshim.efi kshim.entry=o?d three=3'],
          {**BZIMAGE, 'loader/loader.conf': b'default new\n',
           'loader/entries/new.conf': b'version 99\nlinux /none\n', 'loader/entries/old.conf': ENTRY},
          found='\\loader\\entries\\old.conf', by='linux64', line=f'{LINUX} two=2 three=3', allowed='entry.none',
          expect=('none of the 2 boot entries', 'status 0xE', *BOOTED)),
    # bootctl set-oneshot and set-default, and what bootctl and systemd-bless-boot read afterwards.
    shell('entry-variables', [f'setvar LoaderEntryDefault -guid {LOADER} -nv -bs -rt =L"new.conf"',
                              f'setvar LoaderEntryOneShot -guid {LOADER} -nv -bs -rt =L"old.conf"', 'kshim.efi'],
          {**BZIMAGE, 'b.img': 'init:init-stub', 'loader/loader.conf': b'default other*\n',
           'loader/entries/new.conf': b'version 99\nlinux /none\n', 'loader/entries/other.conf': b'version 98\nlinux /none\n',
           'loader/entries/Old+3.conf': ENTRY.replace(b'/initrd.img\n', b'/initrd.img\ninitrd /b.img\n')},
          tpm=True, found='\\loader\\entries\\Old+3.conf', by='linux64',
          expect=(variable('LoaderBootCountPath', '\\loader\\entries\\Old+2-1.conf'),
                  variable('LoaderEntries', 'old.conf\0other.conf\0new.conf'),
                  variable('LoaderEntryDefault', 'new.conf', '07')[:-4],
                  variable('LoaderEntrySelected', 'old.conf'), 'VARIABLE LoaderFeatures 06000000', *BOOTED[1:]),
          absent=('LoaderEntryOneShot ',), left=('/loader/entries/Old+2-1.conf',)),
    # bootctl set-preferred: an entry that comes before the default, but not when its tries are used up.
    *(Row(name, {'EFI/BOOT/BOOTX64.EFI': 'kshim.efi', **BZIMAGE, f'loader/entries/{file}': ENTRY,
                 'loader/entries/default.conf': ENTRY.replace(b'two=2', b'two=3')}, by='linux64', line=f'{LINUX} two={two}',
          variables=tuple((LOADER, f'LoaderEntry{which}', f'{entry}.conf\0'.encode('utf-16-le'))
                          for which, entry in (('Preferred', 'good'), ('Default', 'default'))), full=full)
      for name, file, two, full in (('entry-preferred', 'good+1-2.conf', 2, True), ('entry-preferred-bad', 'good+0-3.conf', 3, True))),
    # What was booted last is the default: by kshim.entry= it is noted, and without another word booted.
    *(shell(name, [*(f'setvar LoaderEntryLastBooted -guid {LOADER} -nv -bs -rt =L"{last}.conf"' for last in before), command],
            {**BZIMAGE, 'b.img': 'init:init-stub', 'loader/loader.conf': b'default @saved\n',
             'loader/entries/new.conf': b'version 99\nlinux /none\n', 'loader/entries/other.conf': b'version 98\nlinux /none\n',
             'loader/entries/old.conf': ENTRY.replace(b'/initrd.img\n', b'/initrd.img\ninitrd /b.img\nextra /a.cred\n')},
            tpm=True, found='\\loader\\entries\\old.conf', full=full,
            expect=('old.conf: its extra lines are passed over', variable('LoaderEntryLastBooted', 'old.conf', '07')[:-4], *BOOTED[1:]))
      for name, before, command, full in (('entry-saved', ['old'], 'kshim.efi', False),
                                          ('entry-noted', ['other'], 'kshim.efi kshim.entry=old', True))),
    Row('entry-xbootldr', {'EFI/BOOT/BOOTX64.EFI': 'kshim.efi',
                           'loader/loader.conf': b'default deb*\n',
                           'loader/entries/zz.conf': b'version 99\nlinux /none\n'},
        xbootldr={**VMLINUX, 'loader/entries/debian+1-2.conf':
                  ENTRY.replace(b'/boot/vmlinuz', b'/vmlinux')},
        found='\\loader\\entries\\debian+1-2.conf', by='pvh', line=f'{LINUX} two=2',
        expect=BOOTED, left=('/loader/entries/debian+0-3.conf', '/EFI/BOOT/BOOTX64.EFI')),
    Row('entry-xbootldr-mbr', {'EFI/BOOT/BOOTX64.EFI': 'kshim.efi'}, mbr=True,
        xbootldr={**VMLINUX, 'loader/entries/a.conf': ENTRY.replace(b'/boot/vmlinuz', b'/vmlinux')},
        found='\\loader\\entries\\a.conf', by='pvh', line=f'{LINUX} two=2', expect=BOOTED),
    by_boot_option('boot-variable', f'\\vmlinux initrd=\\initrd.img {LINUX}', VMLINUX, found=OPTIONS,
                   by='pvh', line=LINUX,
                   expect=('starting Boot0007 "Linux by kshim"', *BOOTED), full=True),
    # Load options as real firmware passes them: addresses of its own code, as HP's; the whole boot
    # variable, as Dell's; what efibootmgr writes without -u.
    by_boot_option('boot-variable-binary', bytes.fromhex('d09b00f0d09b00f0c3e200f0d09b00f054ff00f0'),
                   {'kshim.efi': 'uki:objcopy:vmlinux:cloud'}, found='sections of kshim.efi',
                   line=LINUX, allowed='efi.options',
                   expect=('load options: ignored, because they are no UTF-16 text at offset 0x2: 0xf000',
                           *BOOTED)),
    by_boot_option('boot-variable-whole', load_option(f'\\vmlinux initrd=\\initrd.img {LINUX}'),
                   VMLINUX, found=OPTIONS, by='pvh', line=LINUX,
                   expect=('the load options are a whole EFI_LOAD_OPTION', *BOOTED)),
    by_boot_option('boot-variable-8-bit', b'\\vmlinux quiet!', {'kshim.efi': 'uki:objcopy:vmlinux:cloud'},
                   found='sections of kshim.efi', line=LINUX, allowed='efi.options', expect=BOOTED, full=True),
    shell('shell-quotes', [f'"fs0:\\my kshim.efi" "/a dir/vmlinux" initrd="\\a dir\\init rd.img" {LINUX} x="a b"'],
          {'my kshim.efi': 'kshim.efi', 'a dir/vmlinux': 'vmlinux:cloud',
           'a dir/init rd.img': 'initramfs'}, found=OPTIONS, by='pvh', line=f'{LINUX} x="a b"',
          expect=BOOTED),
    shell('shell-volume', [f'kshim.efi fs7:\\vmlinux {LINUX}', 'echo status %lasterror%',
                           f'kshim.efi fs1:\\none {LINUX}',
                           f'kshim.efi fs1:\\vmlinux initrd=FS1:\\initrd.img {LINUX}'],
          {'vmlinux': b'another'}, second=VMLINUX, found=OPTIONS, by='pvh', line=LINUX,
          allowed='efi.no-volume efi.not-found',
          expect=('fs7:\\vmlinux: no running UEFI shell', 'status 0xE', 'fs1:\\none: no volume', *BOOTED)),
    Row('entry-uki-profile', {'images/my.efi': 'uki:profiles:vmlinux:cloud',
                              'loader/entries/a.conf': b'uki-url https://none/x.efi\nversion 9\n',
                              'loader/entries/b.conf': b'uki /images/my.efi\nprofile two\nversion 8\n',
                              'loader/entries/c.conf': b'uki /images/my.efi\nprofile 2\n'
                                                       b'options extra=1\nversion 7\n'},
        append='', found='\\loader\\entries\\c.conf', by='pvh', line=f'{LINUX} profile=2 extra=1',
        expect=('a.conf: its uki-url is passed over', 'b.conf: the boot entry has a profile that is no number', *BOOTED),
        allowed='efi.boot-entry'),
    Row('entry-uki-profile-missing', {'my.efi': 'uki:profiles:vmlinux:cloud',
                                      'loader/entries/c.conf': b'uki /my.efi\nprofile 3\n'},
        append='', refusal='efi.profile', expect=('my.efi', 'no profile 3: it has 3')),
    Row('entry-type2', {'EFI/Linux/debian.efi': 'uki:objcopy:vmlinux:cloud'}, append='',
        found='\\EFI\\Linux\\debian.efi', by='pvh', line=LINUX, expect=BOOTED, full=True),
    # After the boot.
    Row('runtime-services', {'vmlinux': 'vmlinux:cloud', 'a.img': 'initramfs',
                             'b.img': 'init:init-runtime'},
        append=f'\\vmlinux initrd=\\a.img initrd=\\b.img kshim.protocol=linux64 {UKI_LINE} reboot=efi',
        found=OPTIONS, by='linux64',
        expect=('firmware of 64 bits', 'variables: ', 'read back: written',
                'kshim: powering off')),
    # A table of the firmware's in memory that looks free: for small structures, where a kernel goes.
    caller('tables-kept-behind-grub', [Call('grub.efi', '-', (
        'caller: esrt-at', 'esrt: Reserving ESRT space from 0x000000000009c000', 'resources: 1000 1109',
        'kshim: powering off'))],
           {'grub.efi': f'grub:{UKI_LINE} loglevel=7 reboot=efi', 'stub': 'built:kshim.bzimage',
            'bundle': 'bundle:debian:cloud+initramfs+init:init-runtime'}, first='esrt-at 9c000', by='linux64'),
    caller('tables-kept', [Call('kshim.efi', f'\\vmlinuz initrd=\\a.img initrd=\\b.img {UKI_LINE} '
                                'loglevel=7 reboot=efi', (
        'caller: esrt-at', 'esrt: Reserving ESRT space from 0x0000000001fff000', 'resources: 1000 1109',
        'kshim: powering off'))],
           {'vmlinuz': 'patch:0x258:0000000200000000:debian:cloud', 'a.img': 'initramfs', 'b.img': 'init:init-runtime'},
           first='esrt-at 1fff000', by='linux64'),
    # A TPM.
    Row('tpm-elf', {'vmlinux': 'vmlinux:cloud', 'a.img': 'initramfs', 'b.img': 'init:init-tpm'},
        append=f'\\vmlinux initrd=\\a.img initrd=\\b.img kshim.protocol=linux64 {UKI_LINE}',
        tpm=True, by='linux64', line=UKI_LINE, expect=BOOTED,
        measured=((12, f'kshim.protocol=linux64 {UKI_LINE}'), (12, UKI_LINE), (4, '\\vmlinux'),
                  (9, '\\a.img'), (9, '\\b.img'))),
    shell('tpm-sections', ['kshim.efi initrd=\\b.img'],
          {'kshim.efi': 'uki:objcopy:debian:cloud', 'b.img': 'init:init-tpm'}, tpm=True,
          by='linux64', line=UKI_LINE, expect=BOOTED,
          measured=(*((11, name) for name in OBJCOPY_SECTIONS
                      for _ in range(2)), (9, '\\b.img'))),
    secure('tpm-secure-bzimage', 'signed:kshim.efi', 'signed:debian:cloud', found=None, tpm=True,
           initrd=b'initrd /initrd.img\ninitrd /b.img\n',
           disk={'b.img': 'init:init-tpm', 'loader/loader.conf': b'default a*\n'},
           line=UKI_LINE, expect=('the firmware verifies and starts', *BOOTED), started=2,
           measured=((5, '\\loader\\loader.conf'), (5, '\\loader\\entries\\a.conf'), (12, UKI_LINE))),
    # Two lines that are no UTF-8 would be measured as the same one.
    Row('tpm-no-utf8', {'EFI/BOOT/BOOTX64.EFI': 'kshim.efi', 'vmlinux': 'vmlinux:cloud',
                        'loader/entries/a.conf': b'linux /vmlinux\noptions console=ttyS0 x=\xe4\n'},
        tpm=True, refusal='efi.no-utf8', expect=('command line: it is no UTF-8 at offset 0x10: 0xe4',)),
    caller('tpm-secure-systemd-uki', [Call('kshim.efi', '\\my.efi @1', BOOTED)],
           {'my.efi': 'signed:uki:profiles-systemd-tpm:debian:cloud'}, firmware='snakeoil',
           tpm=True, untold=(9,), line=f'{UKI_LINE} profile=1', started=3,
           measured=((12, 'kshim.profile=@1'),) + tuple((11, name) for name in ('.linux', '.osrel', '.cmdline', '.initrd',
                                                  '.uname', '.sbat', '.profile')
                          for _ in range(2))),
    Row('tpm-secure-uki', {'EFI/BOOT/BOOTX64.EFI': 'signed:kshim.efi',
                           'EFI/Linux/debian.efi': 'signed:uki:objcopy-tpm:debian:cloud'},
        firmware='snakeoil', found='sections of kshim.efi', by='linux64', line=UKI_LINE, tpm=True,
        expect=('the firmware verifies and starts', *BOOTED), started=2,
        measured=tuple((11, name) for name in OBJCOPY_SECTIONS
                       for _ in range(2))),
    # Secure Boot. Its caller, which prints the status, is the firmware's boot manager.
    secure('secure-bzimage', 'signed:kshim.efi', 'signed:debian:cloud', found=None,
           line=UKI_LINE, expect=('the firmware verifies and starts', *BOOTED)),
    # QEMU's -kernel leaves kshim.efi as it was signed.
    Row('secure-by-qemu', {'vmlinuz': 'signed:debian:cloud', 'initrd.img': 'initramfs'},
        append=f'\\vmlinuz initrd=\\initrd.img {UKI_LINE}', firmware='snakeoil', line=UKI_LINE,
        expect=('the firmware verifies and starts', *BOOTED)),
    secure('secure-bzimage-two-lz4', 'signed:kshim.efi', 'signed:debian:cloud', found=None,
           initrd=b'initrd /a.img\ninitrd /b.img\n', more=b'options rdinit=/second\n',
           disk={'a.img': 'lz4:initramfs', 'b.img': 'lz4:second-archive'},
           line=f'{UKI_LINE} rdinit=/second',
           expect=('the firmware verifies and starts', 'kshim: second archive', *BOOTED)),
    secure('secure-elf', 'signed:kshim.efi', 'vmlinux:cloud', found=None,
           refusal='efi.not-allowed', expect=('for kernel', 'BdsDxe: failed to start',
                                              'Access Denied')),
    secure('secure-elf-pinned', 'signed:pinned:vmlinux:cloud', 'vmlinux:cloud', by='linux64',
           line=UKI_LINE, expect=('moved up by', *BOOTED), full=True),
    # It could be moved by PVH as well, by which it would not learn that it has to lock itself down.
    secure('secure-lockdown', 'signed:pinned:vmlinux:sid', 'vmlinux:sid', more=b'options loglevel=7\n',
           by='linux64', line=f'{UKI_LINE} loglevel=7', cpu='max',
           expect=('Kernel is locked down from EFI Secure Boot', *BOOTED)),
    Row('secure-entry-uki-profile', {
        'EFI/BOOT/BOOTX64.EFI': 'signed:kshim.efi',
        'my.efi': 'signed:uki:profiles-systemd:debian:cloud',
        'loader/entries/a.conf': b'uki /my.efi\nprofile 1\n'}, firmware='snakeoil',
        line=f'{UKI_LINE} profile=1', expect=('the firmware verifies and starts', *BOOTED), full=True),
    # Under its own path, as it is after the count, so that its stub finds what is beside it.
    Row('secure-entry-uki-addon', {
        'EFI/BOOT/BOOTX64.EFI': 'signed:kshim.efi', 'EFI/Linux/my+3.efi': 'signed:uki:systemd:debian:cloud',
        'EFI/Linux/my.efi.extra.d/a.addon.efi': 'signed:addon:own=1',
        'loader/addons/b.addon.efi': 'signed:addon:global=1'}, firmware='snakeoil',
        line=f'{UKI_LINE} global=1 own=1', expect=('the firmware verifies and starts', *BOOTED),
        left=('/EFI/Linux/my+2-1.efi',)),
    Row('secure-sections', {'EFI/BOOT/BOOTX64.EFI': 'signed:uki:objcopy:vmlinux:cloud'},
        firmware='snakeoil', found='sections of kshim.efi', by='linux64', line=UKI_LINE,
        expect=BOOTED),
    Row('secure-unsigned-kshim', {'EFI/BOOT/BOOTX64.EFI': 'kshim.efi'}, firmware='snakeoil',
        expect=('BdsDxe: failed to load', 'Access Denied'), absent=('kshim:',)),
    # Probes: what the kernel is handed; test_same_handoff.py has more.
    probe('probe-pvh64', 'pvh64', 'pvh', 'bytes:4097'),
    probe('probe-above-4-gib', 'elf64-high', 'linux64', 'bytes:70001', memory=6144, full=True),
    probe('probe-seed', 'bz64', 'linux64', 'bytes:31', seed=True,
          qemu=('-device', 'virtio-rng-pci')),
    # What the caller turns on: pages that cannot be executed (the firmware must have the protocol
    # that changes that), 5-level paging.
    probe('strict-nx', 'bz64', 'linux64', 'bytes:31', first='strict', firmware='trixie-strictnx'),
    probe('la57-pvh', 'pvh32', 'pvh', 'bytes:70001', first='5-levels'),
    probe('la57-linux64', 'bz64', 'linux64', 'bytes:4097', first='5-levels', full=True),
    # Memory that the firmware takes, and runs on, after the plan was made: where the kernel goes.
    probe('tables-in-the-way', 'pvh-section', 'pvh', 'bytes:70001', first='tables-at 2000000'),
    # Refusals come back to the caller with a status: the shell, and a caller of ours that counts
    # the pages that are not given back.
    shell('refusal-missing', ['kshim.efi \\nothing', 'echo status %lasterror%'], {},
          refusal='efi.not-found', expect=('\\nothing: no volume', 'status 0xE')),
    shell('refusal-memdisk', ['kshim.efi \\memdisk', 'echo status %lasterror%'],
          {'memdisk': 'debian:memdisk'}, refusal='bzimage.real-mode', expect=('needs a BIOS', 'status 0x1')),
    shell('refusal-no-room', ['kshim.efi \\vmlinux initrd=\\data', 'echo status %lasterror%'],
          {'vmlinux': 'vmlinux:cloud', 'data': 'initramfs'}, memory=100,
          refusal='efi.memory', expect=('status 0x9',)),
    caller('refusals', [
        refused('\\nothing', 'efi.not-found', 'not found'),
        refused('\\cut', 'elf.truncated', 'load error'),
        refused('\\probe initrd=\\none', 'efi.not-found', 'not found'),
        refused('\\huge', 'plan.kernel-place', 'out of resources'),
        refused('\\probe kshim.protocol=none', 'cmdline.word', 'invalid parameter'),
        refused('\\probe kshim.entry=new', 'cmdline.word', 'invalid parameter'),
        refused('\\probe kshim.profile=@1', 'cmdline.word', 'invalid parameter'),
        refused('\\probe @1', 'efi.profile', 'invalid parameter'),
        Call('kshim.efi', '\\probe a\x01b', ('ignored, because they are no UTF-16 text at offset 0x10: 0x1',
                                             '[efi.no-kernel]', 'not found, pages kept 0'),
             'efi.options'),
        refused('fs0:\\probe', 'efi.no-volume', 'not found'),
        refused('\\caller.txt', 'kernel.unknown', 'load error'),
        Call('kshim.efi', 'quiet x', ('quiet: no kernel', '[efi.no-kernel]', 'not found, pages kept 0'),
             'efi.no-kernel')],
           {'cut': 'cut:5000000:vmlinux:cloud', 'probe': 'probe:pvh32', 'huge': 'probe:pvh-huge'}),
    # The firmware itself keeps a page now and then when it refuses an image: so it does first.
    caller('secure-refusals', [
        Call('unsigned', '-', ('LoadImage failed', 'access denied, pages kept')),
        Call('unsigned', '-', ('LoadImage failed', 'access denied, pages kept')),
        refused('\\probe', 'efi.not-allowed', 'access denied'),
        refused('\\unsigned', 'efi.start-image', 'security violation'),
        refused('\\signed kshim.protocol=linux64', 'efi.protocol', 'invalid parameter'),
        refused('\\signed initrd=\\none', 'efi.not-found', 'not found'),
        Call('unsigned.efi', '\\vmlinux', ('LoadImage failed', 'access denied')),
        # A unified kernel image has its own initrd, under its signature.
        refused('\\my.efi initrd=\\initrd.img', 'efi.uki-initrd', 'access denied')],
           {'unsigned': 'debian:memtest-x64', 'probe': 'probe:pvh32', 'signed': 'signed:debian:cloud',
            'my.efi': 'signed:uki:profiles-systemd:debian:cloud', 'initrd.img': 'initramfs',
            'unsigned.efi': 'kshim.efi', 'vmlinux': 'vmlinux:cloud'},
           firmware='snakeoil'),
    caller('secure-pins', [
        Call('pinned.efi', f'\\vmlinux initrd=\\initrd.img {UKI_LINE} quiet', (
            'the command line: Secure Boot', 'access denied', 'pages kept 0')),
        Call('pinned.efi', f'\\vmlinux {UKI_LINE}', (
            'the initrd: Secure Boot', 'access denied', 'pages kept 0')),
        # Each part is pinned, but not with the others.
        Call('pinned.efi', f'\\vmlinux initrd=\\initrd.img {UKI_LINE} single', (
            'kernel, initrds and command line: Secure Boot', 'access denied', 'pages kept 0')),
        # What steers the boot is part of what is pinned; and what no pin makes good.
        Call('pinned.efi', f'\\vmlinux initrd=\\initrd.img kshim.protocol=linux64 {UKI_LINE}', (
            'the command line: Secure Boot', 'access denied', 'pages kept 0')),
        Call('pinned.efi', f'\\vmlinux initrd=\\initrd.img kshim.protocol=pvh {UKI_LINE}', (
            '\\vmlinux: Secure Boot is on, which Linux cannot learn by PVH', 'invalid parameter',
            'pages kept 0'), 'efi.pvh-lockdown'),
        Call('pinned.efi', f'\\vmlinux initrd=\\initrd.img {UKI_LINE}', BOOTED)],
           {**VMLINUX, 'pinned.efi': 'signed:pinned:vmlinux:cloud'}, firmware='snakeoil',
           line=UKI_LINE),
    # A confidential machine's registers: the kernel, its line and its initrd.
    caller('cc', [Call('kshim.efi', f'\\vmlinux initrd=\\initrd.img {LINUX}', (
        'caller: cc', f'caller: register 3, type 13, {2 * len(LINUX) + 2} bytes: {LINUX}', 'caller: register 2, type 13, ',
        ' bytes: \\vmlinux', 'caller: register 3, type 13, ', ' bytes: \\initrd.img', *BOOTED))], VMLINUX, first='cc'),
    # The firmware prints on the serial port, of which kshim.efi does not know; so it does as well.
    caller('own-serial', [Call('kshim.efi', '\\nothing', (
        'caller: no ConOut', 'kshim: kshim: \\nothing', '[efi.not-found]\\nothing: no volume'))],
           {}, first='no-serial', allowed='efi.not-found'),
    shell('no-memory-left', [*(['kshim.efi \\vmlinux initrd=\\none'] * 8),
                             'kshim.efi \\vmlinux initrd=\\initrd.img ' + LINUX], VMLINUX,
          memory=300, allowed='efi.not-found', line=LINUX, expect=BOOTED),
]
