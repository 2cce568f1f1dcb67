# SPDX-License-Identifier: BSD-2-Clause
"""`kshim run` on this machine's /dev/kvm, a software emulation included: small guests and the probes.

What needs a kernel of a distribution runs in the rig (test_rig.py).
"""
import array
import fcntl
import json
import os
import pty
import re
import resource
import signal
import struct
import subprocess
import termios

import pytest

from kshimtest import daemons
from kshimtest import files
from kshimtest import guests
from kshimtest import kvm_probes as probes
from kshimtest.patience import HANG, patient, until
from kshimtest.row import Row
from kshimtest.ways.way import uki

KSHIM = os.path.join(files.BUILD, 'kshim')
PATHS = {'stub': [], 'direct': ['--direct']}
LIMIT = ['--timeout', HANG]         # of runs that end by themselves


def why_no_kvm():
    if not os.path.exists('/dev/kvm'):
        return 'this machine has no /dev/kvm'
    if not os.access('/dev/kvm', os.R_OK | os.W_OK):
        return 'this user may not use /dev/kvm'
    done = subprocess.run([KSHIM, 'run', '--direct', '--timeout', str(HANG), guest('off')], check=False,
                          stdin=subprocess.DEVNULL, capture_output=True)
    return 'the /dev/kvm of this machine runs no guest' if done.returncode == 3 else ''


def guest(name):
    return files.made(f'guest {name}', lambda: guests.elf(guests.GUESTS[name]))


NO_KVM = why_no_kvm()
needs_kvm = pytest.mark.skipif(bool(NO_KVM), reason=NO_KVM)


