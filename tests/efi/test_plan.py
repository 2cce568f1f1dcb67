# SPDX-License-Identifier: BSD-2-Clause
"""`kshim plan --body efi` against kshim.efi under OVMF: the map is the one that Linux prints of that very
boot (efi=debug), or the built-in one of OVMF, and what kshim said is what was planned."""
import pytest
from kshimtest import efi_vm as vm
from kshimtest import where
from efi.efi_rows import BZIMAGE, VMLINUX

LINUX = 'console=ttyS0 panic=-1 efi=debug'      # not quiet: the map is read off the console

BY_64 = 'kshim.protocol=linux64'    # by PVH Linux does not hear of UEFI

ROWS = (
    vm.Row('plan-bzimage', BZIMAGE, append=f'/boot/vmlinuz initrd=/initrd.img {LINUX}', by='linux64'),
    vm.Row('plan-vmlinux', VMLINUX, append=f'\\vmlinux initrd=\\initrd.img {BY_64} {LINUX}', by='linux64',
           memory=512),
    vm.Row('plan-5-gib', BZIMAGE, append=f'/boot/vmlinuz initrd=/initrd.img {LINUX}', by='linux64',
           memory=5120),
)


def listing(text):
    """The lines of the map, until Linux tells it again in another order."""
    lines, seen = [], False
    for line in text.splitlines():
        if 'efi: mem00:' in line:
            if seen:
                break
            seen = True
        if seen and 'efi: mem' in line:
            lines.append(line)
    return '\n'.join(lines) + '\n'


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_planned_as_booted(row, record_property, tmp_path):
    try:
        disk = {name: vm.resolve(source) for name, source in row.disk.items()}
        text, status, left, tries = vm.run(row)
    except vm.files.Missing as why:
        pytest.fail(str(why), pytrace=False)
    record_property('tries', tries)
    print(text)
    wrong = vm.judge(row, text, status, left)
    assert not wrong, wrong
    kernel, = (path for name, path in disk.items() if 'vmlinu' in name)
    initrd, = (path for name, path in disk.items() if 'initrd' in name)
    (tmp_path / 'map').write_text(listing(text))
    words = f'{BY_64} {LINUX}' if BY_64 in row.append else LINUX
    given = ['--body', 'efi', '-i', initrd, '-a', words, kernel]
    found = where.differences_of_lines(where.plan('--map', tmp_path / 'map', *given), text)
    assert not found, '\n'.join(found)
    entry = where.plan('-m', f'{row.memory}M', *given)['entry']     # without the map
    assert f'kshim: kernel at {entry["kernel"]}' in text
    assert f'kshim: entering the kernel at {entry["address"]} by {entry["protocol"]}' in text
