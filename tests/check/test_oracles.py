# SPDX-License-Identifier: BSD-2-Clause
"""Every number that `kshim check` reads from an ELF's or a PE's headers, as readelf, objdump and file(1) read
it: of all real kernels, and of mutants of their headers that both accept."""
import glob
import os
import random
import re
import subprocess

import pytest
from check import report

from kshimtest import files

KERNELS = ['cloud', 'amd64', '686-pae', 'trixie', 'sid', 'rt', 'backports']
HEAD = 4096             # bytes with all headers that are compared
MUTANTS = 60            # of each kernel
LISTED = 64             # segments that kshim lists
SEGMENT = re.compile(r'^  (<unknown>: \w+|\S+) +(0x\w+) (0x\w+) (0x\w+) (0x\w+) (0x\w+) (.{3}) +(\w+)$', re.M)
SECTION = re.compile(r'^ +\d+ (\S+) +([0-9a-f]{8}) +([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]{8}) ', re.M)
MACHINES = {'x86-64': ('Advanced Micro Devices X86-64', 'x86-64'), 'i386': ('Intel 80386', 'Intel 80386')}


def said_by(command):
    """What the tool prints; None if it complains."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60,
                          env={**os.environ, 'LC_ALL': 'C'})
    return None if done.returncode or done.stderr else done.stdout


def mutants(data, parts, rng):
    """The file with one to three bytes of these parts of its headers changed."""
    places = [at for begin, end in parts for at in range(begin, end)]
    for _ in range(MUTANTS):
        out = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            out[rng.choice(places)] = rng.choice([0, 1, 2, 4, 8, 0x10, 0x7f, 0x80, 0xff, rng.randrange(256)])
        yield bytes(out)


def write(path, head, size):
    """A file of that head; the rest, which is not compared, is a hole."""
    path.write_bytes(head)
    os.truncate(path, size)
    return path


# ---------------------------------------------------------------- ELF

def by_readelf(path):
    text = said_by(['readelf', '-hlW', path])
    kind = text and re.search(r'Type: +(NONE|REL|EXEC|DYN|CORE) ', text)
    if not kind:
        return None
    rows = [[kind, *(int(n, 16) for n in numbers[:5]), numbers[5].replace(' ', ''), int(numbers[6], 16)]
            for kind, *numbers in SEGMENT.findall(text)]
    loads = [row for row in rows if row[0] == 'LOAD' and row[5]]
    low = min((row[3] for row in loads), default=0)
    return {'class': re.search(r'Class: +ELF(\d+)', text)[1], 'type': kind[1],
            'machine': re.search(r'Machine: +(.+)', text)[1],
            'entry': int(re.search(r'Entry point address: +(0x\w+)', text)[1], 16),
            'load-address': low, 'memory': max((row[3] + row[5] for row in loads), default=0) - low,
            'alignment': max((row[7] for row in loads if row[7] & row[7] - 1 == 0), default=0), 'program-headers': len(rows), 'segments': rows[:LISTED]}


def by_kshim(said):
    facts = {name[4:]: value['value'] for name, value in said['facts'].items() if name.startswith('elf.')}
    perm = str.maketrans('rwx', 'RWE', '-')
    rows = [[s['type'], s['offset'], s['virtual'], s['address'], s['in-file'], s['in-memory'],
             s['perm'].translate(perm), s['align']] for s in said['tables']['segments']]
    return {**{name: facts[name] for name in ('class', 'type', 'entry', 'load-address', 'memory', 'alignment')},
            'machine': MACHINES[facts['machine']][0],
            'program-headers': facts.get('program-headers', len(rows)), 'segments': rows}


def same_elf(path):
    """Compare, if both take the file; False if one does not."""
    said, other = report.check(path), by_readelf(path)
    if other is None or not said['kind'] == 'elf':
        return False
    mine = by_kshim(said)
    for a, b in zip(mine['segments'], other['segments']):   # names of other types are each tool's own
        if a[0] != b[0] and 'LOAD' not in (a[0], b[0]):
            a[0] = b[0]
    assert mine == other, path
    machine = MACHINES[said['facts']['elf.machine']['value']][1]
    assert f"ELF {mine['class']}-bit LSB" in said_by(['file', '-b', path])
    assert f', {machine},' in said_by(['file', '-b', path])
    return True


@pytest.mark.parametrize('name', KERNELS)
def test_elfs(name):
    assert same_elf(files.path(f'vmlinux:{name}'))


@pytest.mark.parametrize('name', ['cloud', 'trixie', '686-pae'])
def test_elf_mutants(name, tmp_path):
    data = files.read(files.path(f'vmlinux:{name}'))
    bits64, count = data[4] == 2, int.from_bytes(data[56:58] if data[4] == 2 else data[44:46], 'little')
    header = 64 if bits64 else 52
    parts = [(16, header), (header, header + count * (56 if bits64 else 32))]
    accepted = [same_elf(write(tmp_path / f'mutant{n}', head, len(data)))
                for n, head in enumerate(mutants(data[:HEAD], parts, random.Random(name)))]
    assert sum(accepted) >= MUTANTS // 6


# ---------------------------------------------------------------- PE

def by_objdump(path):
    text = said_by(['objdump', '-ph', path])
    if text is None or 'DllCharacteristics' not in text:
        return None

    def field(name, base=16):       # objdump prints numbers of two bytes with their sign
        return int(re.search(rf'^{name}\s+(-?\w+)', text, re.M)[1], base)

    return {'machine': {'pei-x86-64': 'x86-64', 'pei-i386': 'i386'}.get(re.search(r'format (\S+)', text)[1]),
            'subsystem': field('Subsystem') & 0xffff, 'entry': field('AddressOfEntryPoint'),
            'image-version': f"{field('MajorImageVersion', 10) & 0xffff}.{field('MinorImageVersion', 10) & 0xffff}",
            'nx-compatible': bool(field('DllCharacteristics') & 0x100),
            'signature': int(re.search(r'^Entry 4 \w+ (\w+) ', text, re.M)[1], 16),
            'sections': [[name, int(address, 16), int(off, 16)] for name, _, address, off in SECTION.findall(text)]}


def same_pe(path):
    said, other = report.check(path), by_objdump(path)
    if other is None or 'pe.machine' not in said['facts']:
        return False
    mine = {name: said['facts'].get(f'pe.{name}', {}).get('value') for name in other if name != 'sections'}
    mine['signature'] = mine['signature'] or 0
    mine['sections'] = [[s['name'], s['address'], s['offset']] for s in said['tables']['sections']]
    assert mine == other, path
    return True


@pytest.mark.parametrize('name', KERNELS)
def test_pes(name):
    assert same_pe(files.path(f'debian:{name}'))


@pytest.mark.parametrize('name', ['trixie', 'cloud'])
def test_pe_mutants(name, tmp_path):
    data = files.read(files.path(f'debian:{name}'))
    pe = int.from_bytes(data[0x3c:0x40], 'little')
    optional = pe + 24
    parts = [(optional + 16, optional + 20), (optional + 44, optional + 48), (optional + 68, optional + 72)]
    accepted = [same_pe(write(tmp_path / f'mutant{n}', head, len(data)))
                for n, head in enumerate(mutants(data[:HEAD], parts, random.Random(name)))]
    assert sum(accepted) >= MUTANTS // 6


# ---------------------------------------------------------------- file(1)

@pytest.mark.parametrize('path', sorted(p for p in glob.glob(f'{files.BUILD}/debs/**/vmlinu*', recursive=True)
                                        if os.path.isfile(p)), ids=os.path.basename)
def test_file_says_the_same(path):
    said, text = report.check(path), said_by(['file', '-b', path])
    kinds = {'Linux kernel x86 boot executable bzImage': 'bzimage', 'Linux kernel ARM64 boot executable Image':
             'arm64-image', 'PE32+ executable (EFI application) RISC-V 64-bit': 'riscv-image'}
    assert [kind for start, kind in kinds.items() if text.startswith(start)] == [said['kind']]
    version = re.search(r'version (\S+) ', text)
    assert not version or report.fact(said, 'linux.version').split()[0] == version[1]
