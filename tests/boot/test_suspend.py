# SPDX-License-Identifier: BSD-2-Clause
"""A guest that suspends to RAM and is woken, twice: kshim.rom goes back to it instead of booting."""
import tempfile

from kshimtest import guest
import pytest

WORDS = '-m 512 -smp 2 -device virtio-blk-pci,drive=d'


def test_suspend_of_a_placed_kernel():
    """QEMU has written the ELF over the one that sleeps: a new boot, and no jump into it."""
    with tempfile.TemporaryDirectory(prefix='kshim-suspend-') as directory:
        with guest.Guest(directory, f'-M q35 {WORDS}', 'suspend-init', kernel='vmlinux:amd64') as g:
            g.wait_for('suspend: sleeps 1')
            g.wait_for_state('suspended')
            g.command('system_wakeup')
            g.wait_for('suspend: can', times=2)


@pytest.mark.parametrize('machine', ('pc', 'q35'))
def test_suspend(machine):
    with tempfile.TemporaryDirectory(prefix='kshim-suspend-') as directory:
        with guest.Guest(directory, f'-M {machine} {WORDS}', 'suspend-init') as g:
            for n in (1, 2):
                g.wait_for(f'suspend: sleeps {n}')
                g.wait_for_state('suspended')
                g.command('system_wakeup')
                g.wait_for(f'suspend: awake {n}: disk KSHIM-DISK-0042 cpus 2')
            assert g.status() == 0
            text = g.text()
    print(text)
    assert text.count('suspend: can') == 1
