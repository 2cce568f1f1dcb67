# SPDX-License-Identifier: BSD-2-Clause
"""`kshim plan --body riscv` and `riscv-guest` against kshim-riscv64.bin on QEMU's virt: kernel, initrd and
device tree, from the built-in machine and from the tree that QEMU itself writes."""
import os
import re
import subprocess

import pytest
from kshimtest import riscv_rig as rig

from kshimtest import where
from kshimtest.patience import HANG

DIRECT, GUEST = 'kshim.mode=direct', 'kshim.mode=guest'
ROWS = [rig.Row('plan-direct', append=DIRECT), rig.Row('plan-guest', append=GUEST),
        rig.Row('plan-direct-256m', append=DIRECT, memory=256),
        rig.Row('plan-guest-4g', append=GUEST, memory=4096),
        rig.Row('plan-guest-alone', append=f'{GUEST} console=ttyS0 panic=-1', way='initrd', initrd=False)]


def said(text):
    """(entry, device tree, initrd or None) as kshim says it."""
    entry = re.search(r'^kshim: entering the kernel at (0x[0-9a-f]+) .*, device tree at (0x[0-9a-f]+)$', text,
                      re.M)
    initrd = re.search(r'^kshim: initrd at (0x[0-9a-f]+)-(0x[0-9a-f]+)$', text, re.M)
    return entry[1], entry[2], initrd and (initrd[1], initrd[2])


def planned(told):
    tree, = where.regions(told, 'device-tree')
    initrd = told['entry'].get('initrd')
    return told['entry']['address'], f'{tree[0]:#x}', initrd and (initrd['first'], initrd['last'])


def dumped_tree(row, directory, image):
    """QEMU's tree of that machine, before the firmware has added to it."""
    path = os.path.join(directory, 'tree')
    subprocess.run(['qemu-system-riscv64', '-M', f'virt,dumpdtb={path}', '-m', str(row.memory), '-nographic',
                    '-kernel', rig.IMAGE, '-initrd', image, '-append', rig.line(row)], check=True,
                   capture_output=True, timeout=HANG)
    return path


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_planned_as_booted(row, tmp_path):
    try:
        image = rig.sources(row, tmp_path)[-1]
        outcome = rig.run(row)
    except rig.Missing as e:
        pytest.skip(str(e))
    body = 'riscv-guest' if GUEST in row.append else 'riscv'
    given = ['--body', body, '-a', rig.line(row), image]
    assert planned(where.plan('-m', f'{row.memory}M', *given)) == said(outcome.text)
    tree = dumped_tree(row, tmp_path, image)
    assert planned(where.plan('--map', tree, *given)) == said(outcome.text)
