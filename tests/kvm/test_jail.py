# SPDX-License-Identifier: BSD-2-Clause
"""The jail of `kshim run` from outside: what /proc says of a run, and what a taken-over one can do.

tests/unit/test_jail.c holds the jail itself, call by call; every other row of this folder runs inside it.
"""
import contextlib
import grp
import os
import re
import shutil
import signal
import subprocess
import tempfile
import termios

import pytest

from kshimtest import files
from kshimtest.patience import HANG
from kvm.test_host import begin, check, guest, needs_kvm, run

HERE = os.path.dirname(os.path.abspath(__file__))


@contextlib.contextmanager
def running(*options, cpus=2, name='hello-spin', **more):
    """A run whose guest has printed something, so that its set-up is over."""
    with begin('--direct', '-c', cpus, *options, guest(name), **more) as p:
        try:
            assert p.stdout.readline().strip() in (b'hello', b'ready')
            yield p
        finally:
            p.terminate()
            p.communicate()
    assert p.returncode == 128 + signal.SIGTERM


def statuses(pid):
    """/proc's status of each thread by name and value; without KVM's own, which runs no code of ours."""
    for thread in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{thread}/status', encoding='ascii') as f:
            found = dict(line.split(':\t', 1) for line in f.read().splitlines() if ':\t' in line)
        if not found['Name'].startswith('kvm-'):
            yield found


def descriptors(pid):
    where = f'/proc/{pid}/fd'
    return {int(n): os.readlink(f'{where}/{n}') for n in os.listdir(where)}


@needs_kvm
def test_every_thread_is_jailed():
    with running() as p:
        seen = list(statuses(p.pid))
    assert len(seen) == 3
    for status in seen:
        assert status['Seccomp'] == '2' and status['NoNewPrivs'] == '1', status


@needs_kvm
def test_threads_of_devices_are_jailed():
    with running('--console') as p:
        seen = list(statuses(p.pid))
    assert len(seen) == 5
    assert all(s['Seccomp'] == '2' and s['NoNewPrivs'] == '1' for s in seen), seen


@needs_kvm
def test_threads_of_another_life_are_jailed():
    """They inherit the main thread's filter and enter their own in it."""
    with running('--reboot', 'again', name='ready-reset', stdin=subprocess.PIPE) as p:
        assert [s['Seccomp_filters'] for s in statuses(p.pid)] == ['1', '1', '1']
        p.stdin.write(b'x')
        p.stdin.flush()
        assert p.stdout.readline() == b'ready\n'
        assert sorted(s['Seccomp_filters'] for s in statuses(p.pid)) == ['1', '2', '2']


@needs_kvm
def test_without_a_jail():
    with running('--no-jail') as p:
        for status in statuses(p.pid):
            assert status['Seccomp'] == '0' and status['NoNewPrivs'] == '0', status


@needs_kvm
@pytest.mark.parametrize('cpus', [1, 3])
def test_descriptors_that_are_left(cpus):
    """Those that it inherits, its files and /dev/kvm itself are closed."""
    inherited = os.open('/dev/null', os.O_RDONLY)
    with running(cpus=cpus, pass_fds=[inherited]) as p:
        left = descriptors(p.pid)
    assert set(left) >= {0, 1, 2}
    assert sorted(v for k, v in left.items() if k > 2) == sorted(
        ['anon_inode:[eventfd]', 'anon_inode:kvm-vm'] + [f'anon_inode:kvm-vcpu:{i}' for i in range(cpus)])
    os.close(inherited)


@needs_kvm
def test_limits():
    with running() as p, open(f'/proc/{p.pid}/limits', encoding='ascii') as f:
        limits = {line[:26].strip(): line[26:].split()[:2] for line in f}
    assert limits['Max core file size'] == ['0', '0']
    assert limits['Max file size'] == ['0', '0']
    assert limits['Max open files'] == ['3', '3']


