# SPDX-License-Identifier: BSD-2-Clause
"""The library as its users meet it: installed, found by pkg-config, alone in a program, and booting."""
import functools
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from kshimtest.patience import HANG

HERE = pathlib.Path(__file__).resolve().parent
from package import abi
from kshimtest import files
from package import installed
from kshimtest import rig

TOP = HERE.parent.parent
VMM = HERE / 'example-vmm' / 'vmm.c'
STRICT = ['-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wno-sign-conversion', '-Werror']


@functools.lru_cache(maxsize=None)
def flags():
    """What pkg-config says, of the installed tree and of nothing else."""
    tree = installed.tree()
    env = dict(os.environ, PKG_CONFIG_LIBDIR=f'{tree}/usr/lib/pkgconfig', PKG_CONFIG_PATH='',
               PKG_CONFIG_SYSROOT_DIR=str(tree))
    done = subprocess.run(['pkg-config', '--cflags', '--libs', 'kshim'], env=env, check=True,
                          capture_output=True, text=True)
    return done.stdout.split()


def compile_to(out, source, *more, compiler='gcc', std='c11'):
    done = subprocess.run([compiler, f'-std={std}', *STRICT, *more, '-o', out, source, *flags()],
                          capture_output=True, text=True, check=False, timeout=HANG)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.parametrize('compiler,std', [('gcc', 'c11'), ('gcc', 'c17'), ('g++', 'c++17'),
                                          ('g++', 'c++20'), ('clang', 'c11'), ('clang++', 'c++17')])
def test_header_compiles_alone(tmp_path, compiler, std):
    if compiler.startswith('clang') and not shutil.which(compiler):
        pytest.skip(f'{compiler} is not installed')
    source = tmp_path / ('alone.cc' if '++' in compiler else 'alone.c')
    source.write_text('#include <kshim.h>\n#include <kshim.h>\n'
                      'int main(void) { return kshim_refusal_name(KSHIM_REFUSAL_NONE) != 0; }\n')
    compile_to(tmp_path / 'alone', source, compiler=compiler, std=std)
    assert subprocess.run([tmp_path / 'alone'], check=False, timeout=HANG).returncode == 0


def test_example_of_the_header_compiles(tmp_path):
    """The code in its introduction, with the variables that the text speaks of."""
    header = (installed.tree() / 'usr/include/kshim.h').read_text()
    introduction = header[:header.index('*/', 60)]
    code = '\n'.join('\t' + c for c in re.findall(r'^ \*\t(.*)$', introduction, re.M))
    assert 'kshim_plan_make' in code
    code = re.sub(r'\.\.\. (kshim_refusal_format\(.*?\)) .*', r'\1;', code)
    source = tmp_path / 'example.c'
    source.write_text(f"""#include <kshim.h>
static struct kshim_plan plan;
static char line[4096];
int boot(struct kshim_span kernel, struct kshim_span initrd, struct kshim_span words, uint64_t size);
int
boot(struct kshim_span kernel, struct kshim_span initrd, struct kshim_span words, uint64_t size)
{{
\tstruct kshim_facts facts;
\tstruct kshim_refusal why;
\tchar text[256];
{code}
\treturn 0;
}}
int
main(void)
{{
\tstruct kshim_span none = {{(const uint8_t *)"", 0}};
\treturn boot(none, none, none, 64 * KSHIM_MIB);
}}
""")
    compile_to(tmp_path / 'example', source)
    assert subprocess.run([tmp_path / 'example'], check=False, timeout=HANG).returncode == 0


def test_header_takes_no_name_that_is_not_its_own():
    """Every name at file scope has the prefix; what gcc says of the preprocessed header."""
    header = installed.tree() / 'usr' / 'include' / 'kshim.h'
    text = re.sub(r'/\*.*?\*/', '', header.read_text(), flags=re.S)
    own = re.findall(r'^#define (\w+)|^(?:struct|enum) (\w+) \{|^[\w *]*?(\w+)\(|^\t([A-Z]\w+)[,\s=]',
                     text, re.M)
    names = {n for row in own for n in row if n}
    assert len(names) > 150
    assert not [n for n in names if not n.startswith(('kshim_', 'KSHIM_'))
                and not re.match(r'(if|return|sizeof)$', n)]


