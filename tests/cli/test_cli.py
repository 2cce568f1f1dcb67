# SPDX-License-Identifier: BSD-2-Clause
"""build/kshim as a user sees it: what it writes, says and ends with. The kernels are probe kernels."""
import bz2
import gzip
import hashlib
import lzma
import os
import re
import resource
import subprocess

import pytest

from kshimtest import images
from kshimtest import machine
from kshimtest.patience import HANG

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KSHIM = f'{TOP}/build/kshim'
KERNELS = f'{TOP}/build/probes/kernels'
PAGE = 4096


def kshim(*args, **more):
    return subprocess.run([KSHIM, *map(str, args)], capture_output=True, text=True, timeout=HANG,
                          stdin=subprocess.DEVNULL, check=False, **more)


@pytest.fixture(name='kernel', params=['bz64', 'pvh32', 'elf64'])
def fixture_kernel(request):
    return f'{KERNELS}/{request.param}'


@pytest.fixture(name='plain')
def fixture_plain():
    with open(f'{KERNELS}/bz64', 'rb') as f:
        return f.read()


def cpio_members(path):
    """Names and sizes as GNU cpio reads them: another reader of the same format."""
    with open(path, 'rb') as f:
        out = subprocess.run(['cpio', '-itv', '--quiet'], stdin=f, capture_output=True, text=True,
                             timeout=HANG, check=True).stdout
    return [(line.split()[-1], int(line.split()[4])) for line in out.splitlines()]


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def test_bundle_is_an_archive_with_the_kernel_on_a_page(tmp_path, kernel):
    out = tmp_path / 'bundle'
    assert kshim('bundle', '-o', out, kernel, '-a', 'some words').returncode == 0
    data, plain = read(out), read(kernel)
    assert cpio_members(out) == [('kshim/kernel', len(plain)), ('kshim/cmdline', 10)]
    assert data[PAGE:PAGE + len(plain)] == plain
    assert len(data) % PAGE == 0


def test_bundle_joins_initrds_on_multiples_of_4_behind_zeros(tmp_path, kernel):
    parts = [b'070701' + b'x' * n for n in (1, 0, 5000)]
    for i, part in enumerate(parts):
        (tmp_path / str(i)).write_bytes(part)
    out = tmp_path / 'bundle'
    done = kshim('bundle', '-o', out, kernel, *(tmp_path / str(i) for i in range(3)))
    assert done.returncode == 0 and done.stdout + done.stderr == ''
    joined = b'070701x' + bytes(5) + b'070701' + bytes(6) + parts[2]
    data = read(out)
    assert data.endswith(joined)
    start = len(data) - len(joined)
    assert start % PAGE == 0
    trailer = data.index(b'TRAILER!!!')
    assert not data[trailer + 10:start].strip(b'\0')


def test_pin_of_initrds_is_the_sum_of_what_the_kernel_gets(tmp_path, kernel):
    """A single one as it is; behind each but the last four zeros, then zeros up to 4."""
    first, second = tmp_path / 'first', tmp_path / 'second'
    first.write_bytes(b'12345')
    second.write_bytes(b'1234')
    for paths, joined in (((first,), b'12345'), ((first, second), b'12345' + bytes(7) + b'1234'),
                          ((second, first), b'1234' + bytes(4) + b'12345')):
        said = kshim('pin', kernel, *paths).stdout
        assert f'{hashlib.sha256(joined).hexdigest()}  initrd\n' in said


