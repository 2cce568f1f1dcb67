# SPDX-License-Identifier: BSD-2-Clause
"""What bash and zsh offer after Tab, asked of the shells themselves."""
import os
import pathlib
import pty
import shlex
import shutil
import subprocess

import pytest

from package import program

from kshimtest.patience import HANG, until

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = TOP / 'tools' / 'completions'

BASH = '''
PATH=%s:$PATH
source %s
COMP_WORDS=(%s)
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_kshim
printf '%%s\\n' "${COMPREPLY[@]}"
'''

# Whatever a completion adds is written to a file; END follows each Tab. zsh asks before it lists more
# than LISTMAX words, and would take the next line's first letters for the answer.
ZSH = '''
PATH=%(build)s:$PATH
fpath=(%(folder)s $fpath)
autoload -Uz compinit
compinit -u -D
unsetopt automenu
LISTMAX=10000
compadd() {
	local -a found
	if [[ -z ${argv[(r)-(A|O|D)]} ]]; then
		builtin compadd -A found "$@"
		print -rl -- $found >>%(out)s
	fi
	builtin compadd "$@"
}
tab() {
	zle complete-word
	print END >>%(out)s
	BUFFER=
}
zle -N tab
bindkey '^I' tab
print READY >>%(out)s
'''


def bash(line, cwd=TOP):
    """Words after Tab at the end of `line`, as readline would split it."""
    words = ' '.join(shlex.quote(w) for w in line.replace('=', ' = ').split(' ') if w)
    if line.endswith(' '):
        words += " ''"
    done = subprocess.run(['bash', '--norc', '-c', BASH % (TOP / 'build', FOLDER / 'kshim', words)],
                          cwd=cwd, capture_output=True, text=True, check=True, timeout=HANG)
    assert not done.stderr, done.stderr
    return set(done.stdout.split())


class Zsh:
    """An interactive zsh on a terminal of its own."""

    def __init__(self, folder):
        self.out = folder / 'out'
        self.out.write_text('')
        setup = folder / 'setup'
        setup.write_text(ZSH % {'build': TOP / 'build', 'folder': FOLDER, 'out': self.out})
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe('zsh', ['zsh', '-f', '-i'], {**os.environ, 'TERM': 'dumb', 'HOME': str(folder)})
        os.write(self.terminal, f'source {setup}\n'.encode())
        self.wait('READY')

    def wait(self, word):
        until(lambda: word in self.out.read_text().splitlines(), lambda: f'zsh said: {self.out.read_text()}')

    def tab(self, line):
        self.out.write_text('')
        os.write(self.terminal, line.encode() + b'\t')
        self.wait('END')
        return set(self.out.read_text().split()) - {'END'}

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


@pytest.fixture(name='zsh', scope='module')
def fixture_zsh(tmp_path_factory):
    if not shutil.which('zsh'):
        pytest.fail('zsh is missing: apt-get install zsh')
    shell = Zsh(tmp_path_factory.mktemp('zsh'))
    yield shell.tab
    shell.close()


@pytest.fixture(name='complete', params=['bash', 'zsh'])
def fixture_complete(request):
    return bash if request.param == 'bash' else request.getfixturevalue('zsh')


def test_commands(complete):
    assert set(program.commands()) <= complete('kshim ')
    assert complete('kshim ex') == {'explain'}
    assert '--version' in complete('kshim --')


@pytest.mark.parametrize('command', program.commands())
def test_options_are_those_of_the_help(complete, command):
    wanted = {o for o in program.options(command) if o.startswith('--')}
    assert wanted and wanted <= complete(f'kshim {command} --'), command


@pytest.mark.parametrize('line,values', [
    ('kshim run --protocol ', {'auto', 'pvh', 'linux64', 'linux32'}),
    ('kshim run --protocol=l', {'linux64', 'linux32'}),
    ('kshim run -m 1G --as ', {'kshim', 'firecracker', 'cloud-hypervisor'}),
    ('kshim check --require bz', {'bzimage'}),
    ('kshim check --require pvh,relo', {'pvh,relocatable'}),
    ('kshim run --reboot a', {'again'})])
def test_values(complete, line, values):
    found = complete(line)
    found = {f.split('=')[-1] for f in found}
    assert found in (values, {v.split(',')[-1] for v in values})


def test_a_command_behind_the_kernel(complete):
    assert 'mkdir' in complete('kshim run -c 2 vmlinuz -- mkd')
    assert '--disk' in complete('kshim run vmlinuz --d')
    assert '--disk' not in complete('kshim run vmlinuz -- ls --d')
    assert 'README.md' in complete(f'kshim run vmlinuz -- ls {TOP}/READ').pop()


def test_codes(complete):
    names = {line.split()[1] for line in program.kshim('explain').splitlines()}
    assert len(names) > 80
    assert complete('kshim explain ') >= names
    assert complete('kshim explain riscv.') == {n for n in names if n.startswith('riscv.')}


def test_files_in_bash(tmp_path):
    (tmp_path / 'vmlinuz').touch()
    (tmp_path / 'other').touch()
    assert bash('kshim run -i v', tmp_path) == {'vmlinuz'}
    assert bash('kshim bundle -o out ', tmp_path) == {'vmlinuz', 'other'}
    assert bash('kshim run -a ', tmp_path) == set()
