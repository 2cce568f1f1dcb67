# SPDX-License-Identifier: BSD-2-Clause
"""Damaged headers: check, built with sanitizers, must survive them; and what it says of a damaged
probe kernel must be what kshim.elf does with it under QEMU."""
import json
import random
import re
import struct
import tempfile

from kshimtest import asan
from kshimtest import images
import pytest
from check import report

from kshimtest import files
from kshimtest.everything import EVERYTHING, SEED
from kshimtest import machine
from kshimtest.row import Row
from kvm.test_host import needs_kvm, run

BATCH = 60
INTERESTING = [0, 1, 2, 4, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
               0x7fffffffffffffff, 0xffffffffffffffff, 4095, 4096, 0x200000, 1 << 32]
BOOT_MEMORY = 2048      # MiB
ENTERS = 'kshim: entering the kernel at '
REFUSED = re.compile(r'\[[a-z]+\.[a-z0-9-]+\]')


# ---------------------------------------------------------------- real headers, little else

def short_bzimage(path, keep=64 * 1024):
    """The real setup header and code of a kernel, cut short so that it is still whole."""
    data = bytearray(files.read(path))
    code = (data[0x1f1] + 1) * 512
    data = data[:code + keep]
    struct.pack_into('<I', data, 0x1f4, keep // 16)
    struct.pack_into('<II', data, 0x248, 0x400, keep - 0x800)
    struct.pack_into('<I', data, 0x268, 0)
    return bytes(data)


def short_elf(path, keep=4096):
    """The real headers and notes of a vmlinux, its segments cut to a page each."""
    data = files.read(path)
    wide = data[4] == 2
    phoff, = struct.unpack_from('<Q' if wide else '<I', data, 32 if wide else 28)
    size, count = struct.unpack_from('<HH', data, 54 if wide else 42)
    out = bytearray(data[:phoff + size * count])
    number, off_at, len_at = ('<Q', 8, 32) if wide else ('<I', 4, 16)
    struct.pack_into('<HHH' if wide else '<HHH', out, 58 if wide else 46, 40, 0, 0)
    for i in range(count):
        at = phoff + i * size
        kind, = struct.unpack_from('<I', data, at)
        off, = struct.unpack_from(number, data, at + off_at)
        length, = struct.unpack_from(number, data, at + len_at)
        length = length if kind == 4 else min(length, keep)
        struct.pack_into(number, out, at + off_at, len(out))
        struct.pack_into(number, out, at + len_at, length)
        out += data[off:off + length]
    return bytes(out)


def bases():
    for name in ('cloud', '686-pae', 'sid'):
        yield f'bzimage {name}', short_bzimage(files.path(f'debian:{name}')), 0x1f0, 0x100
        yield f'vmlinux {name}', short_elf(files.path(f'vmlinux:{name}')), 0, 0x400
    yield 'riscv', images.riscv(), 0, 64
    yield 'uki', images.OTHERS['unified kernel image'], 0, 0x400
    yield 'zboot', images.OTHERS['EFI zboot'], 0, 0x300
    yield 'gz', images.GZIP_ELF, 0, 0x100


def mutate(data, start, length, rng):
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = start + rng.randrange(length)
        width = rng.choice((1, 2, 4, 8))
        kind = rng.randrange(4)
        if kind == 0:
            out[at % len(out)] ^= 1 << rng.randrange(8)
        elif kind == 1 and at + width <= len(out):
            value = rng.choice(INTERESTING) + rng.choice((-1, 0, 1))
            out[at:at + width] = (value % (1 << 8 * width)).to_bytes(width, 'little')
        elif kind == 2:
            out[at % len(out)] = rng.randrange(256)
        elif rng.randrange(8) == 0:
            del out[rng.randrange(len(out)):]
            out = out or bytearray(b'\0')
    return bytes(out)


BASES = ['bzimage cloud', 'vmlinux cloud', 'bzimage 686-pae', 'vmlinux 686-pae', 'bzimage sid',
         'vmlinux sid', 'riscv', 'uki', 'zboot', 'gz']


@pytest.mark.parametrize('name', BASES)
def test_real_headers_damaged_under_sanitizers(name, tmp_path):
    data, start, length = next(base[1:] for base in bases() if base[0] == name)
    rng = random.Random(name)
    for batch in range(4):
        paths = []
        for i in range(BATCH):
            paths.append(tmp_path / f'{batch}-{i}')
            paths[-1].write_bytes(data if batch == i == 0 else mutate(data, start, length, rng))
        for args in (['--json'], []) if batch == 0 else (['--json'],):
            out = asan.run('check', *args, *paths)
            assert out.returncode in (0, 1), out.stderr[-3000:]
            assert out.stderr == ''
            if args:
                assert len(json.loads(out.stdout)['files']) == BATCH


# ---------------------------------------------------------------- what kshim.elf does with it

PROBES = ['pvh32', 'pvh64', 'elf64', 'hypervisor', 'bz64', 'bz32', 'bz-2.05', 'bz64-fixed']
BOOTS = 4               # of each probe


def damaged(probe, index):
    data = files.read(files.path(f'probe:{probe}'))
    start, length = (0x1f0, 0x80) if probe.startswith('bz') else (0, 0x180)
    rng = random.Random(f'{probe} {index}')
    return mutate(data, start, length, rng)


def outcome_of(path):
    row = Row('damaged', 'none', memory=BOOT_MEMORY, endless=True, expect=(ENTERS, '\n'),
              qemu=('-fw_cfg', f'name=opt/org.kshim/kernel,file={path}'))
    with tempfile.TemporaryDirectory(prefix='kshim-check-') as directory:
        return machine.run_once(row, directory)


def agree(path):
    """What check says of a kernel is what kshim.elf does with it."""
    said = report.check(path)
    outcome = outcome_of(path)
    if report.boots(said, 'kshim.stub'):
        least = report.fact(said, 'memory.least') or 1 << 62
        if outcome.refusal.startswith('plan.') and least > BOOT_MEMORY << 20:
            return
        assert not outcome.refusal, f'check says it boots: {said["launchers"][0]}'
        assert machine.ENTERED.search(outcome.serial), outcome.serial
    else:
        said_code = (report.launcher(said, 'kshim.stub')['rule'] if said['launchers']
                     else said['refusal']['name'])
        if said_code.startswith('payload.'):    # check looks into it, which the kernel's own code does later
            assert machine.ENTERED.search(outcome.serial), outcome.serial
            return
        assert outcome.refusal == said_code


@pytest.mark.parametrize('probe', PROBES)
@pytest.mark.parametrize('index', range(BOOTS))
def test_check_and_kshim_agree_on_damaged_kernels(probe, index, tmp_path):
    path = tmp_path / 'kernel'
    path.write_bytes(damaged(probe, index))
    agree(path)


# ---------------------------------------------------------------- distributions' kernels, whole

# Mutants of one kernel: how many are planned by the program under sanitizers, how many booted.
PLANNED, BOOTED = (100, 75) if EVERYTHING else (15, 3)
REAL = ['debian:cloud', 'debian:sid', 'vmlinux:cloud', 'vmlinux:sid']


def header_of(data):
    """(start, length) of what is damaged: the setup header; or one of ELF header, program headers, first notes."""
    if data[:4] != b'\x7fELF':
        return [(0x1f1, 0x7b)]
    phoff, = struct.unpack_from('<Q', data, 32)
    size, count = struct.unpack_from('<HH', data, 54)
    heads = [struct.unpack_from('<IIQQQQ', data, phoff + i * size) for i in range(count)]
    return [(0, 64), (phoff, size * count)] + [(h[2], min(h[5], 0x200)) for h in heads if h[0] == 4]


def real_mutants(name, kind, count):
    """(title, bytes), the same for the same seed."""
    data = files.read(files.path(name))
    for index in range(count):
        title = f'{SEED} {kind} {name} {index}'
        rng = random.Random(title)
        yield title, mutate(data, *rng.choice(header_of(data)), rng)


@pytest.mark.parametrize('name', REAL)
def test_plans_of_damaged_kernels(name, tmp_path):
    """A plan, or a refusal with a code."""
    path = tmp_path / 'kernel'
    for title, data in real_mutants(name, 'plan', PLANNED):
        path.write_bytes(data)
        done = asan.run('plan', path)
        assert done.returncode in (0, 1), f'KSHIM_SEED={SEED}, {title}: {done.stderr[-3000:]}'
        assert done.returncode == 0 or REFUSED.search(done.stdout + done.stderr), f'{title}: {done}'


@pytest.mark.parametrize('name', REAL)
def test_boots_of_damaged_kernels(name, tmp_path):
    """kshim.elf enters what check accepts: whatever comes then is the kernel's own. It refuses the rest by a code."""
    path = tmp_path / 'kernel'
    for title, data in real_mutants(name, 'boot', BOOTED):
        path.write_bytes(data)
        try:
            agree(path)
        except AssertionError as error:
            raise AssertionError(f'KSHIM_SEED={SEED}, {title}') from error


# Powered off, crashed, time ran out, ended without the text, reset, panicked: the guest's own ends.
GUESTS_END = (0, 4, 5, 6, 7, 8)


@needs_kvm
@pytest.mark.parametrize('name', REAL)
def test_runs_of_damaged_kernels(name, tmp_path):
    """The launcher boots them, or refuses by a code, or says how the guest ended."""
    path = tmp_path / 'kernel'
    for title, data in real_mutants(name, 'run', BOOTED):
        path.write_bytes(data)
        done = run('--direct', '-m', '512M', '--timeout', 1, '--expect', 'Linux version', '-a', 'console=ttyS0', path)
        said = f'KSHIM_SEED={SEED}, {title}: status {done.returncode}: {done.stderr[-3000:]}'
        refused = REFUSED.search(done.stderr)
        assert done.returncode == 1 and refused or done.returncode in GUESTS_END and not refused, said
        assert done.stderr or not done.returncode, said
