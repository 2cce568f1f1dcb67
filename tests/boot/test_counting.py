# SPDX-License-Identifier: BSD-2-Clause
"""Boots that are counted, on one disk one after the other: an update that does not boot has used up its tries, and the
system before it boots. What is on the disk is what mtools read and fsck.fat finds in order."""
import re
import subprocess
import tempfile

from kshimtest import files, media
from kshimtest.machine import run_once
from kshimtest.row import Disk, Row
from kshimtest.ways import disk as disks
from kshimtest.ways.disk import MIB
import pytest

REACHED = 'kshim: userspace reached'
ENTRY = 'version {}\nlinux /{}\ninitrd /initrd\noptions console=ttyS0 panic=-1\nsort-key kshim\n'
# As systemd-bless-boot takes a name apart, which removes the counter once the system is up.
COUNTER = re.compile(r'\+(?P<left>\d+)(-(?P<done>\d+))?(?=\.(conf|efi)$)')
BUSES = (('virtio-blk-pci', 512), ('scsi-pci', 512), ('nvme,serial=1', 4096))


def make_disk(path, sector):
    """An ESP on a GPT, with an update that is no kernel and a system that is one. Its name has 11 characters, so that the
    counter makes it longer by a part."""
    disks.make_disk(path, Disk(sector=sector), {
        'loader/entries/update+3.conf': ENTRY.format('2', 'update').encode(), 'update': b'no kernel at all' * 64,
        'loader/entries/system.conf': ENTRY.format('1', 'system').encode(),
        'system': files.read(files.path('debian:cloud')), 'initrd': files.read(files.path('initramfs'))})


def boot(path, bus, sector, *more):
    """What the machine says."""
    row = Row('counted', 'none', way='rom-fwcfg', memory=512, append='kshim_reboot', qemu=(*disks.drive(0, path, bus, sector), *more))
    with tempfile.TemporaryDirectory() as directory:
        return run_once(row, directory).serial


def check_volume(path, start=2 * MIB):
    """fsck.fat finds nothing to be mended in the partition."""
    with tempfile.NamedTemporaryFile() as part:
        part.write(files.read(path)[start:])
        part.flush()
        done = subprocess.run(['/sbin/fsck.fat', '-n', '-v', part.name], check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()


def names(path, start=0):
    """All files of the volume at byte `start`, without folders."""
    return [name for name in media.listing(path, start) if not name.endswith('/')]


def changed(before, after):
    """Sectors of 512 bytes that differ."""
    return [n for n in range(0, len(before), 512) if before[n:n + 512] != after[n:n + 512]]


@pytest.mark.takes(40)
@pytest.mark.parametrize('bus,sector', BUSES, ids=lambda v: str(v).split(',', maxsplit=1)[0])
def test_an_update_that_does_not_boot(bus, sector, tmp_path):
    path = f'{tmp_path}/disk'
    try:
        make_disk(path, sector)
    except files.Missing as why:
        pytest.fail(str(why), pytrace=False)
    before = files.read(path)
    contents = {name: media.content(path, name, 2 * MIB) for name in names(path, 2 * MIB)}
    update = contents.pop('/loader/entries/update+3.conf')
    for left in (2, 1, 0):
        said = boot(path, bus, sector)
        name = f'update+{left}-{3 - left}.conf'
        assert f'this boot is counted: {name}' in said and '[kernel.other-kind]' in said, said
        counter = COUNTER.search(name)
        assert (counter['left'], counter['done']) == (str(left), str(3 - left)) and COUNTER.sub('', name) == 'update.conf'
        after = files.read(path)
        assert 1 <= len(changed(before, after)) <= max(1, sector // 512), changed(before, after)
        before = after
        assert sorted(names(path, 2 * MIB)) == sorted([f'/loader/entries/{name}', *contents])
        assert media.content(path, f'/loader/entries/{name}', 2 * MIB) == update
        check_volume(path)
    said = boot(path, bus, sector)
    assert REACHED in said and 'counted' not in said, said
    assert files.read(path) == before
    assert {name: media.content(path, name, 2 * MIB) for name in contents} == contents


# An entry's id, and its counter before and behind a boot. The folder fills several clusters.
NAMES = (('a' * 3, '+2', '+1-1'), ('b' * 7, '+2', '+1-1'), ('c' * 6, '+10-9', '+9-10'), ('d' * 19, '+0100', '+99-1'),
         ('e' * 112, '+3', '+2-1'), ('größe', '+2', '+1-1'))


@pytest.mark.takes(30)
@pytest.mark.parametrize('bits,size,cluster', ((12, 2, 1), (16, 16, 4), (32, 40, 1)))
def test_names_on_each_fat(bits, size, cluster, tmp_path):
    """Names that stay in their slots and names that need one more."""
    path, entry = f'{tmp_path}/disk', f'{tmp_path}/entry'
    with open(path, 'wb') as f:
        f.truncate(size * MIB)
    subprocess.run(['/sbin/mkfs.fat', '-F', str(bits), '-s', str(cluster), path], check=True, capture_output=True)
    media.mtools('mmd', '-i', path, '::/loader', '::/loader/entries')
    with open(entry, 'w', encoding='ascii') as f:
        f.write('linux /loader/entries/no-kernel\n')
    media.mtools('mcopy', '-i', path, entry, '::/loader/entries/no-kernel')
    for name, before, _ in NAMES:
        media.mtools('mcopy', '-i', path, entry, f'::/loader/entries/{name}{before}.conf')
    for name, _, behind in NAMES:
        wanted = name.replace('öß', '*')
        said = boot(path, 'virtio-blk-pci', 512, '-fw_cfg', f'name=opt/org.kshim/entry,string={wanted}')
        assert f'this boot is counted: {name}{behind}.conf' in said, said
    check_volume(path, 0)
    there = [name.removeprefix('/loader/entries/') for name in names(path)]
    assert sorted(there) == sorted(['no-kernel', *(f'{name}{behind}.conf' for name, _, behind in NAMES)])