def test_pin_together_counts_each_part(tmp_path, kernel):
    """Number and boundaries of the parts, and which they are: nothing can be mixed or moved."""
    paths = [tmp_path / name for name in 'abc']
    for path, data in zip(paths, (b'1234', b'12345678', b'')):
        path.write_bytes(data)
    seen = set()
    for line in ('', 'quiet'):
        for initrds in ([], paths[:1], paths[:2], [paths[1], paths[0]], [paths[1]], paths[2:]):
            parts = [read(kernel), *map(read, initrds), line.encode()]
            wanted = hashlib.sha256(b''.join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
            said = kshim('pin', '-a', line, kernel, *initrds).stdout
            assert said.endswith(f'  cmdline\n{wanted}  together\n')
            seen.add(wanted)
    assert len(seen) == 12


def test_bundle_twice_gives_the_same_bytes(tmp_path, kernel):
    for name in 'ab':
        assert kshim('bundle', '-o', tmp_path / name, kernel, '-a', 'x').returncode == 0
    assert read(tmp_path / 'a') == read(tmp_path / 'b')


PACKERS = {
    'gzip': gzip.compress,
    'bzip2': bz2.compress,
    'xz': lzma.compress,
    'lzma': lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    'gzip in xz': lambda data: lzma.compress(gzip.compress(data)),
    'zstd': lambda data: subprocess.run(['zstd', '-qc'], input=data, capture_output=True,
                                        check=True).stdout,
}


@pytest.mark.parametrize('packer', PACKERS)
def test_compressed_kernels_are_unpacked(tmp_path, plain, packer):
    packed, out = tmp_path / 'packed', tmp_path / 'out'
    packed.write_bytes(PACKERS[packer](plain))
    done = kshim('unpack', '-o', out, packed)
    assert (done.returncode, done.stdout) == (0, f'{out}\n')
    assert read(out) == plain
    assert kshim('bundle', '-o', out, packed).returncode == 0
    assert read(out)[PAGE:PAGE + len(plain)] == plain


DATA = 0x40000040        # flags of a section
UKI = (('.cmdline', b'\nof\r\nthe image \n', DATA), ('.initrd', b'070701 initrd', DATA), ('.ucode', b'ucode', DATA),
       ('.linux', images.BZIMAGES['2.15'], DATA), ('.profile', b'ID=one\n', DATA), ('.profile', b'ID=two\n', DATA),
       ('.cmdline', b'of two', DATA))


def test_unified_kernel_image_is_taken_apart(tmp_path):
    image, out = tmp_path / 'i.efi', tmp_path / 'parts'
    image.write_bytes(images.pe(sections=UKI))
    for profile, line in (('@0', UKI[0][1]), ('one', UKI[0][1]), ('two', b'of two'), ('@1', b'of two')):
        done = kshim('unpack', '-p', profile, '-d', out, image)
        assert done.stdout.split() == [f'{out}/{n}' for n in ('kernel', 'cmdline', 'ucode', 'initrd')]
        assert read(out / 'kernel') == UKI[3][1] and read(out / 'cmdline') == line
        assert read(out / 'ucode') == b'ucode' and read(out / 'initrd') == UKI[1][1]
    for profile, code in (('@2', 'efi.profile'), ('three', 'uki.profile')):
        done = kshim('unpack', '-p', profile, '-d', out, image)
        assert done.returncode == 1 and code in done.stderr


def test_bundle_of_a_unified_kernel_image(tmp_path):
    image, out, more = tmp_path / 'i.efi', tmp_path / 'b', tmp_path / 'more'
    image.write_bytes(images.pe(sections=UKI))
    more.write_bytes(b'070701 more')
    for words, line in (('', b'of  the image'), ('a kshim.profile=two b', b'of two a b'), ('c', b'of  the image c')):
        assert kshim('bundle', '-o', out, '-a', words, image, more).returncode == 0
        done = kshim('unpack', '-d', tmp_path / 'p', out)
        assert done.stdout.split() == [f'{tmp_path}/p/{n}' for n in ('kernel', 'cmdline', 'initrd')]
        assert read(tmp_path / 'p/kernel') == UKI[3][1] and read(tmp_path / 'p/cmdline') == line
        assert read(tmp_path / 'p/initrd') == machine.joined([b'ucode', UKI[1][1], b'070701 more'])
    for words, code in (('kshim.profile=@2', 'efi.profile'), ('kshim.profile=x', 'uki.profile')):
        done = kshim('bundle', '-o', out, '-a', words, image)
        assert done.returncode == 1 and code in done.stderr


NO_IMAGES = {
    'addon': (images.pe(sections=UKI[:2]), 'an addon of unified kernel images', 'kernel.pe'),
    'without .linux': (images.pe(sections=(('.osrel', b'ID=x', DATA), *UKI[:2])),
                       'a unified kernel image without .linux', 'kernel.pe'),
    'of aarch64': (images.pe(machine=0xaa64, sections=UKI), 'a unified kernel image for aarch64',
                   'kernel.other-machine'),
    'without a kernel': (images.pe(sections=(('.linux', b'no kernel at all', DATA),)), 'a text file',
                         'kernel.other-kind'),
    'cut': (images.pe(sections=UKI)[:5000], '.linux', 'pe.header'),
}


@pytest.mark.parametrize('name', NO_IMAGES)
def test_what_is_no_image_to_take_apart(tmp_path, name):
    data, words, code = NO_IMAGES[name]
    (tmp_path / 'i.efi').write_bytes(data)
    done = kshim('bundle', '-o', tmp_path / 'b', tmp_path / 'i.efi')
    assert done.returncode == 1 and words in done.stderr and f'[{code}]' in done.stderr, done.stderr


def test_profile_of_a_plain_kernel(tmp_path, kernel):
    done = kshim('bundle', '-o', tmp_path / 'b', '-a', 'kshim.profile=@0', kernel)
    assert done.returncode == 1 and '[uki.none]' in done.stderr
    assert 'neither a bundle nor' in kshim('unpack', '-d', tmp_path / 'p', kernel).stderr


def test_unpack_names_a_plain_kernel_and_writes_nothing(tmp_path, kernel):
    done = kshim('unpack', '-o', tmp_path / 'out', kernel)
    assert (done.returncode, done.stdout) == (0, f'{kernel}\n')
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize('magic', [b'\x1f\x8b', b'BZh', b'\xfd7zXZ\0', b'\x5d\0\0', b'\x28\xb5\x2f\xfd',
                                   b'\x04\x22\x4d\x18', b'\x89LZO'])
@pytest.mark.parametrize('more', [0, 3, 300])
def test_what_only_starts_like_compressed_is_refused(tmp_path, magic, more):
    bad = tmp_path / 'bad'
    bad.write_bytes(magic + bytes(range(7, 7 + min(more, 200))) * 2)
    done = kshim('unpack', '-o', tmp_path / 'out', bad)
    assert done.returncode == 1 and str(bad) in done.stderr
    assert os.listdir(tmp_path) == ['bad']


def test_compressed_kernel_cut_short_is_refused(tmp_path, plain):
    for pack in (gzip.compress, lzma.compress, bz2.compress):
        packed = pack(plain)
        bad = tmp_path / 'bad'
        bad.write_bytes(packed[:len(packed) // 2])
        assert kshim('bundle', '-o', tmp_path / 'out', bad).returncode == 1
        assert os.listdir(tmp_path) == ['bad']


REFUSED = [
    # what is given as kernel, more arguments, a name that the message ends with
    (b'', [], 'kernel.empty'),
    (b'#!/bin/sh\n', [], 'kernel.other-kind'),
    (b'\x7fELF\x02\x01\x01', [], 'elf.truncated'),
    (None, ['-a', 'kshim.nonsense=1'], 'cmdline.word'),
    (None, ['-a', 'two\nlines'], 'cmdline.control'),
]


@pytest.mark.parametrize('content,args,name', REFUSED, ids=[row[2] for row in REFUSED])
def test_bundle_refuses_what_the_stub_would(tmp_path, plain, content, args, name):
    given = tmp_path / 'given'
    given.write_bytes(plain if content is None else content)
    done = kshim('bundle', '-o', tmp_path / 'out', given, *args)
    assert done.returncode == 1 and f'[{name}]' in done.stderr
    assert os.listdir(tmp_path) == ['given']


def test_bundle_refuses_an_initrd_that_its_reader_would_miss(tmp_path, kernel):
    (tmp_path / 'initrd').write_bytes(bytes(8))
    done = kshim('bundle', '-o', tmp_path / 'out', kernel, tmp_path / 'initrd')
    assert done.returncode == 1 and 'initrd' in done.stderr


def test_what_cannot_be_read_or_written_is_status_3(tmp_path, kernel):
    for args in ([tmp_path / 'none'], [tmp_path], [kernel, tmp_path / 'none']):
        done = kshim('bundle', '-o', tmp_path / 'out', *args)
        assert done.returncode == 3 and str(tmp_path) in done.stderr
    done = kshim('bundle', '-o', tmp_path / 'no' / 'out', kernel)
    assert done.returncode == 3 and 'No such file' in done.stderr
    assert not os.listdir(tmp_path)


def test_what_does_not_fit_is_status_3_and_leaves_nothing(tmp_path, kernel):
    def limit():        # SIGXFSZ stays ignored, as Python has it: a write fails instead
        resource.setrlimit(resource.RLIMIT_FSIZE, (PAGE, PAGE))

    done = kshim('bundle', '-o', tmp_path / 'out', kernel, preexec_fn=limit, restore_signals=False)
    assert done.returncode == 3 and 'too large' in done.stderr
    assert not os.listdir(tmp_path)


def test_output_that_nobody_can_read_is_status_3():
    with open('/dev/full', 'w', encoding='ascii') as full:
        assert subprocess.run([KSHIM, '--help'], stdout=full, stderr=subprocess.DEVNULL,
                              timeout=HANG, check=False).returncode == 3


@pytest.mark.parametrize('args', [[], ['nonsense'], ['--nonsense'], ['bundle'], ['bundle', '-o', 'x'],
                                  ['bundle', '--nonsense', '-o', 'x', 'y'], ['unpack', 'x'],
                                  ['unpack', '-o', 'x', 'y', 'z'], ['explain', '1', '2'],
                                  ['explain', 'nonsense'], ['explain', '0'], ['explain', '127'],
                                  ['explain', ''], ['explain', '4x']])
def test_wrong_usage_is_status_2_on_stderr(args):
    done = kshim(*args)
    assert done.returncode == 2 and done.stderr and not done.stdout


@pytest.mark.parametrize('args', [['--help'], ['-h'], ['bundle', '--help'], ['unpack', '-h'],
                                  ['explain', '--help']])
def test_help_is_status_0_on_stdout(args):
    done = kshim(*args)
    assert done.returncode == 0 and 'usage: kshim' in done.stdout and not done.stderr


def test_version_is_the_makefiles():
    with open(f'{TOP}/Makefile', encoding='utf-8') as f:
        version = re.search(r'^VERSION := (\S+)$', f.read(), re.M)[1]
    assert kshim('--version').stdout == f'kshim {version}\n'


def test_explain_knows_every_code_by_number_and_by_name():
    listed = [line.split() for line in kshim('explain').stdout.splitlines()]
    with open(f'{TOP}/stub/base/refusal.def', encoding='utf-8') as f:
        defined = re.findall(r'^REFUSAL\((\d+), \w+, "([^"]+)"', f.read(), re.M)
    assert [tuple(row) for row in listed] == sorted(defined, key=lambda row: int(row[0]))
    for number, name in listed:
        by_number, by_name = kshim('explain', number), kshim('explain', name)
        assert by_number.returncode == 0 and by_number.stdout == by_name.stdout
        assert by_number.stdout.startswith(f'{number} {name}\n')
        assert kshim('explain', f'vmlinuz: what is wrong [{name}]').stdout == by_number.stdout
        assert '{' not in by_number.stdout.splitlines()[2]


def test_explanations_say_what_to_do():
    """Each has more than one sentence, and fits a terminal."""
    with open(f'{TOP}/stub/base/refusal.def', encoding='utf-8') as f:
        numbers = re.findall(r'^REFUSAL\((\d+),', f.read(), re.M)
    for number in numbers:
        lines = kshim('explain', number).stdout.splitlines()
        text = ' '.join(lines[4:-2])
        assert max(map(len, lines[4:])) < 80, lines
        assert len(text) >= 80 and len(re.findall(r'[.:;?)](?: |$)', text)) >= 2, (number, text)


@pytest.mark.parametrize('args,said', [
    (['rum'], 'kshim: no command rum: did you mean run? `kshim --help` lists them\n'),
    (['frobnicate'], 'kshim: no command frobnicate; `kshim --help` lists them\n'),
    (['check', '--jsno', 'k'], "kshim: unrecognized option '--jsno': did you mean --json?\n"),
    (['measure', '-j', 'k'], "kshim: unrecognized option '-j'\n"),
    (['plan', '--memory'], "kshim: option '--memory' needs an argument\n"),
])
def test_what_may_have_been_meant(args, said):
    done = kshim(*args)
    assert done.returncode == 2 and done.stderr.startswith(said)
