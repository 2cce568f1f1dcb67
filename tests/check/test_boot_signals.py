# SPDX-License-Identifier: BSD-2-Clause
"""`kshim check --boot` and what it starts: progress, and nothing left behind when it is stopped. In place of
QEMU a script says that it runs, and sleeps."""
import os
import signal
import subprocess
import time

from check import report
from kshimtest import images
import pytest

STOPS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]
PATIENCE = 60   # seconds until something is taken for hanging


def wait_for(look, what):
    end = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < end, f'{what} did not happen'
        time.sleep(0.02)


def is_running(pid):
    """A process that has ended may still wait for its new parent."""
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as f:
            return f.read().rpartition(')')[2].split()[0] not in 'ZX'
    except (FileNotFoundError, ProcessLookupError):
        return False


def not_ignored():
    """As from a terminal, although nohup(1) may have started these tests."""
    for stop in STOPS:
        signal.signal(stop, signal.SIG_DFL)


@pytest.fixture(name='start')
def start_fixture(tmp_path):
    """start(script, *options): check --boot of an Image for riscv64, QEMU being that script."""
    image = tmp_path / 'Image'
    image.write_bytes(images.riscv())
    running = []

    def start(script, *options, **more):
        qemu = tmp_path / 'qemu-system-riscv64'
        qemu.write_text(f'#!/bin/sh\n{script}\n', encoding='ascii')
        qemu.chmod(0o755)
        env = {**os.environ, 'PATH': f'{tmp_path}:{os.environ["PATH"]}'}
        more.setdefault('preexec_fn', not_ignored)
        running.append(subprocess.Popen(    # pylint: disable=consider-using-with
            [report.KSHIM, 'check', '--boot', *options, image], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, **more))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def started(tmp_path, start, **more):
    """The process, the machine's pid, and the folder that its bundle is in."""
    said = tmp_path / 'said'
    process = start(f'echo "$$ $@" >{said}.new; mv {said}.new {said}; exec sleep 600', **more)
    wait_for(said.exists, 'the start of the machine')
    words = said.read_text(encoding='ascii').split()
    folder = os.path.dirname(words[words.index('-initrd') + 1])
    assert os.path.isdir(folder) and is_running(words[0])
    return process, words[0], folder


@pytest.mark.parametrize('stop', STOPS, ids=lambda stop: stop.name)
def test_stopped_it_leaves_nothing(stop, start, tmp_path):
    process, machine, folder = started(tmp_path, start)
    process.send_signal(stop)
    assert process.wait(PATIENCE) == -stop
    assert not is_running(machine)
    assert not os.path.exists(folder)


def test_killed_it_leaves_no_machine(start, tmp_path):
    process, machine, folder = started(tmp_path, start)
    process.kill()
    process.wait(PATIENCE)
    wait_for(lambda: not is_running(machine), 'the end of the machine')
    for name in os.listdir(folder):
        os.remove(f'{folder}/{name}')
    os.rmdir(folder)


def test_what_is_ignored_stays_ignored(start, tmp_path):
    """As nohup starts it: the hang-up does not end it."""
    process, machine, folder = started(
        tmp_path, start, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == -signal.SIGTERM
    assert not is_running(machine) and not os.path.exists(folder)


@pytest.mark.parametrize('options', [(), ('-v',)])
def test_progress_is_told(options, start):
    process = start('echo "kshim: entering"; echo "Linux version 6.1"', *options)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0 and 'kshim.riscv' in out
    assert (err.startswith('kshim: boot 1 of 1, kshim-riscv64.bin: console, ') and
            err.endswith(' s\n')) if options else err == ''
