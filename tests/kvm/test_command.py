# SPDX-License-Identifier: BSD-2-Clause
"""`kshim run KERNEL -- COMMAND` in the rig, with Debian's kernels, and trixie's virtiofsd."""
import functools
import pathlib

import pytest

from kshimtest import files, rig
from kshimtest.kernel_tree import kernel_tree
from kvm import command_rows

BEFORE = 'chmod 666 /dev/kvm; chmod 1777 /tmp; chmod 755 /; chmod 777 .\n'


@functools.lru_cache(maxsize=None)
def kernel(name):
    if name.endswith('-alone'):
        return pathlib.Path(files.path(f"debian:{name.removesuffix('-alone')}"))
    path = kernel_tree(name)
    tree = next(p for p in path.parents if p.parent == pathlib.Path(files.MADE))
    return rig.Inside(tree, f'/{path.relative_to(tree)}')


def row_of(run):
    args = ['sh', '-c', run.shell, 'sh', 'kshim', 'run', '--timeout', run.limit, *run.options, kernel(run.kernel), '--',
            *run.command]
    return rig.Row(run.name, args, timeout=run.limit + 40, typed=run.typed, before=BEFORE + run.before, after=run.after,
                   user=run.user, daemons=('virtiofsd', *run.daemons), guests=run.guests, modules=run.modules,
                   programs=[p if p.startswith('/') else files.packaged(p) for p in run.programs],
                   carried=[files.package_dir(name) for name in run.carried])


def by_chance(run, outcome):
    """Did it not get there, crash, or not end, and is that not what the row is about?"""
    return outcome.status in (None, 123, 124) and not (
        outcome.status == run.status and all(text in outcome.stderr for text in run.says))


@functools.lru_cache(maxsize=None)
def boot_table(wanted):
    """A nested boot may hang or crash; what kshim says is never tried again."""
    runs = {r.name: r for r in command_rows.RUNS if r.name in wanted}
    return rig.run_again([row_of(r) for r in runs.values()], cpus=2, icount=False, memory='9G',
                         by_chance=lambda o: by_chance(runs[o.row.name], o))


def parameter(run):
    marks = [pytest.mark.xdist_group('rig-command'), pytest.mark.takes(150), pytest.mark.judges(run.name)]
    return pytest.param(run, id=run.name, marks=marks + ([pytest.mark.full] if run.full else []))


@pytest.mark.parametrize('run', [parameter(r) for r in command_rows.RUNS])
def test_command(run, wanted, record_property):
    outcome, tries = boot_table(wanted)[run.name]
    record_property('tries', tries + sum(name.startswith('crashed-') for name in outcome.files))
    said = f'{outcome.stdout}\n--- standard error:\n{outcome.stderr}' + ''.join(
        f'--- {name}:\n{data[:2000].decode(errors="replace")}' for name, data in outcome.files.items() if name != 'uptime')
    assert outcome.status is not None, 'the rig did not get to it:\n' + outcome.rig[-2000:]
    assert outcome.status == run.status, said
    if run.typed:
        assert run.out in outcome.stdout, said
    else:
        assert outcome.stdout == run.out, said
    at = 0
    for text in run.says:
        assert text in outcome.stderr[at:], f'{text!r} is missing:\n{said}'
        at = outcome.stderr.index(text, at) + len(text)
    if not run.says and not run.typed:
        assert outcome.stderr == run.err, said
    for name, data in run.files.items():
        assert outcome.files.get(name) == data, said
