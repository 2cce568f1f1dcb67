# SPDX-License-Identifier: BSD-2-Clause
"""kshim plan as a user sees it: golden outputs of crafted images, JSON by its schema, maps of every
kind, refusals with advice that holds, what is noticed of initrds and command lines."""
import bz2
import gzip
import json
import lzma
import os
import pathlib
import re
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from kshimtest.patience import HANG

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
from kshimtest import images
from kshimtest import newc
from kshimtest import files

KSHIM = TOP / 'build/kshim'
GOLDEN = pathlib.Path(__file__).resolve().parent / 'golden'
CORPUS = TOP / 'tests/fuzz/corpus/fuzz_plan'
SCHEMA = json.loads((TOP / 'tools/plan/plan.schema.json').read_text())
ENV = {'PATH': os.environ['PATH'], 'LC_ALL': 'C'}
MIB = 1 << 20


def plan(*args, cwd=None, text=True, stdin=None, env=None):
    return subprocess.run([KSHIM, 'plan', *map(str, args)], capture_output=True, text=text, timeout=HANG,
                          input=stdin, cwd=cwd, env=env or ENV, check=False)


def told(*args, status=0, **more):
    """The JSON, which must be by the schema."""
    done = plan('--json', *args, **more)
    assert done.returncode == status, done.stdout + done.stderr
    out = json.loads(done.stdout)
    jsonschema.validate(out, SCHEMA)
    return out


@pytest.fixture(name='kernel')
def fixture_kernel(tmp_path):
    path = tmp_path / 'vmlinuz'
    path.write_bytes(images.bzimage(0x20f))
    return path


