# SPDX-License-Identifier: BSD-2-Clause
"""`kshim plan` says with how much memory Linux can unpack its initrds: boots at both sides of its bound."""
import json
import os
import re
import subprocess

import pytest

from kshimtest import files
from kshimtest import machine
from kshimtest import newc
from kshimtest.row import MIB, Row

# Name: kernel, MiB that unpack, compressed by lz4 and so half of them (or as they are), words, what is
# said when it fails.
CASES = {
    'half': ('debian:cloud', 60, False, '', 'Initramfs unpacking failed: write error'),
    'packed': ('debian:amd64', 80, True, '', 'Initramfs unpacking failed: write error'),
    'root': ('debian:cloud', 80, True, 'root=/dev/vda1 panic_on_oom=1', 'Kernel panic'),
}


def zstd(data):
    return subprocess.run(['zstd', '-qc', '-1'], input=data, stdout=subprocess.PIPE, check=True).stdout


def initrd(size, packed):
    """Our initramfs, and behind it files of which the half is random; in rootfs they all take their room."""
    part = os.urandom(MIB // 2) + bytes(b'\x55' * (MIB // 2))
    big = newc.archive([(f'data{n}', 0o100644, part[n:] + part[:n]) for n in range(size)])
    ours = files.read(files.path('initramfs'))
    data = ours + bytes(-len(ours) % 4) + big
    return files.write(f'unpacking {size} {packed}', zstd(data) if packed else data)


def planned(kernel, archive, line, memory):
    """(fits, close or fails; the memory in MiB that would do)"""
    done = subprocess.run([files.KSHIM, 'plan', '--json', '--body', 'elf', '--machine', 'q35', '-m', f'{memory}M',
                           '-i', archive, '-a', line, files.path(kernel)], stdout=subprocess.PIPE, check=False)
    said = json.loads(done.stdout)
    found = [f for f in said['findings'] if f['name'] == 'initrd.memory']
    helps = [h['bytes'] // MIB for h in said.get('refusal', {}).get('help', ()) if h['what'] == 'memory']
    helps += [int(re.search(r'-m (\d+)M would do', f['text'])[1]) for f in found]
    if 'refusal' in said or (found and found[0]['severity'] == 'error'):
        return 'fails', helps[0]
    return ('close', helps[0]) if found else ('fits', memory)


@pytest.mark.parametrize('name', CASES)
def test_boots_at_both_sides(name):
    try:
        kernel, size, packed, words, failure = CASES[name]
        archive = initrd(size, packed)
    except files.Missing as why:
        pytest.fail(str(why), pytrace=False)

    def judge(memory):
        return planned(kernel, archive, f'console=ttyS0 {words}', memory)
    fits = judge(96)[1]
    assert judge(fits)[0] == 'fits' and judge(fits - 1)[0] == 'close'
    fails = next(memory for memory in range(fits, 96, -4) if judge(memory)[0] == 'fails')
    assert fits - fails <= 32, (fails, fits)
    good = Row(f'unpacking-{name}-fits', kernel, memory=fits, append=words, initrds=(archive,),
               expect=('kshim: userspace reached',), absent=('write error',), endless=True)
    bad = Row(f'unpacking-{name}-fails', kernel, memory=fails, append=words, initrds=(archive,),
              expect=(failure,), endless=True)
    for row in (good, bad):
        outcome, _ = machine.run(row)
        print(outcome.serial)
        wrong = machine.judge(row, outcome)
        assert not wrong, (wrong, fails, fits)
