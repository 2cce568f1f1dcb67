# SPDX-License-Identifier: BSD-2-Clause
"""What is given as a file and is none, is without end, shrinks, or cannot be read: in every command and
option that takes a file, one sentence and a status, at once."""
import gzip
import json
import os
import re
import socket
import stat
import struct
import subprocess
import time

import pytest

from kshimtest import images
from kshimtest import newc
from kshimtest.patience import HANG
from kshimtest.resident import most_memory

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
KSHIM = f'{TOP}/build/kshim'
MIB = 1 << 20
MAP = 'BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n' \
      'BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n'

# Every command and option that takes a file, by a name: the arguments, of which FILE is the one that is
# judged, KERNEL and INITRD are good ones, OUT is for results; and the status if it cannot be read.
READERS = {
    'check': (['check', 'FILE'], 3),
    'check --compare': (['check', '--compare', 'FILE', 'KERNEL'], 3),
    'plan': (['plan', 'FILE'], 3),
    'plan --initrd': (['plan', '--initrd', 'FILE', 'KERNEL'], 3),
    'plan --map': (['plan', '--map', 'FILE', 'KERNEL'], 3),
    'plan --config': (['plan', '--config', 'FILE', '-i', 'INITRD', 'KERNEL'], 3),
    'plan --stub': (['plan', '--body', 'elf', '--stub', 'FILE', 'KERNEL'], 3),
    'measure': (['measure', 'FILE'], 3),
    'measure INITRD': (['measure', 'KERNEL', 'FILE'], 3),
    'measure --image': (['measure', '--image', 'FILE', 'KERNEL'], 3),
    'measure --volume': (['measure', '--volume', 'FILE'], 3),
    'measure --before': (['measure', '--before', 'FILE', 'KERNEL'], 3),
    'measure --log': (['measure', '--log', 'FILE', 'KERNEL'], 3),
    'unpack': (['unpack', '-o', 'OUT', 'FILE'], 3),
    'unpack -k': (['unpack', '-k', '-o', 'OUT', 'FILE'], 3),
    'unpack -d': (['unpack', '-d', 'OUT', 'FILE'], 3),
    'bundle': (['bundle', '-o', 'OUT', 'FILE'], 3),
    'bundle INITRD': (['bundle', '-o', 'OUT', 'KERNEL', 'FILE'], 3),
    'pin': (['pin', 'FILE'], 3),
    'pin INITRD': (['pin', 'KERNEL', 'FILE'], 3),
    'diff-handoff A': (['diff-handoff', 'FILE', 'KERNEL'], 3),
    'diff-handoff B': (['diff-handoff', 'DUMP', 'FILE'], 3),
    'run': (['run', '--dry-run', '--direct', 'FILE'], 1),
    'run --initrd': (['run', '--dry-run', '--direct', '--initrd', 'FILE', 'KERNEL'], 1),
    'run --stub': (['run', '--dry-run', '--stub', 'FILE', 'KERNEL'], 1),
}
# Options of a file that is written.
WRITTEN = {'plan --svg', 'run --dump-handoff'}
# Options of a file that may be a block device, too, and is opened when the machine is made: tests/kvm/test_host.py.
DISKS = {'run --disk'}


@pytest.fixture(name='files')
def fixture_files(tmp_path):
    (tmp_path / 'kernel').write_bytes(images.elf())
    (tmp_path / 'initrd').write_bytes(gzip.compress(newc.archive([('init', 0o100755, b'x')])))
    (tmp_path / 'dump').write_text(json.dumps({'format': 'kshim-handoff-1'}))
    return {'KERNEL': tmp_path / 'kernel', 'INITRD': tmp_path / 'initrd', 'DUMP': tmp_path / 'dump',
            'OUT': tmp_path / 'out'}


def arguments(reader, files, path):
    return [str({**files, 'FILE': path}.get(word, word)) for word in READERS[reader][0]]


def kshim(args, **more):
    more = {'stdin': subprocess.DEVNULL, 'timeout': 60, **more}
    return subprocess.run([KSHIM, *args], capture_output=True, text=True, check=False, **more)


def one_sentence(done, status, text):
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    assert done.stderr.startswith('kshim: ') and done.stderr.count('\n') == 1 and text in done.stderr, done.stderr


def options_of(command):
    """The options with a file as argument, by --help: `--initrd FILE`."""
    text = kshim([command, '--help']).stdout
    return {f'{command} --{name}' for name in re.findall(r'--([a-z-]+) (?:FILE|OLD)\b', text)}