def run(*args, **more):
    return subprocess.run([KSHIM, 'run', *map(str, args)], timeout=2 * HANG, check=False,
                          stdin=subprocess.DEVNULL, text=True,
                          **{'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, **more})


def check(done, status, *texts):
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    for text in texts:
        assert text in said, said


# ---------------------------------------------------------------- exit statuses

# guest, options, status, what must be said
ENDS = [
    ('off', [], 0, ''),
    ('halt', [], 0, 'the guest halted'),
    ('hello-spin', ['--expect', 'hello'], 0, 'hello'),
    ('flood', ['--expect', 'x' * 300], 0, 'xxx'),
    ('code-5', [], 4, 'may mean kernel.other-kind, kshim run has refused nothing'),
    ('code-127', [], 4, '0x7f'),
    ('triple', [], 4, 'triple fault'),
    ('hello-triple', ['--expect', 'goodbye'], 4, 'triple fault'),
    ('hello-off', ['--expect', 'goodbye'], 6, 'powered off'),
    ('hello-halt', ['--expect', 'goodbye'], 6, 'halted'),
    ('reset-cf9', ['--expect', 'goodbye'], 6, 'reset'),
    ('reset-cf9', [], 7, 'reset register'),
    ('reset-8042', [], 7, 'keyboard'),
    ('panic', [], 8, 'panicked: Kernel panic - not syncing: Fatal exception ?]0;x?\n'),
    ('panic', ['--expect', 'login:'], 8, 'oops:\n    BUG: kernel NULL pointer'),
    ('panic', ['--expect', 'login:', '--reboot', 'again'], 8, '    RIP: 0010:first+0x7/0x10\n'),
    ('panic', ['--expect', 'end Kernel panic'], 0, 'Fatal exception'),
    ('panic-reboots', [], 8, 'The last lines:\n'),
    ('panic-reset', [], 8, "the guest's kernel panicked"),
    ('panic-reset', ['--expect', 'login:'], 8, "the guest's kernel panicked"),
    ('panic-quoted', [], 0, 'over'),
]


@needs_kvm
@pytest.mark.parametrize('path', ['direct', 'stub'])
@pytest.mark.parametrize('name,options,status,text', ENDS,
                         ids=[f'{e[0]}{"-".join(e[1])[:24]}' for e in ENDS])
def test_end(name, options, status, text, path):
    check(run(*PATHS[path], '-m', '64M', *LIMIT, *options, guest(name)), status, text)


def run_until_late(*args, came):
    """A run that only --timeout ends, with one in which it prints `came`, a pattern."""
    def late(limit):
        done = run('--timeout', limit, *args)
        check(done, 5, f'no end after {limit:g} s')
        return done
    done = patient(late, lambda done: re.search(came, done.stdout + done.stderr))
    assert re.search(came, done.stdout + done.stderr), done
    return done


# guest, options, what must be said at the time-out, as soon as the run came so far
LATE = [
    ('spin', [], 'printed nothing'),
    ('spin', ['-a', 'x'], 'console=ttyS0'),
    ('hello-spin', [], 'printed something'),
    ('flood', [], '0x3f8'),
    ('reset-cf9', ['--reboot', 'again'], 'no end after'),
]


@needs_kvm
@pytest.mark.parametrize('path', ['direct', 'stub'])
@pytest.mark.parametrize('name,options,text', LATE, ids=[f'{e[0]}{"-".join(e[1])}' for e in LATE])
def test_timeout(name, options, text, path):
    run_until_late(*PATHS[path], '-m', '64M', *options, guest(name), came=text)


@needs_kvm
def test_crash_tells_state():
    done = run('--direct', *LIMIT, guest('triple'))
    check(done, 4, 'rip', 'cr0', '32-bit mode, no paging', 'bytes at rip: 0f 0', 'Hint:')
    if 'KVM has reset this CPU' not in done.stderr:
        assert f'rip {guests.BASE + 7:016x}' in done.stderr


@needs_kvm
def test_timeout_tells_stage():
    done = run_until_late(guest('spin'), came='stays there')    # looked at several times
    check(done, 5, 'the kernel was entered and printed nothing',
          'CPU 0: running, 32-bit mode, no paging, rip 0x200000, stays there')


def lives(*options):
    """Three lives of a guest, then a signal."""
    said = ''
    with begin('--direct', '--reboot', 'again', *options, guest('reset-cf9'), '--times', text=True) as p:
        while said.count('time first-instruction') < 3:
            line = p.stderr.readline()
            assert line, said
            said += line
        p.terminate()           # most often between two lives: it must not be lost
        p.communicate(timeout=HANG)
    assert p.returncode == 128 + signal.SIGTERM


@needs_kvm
def test_reboot_again_starts_anew():
    lives()


@needs_kvm
@pytest.mark.skipif(bool(daemons.why_no_storage_daemon()), reason=daemons.why_no_storage_daemon())
def test_reboot_again_with_memory_that_a_daemon_sees():
    with daemons.disk() as socket:
        lives('--vhost-user', f'blk={socket}')


@needs_kvm
@pytest.mark.parametrize('name', ['INT', 'TERM', 'HUP'])
def test_signal_ends_it(name):
    number = signal.Signals[f'SIG{name}']
    with begin('--direct', guest('hello-spin')) as p:
        assert p.stdout.readline() == b'hello\r\n'
        p.send_signal(number)
        said = p.communicate(timeout=HANG)
    assert p.returncode == 128 + number, said


@needs_kvm
def test_closed_output():
    with subprocess.Popen([KSHIM, 'run', '--direct', *map(str, LIMIT), guest('flood')],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as p:
        p.stdout.read(10)
        p.stdout.close()
        said = p.stderr.read().decode()
        assert p.wait(timeout=HANG) == 3, said
    assert 'standard output' in said


@needs_kvm
@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV, signal.SIGABRT])
def test_terminal_is_restored(number):
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    with subprocess.Popen(['setsid', '-c', KSHIM, 'run', '--direct', *map(str, LIMIT),
                           guest('hello-spin')], stdin=slave, stdout=slave, stderr=slave) as p:
        seen = b''
        while b'hello' not in seen:
            seen += os.read(master, 100)
        assert termios.tcgetattr(slave) != before
        os.kill(p.pid, number)
        p.wait(timeout=HANG)
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


@needs_kvm
@pytest.mark.parametrize('name,last,status,text', [('flood', b'x', 3, 'standard output'),
                                                   ('hello-spin', b'\n', 5, 'no end after')],
                         ids=['flood', 'hello-spin'])
def test_a_terminal_that_vanishes(name, last, status, text):
    """Output that has no reader ends the run; a terminal that nobody types on any more does not."""
    master, slave = pty.openpty()
    with begin('--direct', '--timeout', 5, guest(name), stdin=slave, stdout=slave) as p:
        os.close(slave)
        seen = b''
        while last not in seen:
            seen += os.read(master, 100)
        os.close(master)
        said = p.stderr.read().decode()
        assert p.wait(timeout=HANG) == status, said
    assert text in said


@needs_kvm
@pytest.mark.parametrize('options', [[], ['--rng'], ['--reboot', 'again']])
def test_cpus_that_hammer_ports_and_memory(options):
    check(run('--direct', *LIMIT, '-c', 4, *options, guest('hammer')), 0, 'hammered')


def begin(*args, **more):
    more = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, **more}
    return subprocess.Popen([KSHIM, 'run', *map(str, args)], **more)


