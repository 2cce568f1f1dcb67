# SPDX-License-Identifier: BSD-2-Clause
"""Reboots through kshim.rom: memory keeps what the last boot left in it, the ROM must not care."""
import os
import subprocess
import tempfile

from kshimtest import files
from kshimtest.patience import until
import pytest

ROM = os.path.join(files.BUILD, 'kshim.rom')
ENTERED = 'kshim: entering the kernel'
REACHED = 'kshim: userspace reached'

# Machine, kernel, CPUs, how Linux resets; without ACPI and a keyboard controller it jumps to the ROM.
LOOPS = (('pc', 'debian:cloud', 1, ''), ('q35', 'vmlinux:cloud', 1, ''),
         ('microvm', 'vmlinux:cloud', 1, ''), ('q35', 'debian:cloud', 1, 'reboot=bios,force'),
         ('q35', 'debian:cloud', 4, ''))


@pytest.mark.takes(50)
@pytest.mark.parametrize('boots', (3, pytest.param(11, marks=pytest.mark.full)))
@pytest.mark.parametrize('machine,kernel,cpus,how', LOOPS,
                         ids=lambda v: str(v).replace(':', '-') or 'default')
def test_reboots(machine, kernel, cpus, how, boots):
    # Several CPUs take turns in one thread. With a thread for each, QEMU 7.2 now and then never comes back
    # from the first instruction of int3's handler, when another CPU rewrites code (Linux's static keys).
    clock = ['-icount', 'shift=1,sleep=off'] if cpus == 1 else []
    with tempfile.TemporaryDirectory(prefix='kshim-reboot-') as directory:
        serial = f'{directory}/serial'
        qemu = subprocess.Popen(
            ['qemu-system-x86_64', '-accel', 'tcg,thread=single', '-M', machine, '-m', '256',
             '-nodefaults', '-smp', str(cpus), *clock, '-display', 'none', '-serial', f'file:{serial}',
             '-bios', ROM, '-kernel', files.path(kernel), '-initrd', files.path('initramfs'),
             '-append', f'console=ttyS0 loglevel=5 panic=-1 kshim_reboot {how}'],
            stdin=subprocess.DEVNULL)
        def said():
            return files.read(serial).decode(errors='replace') if os.path.exists(serial) else ''

        def has_rebooted(times):
            text = said()
            assert qemu.poll() is None, f'QEMU ended: {text[-2000:]}'
            return text.count(REACHED) >= times
        try:
            for n in range(1, boots + 1):
                until(lambda: has_rebooted(n), lambda: f'{n} of {boots} boots:\n{said()[-3000:]}')
            text = said()
        finally:
            qemu.kill()
            qemu.wait()
    print(text[-3000:])
    assert text.count(ENTERED) >= boots
