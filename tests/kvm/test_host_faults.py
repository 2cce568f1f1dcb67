# SPDX-License-Identifier: BSD-2-Clause
"""Each call that kshim makes of its host fails in turn: it ends with a sentence and a status, or goes on rightly,
and leaves neither a daemon nor a socket behind.

`make test` fails the first calls of each kind and some allocations, KSHIM_TEST_ALL=1 all of them, and has
calls do a part of their work. It prints how many faults there were.
"""
import pytest

from kshimtest import daemons
from kshimtest import files
from kshimtest import host_faults
from kshimtest.host_faults import Command
from kvm.test_host import LIMIT, NO_KVM, guest, needs_kvm, run


def why_no_passt():
    """passt needs a network of the host's to be like."""
    if NO_KVM:
        return NO_KVM
    done = run('--direct', '--net', 'user', *LIMIT, guest('net'))
    return done.stderr if 'passt has ended' in done.stderr or 'passt is missing' in done.stderr else ''


def needs(why_not):
    return pytest.mark.skipif(bool(why_not), reason=why_not)


virtiofsd = needs(daemons.why_no_virtiofsd())
daemon = needs(daemons.why_no_storage_daemon())
passt = needs(why_no_passt())
# Folders in /tmp are looked for, which another worker's run would have, too.
one_worker = pytest.mark.xdist_group('host-shares')


def commands():
    """name -> the command, what it needs."""
    probe = files.path('probe:pvh64')
    direct = ['run', '--direct', '-m', '64M']
    by_stub = ['run', '-m', '64M']
    plain, stub, check_it, plan = map(Command, ([*direct, guest('hello-off')], [*by_stub, guest('hello-off')],
                                                ['check', probe], ['plan', probe]))
    yield 'direct', Command([*direct, '-c', '2', '-i', guest('off'), '--dump-handoff', '{out}', guest('hello-off')]), [needs_kvm]
    yield 'stub', Command([*by_stub, '--expect', 'hello', guest('hello-off')]), [needs_kvm]
    yield 'interrupt', Command([*direct, guest('interrupt')]), [needs_kvm]
    yield 'disk', Command([*direct, '--disk', '{disk}', '--disk', f"{files.path('bytes:512')},ro", '--rng',
                           guest('hello-off')]), [needs_kvm]
    yield 'disk-stub', Command([*by_stub, '--disk', '{disk}']), [needs_kvm]
    yield 'share', Command([*direct, '--share', '{share}', guest('hello-off')], plain), \
        [needs_kvm, virtiofsd, one_worker, pytest.mark.full]
    yield 'net', Command([*direct, '--net', 'user', guest('net')], plain), [passt]
    yield 'console', Command([*direct, '--console', guest('console-off')], plain), [needs_kvm]
    yield 'vhost-user', Command([*direct, '--vhost-user', 'blk={socket}', guest('hello-off')], plain), [needs_kvm, daemon]
    yield 'vhost-user-stub', Command([*by_stub, '--disk', '{disk}', '--vhost-user', 'blk={socket}'], stub), \
        [needs_kvm, daemon, pytest.mark.full]
    yield 'vsock', Command([*direct, '--vsock', '42', guest('hello-off')], plain), [needs_kvm]
    yield 'command', Command([*by_stub, '--root', '{share}', guest('hello-off'), '--', 'true'], stub), \
        [needs_kvm, virtiofsd, one_worker]
    yield 'command-dry', Command(['run', '--dry-run', '{tree}', '--', 'true'], stub), ()
    yield 'dry', Command(['run', '--direct', '--dry-run', probe]), ()
    yield 'check', Command(['check', '--json', probe]), ()
    yield 'check-disk', Command(['check', '{image}'], check_it), ()
    yield 'plan', plan, ()
    yield 'plan-svg', Command(['plan', '--svg', '{out}', probe], plan), ()
    yield 'bundle', Command(['bundle', '-o', '{out}', '-a', 'console=ttyS0', probe, files.path('bytes:5000')]), ()
    yield 'unpack', Command(['unpack', '-d', '{out}', files.path('bundle:probe:pvh64')]), ()
    yield 'measure', Command(['measure', '--json', files.path('built:kshim.efi'), probe, files.path('bytes:5000')], check_it), ()
    yield 'pin', Command(['pin', '-a', 'quiet', probe, files.path('bytes:5000')]), ()
    yield 'explain', Command(['explain', 'elf.truncated']), ()


ROWS = [pytest.param(command, id=name, marks=marks) for name, command, marks in commands()]


def check(faults, ended, bad):
    print(f'{faults} faults: {ended} ended with a sentence, {faults - ended} went on')
    assert faults and not bad, '\n'.join(bad)


def judged(fail, command):
    try:
        check(*fail(command))
    except files.Missing as why:
        pytest.skip(str(why))


@pytest.mark.parametrize('command', ROWS)
def test_each_call_fails(command):
    judged(host_faults.calls_fail, command)


NOT_ALLOCATING = ('stub', 'interrupt', 'disk-stub', 'vhost-user-stub', 'vsock', 'dry', 'explain')
ALLOCATES = [row for row in ROWS if row.id not in NOT_ALLOCATING]


@pytest.mark.parametrize('command', ALLOCATES)
def test_each_allocation_fails(command):
    judged(host_faults.allocations_fail, command)