def member(name, data=b'', mode=0o100755):
    head = (1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    out = b'070701' + b''.join(b'%08x' % f for f in head) + name.encode() + b'\0'
    out += bytes(-len(out) % 4) + data
    return out + bytes(-len(out) % 4)


ARCHIVE = member('init', b'#!/bin/sh\n' * 9) + member('TRAILER!!!', mode=0)


def test_schema_itself():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


# ---------------------------------------------------------------- golden outputs

def golden_cases():
    """name -> (image, arguments)."""
    cases = {f'bzImage {v}': (data, []) for v, data in images.BZIMAGES.items()}
    cases.update({f'bzImage {v}, kshim.elf on q35': (images.BZIMAGES[v],
                                                     ['--body', 'elf', '--machine', 'q35', '--stub', 'stub'])
                  for v in ('2.00', '2.04', '2.15')})
    rom = ['--body', 'rom', '--stub', 'rom-stub', '-m']
    cases['bzImage 2.15, kshim.rom on pc'] = (images.BZIMAGES['2.15'], [*rom, '64M'])
    cases['ELF64, kshim.rom on q35'] = (images.elf(), ['--machine', 'q35', *rom, '4G'])
    cases['ELF64, kshim.rom, below 640 KiB'] = (images.elf(paddr=0x10000, entry=0x10000, notes=[images.pvh(0x10000)]),
                                                [*rom, '64M'])
    cases.update({name: (data, []) for name, data in images.ELFS.items()})
    cases['ELF64, 5 GiB, UEFI'] = (images.ELFS['PHYS32_RELOC'], ['--body', 'efi', '-m', '5G'])
    cases['ELF64 with PVH, by linux64'] = (images.elf(), ['--protocol', 'linux64', '--cpu', 'pdpe1gb'])
    cases['bzImage 2.15, UEFI'] = (images.BZIMAGES['2.15'], ['--body', 'efi', '-m', '256M'])
    cases['too little memory'] = (images.BZIMAGES['2.15'], ['-m', '20M'])
    return cases


def test_golden(tmp_path):
    """`KSHIM_GOLDEN=write pytest ...` writes it anew: read the difference."""
    (tmp_path / 'initrd').write_bytes(ARCHIVE)
    # A body of a fixed size: what it covers shall not change with kshim itself.
    (tmp_path / 'stub').write_bytes(images.elf(32, paddr=MIB, mem=MIB // 2, entry=MIB,
                                               notes=[images.pvh(MIB)]))
    (tmp_path / 'rom-stub').write_bytes(
        bytes(65500) + b'KSHM' + struct.pack('<4I', 0x1000, 0x70000, 0x7fe00000, 0x80000000) + bytes(16))
    text = ''
    for name, (data, more) in golden_cases().items():
        (tmp_path / 'kernel').write_bytes(data)
        done = plan('-i', 'initrd', '-a', 'console=ttyS0', *more, 'kernel', cwd=tmp_path)
        assert not done.stderr
        assert not [line for line in done.stdout.splitlines() if len(line) > 80]
        text += f'=== {name}\n{done.stdout}status {done.returncode}\n\n'
    path = GOLDEN / 'plan.txt'
    if os.environ.get('KSHIM_GOLDEN') == 'write':
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(text)
    for part, other in zip(text.split('=== '), path.read_text().split('=== ')):
        assert part == other
    assert text == path.read_text()


@pytest.mark.parametrize('name', golden_cases())
def test_json(name, tmp_path):
    data, more = golden_cases()[name]
    (tmp_path / 'initrd').write_bytes(ARCHIVE)
    (tmp_path / 'kernel').write_bytes(data)
    more = [a for a in more if a not in ('--stub', 'stub', 'rom-stub')]
    out = plan('--json', '-i', tmp_path / 'initrd', *more, tmp_path / 'kernel')
    out = json.loads(out.stdout)
    jsonschema.validate(out, SCHEMA)
    at = 0
    for r in out['regions']:
        assert int(r['first'], 16) == at and int(r['last'], 16) == at + r['size'] - 1
        at += r['size']


def test_riscv(tmp_path):
    (tmp_path / 'kernel').write_bytes(images.riscv())
    for body in ('riscv', 'riscv-guest'):
        out = told('--body', body, '-m', '256M', tmp_path / 'kernel')
        assert out['entry']['protocol'] == 'riscv'
        assert int(out['entry']['address'], 16) % (2 * MIB) == 0
        assert 'device-tree' in {r['kind'] for r in out['regions']}


def test_bundle_and_compressed_kernels_are_the_same_plan(kernel, tmp_path):
    (tmp_path / 'i').write_bytes(ARCHIVE)
    plain = told('-i', tmp_path / 'i', '-a', 'x=y', kernel)
    for name, pack in (('gz', gzip.compress), ('bz2', bz2.compress), ('xz', lzma.compress)):
        (tmp_path / name).write_bytes(pack(kernel.read_bytes()))
        assert told('-i', tmp_path / 'i', '-a', 'x=y', tmp_path / name)['regions'] == plain['regions']
    subprocess.run([KSHIM, 'bundle', '-o', tmp_path / 'b', '-a', 'x=y', kernel, tmp_path / 'i'], check=True)
    bundle = told(tmp_path / 'b')
    strip = [(r['first'], r['last'], r['kind']) for r in plain['regions']]
    assert [(r['first'], r['last'], r['kind']) for r in bundle['regions']] == strip
    assert bundle['input']['cmdline'] == 'x=y'


def test_unified_kernel_image(kernel, tmp_path):
    """The same plan as of its parts; .ucode and .initrd are looked at, and named by the file."""
    data, word = 0x40000040, ARCHIVE + ARCHIVE
    (tmp_path / 'u.efi').write_bytes(images.pe(sections=(
        ('.cmdline', b'own=1\n', data), ('.ucode', ARCHIVE, data), ('.initrd', word, data),
        ('.linux', kernel.read_bytes(), data), ('.profile', b'ID=a', data), ('.profile', b'ID=b', data),
        ('.cmdline', b'own=b', data))))
    for name, part in (('ucode', ARCHIVE), ('initrd', word)):
        (tmp_path / name).write_bytes(part)
    apart = told('-i', tmp_path / 'ucode', '-i', tmp_path / 'initrd', '-a', 'own=1 x=y', kernel)
    image = told('-a', 'x=y', tmp_path / 'u.efi')
    places = [[(r['first'], r['last'], r['kind']) for r in said['regions']] for said in (apart, image)]
    assert places[0] == places[1] and image['input']['cmdline'] == 'own=1 x=y'
    assert told('-a', 'kshim.profile=b x=y', tmp_path / 'u.efi')['input']['cmdline'] == 'own=b x=y'
    (tmp_path / 'bad.efi').write_bytes(images.pe(sections=(
        ('.initrd', ARCHIVE[:-8], data), ('.linux', kernel.read_bytes(), data))))
    done = plan(tmp_path / 'bad.efi')
    assert done.returncode == 1 and '[initrd.truncated]' in done.stdout and 'bad.efi:at' in ''.join(done.stdout.split())
    done = plan('-a', 'kshim.profile=a', kernel)
    assert done.returncode == 1 and '[uki.none]' in done.stdout


@pytest.mark.parametrize('machine', ['firecracker', 'cloud-hypervisor', 'kshim'])
def test_one_module_has_all_initrds(machine, kernel, tmp_path):
    """Those launchers pass one file: the bundle that kshim would make, or that the user made."""
    parts = [tmp_path / f'i{n}' for n in range(2)]
    for n, part in enumerate(parts):
        part.write_bytes(bytes(n * 7) + ARCHIVE if not n else ARCHIVE + bytes(5000))
    given = [a for part in parts for a in ('-i', part)]
    subprocess.run([KSHIM, 'bundle', '-o', tmp_path / 'b', kernel, *parts], check=True)
    where = ['--body', 'elf', '--machine', machine]
    files_plan, bundle_plan = told(*where, *given, kernel), told(*where, tmp_path / 'b')
    if machine != 'kshim':      # that one passes each file as a module
        assert files_plan['entry'] == bundle_plan['entry']
    assert files_plan['entry']['initrd']['size'] == bundle_plan['entry']['initrd']['size']
    parts[0].write_bytes(b'rubbish')
    assert 'initrd.no-archive' in findings(told(*where, *given, kernel, status=1))


def test_no_colour_but_on_a_terminal(kernel):
    assert '\033' not in plan(kernel).stdout
    done = subprocess.run(['script', '-qec', f'{KSHIM} plan {kernel}', '/dev/null'], capture_output=True,
                          text=True, check=False, env=dict(ENV, TERM='xterm'), stdin=subprocess.DEVNULL)
    assert '\033[' in done.stdout
    done = subprocess.run(['script', '-qec', f'{KSHIM} plan {kernel}', '/dev/null'], capture_output=True,
                          text=True, check=False, env=dict(ENV, TERM='xterm', NO_COLOR='1'),
                          stdin=subprocess.DEVNULL)
    assert '\033[' not in done.stdout


# ---------------------------------------------------------------- exit statuses

@pytest.mark.parametrize('args,status', [
    ([], 2), (['a', 'b'], 2), (['--body', 'x', 'k'], 2), (['-m', '1M', 'k'], 2), (['-m', '9x', 'k'], 2),
    (['--machine', 'virt', 'vmlinuz'], 2), (['--cpu', 'x', 'k'], 2), (['--nonsense', 'k'], 2),
    (['--body', 'efi', '--machine', 'pc', 'vmlinuz'], 2), (['--body', 'rom', '--machine', 'kshim', 'vmlinuz'], 2),
    (['--body', 'rom', '--stub', 'no-rom', 'vmlinuz'], 1), (['--body', 'rom', '--machine', 'q35', 'vmlinuz'], 0),
    (['--help'], 0), (['vmlinuz'], 0),
    (['/nowhere'], 3), (['-i', '/nowhere', 'vmlinuz'], 3), (['--map', '/nowhere', 'vmlinuz'], 3),
    (['--svg', '/nowhere/x.svg', 'vmlinuz'], 3), (['text'], 1), (['-m', '8M', 'vmlinuz'], 1),
    (['--stub', '/nowhere', '--body', 'elf', 'vmlinuz'], 3), (['-i', 'text', 'vmlinuz'], 1)])
def test_status(args, status, kernel):
    (kernel.parent / 'text').write_text('nothing\n')
    (kernel.parent / 'no-rom').write_bytes(bytes(65536))
    done = plan(*args, cwd=kernel.parent)
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stdout + done.stderr


# ---------------------------------------------------------------- maps

@pytest.mark.parametrize('name,ram,body', [
    ('e820-q35', None, 'direct'), ('e820-old', 0x9f800 + 0x3fff0000 - MIB, 'direct'),
    ('efi-linux', None, 'efi'), ('efi-shell', None, 'efi'), ('qemu', 0x9fc00 + 127 * MIB, 'direct')])
def test_maps(name, ram, body, kernel):
    out = told('--map', CORPUS / name, kernel)
    assert out['input']['body'] == body
    free = sum(r['size'] for r in out['regions'] if r['kind'] in (
        'free', 'kernel-file', 'kernel-rest', 'cmdline', 'zero-page', 'setup-data', 'gdt', 'page-tables'))
    assert ram is None or free == ram
    again = told('--map', '-', kernel, stdin=(CORPUS / name).read_text())
    assert again['regions'] == out['regions']


# The same map as kernels have printed it; a list of the firmware's own is never overruled.
FORMS = {
    '3.5': """[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
[    0.000000] BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved
[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000001ffdffff] usable
[    0.000000] BIOS-e820: [mem 0x000000001ffe0000-0x000000001fffffff] ACPI data
[    0.000000] modified: [mem 0x0000000000000000-0x0000000000000fff] reserved
""",
    '2.6': """ BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)
 BIOS-e820: 000000000009fc00 - 00000000000a0000 (reserved)
 BIOS-e820: 0000000000100000 - 000000001ffe0000 (usable)
 BIOS-e820: 000000001ffe0000 - 0000000020000000 (ACPI data)
 modified: 0000000000000000 - 0000000000001000 (reserved)
""",
    '2.6, with memmap=': """Xen: cpu 0
 user: 0000000000000000 - 000000000009fc00 (usable)
 user: 000000000009fc00 - 00000000000a0000 (reserved)
 user: 0000000000100000 - 000000001ffe0000 (usable)
 user: 000000001ffe0000 - 0000000020000000 (ACPI data)
""",
    'dom0, in the journal': """Nov 28 12:00:01 host kernel: Xen: [mem 0x0000000000000000-0x000000000009fbff] usable
Nov 28 12:00:01 host kernel: Xen: [mem 0x000000000009fc00-0x000000000009ffff] reserved
Nov 28 12:00:01 host kernel: Xen: [mem 0x0000000000100000-0x000000001ffdffff] usable
Nov 28 12:00:01 host kernel: Xen: [mem 0x000000001ffe0000-0x000000001fffffff] ACPI data
""",
    '7.0, in the journal': """2026-11-28T12:00:01+0000 host kernel: BIOS-provided physical RAM map:
2026-11-28T12:00:01+0000 host kernel: BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff]  System RAM
2026-11-28T12:00:01+0000 host kernel: BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff]  device reserved
2026-11-28T12:00:01+0000 host kernel: BIOS-e820: [gap 0x00000000000a0000-0x00000000000fffff]
2026-11-28T12:00:01+0000 host kernel: BIOS-e820: [mem 0x0000000000100000-0x000000001ffdffff]  System RAM
2026-11-28T12:00:01+0000 host kernel: BIOS-e820: [mem 0x000000001ffe0000-0x000000001fffffff]  ACPI data
2026-11-28T12:00:01+0000 host kernel: BIOS-e820: [gap 0x0000000020000000-0x00000000ffffffff]
""",
}


@pytest.mark.parametrize('form', FORMS)
def test_all_forms_of_e820_give_one_map(form, kernel):
    assert told('--map', '-', kernel, stdin=FORMS[form])['regions'] == told(
        '--map', '-', kernel, stdin=FORMS['3.5'])['regions']


E820 = '[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n'
BAD = [
    (E820 + E820.replace('0x000000000009fbff', '0x9zz'), 2, "'zz] usable'", '] and a blank'),
    (E820 + E820.replace('] usable', '] usabel'), 2, "'usabel'", 'usable, reserved'),
    (E820 + E820.replace('0x0000000000000000', '0x00000000000a0000'), 2, '0x00000000000a0000-', 'not below'),
    (E820.replace('[mem', '[man'), 1, "'[man 0x", '[mem 0xFIRST-0xLAST] TYPE'),
    (' BIOS-e820: 0000000000100000 - 0000000000100000 (usable)\n', 1, '0000000000100000 -', 'an end above'),
    ('efi: mem00: [Boot Dato   |RUN|] range=[0x0-0xfff] (0MB)\n', 1, "'Boot Dato", 'a memory type'),
    ('efi: mem00: [Conventional|   |] range=[0x0-0x1000] (0MB)\n', 1, 'range=[0x0-0x1000]', 'whole pages'),
    ('x\nefi: mem00: [Conventional|   |] rang=[0x0-0xfff] (0MB)\n', 2, 'rang=', 'range=[0xFIRST'),
    ('Available  0000000000001000-0000000000002FFF 0000000000000001 0F\n', 1, '0000000000001000-',
     'as many pages'),
    ('FlatView #0\n AS "memory", root: system\n  0000000000000000;00000000ffff (prio 0, ram): pc.ram\n', 3,
     '0000000000000000;', 'FIRST-LAST'),
    ('FlatView #0\n AS "memory", root: system\n  0000000000000000-0000000000ffffff (pri 0, ram): x\n', 3,
     '(pri 0', '(prio N, KIND)'),
]


@pytest.mark.parametrize('text,line,found,wanted', BAD)
def test_bad_lines(text, line, found, wanted, kernel):
    done = plan('--map', '-', kernel, stdin=text)
    assert done.returncode == 1 and f'-:{line}: found ' in done.stderr, done.stderr
    assert found in done.stderr and wanted in done.stderr, done.stderr


@pytest.mark.parametrize('text', ['', 'nothing\n', E820.replace('usable', 'reserved')])
def test_no_map(text, kernel):
    done = plan('--map', '-', kernel, stdin=text)
    assert done.returncode == 1 and 'no memory map' in done.stderr


def test_maps_of_another_body(kernel):
    for body, name in (('direct', 'efi-linux'), ('efi', 'e820-q35')):
        done = plan('--map', CORPUS / name, '--body', body, kernel)
        assert done.returncode == 2 and f'--body {body} wants' in done.stderr


@pytest.mark.parametrize('zeros', range(12))
def test_what_follows_an_lz4_archive(zeros, kernel, tmp_path):
    """Linux sees the end of the stream by four zeros; the next archive starts on 4."""
    first, second = newc.lz4(ARCHIVE), ARCHIVE
    (tmp_path / 'i').write_bytes(first + bytes(zeros) + second)
    done = plan('-i', tmp_path / 'i', kernel)
    good = zeros >= 4 and (len(first) + zeros) % 4 == 0
    wrong = '[initrd.padding]' if zeros < 4 else '[initrd.no-archive]'
    assert (wrong in done.stdout) == (not good), done.stdout
    assert (done.returncode == 0) == good, done.stdout


# ---------------------------------------------------------------- refusals and advice

def will_do(*args):
    """It fits, and Linux has the memory to unpack its initrds."""
    out = json.loads(plan('--json', *args).stdout)
    return 'refusal' not in out and 'initrd.memory' not in {f['name'] for f in out['findings']}


def test_advised_memory_is_the_least_that_will_do(kernel, tmp_path):
    (tmp_path / 'i').write_bytes(member('x', bytes(30 * MIB)) + ARCHIVE)
    for args in (['-m', '20M'], ['-m', '50M', '-i', tmp_path / 'i'], ['-m', '20M', '--body', 'elf']):
        out = told(*args, kernel, status=1)
        assert [c['name'] for c in out['refusal']['collide']]
        need = [h['bytes'] for h in out['refusal']['help'] if h['what'] == 'memory'][0]
        assert need % MIB == 0
        assert will_do('-m', f'{need // MIB}M', *args[2:], kernel)
        assert not will_do('-m', f'{need // MIB - 1}M', *args[2:], kernel)


def test_advised_initrd_will_do(kernel, tmp_path):
    (tmp_path / 'i').write_bytes(member('x', bytes(60 * MIB)) + ARCHIVE)
    out = told('-m', '64M', '-i', tmp_path / 'i', kernel, status=1)
    assert out['refusal']['name'] == 'plan.initrd-room'
    assert [c['name'] for c in out['refusal']['collide']][0] == 'initrd'
    size = [h['bytes'] for h in out['refusal']['help'] if h['what'] == 'initrd'][0]
    for more, fits in ((0, True), (65536, False)):
        data = bytes(size + more - len(member('x') + ARCHIVE))
        (tmp_path / 'i').write_bytes(member('x', data) + ARCHIVE)
        assert will_do('-m', '64M', '-i', tmp_path / 'i', kernel) == fits


@pytest.mark.parametrize('pack, words, least, most', [
    (bytes, '', 2.9, 3.6), (gzip.compress, '', 1.9, 2.6), (bytes, 'root=/dev/vda1', 2, 2.8),
    (gzip.compress, 'root=/dev/vda1', 1, 1.8), (gzip.compress, 'root=/dev/vda1 rootfstype=tmpfs,ext4', 1.9, 2.6)])
def test_memory_that_unpacking_needs(pack, words, least, most, kernel, tmp_path):
    """tmpfs takes half of what is left beside the packed files; with root= there is no such limit."""
    size = 100 * MIB
    (tmp_path / 'i').write_bytes(pack(member('x', bytes(size)) + ARCHIVE))
    args = ('-i', tmp_path / 'i', '-a', f'console=ttyS0 {words}', kernel)
    out = json.loads(plan('--json', '-m', '120M', *args).stdout)
    texts = [f['text'] for f in out['findings']] + [h['text'] for h in out.get('refusal', {}).get('help', ())]
    need = int(re.search(r'-m (\d+)M would do', ' '.join(texts))[1])
    assert least * 100 <= need <= most * 100
    assert will_do('-m', f'{need}M', *args) and not will_do('-m', f'{need - 1}M', *args)
    found = told('-m', f'{need - 32}M', *args, status=1)['findings']
    assert [f['severity'] for f in found if f['name'] == 'initrd.memory'] == ['error']
    assert will_do('-m', f'{need - 32}M', *args[2:])


def test_a_limit_of_the_line_counts(kernel, tmp_path):
    (tmp_path / 'i').write_bytes(gzip.compress(member('x', bytes(100 * MIB)) + ARCHIVE))
    args = ('-m', '1G', '-i', tmp_path / 'i', kernel, '-a')
    assert will_do(*args, 'console=ttyS0') and not will_do(*args, 'console=ttyS0 mem=200M')


def test_what_is_reserved_in_the_way(kernel, tmp_path):
    hole = E820 + '''BIOS-e820: [mem 0x0000000000100000-0x0000000001ffffff] usable
BIOS-e820: [mem 0x0000000002000000-0x00000000020fffff] ACPI NVS
BIOS-e820: [mem 0x0000000002100000-0x0000000003ffffff] usable
'''
    fixed = tmp_path / 'fixed'
    fixed.write_bytes(images.bzimage(0x20f, relocatable_kernel=0))
    out = told('--map', '-', fixed, status=1, stdin=hole)
    assert out['refusal']['name'] == 'plan.kernel-place'
    assert [(c['first'], c['last']) for c in out['refusal']['collide']] == [
        ('0x1000000', '0x2ffffff'), ('0x2000000', '0x20fffff')]
    assert 'reserved' in {h['what'] for h in out['refusal']['help']}
    text = plan('--map', '-', fixed, stdin=hole).stdout
    assert 'these collide:' in text and 'what would help:' in text


def collisions(out):
    return [(c['name'], c['first'], c['last']) for c in out['refusal']['collide']]


def test_no_room_for_what_is_handed_over(kernel):
    """The kernel fills all memory that there is."""
    full = 'BIOS-e820: [mem 0x0000000001000000-0x0000000002ffffff] usable\n'
    out = told('--map', '-', kernel, status=1, stdin=full)
    assert out['refusal']['name'] == 'plan.handoff-room'
    assert collisions(out) == [('zero page', '0x2fff000', '0x2ffffff'),
                               ('kernel: decompression, BSS', '0x1002000', '0x2ffffff')]


def test_no_room_to_move_files_in(tmp_path):
    """A segment that belongs over the body must wait elsewhere, and is larger than what is free."""
    (tmp_path / 'stub').write_bytes(images.elf(32, paddr=MIB, mem=MIB // 2, entry=MIB, notes=[images.pvh(MIB)]))
    (tmp_path / 'k').write_bytes(images.elf(paddr=MIB, entry=MIB, mem=0x10000, notes=[images.pvh(MIB)], more=[
        (images.pack.PT_LOAD, b'x' * 0x40000, MIB + 0x10000)]))
    small = ('BIOS-e820: [mem 0x0000000000080000-0x000000000009fbff] usable\n'
             'BIOS-e820: [mem 0x0000000000100000-0x000000000019ffff] usable\n')
    out = told('--body', 'elf', '--stub', tmp_path / 'stub', '--map', '-', tmp_path / 'k', status=1, stdin=small)
    assert out['refusal']['name'] == 'plan.stage-room'
    assert collisions(out) == [('scratch while files are moved', '0x160000', '0x19ffff'),
                               ('kshim', '0x150000', '0x17ffff')]


def test_other_protocol_is_advised(tmp_path):
    (tmp_path / 'k').write_bytes(images.elf(notes=[images.pack.LINUX_NOTE]))
    out = told('--protocol', 'pvh', tmp_path / 'k', status=1)
    assert ['--protocol linux64' in h['text'] for h in out['refusal']['help']] == [True]


# ---------------------------------------------------------------- command lines

def findings(out):
    return {f['name'] for f in out['findings']}


@pytest.mark.parametrize('words,name', [
    ('console=ttyS1', 'console.absent'), ('console=hvc0', 'console.absent'), ('console=tty0', 'console.absent'),
    ('console=ttyAMA0', 'console.other-machine'), ('console=ttys0', 'console.typo'),
    ('console=/dev/ttyS0', 'console.typo'), ('console=COM1', 'console.typo'), ('quiet', 'console.none'),
    ('console=ttyS0 root=/dev/vda1', 'root.absent'), ('console=ttyS0 root=/dev/sda', 'root.absent'),
    ('console=ttyS0 earlyprintk', 'earlyprintk.value'), ('console=ttyS0 earlyprintk=tty0', 'earlyprintk.value'),
    ('console=ttyS0 root', 'word.no-value'), ('consol=ttyS0', 'word.typo'), ('initrd=x', 'word.initrd')])
def test_words(words, name, kernel):
    assert name in findings(told('-a', words, kernel))


@pytest.mark.parametrize('words', [
    'console=ttyS0', 'console=ttyS0,115200n8 root=UUID=x', 'console=tty0 console=ttyS0 root=LABEL=y',
    'earlyprintk=ttyS0,115200 console=ttyS0 root=/dev/ram0', 'console=ttyS0 root=x -- console=ttyS9',
    'console=ttyS0 a="b console=ttyS7 c" root=x'])
def test_words_that_are_right(words, kernel):
    got = findings(told('--body', 'elf', '-a', words, kernel))
    assert got <= {'root.none'}, got


def test_have(kernel):
    words = 'console=ttyS1 root=/dev/vda1'
    assert {'console.absent', 'root.absent'} <= findings(told('-a', words, kernel))
    got = findings(told('--have', 'ttyS1,vda', '-a', words, kernel))
    assert not got & {'console.absent', 'root.absent'}


@pytest.mark.parametrize('version,limit,where', [(0x20f, 2047, 'cmdline_size, at 0x238'),
                                                 (0x205, 255, 'boot protocol 2.05'), (0, 2047, 'COMMAND_LINE_SIZE')])
def test_the_word_over_the_limit(version, limit, where, tmp_path):
    path = tmp_path / 'k'
    path.write_bytes(images.bzimage(version) if version else images.elf())
    start = 'console=ttyS0 ' + 'x' * (limit - 14 - 10) + ' '
    fits = told('-a', start + 'crossing='[:limit - len(start)], path)
    assert 'cmdline.limit' not in findings(fits)
    out = told('-a', start + 'crossing=it', path, status=1)
    text = [f['text'] for f in out['findings'] if f['name'] == 'cmdline.limit'][0]
    assert f'{limit} bytes' in text and "'crossing=it'" in text and where in text
    over = len(start + 'crossing=it') - limit
    assert f'by {over} byte' in out['refusal']['help'][0]['text']


# ---------------------------------------------------------------- initrds

def initrd_findings(kernel, data, *more):
    path = kernel.parent / 'initrd'
    path.write_bytes(data)
    done = plan('--json', '-a', 'console=ttyS0', '-i', path, *more, kernel)
    out = json.loads(done.stdout)
    jsonschema.validate(out, SCHEMA)
    errors = {f['name'] for f in out['findings'] if f['severity'] == 'error'}
    assert done.returncode == (1 if errors else 0)
    return {f['name']: f['text'] for f in out['findings']}


GOOD = {
    'plain': ARCHIVE, 'gzip': gzip.compress(ARCHIVE), 'bzip2': bz2.compress(ARCHIVE),
    'xz': lzma.compress(ARCHIVE, check=lzma.CHECK_CRC32),
    'lzma': lzma.compress(ARCHIVE, format=lzma.FORMAT_ALONE),
    'two': ARCHIVE + bytes(512) + ARCHIVE, 'microcode, gzip': ARCHIVE + bytes(100) + gzip.compress(ARCHIVE),
    'gzip, plain': gzip.compress(ARCHIVE) + bytes(-len(gzip.compress(ARCHIVE)) % 4) + ARCHIVE,
    'zeros behind': ARCHIVE + bytes(4096),
}
WRONG = {
    'initrd.truncated': [ARCHIVE[:-20], ARCHIVE[:50], ARCHIVE[:130], gzip.compress(ARCHIVE[:-20])],
    'initrd.padding': [ARCHIVE + bytes(5) + ARCHIVE, ARCHIVE + bytes(2) + gzip.compress(ARCHIVE)],
    'initrd.magic': [b'070707' + ARCHIVE[6:], ARCHIVE[:208] + b'x' * 200, b'0' * 300],
    'initrd.header': [ARCHIVE[:60] + b'z' + ARCHIVE[61:]],
    'initrd.no-archive': [b'nothing of that', ARCHIVE + b'rubbish', gzip.compress(b'rubbish')],
    'initrd.unpack': [gzip.compress(ARCHIVE)[:60], b'\x1f\x8b' + b'x' * 100],
    'initrd.format': [lzma.compress(ARCHIVE), b'\x04\x22\x4d\x18' + b'x' * 50],
}


@pytest.mark.parametrize('name', GOOD)
def test_good_initrds(name, kernel):
    assert not initrd_findings(kernel, GOOD[name])


@pytest.mark.parametrize('name,n', [(name, n) for name, cases in WRONG.items() for n in range(len(cases))])
def test_wrong_initrds(name, n, kernel):
    got = initrd_findings(kernel, WRONG[name][n])
    assert name in got and 'initrd' in got[name], got


def test_initrd_notes(kernel):
    assert 'initrd.no-init' in initrd_findings(kernel, member('x') + member('TRAILER!!!', mode=0))
    assert 'initrd.trailer' in initrd_findings(kernel, member('init'))
    assert 'initrd.empty' in initrd_findings(kernel, b'')


CONFIG = 'CONFIG_BLK_DEV_INITRD=y\nCONFIG_RD_GZIP=y\n# CONFIG_RD_BZIP2 is not set\n'


def test_config_given_and_beside(kernel, tmp_path):
    config = tmp_path / 'c'
    config.write_text(CONFIG)
    assert not initrd_findings(kernel, GOOD['gzip'], '--config', config)
    assert 'CONFIG_RD_BZIP2' in initrd_findings(kernel, GOOD['bzip2'], '--config', config)['initrd.compression']
    assert not initrd_findings(kernel, GOOD['bzip2'])
    shutil.copy(config, tmp_path / 'config-6.1.0-golden')    # the version in images.bzimage()
    got = initrd_findings(kernel, GOOD['bzip2'])
    assert 'config-6.1.0-golden' in got['initrd.compression']
    config.write_text('CONFIG_RD_GZIP=y\n')
    assert 'initrd.not-read' in initrd_findings(kernel, GOOD['gzip'], '--config', config)
    assert plan('--config', '/nowhere', '-i', tmp_path / 'initrd', kernel).returncode == 3


def test_config_inside_the_kernel(tmp_path):
    """IKCONFIG, as kernel/configs.c leaves it in the image."""
    inside = b'IKCFG_ST' + gzip.compress(CONFIG.encode()) + b'IKCFG_ED'
    path = tmp_path / 'vmlinux'
    path.write_bytes(images.elf(more=[(images.pack.PT_LOAD, inside, 32 * MIB)]))
    got = initrd_findings(path, GOOD['bzip2'])
    assert 'inside the kernel' in got['initrd.compression']


# ---------------------------------------------------------------- drawings

SVG = '{http://www.w3.org/2000/svg}'


@pytest.mark.parametrize('args', [[], ['-m', '8M'], ['--body', 'elf'], ['--body', 'efi', '-m', '5G'],
                                  ['--map', CORPUS / 'e820-q35']], ids=str)
def test_svg(args, tmp_path):
    kernel = tmp_path / 'a&<b>\'".img'
    kernel.write_bytes(images.bzimage(0x20f))
    out = plan('--svg', tmp_path / 'x.svg', *args, kernel)
    assert out.returncode in (0, 1)
    root = ET.parse(tmp_path / 'x.svg').getroot()
    width, height = int(root.get('width')), int(root.get('height'))
    assert root.get('role') == 'img' and root.find(f'{SVG}title').text and root.find(f'{SVG}desc').text
    texts = [t for t in root.iter(f'{SVG}text')]
    assert any('a&<b>' in t.text for t in texts)
    assert not re.search(r'(href|src|url\((?!#))', (tmp_path / 'x.svg').read_text().split('xmlns')[0])
    places = [(float(t.get('x')), float(t.get('y'))) for t in texts]
    assert all(0 < x < width and 0 < y < height for x, y in places)
    for column in {(x, t.get('text-anchor'), t.get('class') == 'addr') for t, (x, _) in zip(texts, places)}:
        ys = sorted(y for t, (x, y) in zip(texts, places)
                    if (x, t.get('text-anchor'), t.get('class') == 'addr') == column)
        assert all(b - a >= 12 for a, b in zip(ys, ys[1:])), column
    if shutil.which('rsvg-convert'):
        subprocess.run(['rsvg-convert', tmp_path / 'x.svg', '-o', tmp_path / 'x.png'], check=True)
        assert (tmp_path / 'x.png').stat().st_size > 5000


def test_svg_replaces_a_file_whole(kernel, tmp_path):
    out = tmp_path / 'x.svg'
    for _ in range(2):
        assert plan('--svg', out, kernel).returncode == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ['vmlinuz', 'x.svg']


# ---------------------------------------------------------------- Debian's kernels

@pytest.mark.parametrize('form,name', [('debian', 'cloud'), ('debian', 'amd64'), ('debian', '686-pae'),
                                       ('debian', 'trixie'), ('debian', 'sid'), ('vmlinux', 'cloud'),
                                       ('vmlinux', 'trixie'), ('vmlinux', 'sid')])
def test_debian(form, name, tmp_path):
    try:
        path = files.path(f'{form}:{name}')
    except files.Missing as why:
        pytest.fail(str(why), pytrace=False)
    (tmp_path / 'i.zst').write_bytes(subprocess.run(['zstd', '-qc'], input=ARCHIVE, capture_output=True,
                                                    check=True).stdout)
    out = told('-a', 'console=ttyS0', '-i', tmp_path / 'i.zst', path)
    assert not findings(out)
    first = int(out['entry']['kernel'], 16)
    size = sum(r['size'] for r in out['regions'] if r['kind'].startswith('kernel-'))
    assert first == 16 * MIB and 16 * MIB < size < 128 * MIB
