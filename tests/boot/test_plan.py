# SPDX-License-Identifier: BSD-2-Clause
"""`kshim plan` against what kshim.elf, kshim.bzimage and kshim.rom do under QEMU, down to each structure."""
from kshimtest import files
from kshimtest import machine
import pytest
from kshimtest import ways
from kshimtest import where
from boot.booted import booted
from kshimtest.row import MIB, Row, refused

CPU = {'qemu64': 'none', 'qemu64,+rdrand': 'rdrand', 'qemu64,+rdrand,+pdpe1gb': 'rdrand,pdpe1gb'}
INITRD = ('bytes:5000',)


def probe(name, kernel, **more):
    return Row(f'plan-{name}', f'probe:{kernel}', probe={'where': '1', **more.pop('words', {})}, **more)


def rom(name, kernel, way='qemu', **more):
    return probe(f'rom-{name}', kernel, way=f'rom-{way}', **more)


def rom_linux(name, kernel, of, memory, by):
    """Linux tells the map that it has got: of kshim.rom's own it is known to the byte."""
    return Row(f'plan-rom-linux-{name}', kernel, machine=of, way='rom-qemu', memory=memory, by=by,
               append='ignore_loglevel', initrds=INITRD, expect=('BIOS-e820', 'Memory: '), endless=True)


ROWS = (
    probe('bz64-pc', 'bz64', machine='pc', initrds=INITRD, by='linux64'),
    probe('bz64-q35-rdrand', 'bz64', initrds=INITRD, cpu='qemu64,+rdrand', by='linux64'),
    probe('bz64-microvm-1g-pages', 'bz64', machine='microvm', initrds=INITRD, by='linux64',
          cpu='qemu64,+rdrand,+pdpe1gb'),
    probe('bz64-q35-5g', 'bz64', memory=5120, initrds=INITRD, by='linux64'),
    probe('bz64-pc-5g', 'bz64', machine='pc', memory=5120, by='linux64'),
    probe('bz64-high', 'bz64-high', memory=3400, initrds=INITRD, by='linux64'),
    probe('bz32', 'bz32', initrds=INITRD, by='linux32'),
    probe('bz32-fixed', 'bz32-fixed', machine='pc', by='linux32'),
    probe('bz64-by-32', 'bz64', word='linux32', initrds=INITRD, by='linux32'),
    probe('bz-2.00', 'bz-2.00', machine='pc', initrds=INITRD, by='linux32'),
    probe('bz-2.03', 'bz-2.03', initrds=INITRD, by='linux32'),
    probe('pvh32', 'pvh32', machine='pc', initrds=INITRD, by='pvh'),
    probe('pvh64', 'pvh64', initrds=INITRD, by='pvh'),
    probe('pvh-low', 'pvh-low', machine='microvm', by='pvh'),
    probe('pvh-over', 'pvh-over', by='pvh'),
    probe('pvh-reloc', 'pvh-reloc', initrds=INITRD, by='pvh'),
    probe('elf64', 'elf64', initrds=INITRD, by='linux64'),
    probe('elf64-over', 'elf64-over', by='linux64'),
    probe('hypervisor', 'hypervisor', initrds=('bytes:5000', 'bytes:70000'), by='pvh'),
    probe('bzimage-bz64-q35', 'bz64', way='bzimage-fwcfg', by='linux64'),
    probe('bzimage-pvh64-pc', 'pvh64', way='bzimage-fwcfg', machine='pc', by='pvh'),
    probe('bzimage-bz-2.00', 'bz-2.00', way='bzimage-fwcfg', machine='pc', by='linux32'),
    probe('bzimage-over', 'pvh-over', way='bzimage-fwcfg', by='pvh'),
    rom('pc', 'bz64', machine='pc', initrds=INITRD, by='linux64'),
    rom('q35-fwcfg', 'bz64', way='fwcfg', initrds=INITRD, cpu='qemu64,+rdrand', by='linux64'),
    rom('microvm', 'bz64', machine='microvm', initrds=INITRD, by='linux64'),
    rom('q35-5g', 'bz64', memory=5120, initrds=INITRD, by='linux64'),
    rom('pc-window', 'bz64', machine='pc', memory=2050, initrds=INITRD, by='linux64'),
    rom('bz-2.00', 'bz-2.00', machine='pc', initrds=INITRD, by='linux32'),
    rom('placed', 'pvh64', initrds=INITRD, by='pvh'),
    rom('placed-pc', 'pvh32', machine='pc', by='pvh'),
    rom('placed-microvm', 'pvh64', machine='microvm', by='pvh'),
    rom('placed-hypervisor', 'hypervisor', initrds=INITRD, by='pvh', pad_line=5000),
    rom('placed-hypervisor-empty', 'hypervisor', machine='pc', initrds=('bytes:0',), by='pvh', words={'files': '0'}),
    rom('placed-linux', 'pvh-notes-loaded', machine='microvm', initrds=INITRD, by='pvh', pad_line=2047),
    rom('elf64', 'elf64', way='fwcfg', initrds=INITRD, by='linux64'),
    rom('elf64-over', 'elf64-over', way='fwcfg', by='linux64'),
    rom('hypervisor', 'hypervisor', way='fwcfg', initrds=('bytes:5000', 'bytes:70000'), by='pvh'),
    rom_linux('pc', 'vmlinux:cloud', 'pc', 512, by='pvh'),
    rom_linux('q35', 'debian:cloud', 'q35', 3000, by='linux64'),
    rom_linux('microvm', 'debian:cloud', 'microvm', 384, by='linux64'),
    Row('plan-debian', 'debian:cloud', memory=384, initrds=('initramfs',), by='linux64',
        expect=('kshim: powering off',)),
    Row('plan-debian-vmlinux', 'vmlinux:cloud', memory=512, machine='pc', initrds=('initramfs',), by='pvh',
        expect=('kshim: userspace reached',)),
)