@needs_kvm
@pytest.mark.parametrize('closed', [0, 2])
def test_closed_descriptors_become_no_input(closed):
    with begin('--direct', guest('hello-spin'), stdin=subprocess.PIPE,
               preexec_fn=lambda: os.close(closed)) as p:
        p.stdout.readline()
        assert os.readlink(f'/proc/{p.pid}/fd/{closed}') == '/dev/null'
        p.terminate()
        p.communicate()


@needs_kvm
def test_closed_output_is_an_error():
    done = run('--direct', *LIMIT, guest('hello-spin'), preexec_fn=lambda: os.close(1))
    check(done, 3, 'writing to standard output')


def system_calls(pid):
    """The number of the call that each thread of a process is in; -1 or 'running' if in none."""
    out = []
    for thread in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{thread}/syscall', encoding='ascii') as f:
            out.append(f.read().split()[0])
    return out


@needs_kvm
def test_a_full_nonblocking_output_is_waited_for():
    reader, writer = os.pipe2(os.O_NONBLOCK)
    with begin('--direct', guest('flood'), stdout=writer) as p:
        until(lambda: system_calls(p.pid).count('7') == 2)      # poll: of the CPU and of the clock
        before = len(os.read(reader, 1 << 20))
        os.set_blocking(reader, True)
        assert before and os.read(reader, 1 << 20)              # it goes on
        p.terminate()
        assert p.wait(timeout=HANG) == 128 + signal.SIGTERM
        p.communicate()
    os.close(reader)
    os.close(writer)


@needs_kvm
@pytest.mark.parametrize('options,wanted', [
    ([], b'\x1b[1mbold\x1b[0m over'), (['--raw'], b'\x1b]0;title\x07\x1b[6n\x1b[1mbold\x1b[0m over')])
def test_escapes_of_a_guest_on_a_terminal(options, wanted):
    master, slave = pty.openpty()
    with begin('--direct', *options, guest('escapes'), stdout=slave) as p:
        seen = b''
        while b'over' not in seen:
            seen += os.read(master, 1000)
        assert p.wait(timeout=HANG) == 0
        p.communicate()
    assert seen.startswith(wanted)
    os.close(master)
    os.close(slave)


@needs_kvm
def test_escapes_pass_into_a_file():
    assert '\x1b]0;title' in run('--direct', guest('escapes')).stdout


@needs_kvm
def test_no_memory():
    done = subprocess.run(['sh', '-c', f'ulimit -v 2000000; exec {KSHIM} run --direct -m 8G '
                           + guest('off')], check=False, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=HANG)
    check(done, 3, 'no room', '(-m)')


@needs_kvm
def test_unread_output_stops_no_clock():
    def run_unread(limit):
        reader, writer = os.pipe()
        size = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        done = run('--direct', '--timeout', limit, guest('flood'), stdout=writer)
        assert done.returncode == 5, done.stderr
        os.close(writer)
        with open(reader, 'rb') as f:
            return len(f.read()) >= size
    assert patient(run_unread, bool)


@needs_kvm
def test_console_beside_the_serial_port():
    with begin('--direct', '--console', *LIMIT, guest('console'), stdin=subprocess.PIPE) as p:
        assert p.stdout.readline() == b'hvc0\n'
        p.stdin.write(b'ping\n')
        p.stdin.flush()
        assert p.stdout.readline() == b'ping\n'
        p.communicate()
    assert p.returncode == 0


