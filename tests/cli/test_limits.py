# SPDX-License-Identifier: BSD-2-Clause
"""Small files that stand for much: one budget for each file, over all layers and attempts, in every
command that unpacks; and a sentence that says which file, which layer, how much, which option."""
import functools
import gzip
import lzma
import os
import shutil
import subprocess
import zlib

import pytest

from kshimtest import images
from kshimtest import newc
from kshimtest import resident
from kshimtest.patience import HANG

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KSHIM = f'{TOP}/build/kshim'
MIB = 1 << 20
PACKERS = {'gzip': gzip.compress, 'xz': lzma.compress,
           'lzma': lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
           'bzip2': lambda data: tool(['bzip2', '-c'], data), 'zstd': lambda data: tool(['zstd', '-c', '-q'], data),
           'lz4': lambda data: tool(['lz4', '-c', '-q'], data), 'lzop': lambda data: tool(['lzop', '-c'], data)}
OVER = '{path}: takes more than {limit} to unpack: layer {layer} is {kind}, and all layers and attempts ' \
       'count; --limit SIZE allows more'


def tool(command, data):
    return subprocess.run(command, input=data, capture_output=True, check=True, timeout=HANG).stdout


def kshim(*args):
    return subprocess.run([KSHIM, *map(str, args)], capture_output=True, text=True, timeout=HANG,
                          stdin=subprocess.DEVNULL, check=False)


class Said(str):
    """Output, in which lines may be broken anywhere in a path."""
    def __contains__(self, text):
        return ''.join(text.split()) in ''.join(self.split())


def most_memory(*args):
    """The command's largest resident size in bytes, and what it said."""
    size, _, said = resident.most_memory([KSHIM, *args])
    return size, Said(said)


