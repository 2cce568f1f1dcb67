# SPDX-License-Identifier: BSD-2-Clause
"""Reboots through kshim.rom: memory keeps what the last boot left in it, the ROM must not care."""
import os
import subprocess
import tempfile
import time

from kshimtest import files
import pytest

BOOTS = 11                  # the first and ten more
PATIENCE = 120              # seconds for one of them
ROM = os.path.join(files.BUILD, 'kshim.rom')
ENTERED = 'kshim: entering the kernel'
REACHED = 'kshim: userspace reached'

# Machine, kernel, CPUs, how Linux resets; without ACPI and a keyboard controller it jumps to the ROM.
LOOPS = (('pc', 'debian:cloud', 1, ''), ('q35', 'vmlinux:cloud', 1, ''),
         ('microvm', 'vmlinux:cloud', 1, ''), ('q35', 'debian:cloud', 1, 'reboot=bios,force'),
         ('q35', 'debian:cloud', 4, ''))


@pytest.mark.takes(100)
@pytest.mark.parametrize('machine,kernel,cpus,how', LOOPS,
                         ids=lambda v: str(v).replace(':', '-') or 'default')
def test_reboots(machine, kernel, cpus, how):
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
        text, boots, since = '', 0, time.monotonic()
        try:
            while boots < BOOTS and time.monotonic() < since + PATIENCE:
                assert qemu.poll() is None, f'QEMU ended: {text[-2000:]}'
                time.sleep(0.5)
                if os.path.exists(serial):
                    text = files.read(serial).decode(errors='replace')
                if text.count(REACHED) > boots:
                    boots, since = text.count(REACHED), time.monotonic()
        finally:
            qemu.kill()
            qemu.wait()
    print(text[-3000:])
    assert boots >= BOOTS, f'{boots} of {BOOTS} boots'
    assert text.count(ENTERED) >= BOOTS