@needs_kvm
def test_console_expects_too():
    check(run('--direct', '--console', '--expect', 'hvc0', *LIMIT, guest('console')), 0, 'hvc0')


@needs_kvm
def test_unread_console_stops_no_end():
    """The console's thread waits for the reader, and the CPU for that thread."""
    def run_unread(limit):
        reader, writer = os.pipe()
        size = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        done = run('--direct', '--console', '-m', '64M', '--timeout', limit, guest('console-flood'), stdout=writer)
        assert done.returncode == 5, done.stderr
        os.close(writer)
        with open(reader, 'rb') as f:
            return len(f.read()) >= size
    assert patient(run_unread, bool)


@needs_kvm
def test_console_with_a_bad_chain_stops():
    done = run('--direct', '--console', '--timeout', 2, guest('console-loop'))
    check(done, 5, 'kshim run: virtio-console: queue 1, 0: a chain is a loop')


def unread(terminal):
    """How many bytes were typed at it that no process has read."""
    count = array.array('i', [0])
    fcntl.ioctl(terminal, termios.FIONREAD, count)
    return count[0]


@needs_kvm
def test_leaving_a_guest_that_reads_nothing():
    master, slave = pty.openpty()
    with subprocess.Popen(['setsid', '-c', KSHIM, 'run', '--direct', guest('hello-spin')],
                          stdin=slave, stdout=slave, stderr=subprocess.DEVNULL) as p:
        seen = b''
        while b'hello' not in seen:
            seen += os.read(master, 100)
        for _ in range(20):
            os.write(master, b'typed at a guest that does not listen ' * 20)
            until(lambda: not unread(slave))
        os.write(master, b'\x01x')
        assert p.wait(timeout=HANG) == 0
    os.close(master)
    os.close(slave)


# ---------------------------------------------------------------- refusals and usage

USAGE = [
    ([], 'no KERNEL'), (['a', 'b'], 'more than one'), (['--disk', 'd', '--direct'], 'leave out --direct'),
    (['--disk', 'd', '-i', 'i'], 'leave out --initrd'), (['--disk', 'd,id=' + 21 * 'x'], 'at most 20 bytes'),
    (['-m', '63M', 'k'], '--memory'),
    (['-m', '1X', 'k'], '--memory'), (['-m', '99999999T', 'k'], '--memory'),
    (['-c', '0', 'k'], '--cpus'), (['-c', '129', 'k'], '--cpus'), (['-c', 'x', 'k'], '--cpus'),
    (['--protocol', 'efi', 'k'], '--protocol'), (['--as', 'qemu', 'k'], '--as'),
    (['--reboot', 'maybe', 'k'], '--reboot'), (['--timeout', '0', 'k'], '--timeout'),
    (['--timeout', 'soon', 'k'], '--timeout'), (['--expect', '', 'k'], '--expect'),
    (['--frobnicate', 'k'], 'frobnicate'), (['--direct', '--as', 'firecracker', 'k'], '--as'),
    (['--direct', '--stub', 's', 'k'], '--stub'), (['-i'], 'argument'),
    (['--net', 'none', 'k'], '--net'), (['--net', 'tap=', 'k'], '1 to 15 bytes'),
    (['--net', 'tap=' + 16 * 'x', 'k'], '1 to 15 bytes'), (9 * ['--net', 'user'] + ['k'], 'more than 8'),
    (['--vsock', '2', 'k'], 'from 3 to 4294967294'), (['--vsock', '4294967295', 'k'], '--vsock'),
    (['--dsk', 'd', 'k'], "unrecognized option '--dsk': did you mean --disk?"),
    (['--network', 'user', 'k'], 'did you mean --net?'), (['--moeory', '1G', 'k'], 'did you mean --memory?'),
    (['--xyz', 'k'], "unrecognized option '--xyz'\n"), (['--qed', 'k'], "unrecognized option '--qed'\n"),
    (['-q', 'k'], "unrecognized option '-q'"), (['--rng=1', 'k'], "option '--rng' takes no argument"),
    (['--d', 'k'], "option '--d' is ambiguous: --direct, --dump-handoff, --dry-run, --disk"),
    (['--disk'], "option '--disk' needs an argument"), (['-m'], "option '-m' needs an argument"),
    (['k', 'true'], 'more than one KERNEL was given: k and true; a command is given behind --'),
    (['-c', '2', '--', 'k', 'true'], 'no KERNEL was given before --'),
    (['--share', '/,tag=a', '--vhost-user', 'fs=s,tag=a', 'k'], '--vhost-user: the tag a is taken'),
    (['--vhost-user', 'fs=s,tag=a', '--share', '/,tag=a', 'k'], '--share: the tag a is taken'),
    (['--vsock', '-1', 'k'], '--vsock'), (['--vsock', '3x', 'k'], '--vsock'),
]


