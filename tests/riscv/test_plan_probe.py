# SPDX-License-Identifier: BSD-2-Clause
"""`kshim plan --body riscv` and `riscv-guest` against what kshim-riscv64.bin says and does: the probe
tells where it found itself, its device tree and its initrd."""
import json
import os
import re
import subprocess

import pytest

from kshimtest import riscv_forms as forms
from kshimtest import riscv_rig as rig
from kshimtest.riscv_rig import Row
from kshimtest.patience import HANG

LINE = 'probe=where and some more words that make the line a little longer'


def planned(mode, memory, line, initrds, kernel):
    body = 'riscv-guest' if mode == 'guest' else 'riscv'
    done = subprocess.run([rig.KSHIM, 'plan', '--json', '--body', body, '-m', f'{memory}M', '-a', line,
                           *[a for name in initrds for a in ('-i', name)], kernel],
                          capture_output=True, text=True, check=False, timeout=HANG)
    told = json.loads(done.stdout)
    assert told['outcome'] == 'fits', told
    return told


def region(told, name):
    found = [int(r['first'], 16) for r in told['regions'] if r['name'] == name]
    assert len(found) == 1, f'{len(found)} regions "{name}"'
    return found[0]


def differences(told, text, mode):
    """One line for each thing that is not as planned."""
    entry, tree = told['entry'], region(told, 'device tree')
    at = {name: int(value, 16) for name, value in
          re.findall(r'^probe: (\w+ \w+ at) ([0-9a-f]{16})$', text, re.M)}
    how = 'as a guest' if mode == 'guest' else 'directly'
    said = [f'kshim: entering the kernel at {entry["address"]} {how}, device tree at {tree:#x}']
    wanted = {'kernel is at': int(entry['kernel'], 16), 'tree is at': tree}
    if 'initrd' in entry:
        first, last = entry['initrd']['first'], entry['initrd']['last']
        said.append(f'kshim: initrd at {first}-{last}')
        wanted.update({'initrd is at': int(first, 16), 'initrd ends at': int(last, 16) + 1})
    wrong = [f'not said: "{line}"' for line in said if f'{line}\n' not in text]
    return wrong + ([] if at == wanted else [f'found {at}, planned {wanted}'])


def booted(row):
    try:
        outcome = rig.run(row)
    except rig.Missing as e:
        pytest.skip(str(e))
    assert 'probe: PASS' in outcome.text, outcome.text[-4000:]
    return outcome.text


def hold(told, text, mode):
    wrong = differences(told, text, mode)
    assert not wrong, '\n'.join([*wrong, text[-2000:]])


@pytest.mark.parametrize('mode', ('direct', 'guest'))
@pytest.mark.parametrize('memory, sizes, qemu', (
    (512, (), 7), (512, (5000,), 7), (128, (100000, 70001), 7), (4096, (5000,), 7), (64, (), 10),
    (192, (1 << 20,), 10)), ids=lambda v: str(v).replace(' ', ''))
def test_planned_as_booted(mode, memory, sizes, qemu, tmp_path):
    initrds = [os.path.join(tmp_path, f'initrd{i}') for i in range(len(sizes))]
    bundle = os.path.join(tmp_path, 'bundle')
    for name, size in zip(initrds, sizes):
        with open(name, 'wb') as f:
            f.write(os.urandom(size))
    subprocess.run([rig.KSHIM, 'bundle', '-o', bundle, rig.PROBE, *initrds], check=True)
    line = f'kshim.mode={mode} {LINE}'
    row = Row('plan', kernel=bundle, way='initrd', memory=memory, qemu=qemu, append=line)
    hold(planned(mode, memory, line, initrds, rig.PROBE), booted(row), mode)


@pytest.mark.parametrize('mode', ('direct', 'guest'))
@pytest.mark.parametrize('form', ('elf', 'elf-headers', 'uki'))
def test_forms_are_planned_as_booted(mode, form, tmp_path):
    probe, kernel = rig.read(rig.PROBE), tmp_path / 'kernel'
    line = f'kshim.mode={mode} {LINE}'
    kernel.write_bytes(forms.uki(probe, b'probe=where', os.urandom(70001)) if form == 'uki'
                       else forms.FORMS[form](probe))
    text = booted(Row('plan', kernel=str(kernel), way='initrd', memory=256, append=line))
    hold(planned(mode, 256, line, (), str(kernel)), text, mode)
