# SPDX-License-Identifier: BSD-2-Clause
"""An initrd with trixie's systemd in it, of programs that are unpacked from Debian's packages and not installed, and
systemd-measure for this machine."""
import glob
import os
import shutil
import subprocess

from elftools.elf.elffile import ELFFile

from kshimtest import files
from kshimtest.newc import archive
from kshimtest.systems import tree

SUITE = 'trixie'
PACKAGES = ('systemd', 'systemd-boot', 'systemd-cryptsetup', 'cryptsetup-bin', 'libtss2-esys-3.0.2-0t64',
            'libtss2-mu-4.0.1-0t64', 'libtss2-rc0t64', 'libtss2-tcti-device0t64')
OPEN_VOLUMES = ('usr/bin/systemd-cryptenroll', 'usr/bin/systemd-cryptsetup', 'usr/bin/systemd-tmpfiles', 'usr/sbin/cryptsetup',
            'usr/lib/systemd/systemd-pcrextend')
# Libraries that they load when they need them, so that their headers do not name them.
LOADED = ('libtss2-esys.so.0', 'libtss2-rc.so.0', 'libtss2-mu.so.0', 'libtss2-tcti-device.so.0',
          'libcryptsetup-token-systemd-tpm2.so')
MANAGE_BOOT = ('usr/lib/systemd/systemd', 'usr/lib/systemd/systemd-executor', 'usr/bin/systemctl', 'usr/bin/systemd-analyze',
               'usr/bin/bootctl', 'usr/lib/systemd/systemd-bless-boot')
CONFIGURATION = ('usr/lib/tmpfiles.d/20-systemd-stub.conf',)
LIBRARIES = ('usr/lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu/systemd', 'usr/lib/x86_64-linux-gnu/cryptsetup')
VIRTIO = ('virtio', 'virtio_ring', 'virtio_pci_legacy_dev', 'virtio_pci_modern_dev', 'virtio_pci', 'virtio_blk', 'efivarfs')
FAT = ('fat', 'vfat', 'nls_cp437', 'nls_iso8859-1', 'nls_ascii')
LINKER = 'usr/lib64/ld-linux-x86-64.so.2'
FOLDERS = ('proc', 'sys', 'dev', 'run', 'tmp', 'etc', 'var', 'usr', 'usr/bin', 'usr/sbin', 'usr/lib64', 'usr/lib',
           'usr/lib/systemd', 'usr/lib/systemd/system', 'usr/lib/tmpfiles.d', *LIBRARIES)
LINKS = {'bin': 'usr/bin', 'sbin': 'usr/sbin', 'lib': 'usr/lib', 'lib64': 'usr/lib64'}


def why_not():
    """Why the packages cannot be unpacked here, or ''."""
    if os.geteuid():
        return 'packages are unpacked by root only'
    return '' if shutil.which('mmdebstrap') else 'mmdebstrap is missing: make deps'


def path():
    return os.path.join(tree.MADE, f'systemd-{tree.key(SUITE, *PACKAGES)}')


def fetch():
    """Unpack the packages and what they depend on."""
    out = path()
    with tree.Lock('systemd'):
        if os.path.exists(out):
            return
        for old in glob.glob(f'{tree.MADE}/systemd-????????????'):
            shutil.rmtree(old)
        shutil.rmtree(f'{out}.new', ignore_errors=True)
        made = subprocess.run(
            ['mmdebstrap', '--mode=root', '--variant=extract', '--format=directory', f'--include={",".join(PACKAGES)}',
             *tree.OPTIONS, SUITE, f'{out}.new', f'deb [signed-by={tree.KEYRING}] {tree.mirror()} {SUITE} main'],
            check=False, env=tree.ENV, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if made.returncode:
            raise files.Missing(f'mmdebstrap could not unpack systemd of {SUITE}: {made.stdout[-2000:]}')
        os.rename(f'{out}.new', out)


def unpacked(name):
    found = os.path.join(path(), name)
    if not os.path.exists(found):
        raise files.Missing(f'{name} of {SUITE} is not fetched: run make fetch')
    return found


def needed(name):
    """The libraries that a program's or library's own header names."""
    with open(unpacked(name), 'rb') as f:
        dynamic = ELFFile(f).get_section_by_name('.dynamic')
        return [tag.needed for tag in dynamic.iter_tags('DT_NEEDED')] if dynamic else []


def library(soname):
    for folder in LIBRARIES:
        if os.path.exists(os.path.join(path(), folder, soname)):
            return f'{folder}/{soname}'
    raise files.Missing(f'{soname} of {SUITE} is not fetched: run make fetch')


def with_libraries(programs):
    """The programs and all libraries that they need."""
    found, open_ends = [LINKER], [*programs, *map(library, LOADED)]
    while open_ends:
        name = open_ends.pop()
        if name not in found:
            found.append(name)
            open_ends += [library(soname) for soname in needed(name) if not soname.startswith('ld-linux')]
    return found


def module(name):
    top = files.package_dir('cloud')
    return next(os.path.join(folder, f'{name}.ko') for folder, _, names in os.walk(top) if f'{name}.ko' in names)


def initrd(init, programs, modules=(), more=()):
    """An initrd with these, what else is needed for VIRTIO disks, and busybox. /init is the script `init`; the modules are
    /modules/NUMBER.ko in their order."""
    members = [(name, 0o40755, b'') for name in FOLDERS]
    members += [(name, 0o120777, target.encode()) for name, target in LINKS.items()]
    members += [(name, 0o100755, files.read(unpacked(name))) for name in with_libraries(programs)]
    members += [(name, 0o100644, files.read(unpacked(name))) for name in CONFIGURATION]
    members += [('modules', 0o40755, b'')]
    members += [(f'modules/{n:02}.ko', 0o100644, files.read(module(name))) for n, name in enumerate((*VIRTIO, *modules))]
    members += [('usr/bin/busybox', 0o100755, files.read('/bin/busybox')), ('init', 0o100755, files.read(init)), *more]
    return files.write(f'systemd {os.getpid()} {os.path.basename(init)}', archive(members))


def tools():
    """A folder with systemd-measure in it, for ukify."""
    folder = os.path.join(files.MADE, 'systemd-tools')
    os.makedirs(folder, exist_ok=True)
    script = files.write('systemd-measure', f'''#!/bin/sh
exec {unpacked(LINKER)} --library-path {":".join(unpacked(name) for name in LIBRARIES)} \\
	{unpacked("usr/lib/systemd/systemd-measure")} "$@"
'''.encode())
    os.chmod(script, 0o755)
    os.replace(script, f'{folder}/systemd-measure')
    return folder
