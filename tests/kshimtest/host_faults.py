# SPDX-License-Identifier: BSD-2-Clause
"""The host's calls and allocations of a command fail, one in each run, and what it then says is judged.

fail_call.c counts and fails system calls, fail_malloc.c allocations; both say how they count.
"""
import errno
import os
import re
import signal
import struct
import subprocess
import tempfile

from kshimtest import files
from kshimtest.everything import EVERYTHING
from kshimtest.patience import HANG

HERE = os.path.dirname(os.path.abspath(__file__))
MOST = 40 if EVERYTHING else 3         # occurrences of one kind of call that fail, from the first on; and the last
ALLOCATIONS = 1000 if EVERYTHING else 40

# These cannot fail for a program that is not wrong, or not by an errno: the kernel has no such way out. brk()
# gives the old break, which is what fail_malloc.c tests.
CANNOT_FAIL = {'brk', 'execve', 'exit', 'exit_group', 'futex', 'getpid', 'gettid', 'restart_syscall', 'rseq',
               'rt_sigaction', 'rt_sigprocmask', 'rt_sigreturn', 'set_robust_list', 'set_tid_address', 'umask'}
FEW_FILES = {'openat', 'memfd_create', 'eventfd2', 'fcntl'}
NO_MEMORY = {'mmap', 'mprotect', 'mremap', 'munmap', 'madvise'}
SHORT = {'read', 'pread64', 'write'}
ENDS_EARLY = {'read', 'pread64', 'sendfile'}

# The C library ends a program where the stack of a thread that has ended cannot be unmapped, which the kernel
# never refuses: a whole mapping takes no memory to unmap. Its cache keeps those of few threads.
ABORTED = 128 + signal.SIGABRT

# What a sentence may say instead of the errno's text, because it says more.
MORE = ('no memory', 'Cannot allocate memory', 'cannot make the jail: Invalid argument',
        'starting a thread: Resource temporarily unavailable',
        'no stub: kshim.elf is neither beside', 'is closed, and /dev/null cannot stand in its place',
        'cannot write to standard output', '/dev/kvm is forbidden', 'changed while it was read')


def built(name, *options):
    """A program or a library of this folder, whole at any time: other workers may be running it."""
    out, source = os.path.join(files.MADE, name), os.path.join(HERE, f'{name}.c')
    if not files.is_newer(out, [source]):
        os.makedirs(files.MADE, exist_ok=True)
        subprocess.run(['cc', '-O1', '-Wall', *options, '-o', f'{out}.{os.getpid()}', source], check=True)
        os.replace(f'{out}.{os.getpid()}', out)
    return out


def names():
    """The names of system calls by their numbers."""
    table = files.read(os.path.join(files.BUILD, 'syscalls.def')).decode()
    return {int(number): name for number, name in re.findall(r'\[(\d+)\] = "(\w+)"', table)}


class Outcome:
    """How a run ended: status, what it printed, what lies in the file or folder that it wrote."""

    def __init__(self, done, out):
        self.status = done.returncode
        self.stdout = done.stdout
        self.stderr = done.stderr.decode(errors='replace')
        self.written = self.look(out)

    @staticmethod
    def look(out):
        if os.path.isdir(out):
            return {name: files.read(os.path.join(out, name)) for name in sorted(os.listdir(out))}
        return files.read(out) if os.path.exists(out) else None


def run(command, args, env=None):
    """Run `kshim` behind `command` with a fresh path in the place of {out}, and a disk that nobody else locks in
    that of {disk}.
    """
    with tempfile.TemporaryDirectory(prefix='kshim-faults-') as folder:
        out, disk = os.path.join(folder, 'out'), os.path.join(folder, 'disk')
        with open(disk, 'wb') as f:
            f.write(bytes(65536))
        words = [a.replace('{out}', out).replace('{disk}', disk) for a in args]
        done = subprocess.run([*command, files.KSHIM, *words], check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=HANG, env=env)
        done.stdout = done.stdout.replace(folder.encode(), b'')
        return Outcome(done, out)


