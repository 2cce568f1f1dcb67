# SPDX-License-Identifier: BSD-2-Clause
"""A disk, a CPU and memory plugged into a running guest under kshim.rom, which left room for them:
windows in the port or bridge, what QEMU's ACPI tables need to tell the guest of it."""
import tempfile

from kshimtest import guest
import pytest

WORDS = '-m 512,slots=1,maxmem=2G -cpu qemu64 -smp 1,sockets=2,maxcpus=2'
# Machine, where the disk is put: in a PCIe port, by its own interrupt; behind a bridge, by ACPI.
MACHINES = (('q35', '-device pcie-root-port,id=here,chassis=1', {'bus': 'here'}),
            ('pc', '-device pci-bridge,id=here,chassis_nr=1', {'bus': 'here', 'addr': '3'}))


def plug_in(g, where):
    g.command('device_add', driver='virtio-blk-pci', drive='d', id='disk', **where)
    g.command('device_add', driver='qemu64-x86_64-cpu', id='cpu', socket_id=1, core_id=0, thread_id=0)
    g.command('object-add', qom_type='memory-backend-ram', id='ram', size=256 * guest.MIB)
    g.command('device_add', driver='pc-dimm', id='dimm', memdev='ram')


@pytest.mark.parametrize('machine,more,where', MACHINES, ids=[m[0] for m in MACHINES])
def test_hotplug(machine, more, where):
    with tempfile.TemporaryDirectory(prefix='kshim-hotplug-') as directory:
        with guest.Guest(directory, f'-M {machine} {WORDS} {more}', 'hotplug-init') as g:
            g.wait_for('hotplug: ready')
            plug_in(g, where)
            status = g.status()
            text = g.text()
    print(text)
    assert 'hotplug: disk KSHIM-DISK-0042 cpus 2 more memory 256 MiB' in text
    assert status == 0
