# SPDX-License-Identifier: BSD-2-Clause
"""Ten machines of one host at once, on this machine's /dev/kvm: each has its own words and end, all read one disk."""
import subprocess

from kshimtest import files, guests
from kshimtest.patience import HANG
from kvm.test_host import begin, check, guest, needs_kvm, run

ENDS = [(0, guests.GUESTS['off']), (7, guests.GUESTS['reset-cf9']), (4, guests.GUESTS['code-127'])]


def made(number):
    """A guest that says `ready`, waits for a key, says its number, ends in one of the ways; with its status."""
    status, code = ENDS[number % len(ENDS)]
    return status, files.made(f'guest of ten {number}', lambda: guests.elf(
        guests.READY + guests.say(f'number {number}\n') + code))


@needs_kvm
def test_ten_at_once_with_one_disk(tmp_path):
    disk = tmp_path / 'disk'
    disk.write_bytes(bytes(512))
    statuses, images = zip(*map(made, range(10)))
    runs = [begin('-m', '64M', *(['--direct'] if number % 2 else []), '--disk', f'{disk},ro', image, stdin=subprocess.PIPE)
            for number, image in enumerate(images)]
    try:
        for p in runs:
            line = b'the stub has lines of its own'
            while line != b'ready\n':
                line = p.stdout.readline()
                assert line, p.stderr.read()
        check(run('--direct', '--disk', disk, guest('off')), 3, f'{disk} is used by another program')
        told = [p.communicate(b'x', timeout=HANG) for p in runs]
    finally:
        for p in runs:
            p.kill()
    assert [p.returncode for p in runs] == list(statuses), told
    assert [out for out, _ in told] == [f'number {n}\n'.encode() for n in range(10)]
    check(run('--direct', '--disk', disk, guest('off')), 0)
