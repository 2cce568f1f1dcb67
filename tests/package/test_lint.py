# SPDX-License-Identifier: BSD-2-Clause
"""tools/lint-references and tools/lint-layers: each planted fault is found, in a copy of the tree."""
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
CORE = TOP / 'build/x86/libkshim.a'


@pytest.fixture(name='tree', scope='module')
def fixture_tree(tmp_path_factory):
    """The tree as git knows it, as a repository of its own."""
    copy = tmp_path_factory.mktemp('tree')
    listed = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard'], cwd=TOP, check=True,
                            capture_output=True, text=True).stdout.split('\n')
    for name in filter(None, listed):
        if (TOP / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, copy / name)
    subprocess.run(['git', 'init', '-q', copy], check=True)
    return copy


def run(tree, name, *args):
    return subprocess.run([tree / 'tools' / name, *args], cwd=tree, capture_output=True, text=True, check=False)


def finds(tree, plant, said, name, *args):
    """The checker is content before and complains of `said` after, in a file changed by `plant`."""
    path, change = plant
    old = (tree / path).read_text()
    try:
        (tree / path).write_text(change(old))
        result = run(tree, name, *args)
    finally:
        (tree / path).write_text(old)
    assert result.returncode == 1, result.stderr
    assert said in result.stderr.splitlines()


def test_references_of_this_tree(tree):
    result = run(tree, 'lint-references')
    assert (result.returncode, result.stderr) == (0, '')


@pytest.mark.parametrize('path, line, said', [
    ('stub/plan/plan.c', '/* as stub/plan/gone.c */', 'stub/plan/gone.c is no file of the tree'),
    ('stub/plan/plan.c', '/* see gone.h */', 'gone.h is no file of the tree'),
    ('stub/plan/plan.c', '/* as gone_make() does */', 'gone_make() is in no source'),
    ('x86/cpu/trampoline.asm', '; as gone.asm', 'gone.asm is no file of the tree'),
    ('tools/lint', '# tools/gone', 'tools/gone is no file of the tree'),
    ('Makefile', '# efi/gone.c', 'efi/gone.c is no file of the tree'),
    ('tests/boot/fetch.py', '# tests/gone.py', 'tests/gone.py is no file of the tree'),
    ('tools/packages', '<' * 7 + ' HEAD', 'a merge was left unfinished here: <<<<<<< HEAD'),
    ('tools/man/kshim.1', 'tools/gone.c', 'tools/gone.c is no file of the tree'),
    ('stub/README.md', '`gone.c`', 'gone.c is no file of the tree'),
    ('stub/README.md', '[x](gone.md#there)', 'the link to gone.md leads nowhere'),
    ('README.md', 'x' * 101, '101 columns, at most 100'),
])
def test_a_planted_name_is_found(tree, path, line, said):
    number = len((tree / path).read_text().splitlines()) + 1
    finds(tree, (path, lambda text: f'{text}{line}\n'), f'{path}:{number}: {said}', 'lint-references')


def test_a_long_readme_is_found(tree):
    finds(tree, ('README.md', lambda text: text.rstrip('\n') + '\n' * (151 - text.count('\n')) + 'x\n'),
          'README.md: 151 lines, at most 150 are for a newcomer', 'lint-references')


@pytest.mark.parametrize('path, line, said', [
    ('stub/probe/probe.h', '#include "stub/plan/plan.h"', 'stub/plan/plan.h is not for stub/probe/'),
    ('stub/plan/plan.h', '#include <stdio.h>', '<stdio.h> is not for stub/plan/'),
    ('stub/plan/plan.c', '#if X', 'a conditional in the core'),
])
def test_a_broken_layer_is_found(tree, path, line, said):
    number = len((tree / path).read_text().splitlines()) + 1
    finds(tree, (path, lambda text: f'{text}{line}\n'), f'{path}:{number}: {said}', 'lint-layers', CORE)


def test_a_circle_of_includes_is_found(tree):
    finds(tree, ('stub/plan/plan.h', lambda text: text + '#include "planner.h"\n'),
          'these include each other in a circle: stub/plan/plan.h stub/plan/planner.h', 'lint-layers', CORE)