@needs_kvm
def test_an_output_file_may_grow(tmp_path):
    with open(tmp_path / 'out', 'wb') as out:
        done = subprocess.run([files.KSHIM, 'run', '--direct', guest('hello-off')], stdout=out, check=False,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=HANG)
    assert done.returncode == 0 and (tmp_path / 'out').read_bytes() == b'hello\r\n', done.stderr


@needs_kvm
def test_a_dump_that_cannot_be_written_is_said_before_the_guest_runs():
    check(run('--direct', '--dump-handoff', '/nowhere/dump', guest('hello-off')), 3,
          'cannot write the handoff: /nowhere/dump: No such file or directory')


@needs_kvm
def test_a_dump_takes_the_place_of_an_older_one(tmp_path):
    dump = tmp_path / 'dump'
    dump.write_text('x' * 1000000, encoding='ascii')
    check(run('--direct', '--dump-handoff', dump, guest('hello-off')), 0)
    said = dump.read_text(encoding='utf-8')
    assert said.startswith('{') and said.endswith('}\n')


@pytest.fixture(scope='module', name='escape')
def escape_library(tmp_path_factory):
    out = tmp_path_factory.mktemp('escape') / 'escape.so'
    subprocess.run(['cc', '-shared', '-fPIC', '-o', out, f'{HERE}/escape.c'], check=True)
    return str(out)


@needs_kvm
@pytest.mark.parametrize('thread,name', [('main', 'the main thread'), ('cpu', 'the thread of CPU 0')])
def test_a_taken_over_run_ends(thread, name, escape):
    """Its terminal is as before, the sentence says what it tried."""
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)
    with subprocess.Popen(['setsid', '-c', files.KSHIM, 'run', '--direct', guest('hello-spin')], stdin=slave,
                          stdout=slave, stderr=subprocess.PIPE,
                          env={**os.environ, 'LD_PRELOAD': escape, 'ESCAPE': thread}) as p:
        said = p.stderr.read().decode()
        assert p.wait(timeout=HANG) == 9, said
    assert re.fullmatch(r'kshim run: the jail stopped system call 41 \(socket, arguments 0x2, 0x1, 0x0\) in '
                        + name + ': report it, or use --no-jail\n', said), said
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


@needs_kvm
def test_a_taken_over_run_without_a_jail_goes_on(escape):
    done = run('--direct', '--no-jail', guest('hello-off'),
               env={**os.environ, 'LD_PRELOAD': escape, 'ESCAPE': 'cpu'})
    check(done, 77)


@needs_kvm
@pytest.mark.parametrize('options,status', [([], 0), (['--direct'], 0), (['--direct', '--no-jail'], 0),
                                            (['--direct', '--reboot', 'again', '-c', '3'], 0)])
def test_an_unprivileged_user_in_the_group_of_kvm(options, status):
    """Copies, because the tree may lie where only its owner can read."""
    if os.geteuid() != 0:
        pytest.skip('only root can become another user')
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        copies = [shutil.copy(f, folder) for f in (files.KSHIM, f'{files.BUILD}/kshim.elf',
                                                   guest('hello-off'))]
        done = subprocess.run([copies[0], 'run', '--timeout', str(HANG), *options, copies[2]], check=False,
                              user=65534, group=grp.getgrnam('kvm').gr_gid, extra_groups=[], timeout=HANG,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
    check(done, status, 'hello')


@needs_kvm
@pytest.mark.parametrize('name,options,status', [
    ('hello-off', [], 0), ('triple', [], 4), ('spin', ['--timeout', '1'], 5), ('reset-cf9', [], 7),
    ('reset-cf9', ['--reboot', 'again', '--timeout', '1', '-c', '2'], 5),
    ('hello-off', ['--dump-handoff', '/dev/stdout'], 0)])
def test_under_sanitizers(name, options, status):
    """Their runtime's calls are in tests/unit/jail_more.def; the leak check at the end is none of them."""
    done = subprocess.run([f'{files.BUILD}/asan/kshim', 'run', '--direct', *options, guest(name)],
                          check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=HANG,
                          env={**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0'})
    check(done, status)
