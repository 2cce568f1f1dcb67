# SPDX-License-Identifier: BSD-2-Clause
"""`kshim run KERNEL -- COMMAND`, as far as it goes without a machine: options, and what is refused."""
import os
import re
import subprocess

import pytest

from kshimtest import images
from kshimtest.patience import HANG

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KSHIM = f'{TOP}/build/kshim'


def run(*args, stdout=subprocess.PIPE, env=None):
    return subprocess.run([KSHIM, 'run', *args], stdout=stdout, stderr=subprocess.PIPE, text=True, check=False,
                          timeout=HANG, stdin=subprocess.DEVNULL, env=env)


@pytest.mark.parametrize('args, said', [
    (['vmlinuz', '--'], 'no command was given behind --'),
    (['a', 'b', '--', 'ls'], 'more than one KERNEL was given'),
    (['--initrd', 'a', 'vmlinuz', '--', 'ls'], 'with a command, leave out --initrd'),
    (['--expect', 'a', 'vmlinuz', '--', 'ls'], 'with a command, leave out --expect'),
    (['--reboot', 'again', 'vmlinuz', '--', 'ls'], 'with a command, leave out --reboot again'),
    (['--memory', '1', 'vmlinuz', '--', 'ls'], "--memory: '1' is not a size"),
    (['--nothing', 'vmlinuz', '--', 'ls'], "unrecognized option '--nothing'"),
    ([*['--rw', '/tmp'] * 9, 'vmlinuz', '--', 'ls'], '--rw: more than 8 of them'),
    (['--share', '/tmp,tag=kshim-root', 'vmlinuz', '--', 'ls'],
     "--share: the tag kshim-root begins with kshim-, which is for a command's directories"),
    (['/nowhere', '--', 'ls', '--help'], 'cannot read the kernel: /nowhere'),
])
def test_what_kshim_cannot_is_125_with_a_command(args, said):
    done = run(*args)
    assert done.returncode == 125 and said in done.stderr and not done.stdout


@pytest.mark.parametrize('args, said, status', [
    (['--root', '/', 'vmlinuz'], '--root goes with a command', 2),
    (['--rw', '/', 'vmlinuz'], '--rw goes with a command', 2),
    (['--modules', '/', 'vmlinuz'], '--modules goes with a command', 2),
    (['-v', 'vmlinuz'], '--verbose goes with a command', 2),
    (['--vhost-user', 'fs=/s,tag=kshim-', 'vmlinuz'], '--vhost-user: the tag kshim- begins with kshim-', 2),
    (['--', '/nowhere'], 'cannot read the kernel: /nowhere', 1),  # a name, as ever
])
def test_without_a_command_statuses_are_those_of_run(args, said, status):
    done = run(*args)
    assert done.returncode == status and said in done.stderr


def test_a_kernel_that_lacks_something_is_refused_before_the_boot(tmp_path):
    kernel = tmp_path / 'vmlinuz-1.0'
    kernel.write_bytes(bytes(4096))
    (tmp_path / 'config-1.0').write_text('CONFIG_64BIT=y\nCONFIG_PCI=y\n')
    done = run('--dry-run', kernel, '--', 'true')
    assert done.returncode == 125
    assert f'{kernel}: cannot run a command: it lacks CONFIG_BLK_DEV_INITRD (' in done.stderr
    assert 'CONFIG_VIRTIO_FS (the root directory)' in done.stderr and 'CONFIG_PCI' not in done.stderr


@pytest.mark.parametrize('args, said', [
    (['--root', '/nowhere'], '--root /nowhere: No such file or directory'),
    (['--rw', '/nowhere'], '--rw /nowhere: No such file or directory'),
    ([*['--share', '/tmp'] * 16], 'the root directory: more than 16 devices of daemons'),
    ([*['--share', '/tmp'] * 15, '--rw', '/tmp'], '--rw: more than 16 devices of daemons'),
    (['--root', '/usr', '--rw', '/tmp'], '--rw /tmp: it is not below the root directory /usr'),
    (['--rw', '/'], '--rw /: it is the root directory itself; name folders below it'),
    (['--root', '/usr', '--rw', '/usr/lib/..'], '--rw /usr/lib/..: it is the root directory itself; name folders below it'),
])
def test_trees_are_looked_for(tmp_path, args, said):
    kernel = tmp_path / 'vmlinuz'
    kernel.write_bytes(bytes(4096))
    done = run('--dry-run', *args, kernel, '--', 'true')
    assert done.returncode == 125 and said in done.stderr


@pytest.fixture(name='kernel')
def fixture_kernel(tmp_path):
    """One that runs commands, by its configuration."""
    kernel = tmp_path / 'vmlinux-1.0'
    kernel.write_bytes(images.elf())
    with open(f'{TOP}/tools/launch/command_needs.def', encoding='ascii') as f:
        names = re.findall(r'"(?:CONFIG_)?([A-Z0-9_]+)"', f.read())
    (tmp_path / 'config-1.0').write_text('# more\n' * 2000 + ''.join(f'CONFIG_{n}=y\n' for n in names))
    return kernel


def test_a_working_directory_that_is_gone(kernel, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'gone').mkdir()
    done = subprocess.run(['sh', '-c', 'cd gone && rmdir ../gone && exec "$@"', 'sh', KSHIM, 'run', '--dry-run', kernel,
                           '--', 'true'], capture_output=True, text=True, check=False, timeout=HANG)
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr == 'kshim: cannot run the command in the working directory: No such file or directory\n'


@pytest.mark.parametrize('command, status', [(['--', 'true'], 125), ([], 3)])
def test_output_that_is_lost_is_a_failure_of_the_host(kernel, command, status):
    assert run('--dry-run', kernel, *command).returncode == 0
    with open('/dev/full', 'wb') as full:
        done = run('--dry-run', kernel, *command, stdout=full)
    assert (done.returncode, done.stderr) == (status, 'kshim: cannot write to standard output\n')


def test_a_file_that_fails_in_its_mapping(kernel, fault):
    config = kernel.with_name('config-1.0')
    done = run('--dry-run', kernel, '--', 'true',
               env={**os.environ, 'LD_PRELOAD': str(fault), 'FAULT': 'lost', 'FAULT_FILE': str(config)})
    assert (done.returncode, done.stderr) == (125, f'kshim: cannot read {config}: Input/output error\n')