def test_every_option_that_takes_a_file_is_here():
    found = set().union(*map(options_of, ('check', 'plan', 'run')))
    assert found and found - WRITTEN - DISKS <= set(READERS)


# ---------------------------------------------------------------- what is no regular file

def block_device(_):
    for folder, _, names in os.walk('/dev'):
        for name in names:
            path = os.path.join(folder, name)
            if stat.S_ISBLK(os.lstat(path).st_mode):
                return path
    return None


def made_block_device(tmp_path):
    try:
        os.mknod(tmp_path / 'disk', 0o600 | stat.S_IFBLK, os.makedev(7, 0))
    except PermissionError:
        return block_device(tmp_path)
    return tmp_path / 'disk'


def fifo(tmp_path):
    os.mkfifo(tmp_path / 'fifo')
    return tmp_path / 'fifo'


def listener(tmp_path):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(tmp_path / 'socket'))
    return tmp_path / 'socket'


def link_to_fifo(tmp_path):
    os.symlink(fifo(tmp_path), tmp_path / 'link')
    return tmp_path / 'link'


KINDS = {
    'fifo': (fifo, 'it is a FIFO, wanted a regular file'),
    'link': (link_to_fifo, 'it is a FIFO, wanted a regular file'),
    'directory': (lambda tmp_path: tmp_path, 'it is a directory, wanted a regular file'),
    'socket': (listener, 'it is a socket, wanted a regular file'),
    'zero': (lambda _: '/dev/zero', 'it is a character device, wanted a regular file'),
    'terminal': (lambda _: '/dev/ptmx', 'it is a character device, wanted a regular file'),
    'disk': (made_block_device, 'it is a block device, wanted a regular file: copy it into an image file'),
}


FOLDERS = {'measure', 'measure --volume'}     # of which a directory is good


@pytest.mark.parametrize('reader, kind', [(reader, kind) for reader in READERS for kind in KINDS
                                          if kind != 'directory' or reader not in FOLDERS])
def test_what_is_no_regular_file_is_refused_at_once(reader, kind, files, tmp_path):
    make, text = KINDS[kind]
    path = make(tmp_path)
    if path is None:
        pytest.skip('no block device here, and none can be made')
    done = kshim(arguments(reader, files, path))
    one_sentence(done, READERS[reader][1], f'{path}: {text}')
    assert not files['OUT'].exists()


@pytest.mark.parametrize('reader', [name for name in READERS if not name.startswith('run')])
def test_a_read_that_fails_is_status_3(reader, files):
    """/proc/self/mem is a regular file whose first byte is no memory of the process."""
    done = kshim(arguments(reader, files, '/proc/self/mem'))
    one_sentence(done, 3, 'cannot read /proc/self/mem: Input/output error')


@pytest.mark.parametrize('args', [['check', '-'], ['plan', '--map', '-', 'KERNEL']], ids=['check', 'map'])
def test_standard_input(args, files):
    """A pipe, a socket and a file are read; a device, whose bytes never end, and a directory are not."""
    args = [str(files.get(word, word)) for word in args]
    data = MAP.encode() if 'plan' in args else images.elf()
    (files['OUT']).write_bytes(data)
    done = subprocess.run([KSHIM, *args], input=data, capture_output=True, timeout=HANG, check=False)
    assert done.returncode == 0, done
    with open(files['OUT'], 'rb') as f:
        again = subprocess.run([KSHIM, *args], stdin=f, capture_output=True, timeout=HANG, check=False)
    assert (again.returncode, again.stdout) == (0, done.stdout)
    for path, kind in (('/dev/zero', 'character device'), ('/dev/null', 'character device')):
        with open(path, 'rb') as f:
            one_sentence(kshim(args, stdin=f), 3,
                         f'cannot read standard input: it is a {kind}, wanted a regular file')


@pytest.mark.parametrize('args,text', [
    (['check', '--limit', '8M', '-'], 'it has more than 8 MiB; --limit SIZE allows more'),
    (['plan', '--map', '-', 'KERNEL'], 'it has more than 64 MiB')], ids=['check', 'map'])
def test_a_pipe_without_end(args, text, files):
    args = [str(files.get(word, word)) for word in args]
    with subprocess.Popen(['cat', '/dev/zero'], stdout=subprocess.PIPE) as cat:
        done = kshim(args, stdin=cat.stdout)
        cat.kill()
    one_sentence(done, 3, f'cannot read standard input: {text}')


