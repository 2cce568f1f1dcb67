# SPDX-License-Identifier: BSD-2-Clause
"""A disk, a CPU and memory plugged into a running guest under kshim.rom, which left room for them:
windows in the port or bridge, what QEMU's ACPI tables need to tell the guest of it."""
import json
import os
import socket
import subprocess
import tempfile
import time

import devices
import files
import pytest

TIMEOUT = 150
MIB = 1 << 20
# Machine, where the disk is put: in a PCIe port, by its own interrupt; behind a bridge, by ACPI.
MACHINES = (('q35', '-device pcie-root-port,id=here,chassis=1', {'bus': 'here'}),
            ('pc', '-device pci-bridge,id=here,chassis_nr=1', {'bus': 'here', 'addr': '3'}))


def qmp(path, commands):
    """Have QEMU carry these out; a word of the answers is enough to fail."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        stream = s.makefile('rw')
        json.loads(stream.readline())
        for name, arguments in [('qmp_capabilities', {}), *commands]:
            stream.write(json.dumps({'execute': name, 'arguments': arguments}) + '\n')
            stream.flush()
            answer = {'event': ''}
            while 'event' in answer:
                answer = json.loads(stream.readline())
            assert 'return' in answer, f'{name}: {answer}'


def plugged(where):
    return [('device_add', {'driver': 'virtio-blk-pci', 'drive': 'd', 'id': 'disk', **where}),
            ('device_add', {'driver': 'qemu64-x86_64-cpu', 'id': 'cpu', 'socket-id': 1,
                            'core-id': 0, 'thread-id': 0}),
            ('object-add', {'qom-type': 'memory-backend-ram', 'id': 'ram', 'size': 256 * MIB}),
            ('device_add', {'driver': 'pc-dimm', 'id': 'dimm', 'memdev': 'ram'})]


def started(directory, machine, more):
    disk = f'{directory}/disk'
    with open(disk, 'wb') as f:
        f.write(devices.MARKER)
        f.truncate(MIB)
    return subprocess.Popen(
        ['qemu-system-x86_64', '-accel', 'tcg', '-M', machine, '-m', '512,slots=1,maxmem=2G',
         '-cpu', 'qemu64', '-smp', '1,sockets=2,maxcpus=2', '-nodefaults', '-display', 'none',
         '-no-reboot', '-serial', f'file:{directory}/serial', *more.split(),
         '-drive', devices.DISK.format(disk=disk) + ',id=d',
         '-qmp', f'unix:{directory}/qmp,server=on,wait=off', '-bios', devices.ROM,
         '-kernel', files.path(f'debian:{devices.KERNEL}'),
         '-initrd', devices.initramfs('hotplug-init'), '-append', 'console=ttyS0 quiet panic=-1'],
        stdin=subprocess.DEVNULL)


def wait_for(qemu, word, path, end):
    text = ''
    while word not in text and time.monotonic() < end:
        assert qemu.poll() is None, f'QEMU ended: {text[-2000:]}'
        time.sleep(0.2)
        if os.path.exists(path):
            text = files.read(path).decode(errors='replace')
    assert word in text, text[-2000:]


@pytest.mark.parametrize('machine,more,where', MACHINES, ids=[m[0] for m in MACHINES])
def test_hotplug(machine, more, where):
    with tempfile.TemporaryDirectory(prefix='kshim-hotplug-') as directory:
        end = time.monotonic() + TIMEOUT
        qemu = started(directory, machine, more)
        try:
            wait_for(qemu, 'hotplug: ready', f'{directory}/serial', end)
            qmp(f'{directory}/qmp', plugged(where))
            status = qemu.wait(max(1, end - time.monotonic()))
        finally:
            qemu.kill()
            qemu.wait()
        text = files.read(f'{directory}/serial').decode(errors='replace')
    print(text)
    assert 'hotplug: disk KSHIM-DISK-0042 cpus 2 more memory 256 MiB' in text
    assert status == 0
