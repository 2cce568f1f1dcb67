# SPDX-License-Identifier: BSD-2-Clause
"""PYTHONPATH=tests python3 -m rig.bench_command: `true` in another kernel, by kshim run and by virtme-ng, in one boot of the rig.

Under -icount with one CPU, so that the figures repeat. Each line: milliseconds from the start of the
command to its end, its status, and how many times as long as kshim run. Both boot the kernel that lies
in the rig's /boot, on the rig's root, by the same virtiofsd; virtme-ng chooses QEMU's microvm. What it
imports and does not use, file(1), and udev, which would all take longer, have stand-ins that do just
what it waits for.
"""
import pathlib
import re
import shutil
import subprocess

from kshimtest import files, rig
from kshimtest.patience import HANG
from rig.bench import FIRMWARE, FIRMWARE_DIRS

DEBS = pathlib.Path(files.BUILD) / 'debs'
PACKAGES = {'virtme-ng': 'trixie', 'kmod': 'bookworm'}
PYTHON = pathlib.Path('/usr/lib/python3.11')
NOT_USED = shutil.ignore_patterns('test', 'config-*', 'idlelib', 'lib2to3', 'ensurepip', 'pydoc_data', 'dist-packages')
SCRIPTS = {
    # Which port is which is told by links, which are udev's.
    'udevd': """for port in /sys/class/virtio-ports/*; do
    read -r name <$port/name || continue
    mkdir -p /dev/virtio-ports
    ln -s /dev/${port##*/} /dev/virtio-ports/$name
done
""",
    'udevadm': '',
    # virtme-ng asks it for a kernel's release, and whether busybox is static.
    'file': 'echo "$1: statically linked, version ${1#*vmlinuz-}"\n',
}
IMPORTS = {'requests': '', 'argcomplete': 'def autocomplete(parser):\n    pass\n'}
MEMORY = '512M'


class WithVng(rig.Initramfs):
    """The rig's files as a small system: a kernel with its modules, bash, QEMU, Python, virtme-ng."""

    def __init__(self, root):
        super().__init__(root)
        for program in ('qemu-system-x86_64', '/usr/bin/python3', 'bash', f'{DEBS}/kmod/bin/kmod'):
            self.add_program(shutil.which(program))
        self.add_daemon('virtiofsd')
        self.add_firmware()
        self.add_vng()
        self.add_kernel()
        for name, script in SCRIPTS.items():
            (self.root / 'bin' / name).write_text(f'#!/bin/sh\n{script}')
            (self.root / 'bin' / name).chmod(0o755)
        (self.root / 'bin' / 'modprobe').symlink_to('kmod')
        (self.root / 'sbin').symlink_to('bin')
        for name in ('run', 'tmp', 'etc/lvm', 'var/tmp', 'home', 'opt', 'srv'):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        for name in ('fstab', 'shadow', 'hosts', 'sudoers', 'group'):
            (self.root / 'etc' / name).touch()

    def add_firmware(self):
        place = self.root / 'share' / 'qemu'
        place.mkdir(parents=True)
        for rom in FIRMWARE:
            shutil.copy(next(p for d in FIRMWARE_DIRS if (p := pathlib.Path(d, rom)).exists()), place)

    def add_vng(self):
        shutil.copytree(PYTHON, self.root / PYTHON.relative_to('/'), ignore=NOT_USED)
        packages = DEBS / 'virtme-ng/usr/lib/python3/dist-packages'
        place = self.root / packages.relative_to(DEBS / 'virtme-ng')
        shutil.copytree(packages, place)
        for name, text in IMPORTS.items():
            (place / f'{name}.py').write_text(text)
        subprocess.run(['/usr/bin/python3', '-m', 'compileall', '-q', place], check=True)
        (self.root / 'usr/bin').mkdir()
        (self.root / 'usr/bin/python3').symlink_to('/bin/python3')
        for name in ('vng', 'virtme-run'):
            shutil.copy(DEBS / 'virtme-ng/usr/bin' / name, self.root / 'bin')

    def add_kernel(self):
        kernel = pathlib.Path(files.path('debian:trixie'))
        version = kernel.name.removeprefix('vmlinuz-')
        (self.root / 'boot').mkdir()
        for name in ('vmlinuz', 'config'):
            shutil.copy(kernel.with_name(f'{name}-{version}'), self.root / 'boot')
        modules = f'usr/lib/modules/{version}'
        shutil.copytree(pathlib.Path(files.package_dir('trixie')) / modules, self.root / 'lib' / 'modules' / version)
        subprocess.run(['depmod', '-b', self.root, version], executable=DEBS / 'kmod/bin/kmod', check=True)


def row(name, *words):
    kernel = '/boot/' + pathlib.Path(files.path('debian:trixie')).name
    script = """now() { tr -d . </proc/uptime | cut -d ' ' -f 1; }
began=$(now)
"$@"
status=$?
echo "$status after $(($(now) - began))0 ms" >took"""
    return rig.Row(name, ['sh', '-c', script, 'sh', *(kernel if w == 'KERNEL' else w for w in words)], timeout=HANG)


ROWS = [
    row('kshim run', 'kshim', 'run', '-m', MEMORY, 'KERNEL', '--', 'true'),
    row('kshim run --direct', 'kshim', 'run', '-m', MEMORY, '--direct', 'KERNEL', '--', 'true'),
    row('... with self-tests', 'kshim', 'run', '-m', MEMORY, '-a', 'cryptomgr.notests=0', 'KERNEL', '--', 'true'),
    row('vng', 'vng', '--memory', MEMORY, '--cpus', '1', '--run', 'KERNEL', '--exec', 'true'),
]


def show(outcome, ours):
    took = re.match(r'(\d+) after (\d+) ms', outcome.files.get('took', b'').decode())
    if not took:
        print(f'{outcome.row.name:24} no end', outcome.stdout[-2000:], outcome.stderr[-2000:], outcome.rig[-300:], sep='\n')
        return None
    ms = int(took[2])
    print(f'{outcome.row.name:24} {ms:7} ms  status {took[1]}' + (f'  {ms / ours:5.2f} times' if ours else ''))
    if took[1] != '0':
        print(outcome.stdout[-2000:], outcome.stderr[-2000:])
    return ms


def main():
    for package, suite in PACKAGES.items():
        subprocess.run([f'{files.TOP}/tools/fetch-deb', '-s', suite, package, DEBS / package], check=True)
    rig.Initramfs = WithVng
    ours = None
    for outcome in rig.run(ROWS, memory='4G', most=2 * rig.ROW_CPU, hang=6 * HANG):
        ms = show(outcome, ours)
        ours = ours or ms


if __name__ == '__main__':
    main()