def test_library_needs_four_functions_and_keeps_no_state():
    library = installed.tree() / 'usr' / 'lib' / 'libkshim.a'
    listed = subprocess.run(['nm', library], check=True, capture_output=True, text=True).stdout
    needed = set(re.findall(r'^ +U (\w+)$', listed, re.M))
    assert needed and needed <= {'memcpy', 'memmove', 'memset', 'memcmp'}
    sections = subprocess.run(['size', '-A', library], check=True, capture_output=True,
                              text=True).stdout
    sizes = {name: int(size) for name, size in re.findall(r'^(\.\S+)\s+(\d+)', sections, re.M)}
    assert any(name.startswith('.text.plan_make') and size for name, size in sizes.items())
    assert not [n for n, size in sizes.items()
                if size and re.match(r'\.(bss|data(?!\.rel\.ro))', n)]


@pytest.mark.parametrize('how', [['-static-pie'], ['-shared', '-fPIC'], ['-no-pie', '-static']])
def test_library_links_into_everything(tmp_path, how):
    compile_to(tmp_path / 'out', VMM, '-fPIE' if how == ['-static-pie'] else '-O1', *how)


def test_unused_parts_can_be_left_out(tmp_path):
    source = tmp_path / 'name.c'
    source.write_text('#include <kshim.h>\nint main(void) { return *kshim_refusal_name(3); }\n')
    out = compile_to(tmp_path / 'name', source, '-Wl,--gc-sections')
    listed = subprocess.run(['nm', out], check=True, capture_output=True, text=True).stdout
    assert 'kshim_refusal_name' in listed and 'plan_make' not in listed


def test_what_was_released_is_still_there():
    """A refusal keeps number and name for good; the rest is for one version: see kshim(1)."""
    now = set(abi.found(TOP / 'build/lib/kshim.h', TOP / 'build/lib/libkshim.a'))
    before = set(abi.released())
    assert len(before) > 200
    gone = sorted(before - now)
    assert not [g for g in gone if g.startswith('refusal')], f'codes must not change: {gone}'
    new = sorted(line for line in now - before if not line.startswith('refusal'))
    assert not gone and not new, \
        f'gone: {gone}, new: {new}; if that is meant: make build/lib/libkshim.a, then ' \
        'tests/package/abi.py --update build/lib/kshim.h build/lib/libkshim.a'


# ---------------------------------------------------------------- the example

@pytest.fixture(name='vmm', scope='module')
def fixture_vmm(tmp_path_factory):
    return compile_to(tmp_path_factory.mktemp('vmm') / 'vmm', VMM, '-O2')


def test_example_is_short():
    lines = VMM.read_text().splitlines()
    assert len(lines) < 250
    start = lines.index('plan_boot(const struct kshim_span file[2], const char *words, struct boot *b,')
    statements = [line for line in lines[start:lines.index('}', start)] if ';' in line]
    assert len(statements) <= 10


def test_example_words_a_refusal(vmm):
    done = subprocess.run([vmm, VMM, VMM, 'console=ttyS0'], capture_output=True, text=True,
                          check=False, timeout=HANG)
    assert done.returncode == 1
    assert re.match(r'vmm: .*\[kernel\.\S+\]\n$', done.stderr)


@functools.lru_cache(maxsize=None)
def outcomes(vmm):
    initrd = pathlib.Path(files.path('initramfs'))
    rows = [rig.Row(name, [vmm, pathlib.Path(files.path(kernel)), initrd, f'quiet reboot=k {words}'])
            for name, kernel, words in (('bzImage', 'debian:cloud', 'console=ttyS0'),
                                        ('ELF by PVH', 'vmlinux:cloud', 'console=ttyS0'))]
    return {o.row.name: o for o in rig.run(rows, memory='2G')}


@pytest.mark.xdist_group('example')
@pytest.mark.takes(90)
@pytest.mark.parametrize('kernel', ['bzImage', 'ELF by PVH'])
def test_example_boots_debians_kernel(vmm, kernel):
    try:
        outcome = outcomes(vmm)[kernel]
    except files.Missing as missing:
        pytest.fail(str(missing))
    said = outcome.stdout + outcome.stderr
    assert outcome.status == 0, said + outcome.rig[-2000:]
    assert 'kshim: userspace reached' in said and 'kshim: cpus 1' in said, said
    memory = int(re.search(r'kshim: memory (\d+) kB', said)[1])
    assert 200 << 10 < memory < 256 << 10