OFD_SETLK = 37      # fcntl's, which Python's module lacks


@pytest.mark.parametrize('taken,words,free', [
    ((), '', True), ((100, 201), '', False), ((100, 201), ',ro', True),     # another only reads
    ((100, 101, 201), ',ro', False), ((100, 101, 201), '', False)])         # another writes
def test_disk_is_locked_as_qemu_locks_it(tmp_path, taken, words, free):
    disk, kernel = tmp_path / 'disk', tmp_path / 'kernel'
    disk.write_bytes(bytes(512))
    kernel.write_bytes(b'no kernel')
    with open(disk, 'rb') as other:
        for byte in taken:
            fcntl.fcntl(other, OFD_SETLK, struct.pack('hhqqi', fcntl.F_RDLCK, os.SEEK_SET, byte, 1, 0))
        done = run('--direct', '--disk', f'{disk}{words}', kernel)
    if free:
        check(done, 1, 'kernel')
    else:
        check(done, 3, f'{disk} is used by another program')


@pytest.mark.parametrize('words', ['', ',ro'])
@pytest.mark.parametrize('kind', ['fifo', 'folder', 'zero', 'nothing'])
def test_disk_is_a_file_or_a_block_device(tmp_path, kind, words):
    os.mkfifo(tmp_path / 'fifo')
    (tmp_path / 'folder').mkdir()
    path = '/dev/zero' if kind == 'zero' else tmp_path / kind
    said = {'nothing': f'cannot open {path}: No such file', 'folder': str(path)}.get(kind, f'{path} is no disk: neither a file nor')
    check(run('--disk', f'{path}{words}'), 3, said)


def test_disk_has_whole_sectors(tmp_path):
    disk = tmp_path / 'disk'
    disk.write_bytes(bytes(513))
    check(run('--direct', '--disk', disk, '/dev/null'), 1, 'kernel')
    check(run('--disk', disk), 3, 'it has 513 bytes, not a multiple of 512')


@pytest.mark.parametrize('off,magic,name', [(0, b'QFI\xfb', 'qcow2'), (0, b'KDMV', 'VMDK'), (0, b'vhdxfile', 'VHDX'),
                                            (0, b'conectix', 'VHD'), (64, b'\x7f\x10\xda\xbe', 'VDI')])
def test_disk_is_raw(tmp_path, off, magic, name):
    disk = tmp_path / 'disk'
    disk.write_bytes((bytes(off) + magic).ljust(1024, b'\0'))
    check(run('--disk', disk), 3, f'{disk} is no raw disk but a {name} image: `qemu-img convert -O raw {disk} NEW`')


@pytest.mark.parametrize('words', ['readonly', 'r0,id=x', 'ro,readonly'])
def test_disk_with_words_that_it_has_not(tmp_path, words):
    (tmp_path / 'disk').write_bytes(bytes(512))
    check(run('--disk', f'{tmp_path}/disk,{words}'), 3, 'No such file or directory; the words that may follow FILE are')


@pytest.mark.parametrize('args,text', USAGE, ids=[' '.join(u[0]) or 'nothing' for u in USAGE])
def test_usage(args, text):
    check(run(*args), 2, text)


