# SPDX-License-Identifier: BSD-2-Clause
"""Reboots through kshim.rom: memory keeps what the last boot left in it, the ROM must not care."""
import os
import subprocess
import tempfile
import time

import files
import pytest

BOOTS = 11                  # the first and ten more
TIMEOUT = 300
ROM = os.path.join(files.BUILD, 'kshim.rom')
ENTERED = 'kshim: entering the kernel'
REACHED = 'kshim: userspace reached'

# Machine, kernel, how Linux resets; without ACPI and a keyboard controller it jumps to the ROM.
LOOPS = (('pc', 'debian:cloud', ''), ('q35', 'vmlinux:cloud', ''), ('microvm', 'vmlinux:cloud', ''),
         ('q35', 'debian:cloud', 'reboot=bios,force'))


@pytest.mark.parametrize('machine,kernel,how', LOOPS,
                         ids=lambda v: v.replace(':', '-') or 'default')
def test_reboots(machine, kernel, how):
    with tempfile.TemporaryDirectory(prefix='kshim-reboot-') as directory:
        serial = f'{directory}/serial'
        qemu = subprocess.Popen(
            ['qemu-system-x86_64', '-accel', 'tcg', '-M', machine, '-m', '256', '-nodefaults',
             '-icount', 'shift=1,sleep=off', '-display', 'none', '-serial', f'file:{serial}',
             '-bios', ROM, '-kernel', files.path(kernel), '-initrd', files.path('initramfs'),
             '-append', f'console=ttyS0 loglevel=5 panic=-1 kshim_reboot {how}'],
            stdin=subprocess.DEVNULL)
        end = time.monotonic() + TIMEOUT
        text = ''
        try:
            while text.count(REACHED) < BOOTS and time.monotonic() < end:
                assert qemu.poll() is None, f'QEMU ended: {text[-2000:]}'
                time.sleep(0.5)
                if os.path.exists(serial):
                    text = files.read(serial).decode(errors='replace')
        finally:
            qemu.kill()
            qemu.wait()
    print(text[-3000:])
    assert text.count(REACHED) >= BOOTS, f'{text.count(REACHED)} of {BOOTS} boots'
    assert text.count(ENTERED) >= BOOTS
