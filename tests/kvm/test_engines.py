# SPDX-License-Identifier: BSD-2-Clause
"""Devices whose engine is a daemon, in the rig: a tree by virtio-fs, for a user without root."""
import pathlib

from kshimtest import files, rig
from kvm.test_rig import initrd_of

TREE = """mkdir -p tree/a/b
cp /bin/busybox tree/a/program
seq 20000 >tree/a/b/numbers
: >tree/empty
chown -R nobody tree
chmod 777 . tree
chmod 666 /dev/kvm
chmod 1777 /tmp
(cd tree && find . -type f | sort | xargs sha256sum) >wanted"""


def row():
    share = pathlib.Path(files.write('share.cpio', initrd_of('share-init')))
    return rig.Row('share', [
        'kshim', 'run', '-m', '256M', '-a', 'console=ttyS0 quiet', '-i', pathlib.Path(files.path('initramfs')),
        '-i', share, '--timeout', '100', '--share', 'tree,tag=tree', pathlib.Path(files.path('debian:sid'))],
        timeout=140, user='nobody', daemons=('virtiofsd',), before=TREE,
        after='cat tree/written >written')


def test_a_tree_is_the_same_in_the_guest():
    outcome = rig.run([row()], icount=False)[0]
    assert outcome.status == 0, outcome.stdout + outcome.stderr + outcome.rig
    listed = [line[7:] for line in outcome.stdout.splitlines() if line.startswith('share: ') and '  ./' in line]
    wanted = outcome.files['wanted'].decode().splitlines()
    assert len(wanted) == 3 and listed == wanted, outcome.stdout
    assert 'share: writable' in outcome.stdout
    assert outcome.files['written'] == b'from the guest\n'