def test_help_and_version():
    done = run('--help')
    check(done, 0)
    for option in ('--memory', '--cpus', '--initrd', '--append', '--protocol', '--as', '--stub',
                   '--direct', '--expect', '--timeout', '--reboot', '--dump-handoff', '--dry-run',
                   '--version', 'Ctrl-A x', 'Exit status'):
        assert option in done.stdout, option
    check(run('--version'), 0, 'kshim ')


REFUSED = [
    ('empty', [], 'kernel.empty'), ('bytes:5000', [], 'kernel.unknown'),
    ('initramfs', [], 'kernel.other-kind'), ('cut:0x200:probe:pvh64', [], 'elf.truncated'),
    ('probe:bz64', ['--protocol', 'pvh'], 'bzimage.no-pvh'),
    ('probe:pvh32', ['--protocol', 'linux32'], 'elf.no-linux32'),
    ('probe:bz64', ['-a', 'x' * 2048], 'cmdline.too-long'),
    ('probe:bz64', ['-a', 'kshim.frob=1'], 'cmdline.word'),
]


@pytest.mark.parametrize('path', ['direct', 'stub'])
@pytest.mark.parametrize('kernel,options,code', REFUSED, ids=[r[2] for r in REFUSED])
def test_refused(kernel, options, code, path):
    if NO_KVM and path == 'stub':
        pytest.skip(NO_KVM)
    dry = ['--dry-run'] if path == 'direct' else LIMIT
    check(run(*PATHS[path], *dry, *options, files.path(kernel)), 1, f'[{code}]')


@needs_kvm
@pytest.mark.parametrize('path', ['direct', 'stub'])
def test_initrd_too_large(path):
    big = files.made('bytes:0x3800000', lambda: bytes(0x3800000))
    check(run(*PATHS[path], '-m', '64M', *LIMIT, '-i', big, files.path('probe:bz64')), 1,
          'plan.initrd-room')


@pytest.mark.parametrize('options', [['/nowhere/kernel'], ['/dev/null'], ['/'],
                                     ['-i', '/nowhere/initrd', KSHIM],
                                     ['--stub', '/nowhere/stub', KSHIM]])
def test_unreadable(options):
    check(run(*options), 1, 'cannot read the')


def test_dry_run_needs_no_kvm():
    done = run('--dry-run', '--direct', '-m', '5G', '-i', files.path('bytes:5000'),
               files.path('probe:bz64'))
    check(done, 0, 'protocol linux64', 'zero page', 'initrd', 'entry: 64-bit', '100000000-')


# ---------------------------------------------------------------- files that change

@pytest.fixture(scope='module', name='fault')
def fault_library(tmp_path_factory):
    out = tmp_path_factory.mktemp('fault') / 'fault.so'
    subprocess.run(['cc', '-shared', '-fPIC', '-o', out, os.path.join(os.path.dirname(__file__), 'fault.c')],
                   check=True)
    return out


@pytest.mark.parametrize('which', ['kernel', 'initrd'])
@pytest.mark.parametrize('name,text', [
    ('eio', 'cannot read the {which}: {path}: Input/output error'),
    ('shrink', 'the {which} changed while it was read: {path}: 65536 bytes at first, then 32768'),
    ('touch', 'the {which} changed while it was read: {path}: 65536 bytes at first, then 65536')],
                         ids=['eio', 'shrink', 'touch'])
def test_a_file_that_fails_or_changes(name, text, which, fault, tmp_path):
    """One sentence and status 3, whichever file it is."""
    path = tmp_path / 'file'
    path.write_bytes(files.read(files.path('probe:bz64')).ljust(65536, b'\0')[:65536])
    os.utime(path, (1, 1))
    options = [path] if which == 'kernel' else ['-i', path, sealed('kernel', b'any')]
    with_fault = {**os.environ, 'LD_PRELOAD': str(fault), 'FAULT': name, 'FAULT_FILE': str(path)}
    check(run('--direct', '--dry-run', *options, env=with_fault, pass_fds=SEALED), 3,
          text.format(which=which, path=path))


SEALED = []


