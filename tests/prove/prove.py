# SPDX-License-Identifier: BSD-2-Clause
"""prove.py [--faults] [NAME...]: runs the proofs of tests/prove, all of them without a NAME.

A proof is tests/prove/NAME.c, whose lines of the form ` * WORD: VALUE` say how it is run:
    parts   sources of the core that are proved besides those that the harness includes
    unwind  how often a loop may run; that this is enough is proved too
    shrink  MACRO=VALUE ..., limits of the core that are made small so that they can be reached
Each runs in its own copy of stub/, in build/prove/. With --faults the sed script NAME.fault is
applied there to the file that its first line names, and a proof that still succeeds is a failure.
"""

import pathlib
import re
import resource
import shutil
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
HERE = TOP / 'tests/prove'
MEMORY = 6 << 30  # bytes of address space for each run
SECONDS = 600     # processor time for each run
CHECKS = ['--bounds-check', '--pointer-check', '--pointer-overflow-check', '--div-by-zero-check',
          '--signed-overflow-check', '--unsigned-overflow-check', '--undefined-shift-check',
          '--pointer-primitive-check', '--unwinding-assertions', '--slice-formula',
          '--object-bits', '12']
RESULT = re.compile(r'^\[(.*)\] line \d+ (.*): (SUCCESS|FAILURE|UNKNOWN|ERROR)$', re.M)


class Failed(Exception):
    """A sentence that says why a proof did not do what it should."""


def words(source):
    """The words of a harness's head comment, each a list."""
    head = source.split('*/')[1]
    found = {word: value.split() for word, value in
             re.findall(r'^ \* (parts|unwind|shrink): (.*)$', head, re.M)}
    if 'unwind' not in found:
        raise Failed('its head comment has no line "unwind:"')
    return found


def substitute(path, pattern, by):
    text = path.read_text()
    new, count = re.subn(pattern, by, text, flags=re.M)
    if count:
        path.write_text(new)
    return count


def prepare(name, kind, setup):
    """The copy of the core in which a proof runs, its limits made small."""
    where = TOP / 'build/prove' / kind / name
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    shutil.copytree(TOP / 'stub', where / 'stub')
    shutil.copytree(HERE, where / 'tests/prove')
    for pair in setup.get('shrink', []):
        macro, value = pair.split('=')
        pattern = rf'^(#define {macro}) +\S+'
        if sum(substitute(p, pattern, rf'\1 {value}') for p in where.glob('stub/*/*.[ch]')) != 1:
            raise Failed(f'{name}: {macro} is not defined in exactly one place')
    return where


def plant(name, where):
    """Apply the fault to the copy."""
    script = HERE / f'{name}.fault'
    target = where / script.read_text().split('\n', 1)[0].removeprefix('# ')
    before = target.read_text()
    subprocess.run(['sed', '-i', '-f', script, target], check=True)
    if target.read_text() == before:
        raise Failed(f'{name}.fault changes nothing in {target.relative_to(where)}')


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def run(name, setup, where):
    """CBMC's results: (property, its text, verdict)."""
    command = ['nice', HERE / 'cbmc', *CHECKS, '--unwind', *setup['unwind'], '-I.',
               '-D__builtin_memcpy=memcpy',
               f'tests/prove/{name}.c', *setup.get('parts', [])]
    done = subprocess.run(command, cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, preexec_fn=limit, check=False)
    (where / 'log').write_text(done.stdout)
    results = RESULT.findall(done.stdout)
    if done.returncode not in (0, 10) or not results:
        raise Failed(f'{name}: CBMC ended with status {done.returncode}, '
                     f'see {(where / "log").relative_to(TOP)}')
    return results


def is_ours(result):
    """Is it stated in a harness, and not one of CBMC's own checks?"""
    return '.assertion.' in result[0]


def prove(name, setup):
    """Returns how many properties of ours and of CBMC were proved."""
    results = run(name, setup, prepare(name, 'whole', setup))
    bad = [r for r in results if r[2] != 'SUCCESS']
    for label, text, verdict in bad:
        print(f'    [{label}] {text}: {verdict}')
    if bad:
        raise Failed(f'{name}: {len(bad)} of {len(results)} properties do not hold')
    ours = sum(map(is_ours, results))
    if not ours:
        raise Failed(f'{name}: no property of ours was seen')
    return ours, len(results) - ours


def find_fault(name, setup):
    """The planted fault must be found: by how many properties."""
    where = prepare(name, 'fault', setup)
    plant(name, where)
    bad = [r for r in run(name, setup, where) if r[2] == 'FAILURE']
    if not bad:
        raise Failed(f'{name}: the planted fault was not found')
    return sum(map(is_ours, bad)), sum(not is_ours(r) for r in bad)


def main(args):
    faults = '--faults' in args
    known = sorted(p.stem for p in HERE.glob('*.c'))
    names = [a for a in args if a != '--faults'] or known
    unknown = [n for n in names if n not in known]
    if unknown or not known:
        sys.exit(f'prove: no proof {" ".join(unknown)}, but {" ".join(known)}')
    failed, ours, checks = 0, 0, 0
    for name in names:
        start = time.monotonic()
        try:
            setup = words((HERE / f'{name}.c').read_text())
            of_ours, of_cbmc = (find_fault if faults else prove)(name, setup)
        except Failed as why:
            print(f'not ok {why}')
            failed += 1
            continue
        ours, checks = ours + of_ours, checks + of_cbmc
        print(f'ok {name}: {of_ours} properties, {of_cbmc} checks of CBMC '
              f'{"fail by the planted fault" if faults else "hold"} '
              f'({time.monotonic() - start:.0f} s)', flush=True)
    if failed:
        sys.exit(f'prove: {failed} of {len(names)} failed')
    if faults:
        print(f'{len(names)} planted faults found')
    else:
        print(f'and {checks} checks of CBMC for overflow, bounds, pointers, termination')
        print(f'{ours} properties')


main(sys.argv[1:])
