# SPDX-License-Identifier: BSD-2-Clause
"""The random seed file of the ESP: Linux gets a seed and the file is another one, but only where a copy of the image would
not get the same."""
import re

import pytest
from kshimtest import efi_vm as vm
from kshimtest.media import files

OLD = files.pattern(100)
ENTRY = b'linux /vmlinuz\ninitrd /initrd.img\noptions console=ttyS0 panic=-1 loglevel=7\n'
SEED = '/loader/random-seed'
GENERATOR = ('-device', 'virtio-rng-pci')


def boot(name, qemu=(), **more):
    """(What Linux says of its tables, the file)."""
    disk = {'EFI/BOOT/BOOTX64.EFI': 'kshim.efi', 'vmlinuz': 'debian:cloud', 'initrd.img': 'initramfs',
            'loader/entries/a.conf': ENTRY, SEED: OLD, **more.pop('disk', {})}
    row = vm.Row(f'seed-{name}', disk, qemu=qemu, show=(SEED,), expect=('kshim: powering off',), **more)
    text, status, left, _ = vm.run(row)
    print(text)
    wrong = vm.judge(row, text, status, left)
    assert not wrong, f'{row.name}: {wrong}'
    assert f'PLACE {SEED} kept' in text     # written over the old one
    return re.search(r'\] efi: .*ACPI.*', text)[0], bytes.fromhex(re.search(rf'FILE {SEED} (.*)', text)[1])


def test_renewed():
    tables, left = boot('renewed', GENERATOR)
    assert ' RNG=' in tables
    assert len(left) == len(OLD)
    pieces = {data[at:at + 32] for data in (left, OLD) for at in range(0, len(OLD), 32)}
    assert len(pieces) == 8


@pytest.mark.full
@pytest.mark.parametrize('generator', [True, False])
def test_made(generator):
    """Where there is no file, only a generator's bytes make one."""
    disk = {'EFI/BOOT/BOOTX64.EFI': 'kshim.efi', 'vmlinuz': 'debian:cloud', 'initrd.img': 'initramfs', 'loader/entries/a.conf': ENTRY}
    row = vm.Row(f'seed-made-{generator}', disk, qemu=GENERATOR if generator else (), left=('/loader/entries/a.conf',),
                 expect=('kshim: powering off',))
    text, status, left, _ = vm.run(row)
    print(text)
    wrong = vm.judge(row, text, status, left)
    assert not wrong, f'{row.name}: {wrong}'
    assert (SEED in left) == generator
    assert (' RNG=' in re.search(r'\] efi: .*ACPI.*', text)[0]) == generator


@pytest.mark.full
def test_not_written():
    """A seed that the next boot would get again is not handed on."""
    tables, left = boot('not-written', GENERATOR, protected=(SEED,))
    assert ' RNG=' not in tables and left == OLD


@pytest.mark.full
def test_without_generator():
    tables, left = boot('no-generator')
    assert ' RNG=' not in tables and left == OLD


@pytest.mark.full
@pytest.mark.parametrize('size', [31, 4097])
def test_sizes(size):
    tables, left = boot(f'of-{size}', GENERATOR, disk={SEED: files.pattern(size)})
    assert ' RNG=' not in tables and left == files.pattern(size)