def sealed(name, data):
    """A path to these bytes in memory, where nobody can change them any more."""
    fd = os.memfd_create(name, os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    SEALED.append(fd)
    return f'/proc/self/fd/{fd}'


def change(path):
    with open(path, 'r+b') as f:
        f.seek(-5, os.SEEK_END)
        f.write(b'later')


@needs_kvm
@pytest.mark.parametrize('path', ['direct', 'stub'])
@pytest.mark.parametrize('change_it', [change, lambda path: os.truncate(path, 0x1000), os.unlink],
                         ids=['written', 'shrunk', 'removed'])
def test_what_was_probed_is_what_runs(change_it, path, tmp_path):
    """A guest that looks at its last page only when the file has changed finds what was there."""
    kernel = tmp_path / 'kernel'
    kernel.write_bytes(files.read(guest('late')))
    with begin(*PATHS[path], '-m', '64M', kernel, stdin=subprocess.PIPE) as p:
        until(lambda: b'ready' in p.stdout.readline())
        change_it(kernel)
        said = p.communicate(b'x', timeout=HANG)
    assert p.returncode == 0 and said[0].endswith(b'first'), said


@needs_kvm
def test_a_sealed_file_is_run_as_it_is():
    with begin('--direct', '-m', '64M', sealed('late', files.read(guest('late'))), stdin=subprocess.PIPE,
               pass_fds=SEALED) as p:
        p.stdout.readline()
        with open(f'/proc/{p.pid}/maps', encoding='ascii') as f:
            inodes = {line.split()[4] for line in f if 'memfd:late' in line}
        assert inodes == {str(os.stat(SEALED[-1]).st_ino)}
        assert p.communicate(b'x', timeout=HANG)[0].endswith(b'first')


def test_holes_of_a_file_stay_holes(tmp_path):
    """3 GiB of nothing cost no memory before the plan refuses them."""
    with open(tmp_path / 'initrd', 'wb') as f:
        f.truncate(3 << 30)
    done = run('--direct', '--dry-run', '-i', tmp_path / 'initrd', files.path('probe:bz64'),
               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (5, 5)))
    check(done, 1, 'plan.initrd-room')


# ---------------------------------------------------------------- probes

HERE = [r for r in probes.rows() if r[0] not in probes.LONG and r[3] in ('stub', 'direct')]


@needs_kvm
@pytest.mark.parametrize('row', HERE, ids=[f'{r[0]}-{r[1]}-{r[3]}' for r in HERE])
def test_probe(row):
    check(run(*LIMIT, *probes.arguments(row, files.path)), 0, ': PASS')


@needs_kvm
@pytest.mark.parametrize('way', ['stub', 'direct'])
@pytest.mark.parametrize('entry', ['linux32', 'linux64'])
@pytest.mark.parametrize('name,by', [('pvh64', 'pvh'), ('bz64', 'linux64')])
def test_probe_through_bzimage(name, by, entry, way, tmp_path):
    """kshim.bzimage as the kernel, entered by either protocol; the probe is in its initrd."""
    *options, _ = probes.arguments((name, by, {}, way), files.path)
    bundle = files.bundle(str(tmp_path / 'bundle'), [f'probe:{name}'], '')
    check(run(*LIMIT, '--protocol', entry, *options, '-i', bundle,
              files.path('built:kshim.bzimage')), 0, 'initrd (a bundle)', ': PASS')


@needs_kvm
@pytest.mark.parametrize('way', ['stub', 'direct', 'firecracker'])
@pytest.mark.parametrize('name,by', [('pvh64', 'pvh'), ('bz64', 'linux64')])
def test_probe_in_a_unified_kernel_image(name, by, way, tmp_path):
    """Its own line comes first, its .initrd is what the kernel gets."""
    fields = {'initrds': ('bytes:5000',), 'own_line': 'of.image=1'}
    *options, _, _, _ = probes.arguments((name, by, fields, way), files.path)
    image = uki(Row(name, f'probe:{name}', **fields), tmp_path)
    check(run(*LIMIT, *options, image), 0, ': PASS')


# ---------------------------------------------------------------- dumps