def deflated(mebibytes, wbits):
    """So many MiB of zeros, about a thousandth of that long. After a full flush the same bytes come again.
    A checksum at the end is wrong, and not read."""
    packer = zlib.compressobj(9, wbits=wbits)
    first, again = (packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * (mebibytes - 1) + packer.flush()


@functools.cache
def nested_filters():
    """Compressed three times by gzip; the innermost layer is more than the default limit."""
    return gzip.compress(gzip.compress(deflated(513, 31)))


def kernel_with(data):
    """An ELF kernel of x86-64 with these bytes in a segment of its own."""
    return images.elf(more=[(images.pack.PT_LOAD, data, 64 * MIB)])


@functools.cache
def ikconfig_marks(marks=5000):
    """Marks of an embedded configuration, each before a gzip header whose file name goes on up to the one
    stream, of 64 MiB, that they all share."""
    start = b'IKCFG_ST\x1f\x8b\x08\x08\1\1\1\1\2\3'
    return lzma.compress(kernel_with(start * marks + b'\0' + deflated(64, -15) + b'IKCFG_ED'))


def ikconfig(*texts):
    return kernel_with(b''.join(b'IKCFG_ST' + gzip.compress(text) for text in texts) + b'IKCFG_ED')


@pytest.fixture(name='give')
def fixture_give(tmp_path):
    def give(data, name='given'):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name
    return give


def commands(path, out, kernel):
    """Every way in which a command unpacks a file."""
    return {'check': ['check', path], 'unpack': ['unpack', '-o', out, path],
            'unpack-k': ['unpack', '-k', '-o', out, path], 'bundle': ['bundle', '-o', out, path],
            'plan': ['plan', path], 'plan-i': ['plan', '-i', path, kernel]}


COMMANDS = list(commands('', '', ''))


# ---------------------------------------------------------------- the default holds

@pytest.mark.parametrize('command', COMMANDS)
def test_nested_compressions_count_together(command, give, tmp_path):
    """By default for those that look only; with --limit for the others, which are the same code."""
    path, kernel = give(nested_filters()), give(images.elf(), 'kernel')
    size = 512 if command in ('check', 'plan') else 64
    options = [] if size == 512 else ['--limit', f'{size}M']
    memory, said = most_memory(*commands(path, tmp_path / 'out', kernel)[command], *options)
    assert memory < (size + 88) * MIB
    if command == 'plan-i':     # Linux unpacks one layer of an initrd
        assert f'{path}, unpacked by gzip: at byte 0 there is no cpio archive' in said
    else:
        assert OVER.format(path='', limit=f'{size} MiB', layer=3, kind='gzip')[2:] in said
    assert not (tmp_path / 'out').exists()


def test_an_initrd_has_its_budget_too(give):
    path, kernel = give(deflated(513, 31)), give(images.elf(), 'kernel')
    memory, said = most_memory('plan', '-i', path, kernel)
    assert memory < 600 * MIB
    assert OVER.format(path=path, limit='512 MiB', layer=1, kind='gzip') + ' [initrd.limit]' in said


@pytest.mark.parametrize('command', ['check', 'plan'])
def test_marks_of_a_configuration_share_a_budget(command, give):
    """Sixteen are tried, and none up to more than 4 MiB."""
    path = give(ikconfig_marks())
    initrd = give(gzip.compress(newc.archive([('init', 0o100755, b'x')])), 'initrd')
    memory, said = most_memory(*{'check': ['check', '-v', path], 'plan': ['plan', '-i', initrd, path]}[command])
    assert memory < 100 * MIB
    start = 'the configuration inside: ' if command == 'check' else f'{path}: '
    assert f'{start}16 marks IKCFG_ST with something else than a configuration of at most 4 MiB behind ' \
           'them; no more are tried' in said


def test_marks_without_an_end_cost_one_look(give):
    """Of a million marks, each could look through all that follows for the end of its configuration."""
    assert kshim('check', give(kernel_with(b'IKCFG_ST' * MIB))).returncode == 0


# ---------------------------------------------------------------- the option

@pytest.mark.parametrize('command', COMMANDS)
@pytest.mark.parametrize('more', [0, 1], ids=['exact', 'one-more'])
def test_limit_counts_every_byte(command, more, give, tmp_path):
    """2 MiB may come out of a limit of 2 MiB, and no byte more."""
    plain = images.elf().ljust(2 * MIB + more, b'\0')
    if command == 'plan-i':
        plain = newc.archive([('init', 0o100755, b'x')]).ljust(2 * MIB + more, b'\0')
    path, kernel = give(gzip.compress(plain)), give(images.elf(), 'kernel')
    done = kshim(*commands(path, tmp_path / 'out', kernel)[command], '--limit', '2M')
    said = Said(done.stdout + done.stderr)
    over = OVER.format(path='', limit='2 MiB', layer=1, kind='gzip')[2:]
    assert (over in said) == bool(more), said
    assert (done.returncode == 0) == (command == 'plan-i' or not more)


@pytest.mark.parametrize('kind', PACKERS)
def test_every_compression_is_counted(kind, give, tmp_path):
    if kind not in ('gzip', 'xz', 'lzma') and not shutil.which(kind):
        pytest.skip(f'no {kind} here')
    plain = os.urandom(MIB) * 3
    path = give(PACKERS[kind](plain))
    done = kshim('unpack', '--limit', '2M', '-o', tmp_path / 'out', path)
    assert done.returncode == 1
    assert done.stderr == 'kshim: ' + OVER.format(path=path, limit='2 MiB', layer=1, kind=kind) + '\n'
    done = kshim('unpack', '--limit', '3M', '-o', tmp_path / 'out', path)
    assert done.returncode == 0 and (tmp_path / 'out').read_bytes() == plain


@pytest.mark.parametrize('kind', PACKERS)
def test_what_packs_nothing_or_is_cut(kind, give, tmp_path):
    if kind not in ('gzip', 'xz', 'lzma') and not shutil.which(kind):
        pytest.skip(f'no {kind} here')
    path = give(PACKERS[kind](b''))
    done = kshim('unpack', '-o', tmp_path / 'out', path)
    assert (done.returncode, done.stderr) == (1, f'kshim: {path}: unpacks to nothing\n')
    path = give(PACKERS[kind](os.urandom(MIB))[:-1000])
    done = kshim('unpack', '-o', tmp_path / 'out', path)
    assert done.returncode == 1 and f'{path}: ' in done.stderr and 'cannot be unpacked' in done.stderr
    assert 'Unrecognized archive format' not in done.stderr


@pytest.mark.parametrize('command', ['check', 'unpack', 'unpack-k', 'bundle', 'plan'])
def test_layers_are_undone_one_by_one_and_four_at_the_most(command, give, tmp_path):
    four = images.elf()
    for _ in range(4):
        four = gzip.compress(four)
    for data, good in ((four, True), (gzip.compress(four), False)):
        done = kshim(*commands(give(data), tmp_path / 'out', None)[command])
        assert (done.returncode == 0) == good, done
        said = Said(done.stdout + done.stderr)
        assert bool('4 times' in said) != good, said


def test_many_streams_cost_work_though_little_comes_out(give):
    """Each start of a decompressor counts: 1 MiB may come out, of four times that as work."""
    kernel = give(images.elf(), 'kernel')
    one = gzip.compress(newc.archive([]))
    few, many = give(one * 4, 'few'), give(b''.join(one + bytes(4) for _ in range(200)), 'many')
    assert 'initrd.limit' not in kshim('plan', '-i', few, '--limit', '1M', kernel).stdout
    said = Said(kshim('plan', '-i', many, '--limit', '1M', kernel).stdout)
    assert OVER.format(path=many, limit='1 MiB', layer=1, kind='gzip') in said


@pytest.mark.parametrize('size', ['0', '1023K', '2000G', 'x', '-1M', ''])
@pytest.mark.parametrize('command', ['check', 'unpack', 'bundle', 'plan'])
def test_limit_is_a_size(command, size, tmp_path):
    done = kshim(*commands('x', tmp_path / 'out', 'y')[command], '--limit', size)
    assert done.returncode == 2
    assert done.stderr == f"kshim: --limit: '{size}' is not a size from 1M to 1T\n"


# ---------------------------------------------------------------- configurations

def option(text):
    return b'CONFIG_RD_GZIP=' + text + b'\n'


def config_found(path):
    """What `kshim check` says of the configuration inside."""
    out = kshim('check', '-v', path).stdout
    return [line.split()[1] for line in out.splitlines() if line.startswith('  config ')]


@pytest.mark.parametrize('wrong,found', [(0, 'embedded'), (15, 'embedded'), (16, 'unread')])
def test_how_many_marks_are_tried(wrong, found, give):
    assert config_found(give(ikconfig(*[b''] * wrong, option(b'y')))) == [found]


@pytest.mark.parametrize('more,found', [(0, ['embedded']), (1, [])])
def test_how_long_a_configuration_may_be(more, found, give):
    text = option(b'y').ljust(4 * MIB + more, b'\n')
    assert config_found(give(ikconfig(text))) == found
