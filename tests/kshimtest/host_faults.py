# SPDX-License-Identifier: BSD-2-Clause
"""The host's calls and allocations of a command fail, one in each run, and what it then says is judged.

fail_call.c counts and fails system calls, fail_malloc.c allocations; both say how they count.
"""
import contextlib
import dataclasses
import errno
import os
import re
import shutil
import signal
import struct
import subprocess
import tempfile

from kshimtest import daemons
from kshimtest import files
from kshimtest.everything import EVERYTHING
from kshimtest.kernel_tree import kernel_tree
from kshimtest.patience import HANG, until
from kshimtest.row import Disk, Row
from kshimtest.ways.disk import disk_image

HERE = os.path.dirname(os.path.abspath(__file__))
ALLOCATIONS = 1000 if EVERYTHING else 40

# These cannot fail for a program that is not wrong, or not by an errno: the kernel has no such way out. brk()
# gives the old break, which is what fail_malloc.c tests.
CANNOT_FAIL = {'brk', 'execve', 'exit', 'exit_group', 'futex', 'getpid', 'getppid', 'gettid', 'restart_syscall', 'rseq',
               'rt_sigaction', 'rt_sigprocmask', 'rt_sigreturn', 'set_robust_list', 'set_tid_address', 'umask'}
FEW_FILES = {'openat', 'memfd_create', 'eventfd2', 'fcntl', 'socket', 'socketpair', 'pipe2', 'pidfd_open'}
NO_MEMORY = {'mmap', 'mprotect', 'mremap', 'munmap', 'madvise'}
SHORT = {'read', 'pread64', 'write'}
ENDS_EARLY = {'read', 'pread64', 'sendfile'}

# The C library ends a program where the stack of a thread that has ended cannot be unmapped, which the kernel
# never refuses: a whole mapping takes no memory to unmap. Its cache keeps those of few threads.
ABORTED = 128 + signal.SIGABRT

# What a sentence may say instead of the errno's text, because it says more; a guest's, too.
MORE = ('[disk.read]', 'no memory', 'Cannot allocate memory', 'cannot make the jail: Invalid argument',
        'starting a thread: Resource temporarily unavailable',
        'no stub: kshim.elf is neither beside', 'is closed, and /dev/null cannot stand in its place',
        'cannot write to standard output', 'virtiofsd is missing', 'passt is missing', 'no init for the command', 'it lacks the',
        '/dev/kvm is forbidden', 'changed while it was read')


FORKED = 1 << 32       # fail_call.c's, of a child before it becomes a daemon
REMOVE = ('unlink', 'rmdir')


@dataclasses.dataclass
class Command:
    """Arguments of `kshim`, in which {out} is a fresh path, {disk} a disk that nobody else locks, {share} a folder;
    {socket} is a daemon's that serves a disk by vhost-user, {image} a disk with a boot entry, {tree} a kernel with modules.
    """
    args: list
    beside: 'Command' = None    # whose calls fail already: those alone fail in `make test` that this one makes oftener

    def most(self):
        """Occurrences of one kind of call that fail, from the first on; and the last."""
        return 40 if EVERYTHING else 1 if self.beside else 3

    def failed(self):
        """The statuses of a run that ends because the host fails."""
        return (125,) if '--' in self.args else (1, 3)


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


def run(before, command, env=None):
    """Run `kshim` behind the words `before`."""
    with tempfile.TemporaryDirectory(prefix='kshim-faults-') as folder:
        place = {name: os.path.join(folder, name) for name in ('out', 'disk', 'share')}
        with open(place['disk'], 'wb') as f:
            f.write(bytes(65536))
        os.mkdir(place['share'])
        words = [re.sub('{(out|disk|share)}', lambda found: place[found[1]], a) for a in command.args]
        if not daemons.why_no_virtiofsd():
            env = {**(env or os.environ), 'PATH': f"{daemons.folder()}:{os.environ['PATH']}"}
        done = subprocess.run([*before, files.KSHIM, *words], check=False, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=HANG, env=env)
        done.stdout = done.stdout.replace(folder.encode(), b'')
        return Outcome(done, place['out'])


def image():
    """A disk with a boot entry."""
    def make():
        with tempfile.TemporaryDirectory(prefix='kshim-faults-') as folder:
            row = Row('fault', 'probe:bz64', initrds=('bytes:5000',), own_line='quiet', disk=Disk())
            return files.read(disk_image(row, folder))
    return files.made('fault disk', make, files.path('probe:bz64'))


