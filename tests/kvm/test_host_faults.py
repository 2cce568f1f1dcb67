# SPDX-License-Identifier: BSD-2-Clause
"""Each call that kshim makes of its host fails in turn: it ends with a sentence and a status, or goes on rightly.

`make test` fails the first calls of each kind and some allocations, KSHIM_TEST_ALL=1 all of them, and has
calls do a part of their work. It prints how many faults there were.
"""
import pytest

from kshimtest import files
from kshimtest import host_faults
from kvm.test_host import guest, needs_kvm


def commands():
    """name -> the arguments of kshim, whether it needs KVM, its marks."""
    probe = files.path('probe:pvh64')
    direct = ['run', '--direct', '-m', '64M']
    yield 'direct', [*direct, '-c', '2', '-i', guest('off'), '--dump-handoff', '{out}', guest('hello-off')], needs_kvm
    yield 'stub', ['run', '-m', '64M', '--expect', 'hello', guest('hello-off')], needs_kvm
    yield 'interrupt', [*direct, guest('interrupt')], needs_kvm
    yield 'disk', [*direct, '--disk', '{disk}', '--disk', f"{files.path('bytes:512')},ro", '--rng',
                   guest('hello-off')], needs_kvm
    yield 'disk-stub', ['run', '-m', '64M', '--disk', '{disk}'], needs_kvm
    yield 'dry', ['run', '--direct', '--dry-run', probe], ()
    yield 'check', ['check', '--json', probe], ()
    yield 'plan', ['plan', probe], ()
    yield 'bundle', ['bundle', '-o', '{out}', '-a', 'console=ttyS0', probe, files.path('bytes:5000')], ()
    yield 'unpack', ['unpack', '-d', '{out}', files.path('bundle:probe:pvh64')], ()


ROWS = [pytest.param(args, id=name, marks=marks) for name, args, marks in commands()]


def check(faults, ended, bad):
    print(f'{faults} faults: {ended} ended with a sentence, {faults - ended} went on')
    assert faults and not bad, '\n'.join(bad)


@pytest.mark.parametrize('args', ROWS)
def test_each_call_fails(args):
    check(*host_faults.calls_fail(args))


ALLOCATES = [row for row in ROWS if row.id in ('direct', 'disk', 'check', 'plan', 'bundle', 'unpack')]


@pytest.mark.parametrize('args', ALLOCATES)
def test_each_allocation_fails(args):
    check(*host_faults.allocations_fail(args))