@needs_kvm
@pytest.mark.parametrize('name,options', [('pvh64', []), ('elf64', []), ('bz64', []),
                                          ('bz64', ['--protocol', 'linux32']), ('bz32', []),
                                          ('hypervisor', [])])
def test_dumps_agree(name, options, tmp_path):
    """Stub and direct hand over the same, but for what must differ."""
    for path in ('stub', 'direct'):
        run(*PATHS[path], '-m', '128M', *LIMIT, '--dump-handoff', tmp_path / path,
            '-a', 'console=ttyS0 probe.x', '-i', files.path('bytes:5000'), *options,
            files.path(f'probe:{name}'))
        with open(tmp_path / path, encoding='utf-8') as f:
            dump = json.load(f)
        assert dump['format'] == 'kshim-handoff-1' and dump['path'] == path
    done = subprocess.run([KSHIM, 'diff-handoff', tmp_path / 'stub', tmp_path / 'direct'],
                          check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert '"stub", "direct": which way' in done.stdout


def hostile(size):
    return files.made(f'guest hostile {size:#x}', lambda: guests.hostile_stub(size))


@needs_kvm
def test_dump_of_hostile_data_is_bounded(tmp_path):
    path = tmp_path / 'dump'
    patient(lambda limit: check(run('--stub', hostile(0x3d00000), '-m', '64M', '--dump-handoff', path, '--timeout',
                                    limit, guest('off')), 5), lambda _: path.exists())
    dump = json.loads((tmp_path / 'dump').read_text())
    assert dump['cut'] is True
    modules = dump['start_info']['modules']
    assert modules[0]['length'] == '0x3d00000' and modules[1] is None
    assert len(modules) + len(dump['start_info']['memory_map']) <= 4096


@needs_kvm
def test_timeout_ends_a_dump(tmp_path):
    check(run('--stub', hostile(0xbf000000), '-m', '64G', '--dump-handoff', tmp_path / 'dump', '--timeout',
              '1', guest('off')), 5, 'no handoff was written to')
    assert (tmp_path / 'dump').read_text(encoding='utf-8') == ''


@needs_kvm
def test_a_line_that_is_no_text_is_told_as_bytes(tmp_path):
    line = os.fsdecode(b'caf\xe9 \xff')
    run('--direct', '-m', '128M', *LIMIT, '--dump-handoff', tmp_path / 'dump', '-a', line, files.path('probe:bz64'),
        errors='replace')
    dump = json.loads((tmp_path / 'dump').read_bytes().decode('utf-8', 'strict'))
    assert bytes.fromhex(dump['zero_page']['command_line']['bytes']) == os.fsencode(line)


def damaged(dump, path, value):
    part = dump
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return dump


@needs_kvm
@pytest.mark.parametrize('path,text', [
    (['registers', 'rip'], "the kernel's first instruction"),
    (['segments', 'cs', 'access'], 'a segment register'),
    (['zero_page', 'command_line'], 'command line'),
    (['zero_page', 'initrd', 'crc32'], "the initrd's bytes"),
    (['zero_page', 'memory_map', 0, 'length'], 'the memory that the kernel is told of'),
])
def test_diff_names_the_field(path, text, tmp_path):
    run('--direct', '-m', '128M', *LIMIT, '--dump-handoff', tmp_path / 'a', '-i',
        files.path('bytes:5000'), files.path('probe:bz64'))
    dump = json.loads((tmp_path / 'a').read_text())
    (tmp_path / 'b').write_text(json.dumps(damaged(dump, path, '0x1')))
    done = subprocess.run([KSHIM, 'diff-handoff', tmp_path / 'a', tmp_path / 'b'], check=False,
                          capture_output=True, text=True)
    assert done.returncode == 1 and text in done.stdout and '1 real difference' in done.stdout


def test_a_name_in_a_dump_is_told_as_text(tmp_path):
    for name in ('a', 'b'):
        (tmp_path / name).write_text(json.dumps({'format': 'kshim-handoff-1', 'x\x1b[2J': name}))
    done = subprocess.run([KSHIM, 'diff-handoff', tmp_path / 'a', tmp_path / 'b'], check=False,
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        1, 'DIFFERS x?[2J: "a", "b": a field that this program does not know')