@contextlib.contextmanager
def started(command):
    """The command with what its words name; afterwards no folder of its sockets is left in /tmp."""
    before, made = sockets(), {'tree': lambda: str(kernel_tree('cloud')), 'image': image}
    with contextlib.ExitStack() as stack:
        made['socket'] = lambda: stack.enter_context(daemons.disk())
        yield dataclasses.replace(command, args=[
            re.sub('{(tree|image|socket)}', lambda found: made[found[1]](), a) for a in command.args])
    until(lambda: sockets() <= before, lambda: f'left behind: {sockets() - before}')


def sockets():
    """The folders of kshim's sockets, of any run on this machine."""
    return {entry.name for entry in os.scandir('/tmp') if re.fullmatch('kshim-[a-zA-Z0-9]{6}', entry.name)}


def wrote_the_same(command, a, b):
    """A dump of the handoff has a seed, which is another each time."""
    return bool(a.written) == bool(b.written) if '--dump-handoff' in command.args else a.written == b.written


def judge(command, base, outcome, error, title=''):
    """None if the run went on rightly, or ended with a sentence and a status; else what is wrong with it."""
    if outcome.status == base.status and outcome.stdout == base.stdout:
        return None if wrote_the_same(command, base, outcome) else 'went on, but wrote something else'
    if outcome.status not in command.failed():
        return None if title.startswith('munmap') and outcome.status == ABORTED else f'status {outcome.status}'
    lines = [line for line in outcome.stderr.splitlines() if line.startswith('kshim: ')]
    if not lines:
        return 'no sentence'
    said = outcome.stderr + outcome.stdout.decode(errors='replace')
    if error not in said and not any(text in said for text in MORE):
        return f'the sentence does not say {error!r}'
    return None


class Calls:
    """Each system call of a command fails in turn, or does a part of its work."""

    def __init__(self, command):
        self.command = command
        self.program = built('fail_call')
        self.names = names()

    def run(self, which=(0, '-', 0, '0')):
        with tempfile.NamedTemporaryFile(prefix='kshim-faults-') as log:
            outcome = run([self.program, log.name, *map(str, which)], self.command)
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

    def known(self):
        """Calls that fail in another row."""
        with started(self.command.beside) as beside:
            return set(Calls(beside).run().calls)

    def faults(self, base):
        known = self.known() if self.command.beside and not EVERYTHING else set()
        for number, request, count in base.calls:
            name = self.names.get(number & ~FORKED, str(number))
            if name in CANNOT_FAIL or (number, request, count) in known:
                continue
            for occurrence in sorted({*range(1, min(count, self.command.most()) + 1), count}):
                for result, text in self.results(name):
                    yield (number, request if name == 'ioctl' else '-', occurrence, result), text, \
                        f'{name} {request:#x} {occurrence} {result}' + ' in a child' * (number >= FORKED)


def calls_fail(command):
    """Faults that were injected, and those that were not taken well."""
    with started(command) as served:
        calls = Calls(served)
        base = calls.run()
        bad, ended, faults = [], 0, list(calls.faults(base))
        for which, error, title in faults:
            before = sockets()
            outcome = calls.run(which)
            if title.startswith(REMOVE):
                for name in sockets() - before:
                    shutil.rmtree(f'/tmp/{name}')
            wrong = judge(command, base, outcome, error, title)
            ended += outcome.status != base.status
            if wrong:
                bad.append(f'{title}: {wrong}: {outcome.stderr.strip()[-300:]}')
    return len(faults), ended, bad


class Allocations:
    """Each allocation fails in turn, alone or with all that come after it."""

    def __init__(self, command):
        self.command = command
        self.library = built('fail_malloc', '-shared', '-fPIC')

    def run(self, number=0, all_later=False):
        with tempfile.NamedTemporaryFile(prefix='kshim-faults-') as log:
            env = {**os.environ, 'LD_PRELOAD': self.library, 'FAIL_LOG': log.name,
                   'FAIL_ALLOCATION': str(number), **({'FAIL_ALL': '1'} if all_later else {})}
            outcome = run([], self.command, env)
            outcome.count, = struct.unpack('<Q', log.read(8))
        return outcome


def allocations_fail(command):
    with started(command) as served:
        allocations = Allocations(served)
        base = allocations.run()
        step = max(1, base.count // (ALLOCATIONS if EVERYTHING or not command.beside else 8))
        bad, ended, faults = [], 0, [(n, later) for n in range(1, base.count + 1, step) for later in (False, True)]
        for number, later in faults:
            outcome = allocations.run(number, later)
            wrong = judge(command, base, outcome, os.strerror(errno.ENOMEM))
            ended += outcome.status != base.status
            if wrong:
                bad.append(f'allocation {number}{" and later" if later else ""}: {wrong}: {outcome.stderr.strip()[-300:]}')
    return len(faults), ended, bad
