# SPDX-License-Identifier: BSD-2-Clause
"""Devices whose engine is a daemon, in the rig: a tree by virtio-fs, for a user without root; its daemon's end; a disk."""
import pathlib
import shutil

import pytest

from kshimtest import files, rig
from kshimtest.patience import HANG
from kvm import rig_rows
from kvm.test_rig import initrd_of, path

pytestmark = pytest.mark.takes(100)
TREE = """mkdir -p tree/a/b
cp /bin/busybox tree/a/program
seq 20000 >tree/a/b/numbers
: >tree/empty
chown -R nobody tree
chmod 777 . tree
chmod 666 /dev/kvm
chmod 1777 /tmp
(cd tree && find . -type f | sort | xargs sha256sum) >wanted"""


# When the guest has seen the tree; there is no other process of that name.
KILL = "\n(while ! grep -q 'share: ' stdout; do sleep 0.1; done; killall ld-linux-x86-64.so.2) &"


def row(option='', more=''):
    share = pathlib.Path(files.write('share.cpio', initrd_of('share-init')))
    return rig.Row('share', [
        'kshim', 'run', '-m', '256M', '-a', 'console=ttyS0 quiet', '-i', pathlib.Path(files.path('initramfs')),
        '-i', share, '--timeout', '100', '--share', f'tree,tag=tree{option}',
        pathlib.Path(files.path('debian:sid'))],
        timeout=140, user='nobody', daemons=('virtiofsd',), before=TREE + more,
        after='cat tree/written >written')


def run(of, record_property, cpus=1):
    outcome, tries = rig.run_again([of], cpus=cpus, icount=False)[of.name]
    record_property('tries', tries)
    return outcome


@pytest.mark.parametrize('option', ['', pytest.param(',ro', marks=pytest.mark.full)])
def test_a_tree_is_the_same_in_the_guest(option, record_property):
    outcome = run(row(option), record_property)
    assert outcome.status == 0, outcome.stdout + outcome.stderr + outcome.rig
    listed = [line[7:] for line in outcome.stdout.splitlines() if line.startswith('share: ') and '  ./' in line]
    wanted = outcome.files['wanted'].decode().splitlines()
    assert len(wanted) == 3 and listed == wanted, outcome.stdout
    assert ('share: read only' if option else 'share: writable') in outcome.stdout
    assert outcome.files['written'] == (b'' if option else b'from the guest\n')


@pytest.mark.full
def test_the_end_of_the_daemon_is_the_end_of_the_run(record_property):
    outcome = run(row(more=KILL), record_property)
    assert outcome.status == 3, outcome.stdout + outcome.stderr + outcome.rig
    assert 'kshim: share tree: its daemon has ended, and the run with it' in outcome.stderr


DISK = """qemu-storage-daemon --blockdev "driver=file,node-name=disk,filename=$(echo /files/*-rig-disk.*)" \\
    --export type=vhost-user-blk,id=disk,node-name=disk,writable=on,addr.type=unix,addr.path=blk &
while [ ! -S blk ]; do sleep 0.1; done
"""


@pytest.mark.parametrize('cpus', [1, pytest.param(4, marks=pytest.mark.full)])
def test_a_disk_of_another_daemon(cpus, record_property):
    """QEMU's daemon serves it: the guest reads a file system, writes, takes its driver off and on, reads again."""
    row = rig.Row('vhost-user-blk', [
        'kshim', 'run', '-m', '256M', '-c', cpus, '-a', 'console=ttyS0 quiet', '-i', path('devices'), '--timeout', HANG,
        '--vhost-user', 'blk=blk', path('debian:cloud')], timeout=HANG + 40, before=DISK, carried=(path('disk'),),
        programs=(shutil.which('qemu-storage-daemon'),))
    outcome = run(row, record_property, cpus=2)
    assert outcome.status == 0, outcome.stdout + outcome.stderr + outcome.rig
    at = 0
    for text in (*rig_rows.FUNCTIONS, *rig_rows.WRITTEN):
        assert text in outcome.stdout[at:], f'{text!r} is missing:\n{outcome.stdout}'
        at = outcome.stdout.index(text, at)