# ---------------------------------------------------------------- large files

HEADS = {'zeros': lambda: b'', 'elf': images.elf, 'bzimage': lambda: images.bzimage(0x20f),
         'archive': lambda: newc.archive([]), 'gzip': lambda: gzip.compress(images.elf())}
LOOKERS = [name for name in READERS if not name.startswith(('pin', 'bundle', 'measure', 'unpack -d'))]


@pytest.mark.parametrize('head', HEADS)
@pytest.mark.parametrize('reader', LOOKERS)
def test_three_gibibytes_of_hole_cost_nothing(reader, head, files, tmp_path):
    """Memory shows how much of it was looked at. (Sums and bundles are of all bytes.)"""
    path = tmp_path / 'large'
    path.write_bytes(HEADS[head]())
    os.truncate(path, 3 << 30)
    size, status, said = most_memory([KSHIM, *arguments(reader, files, path)])
    assert status in (0, 1, 3), said
    assert size < 320 * MIB


# ---------------------------------------------------------------- files that change

FAULTS = {'shrink': '{path} changed while it was read: {size} bytes at first, then 4096; try again when '
                    'nothing writes to it',
          'touch': '{path} changed while it was read: {size} bytes at first, then {size}',
          'lost': 'cannot read {path}: Input/output error'}
CHANGED = [name for name in READERS if name.split()[0] not in ('run', 'diff-handoff')
           and name not in ('plan --map', 'plan --config', 'unpack -d', 'measure --volume')]


def event_log():
    """A crypto-agile log: of kshim.efi, by its name, and of many others."""
    spec = b'Spec ID Event03\0' + struct.pack('<IBBBBIHHB', 0, 0, 2, 0, 2, 1, 0xb, 32, 0)
    log = struct.pack('<II20sI', 0, 3, b'', len(spec)) + spec
    for pcr, data in ((4, '\\kshim.efi'.encode('utf-16-le')), *((0, b'another') for _ in range(5000))):
        log += struct.pack('<IIIH32sI', pcr, 0x80000003, 1, 0xb, b'', len(data)) + data
    return log


def content(reader):
    """A good file for this reader, all of whose bytes are looked at."""
    if reader == 'plan --stub':
        with open(f'{TOP}/build/kshim.elf', 'rb') as f:
            return f.read()
    if reader == 'measure --image':
        with open(f'{TOP}/build/kshim.efi', 'rb') as f:
            return f.read()
    if reader in ('measure --log', 'measure --before'):
        return event_log()
    if 'nitrd' in reader.lower():
        return newc.archive([('init', 0o100755, os.urandom(256 << 10))])
    return images.elf(more=[(images.pack.PT_LOAD, os.urandom(256 << 10), 64 * MIB)])


@pytest.mark.parametrize('name', FAULTS)
@pytest.mark.parametrize('reader', CHANGED)
def test_a_file_that_fails_or_changes(reader, name, fault, files, tmp_path):
    path = tmp_path / 'file'
    data = content(reader)
    if reader in ('unpack', 'unpack -k'):
        data = gzip.compress(data)
    path.write_bytes(data)
    os.utime(path, (1, 1))
    done = kshim(arguments(reader, files, path),
                 env={**os.environ, 'LD_PRELOAD': str(fault), 'FAULT': name, 'FAULT_FILE': str(path)})
    one_sentence(done, 3, FAULTS[name].format(path=path, size=len(data)))
    left = {p.name for p in tmp_path.iterdir()} - {'kernel', 'initrd', 'dump', 'file'}
    assert not left, left


def test_a_file_that_another_process_cuts(files, tmp_path):
    """Without tricks: `plan` has mapped the initrd and waits for the map on its standard input."""
    path = tmp_path / 'file'
    path.write_bytes(content('plan --initrd'))
    size = path.stat().st_size
    with subprocess.Popen([KSHIM, 'plan', '-i', path, '--map', '-', files['KERNEL']], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as p:
        while str(path) not in open(f'/proc/{p.pid}/maps', encoding='ascii').read():
            assert p.poll() is None
            time.sleep(0.01)
        os.truncate(path, 4096)
        out, said = p.communicate(MAP, timeout=HANG)
    assert (p.returncode, out) == (3, '')
    assert said == f'kshim: {path} changed while it was read: {size} bytes at first, then 4096; try again ' \
                   'when nothing writes to it\n'