def arguments(row):
    line, _ = machine.lines(row)
    initrds = [a for name in row.initrds for a in ('-i', files.path(name))]
    return ['--body', ways.of(row).body, '--machine', row.machine, '-m', f'{row.memory}M', '--cpu', CPU[row.cpu],
            '-a', line, *initrds, files.path(row.kernel)]


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_planned_as_booted(row, record_property):
    try:
        told = where.plan(*arguments(row))
    except files.Missing as why:
        pytest.fail(str(why), pytrace=False)
    outcome = booted(row, record_property)
    found = where.differences_of_lines(told, outcome.serial)
    if row.is_probe:
        found += where.differences_of_things(told, outcome.serial)
    elif ways.of(row).body == 'rom':
        found += where.differences_of_reserved(told, outcome.serial)
    assert not found, '\n'.join(found)


REFUSED = (
    refused('plan-line', 'cmdline.too-long', 'probe:pvh-notes-loaded', way='rom-qemu', append='x' * 2048),
    refused('plan-little-memory', 'plan.kernel-place', 'probe:pvh-huge', way='rom-qemu', memory=512),
    refused('plan-linux64', 'rom.placed-entry', 'probe:pvh64', way='rom-qemu', word='linux64'),
    refused('plan-low', 'rom.low-kernel', 'probe:pvh-low', way='rom-qemu', machine='pc'),
)


@pytest.mark.parametrize('row', REFUSED, ids=lambda row: row.name)
def test_refused_as_booted(row):
    refusal = where.plan_refused(*arguments(row))
    outcome, _ = machine.run(row)
    assert not machine.judge(row, outcome), outcome
    assert refusal['name'] == row.refusal
    assert refusal['sentence'].split(': ', 1)[1] in outcome.serial, outcome.serial


def test_advised_memory_boots_a_placed_kernel():
    row = next(row for row in REFUSED if row.memory == 512)
    need = [h['bytes'] for h in where.plan_refused(*arguments(row))['help'] if h['what'] == 'memory']
    row = rom('advised', 'pvh-huge', memory=need[0] // MIB, by='pvh')
    outcome, _ = machine.run(row)
    assert not machine.judge(row, outcome), outcome
