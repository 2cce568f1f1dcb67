# SPDX-License-Identifier: BSD-2-Clause
"""Faults of kshim-riscv64.bin itself, planted by QEMU's gdbstub: each ends with a sentence that names cause,
place, function and address."""
from kshimtest import gdb
from kshimtest import riscv_rig as rig
import pytest

LOADED = 0x80200000
SP, A0, A1, A2, PC = 2, 10, 11, 12, 32          # gdb's numbers
FAULTED = 'kshim itself faulted: '
FETCH, LOAD, STORE = 0xc, 0xd, 0xf              # causes: page faults


def overflow(stub, known):
    guard = known['boot_stack_guard']
    stub.set(SP, guard + 4096)
    return FAULTED, f'cause {STORE:#x}', 'in fw_cfg_list+', f'address {guard >> 12:#x}'


def jump_to_data(stub, known):
    stub.set(PC, known['entered'])
    return FAULTED, f"cause {FETCH:#x}, pc {known['entered']:#x} in outside of its code, address {known['entered']:#x}"


def copy(to, source):
    """memcpy of 8 bytes; a `source` of None is address 0, and then that fails."""
    def plant(stub, known):
        stub.set(PC, known['memcpy'])
        stub.set(A0, known[to])
        stub.set(A1, known[source] if source else 0)
        stub.set(A2, 8)
        cause, wrong = (STORE, known[to]) if source else (LOAD, 0)
        return FAULTED, f'cause {cause:#x}', ' in mem', f'address {wrong:#x}'
    return plant


FAULTS = {'stack': overflow, 'jump-to-data': jump_to_data, 'write-to-code': copy('memset', 'memcpy'),
          'write-to-constants': copy('symbols', 'memcpy'), 'read-page-0': copy('own_satp', None)}


def check(plant, row):
    known = {name: LOADED + at for name, at in gdb.symbols('riscv/kshim.elf').items()}
    said, _, wanted = gdb.run(known, 'fw_cfg_list', plant,
                              [*rig.qemu_command(row), '-M', 'virt', '-cpu', row.cpu, '-m', '64', '-kernel', rig.IMAGE])
    print(said)
    line = [x for x in said.splitlines() if x.startswith('kshim: ')]
    assert len(line) == 1
    for text in wanted:
        assert text in line[0]


@pytest.mark.parametrize('fault', FAULTS)
def test_fault(fault):
    check(FAULTS[fault], rig.Row(fault))


@pytest.mark.parametrize('cpu, plant', [
    ('rv64,sv48=off,sv57=off', overflow),               # the table below the root's first entry is the root
    ('rv64,mmu=off', lambda stub, known: ('[kernel.none-riscv]',)),    # it runs without
])
def test_other_modes(cpu, plant):
    try:
        check(plant, rig.Row('fault', qemu=10, cpu=cpu))
    except rig.Missing as why:
        pytest.skip(str(why))
