# SPDX-License-Identifier: BSD-2-Clause
"""PYTHONPATH=tests python3 -m bench.disk_speed: reads by virtio-blk on PCI, of `kshim run` and of QEMU, as ratios.

All in one boot of the rig under -icount, on the same file in memory, with the same guest, each after a first round that
does not count. Status 1 if kshim is slower by more than BOUNDS. Needs make fetch, make and make build/rig/diskread.
"""
import pathlib
import re
import sys

from kshimtest import files, rig
from kshimtest.patience import HANG
from kvm.test_rig import DEVICE_MODULES, devices_initrd
from rig.bench import FIRMWARE, WithQemu

APPEND = 'console=ttyS0 quiet'
DISK = 'head -c 16777216 /dev/urandom >/tmp/disk'
HUNG = 60               # seconds of a CPU; a nested QEMU hangs by chance, and has a second try
BOUNDS = {'random': 1.0, 'sequential': 1.05}     # of the better of QEMU's two
BUILT = pathlib.Path(files.BUILD) / 'rig' / 'diskread'


def rows():
    initrd = pathlib.Path(files.write('disk-speed.cpio', devices_initrd('disk-init', DEVICE_MODULES, (BUILT,))))
    kernel = pathlib.Path(files.path('debian:cloud'))
    roms = '; '.join(f'ln -sf /files/{rom} /roms/{rom}' for rom in FIRMWARE)
    yield rig.Row('kshim', ['kshim', 'run', '--direct', '-m', '256M', '-a', APPEND, '-i', initrd, '--disk', '/tmp/disk', kernel],
                  timeout=HANG, before=DISK)
    for machine, aio in (('pc', 'io_uring'), ('microvm,pcie=on', 'threads')):
        yield rig.Row(f'QEMU {aio}', [
            'qemu-system-x86_64', '-L', '/roms', '-M', machine, '-accel', 'kvm', '-cpu', 'host', '-m', '256M', '-nodefaults',
            '-display', 'none', '-no-reboot', '-serial', 'stdio', '-kernel', kernel, '-initrd', initrd, '-append', APPEND,
            '-drive', f'if=none,id=d,file=/tmp/disk,format=raw,aio={aio}',
            '-device', 'virtio-blk-pci-non-transitional,drive=d'], timeout=HANG, before=f'{DISK}; mkdir -p /roms; {roms}')


def figures(said):
    """What was read, to microseconds; of the second run."""
    return {what: int(us) for what, us in re.findall(r'disk: (\w+ \d+ x \d+ by \d+): (\d+) us\n', said.split('disk: second')[-1])}


def is_comparable(found):
    """Are there figures of the same reads, of each kind, of kshim and of a QEMU?"""
    ours = set(found.get('kshim', ()))
    kinds = {what.split()[0] for what in ours}
    return kinds == set(BOUNDS) and len(found) > 1 and all(set(f) == ours for f in found.values())


def compare(found):
    """Print a line for each kind of read; the kinds that are too slow."""
    print(f'{"us":28}' + ''.join(f'{name:>15}' for name in found) + '   kshim / best of QEMU')
    slow = []
    for what, ours in found['kshim'].items():
        ratio = ours / min(f[what] for name, f in found.items() if name != 'kshim')
        print(f'{what:28}' + ''.join(f'{f[what]:15}' for f in found.values()) + f'   {ratio:.2f}')
        slow += [what] * (ratio > BOUNDS[what.split()[0]])
    return slow


def main():
    rig.Initramfs = WithQemu
    outcomes = rig.run(list(rows()), memory='4G', most=HUNG)
    found = {}
    for outcome in outcomes:
        if 'disk: end' in outcome.stdout:
            found[outcome.row.name] = figures(outcome.stdout)
        else:
            print(f'{outcome.row.name} came to no end:', outcome.stdout, outcome.stderr, file=sys.stderr)
    if not is_comparable(found):
        sys.exit('there is nothing to compare')
    slow = compare(found)
    sys.exit(f'too slow: {", ".join(slow)}' if slow else 0)


if __name__ == '__main__':
    main()