def wrote_the_same(args, a, b):
    """A dump of the handoff has a seed, which is another each time."""
    return bool(a.written) == bool(b.written) if '--dump-handoff' in args else a.written == b.written


def judge(args, base, outcome, error, title=''):
    """None if the run went on rightly, or ended with a sentence and a status; else what is wrong with it."""
    if outcome.status == base.status and outcome.stdout == base.stdout:
        return None if wrote_the_same(args, base, outcome) else 'went on, but wrote something else'
    if outcome.status not in (1, 3):
        return None if title.startswith('munmap') and outcome.status == ABORTED else f'status {outcome.status}'
    lines = [line for line in outcome.stderr.splitlines() if line.startswith('kshim: ')]
    if not lines:
        return 'no sentence'
    if error not in outcome.stderr and not any(text in outcome.stderr for text in MORE):
        return f'the sentence does not say {error!r}'
    return None


class Calls:
    """Each system call of a command fails in turn, or does a part of its work."""

    def __init__(self):
        self.program = built('fail_call')
        self.names = names()

    def run(self, args, which=(0, '-', 0, '0')):
        with tempfile.NamedTemporaryFile(prefix='kshim-faults-') as log:
            outcome = run([self.program, log.name, *map(str, which)], args)
            outcome.calls = [tuple(map(int, line.split())) for line in log.read().splitlines()]
        return outcome

    def results(self, name):
        """What the call gives instead, and the errno's text."""
        number = errno.EMFILE if name in FEW_FILES else errno.ENOMEM if name in NO_MEMORY else \
            errno.EAGAIN if name.startswith('clone') else errno.EIO
        yield str(-number), os.strerror(number)
        if EVERYTHING and name in SHORT:
            yield 'short', ''
        if EVERYTHING and name in ENDS_EARLY:
            yield '0', ''

    def faults(self, base):
        for number, request, count in base.calls:
            name = self.names.get(number, str(number))
            if name in CANNOT_FAIL:
                continue
            for occurrence in sorted({*range(1, min(count, MOST) + 1), count}):
                for result, text in self.results(name):
                    yield (number, request if name == 'ioctl' else '-', occurrence, result), text, \
                        f'{name} {request:#x} {occurrence} {result}'


def calls_fail(args):
    """Faults that were injected, and those that were not taken well."""
    calls = Calls()
    base = calls.run(args)
    bad, ended, faults = [], 0, list(calls.faults(base))
    for which, error, title in faults:
        outcome = calls.run(args, which)
        wrong = judge(args, base, outcome, error, title)
        ended += outcome.status != base.status
        if wrong:
            bad.append(f'{title}: {wrong}: {outcome.stderr.strip()[-300:]}')
    return len(faults), ended, bad


class Allocations:
    """Each allocation fails in turn, alone or with all that come after it."""

    def __init__(self):
        self.library = built('fail_malloc', '-shared', '-fPIC')

    def run(self, args, number=0, all_later=False):
        with tempfile.NamedTemporaryFile(prefix='kshim-faults-') as log:
            env = {**os.environ, 'LD_PRELOAD': self.library, 'FAIL_LOG': log.name,
                   'FAIL_ALLOCATION': str(number), **({'FAIL_ALL': '1'} if all_later else {})}
            outcome = run([], args, env)
            outcome.count, = struct.unpack('<Q', log.read(8))
        return outcome


def allocations_fail(args):
    allocations = Allocations()
    base = allocations.run(args)
    step = max(1, base.count // ALLOCATIONS)
    bad, ended, faults = [], 0, [(n, later) for n in range(1, base.count + 1, step) for later in (False, True)]
    for number, later in faults:
        outcome = allocations.run(args, number, later)
        wrong = judge(args, base, outcome, os.strerror(errno.ENOMEM))
        ended += outcome.status != base.status
        if wrong:
            bad.append(f'allocation {number}{" and later" if later else ""}: {wrong}: {outcome.stderr.strip()[-300:]}')
    return len(faults), ended, bad