def test_a_circle_of_calls_is_found(tree, tmp_path):
    """Two objects that call each other, in an archive of their own."""
    for name, calls in (('one', 'two'), ('two', 'one')):
        (tmp_path / f'{name}.c').write_text(f'int {calls}(void);\nint {name}(void) {{ return {calls}() + 1; }}\n')
        subprocess.run(['gcc', '-c', '-fno-pic', '-fcf-protection=none', f'{name}.c'], cwd=tmp_path, check=True)
    subprocess.run(['ar', 'rc', 'core.a', 'one.o', 'two.o'], cwd=tmp_path, check=True)
    result = run(tree, 'lint-layers', tmp_path / 'core.a')
    assert result.returncode == 1
    assert f'{tmp_path}/core.a: these call each other in a circle: one.o two.o' in result.stderr.splitlines()


def test_nothing_seen_is_a_fault(tmp_path):
    subprocess.run(['git', 'init', '-q', tmp_path], check=True)
    result = subprocess.run([TOP / 'tools/lint-references'], cwd=tmp_path, capture_output=True, text=True,
                            check=False)
    assert result.returncode == 1
    assert {'saw no file', 'saw no name of a file', 'saw no link', 'saw no function'} <= \
        set(result.stderr.splitlines())


@pytest.mark.parametrize('code, said', [
    ('int below(int n) { char b[3000]; look(b); return n; } int entry(int n) { return below(n) + 1; }',
     'entry takes 3'),
    ('int entry(int n) { return n ? entry(n - 1) + look("") + 1 : 0; }', 'entry -> entry: it calls itself'),
    ('int entry(int n) { char b[n]; look(b); return n; }', 'takes stack that no number bounds'),
    ('int big(void) { char b[3000]; return look(b); } int (*pointers[1])(void) = {big};'
     'int entry(int n) { return pointers[n]() + look("") + 1; }', 'entry takes 3'),
    ('int big(void) { char b[3000]; return look(b); } int call(int (*f)(void)) { return f() + 1; }'
     'int entry(void) { return call(big) + 1; }', 'entry takes 3'),
    ('int other;', 'no function entry')])
def test_check_stack(tmp_path, code, said):
    """Too deep, endless, unbounded, through pointers; a program that is right is in every build."""
    source = tmp_path / 'a.c'
    source.write_text('__attribute__((noinline)) int look(void *p) { __asm__("" : : "r"(p)); return 0; }\n'
                      'int _start;\n' + code.replace('int big', '__attribute__((noinline)) int big')
                      .replace('int below', '__attribute__((noinline)) int below')
                      .replace('int call', '__attribute__((noinline)) int call'))
    program = tmp_path / 'a.elf'
    subprocess.run(['gcc', '-O1', '-w', '-fno-stack-protector', '-fno-inline', '-fcf-protection=none',
                    '-mno-red-zone', '-no-pie', '-nostdlib', '-static', '-o', program, source], check=True)
    result = run(TOP, 'check-stack', program, 'entry', '2000')
    assert result.returncode == 1 and said in result.stderr, result.stderr
    if said.startswith('entry takes'):
        assert run(TOP, 'check-stack', program, 'entry', '4000').returncode == 0


@pytest.mark.parametrize('room, text, said', [
    (56, 'kshim_text:', None), (55, 'kshim_text:', '56 bytes of names, .symbols has room for 55'),
    (56, 'other_text:', 'no kshim_text')])
def test_add_symbols(tmp_path, room, text, said):
    """The names in the order of their addresses, as stub/body/symbols.h has them; none is left out."""
    source, program = tmp_path / 'a.s', tmp_path / 'a.elf'
    names = ['first', 'second_with_a_longer_name', '_start']
    source.write_text(f'.text\n{text}\n' + ''.join(f'.globl {n}\n{n}: nop\n' for n in names) +
                      f'.section .symbols, "a"\n.zero {room}\n')
    subprocess.run(['gcc', '-nostdlib', '-static', '-no-pie', '-o', program, source], check=True)
    result = run(TOP, 'add-symbols', program)
    if said:
        assert result.returncode == 1 and said in result.stderr, result.stderr
        return
    assert result.returncode == 0, result.stderr
    subprocess.run(['objcopy', '-O', 'binary', '-j', '.symbols', program, tmp_path / 'list'], check=True)
    wanted = b''.join(i.to_bytes(4, 'little') + n.encode() + b'\0' for i, n in enumerate(names))
    assert (tmp_path / 'list').read_bytes() == wanted.ljust(room, b'\0')
