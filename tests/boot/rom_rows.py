# SPDX-License-Identifier: BSD-2-Clause
"""Rows of kshim.rom, QEMU's firmware. rows.py adds them to the table."""
from kshimtest.row import I386, PDPE1GB, RDRAND, Row, linux, refused


def rom(name, kernel, by, *, way='fwcfg', **rest):
    return Row(f'rom-{name}', kernel, by=by, way=f'rom-{way}', **rest)


def rom_linux(name, kernel, by, *, way='fwcfg', **rest):
    return linux(f'rom-{name}', kernel, by, way=f'rom-{way}', **rest)


def rom_refused(name, code, kernel, *, way='fwcfg', **rest):
    return refused(f'rom-{name}', code, kernel, way=f'rom-{way}', **rest)


NO_DMA = ('-global', 'fw_cfg_io.dma_enabled=off')
# No machine of QEMU's is without fw_cfg; a serial port over its ports hides it from reset on.
NO_FW_CFG = ('-device', 'isa-serial,iobase=0x510,irq=7')

# Each machine by each way; what QEMU's own loader refuses comes by fw_cfg.
ROM = [
    rom('pvh32-qemu-microvm-64m', 'probe:pvh32', 'pvh', machine='microvm', way='qemu', memory=64,
        initrds=('bytes:4097',)),
    rom('pvh32-qemu-pc-64m', 'probe:pvh32', 'pvh', machine='pc', way='qemu', memory=64),
    rom('bz32-qemu-q35-64m', 'probe:bz32', 'linux32', way='qemu', memory=64, cpus=8),
    rom('pvh64-qemu-pc', 'probe:pvh64', 'pvh', machine='pc', way='qemu', initrds=('bytes:70001',)),
    rom('pvh64-qemu-microvm-6g-8cpus', 'probe:pvh64', 'pvh', machine='microvm', way='qemu',
        memory=6144, cpus=8, cpu=PDPE1GB, initrds=('bytes:4097',)),
    rom('pvh64-qemu-microvm-bare', 'probe:pvh64', 'pvh', way='qemu', initrds=('bytes:4097',),
        machine='microvm,pit=off,pic=off,rtc=off,x-option-roms=off'),
    rom('bz64-qemu-isapc', 'probe:bz64', 'linux64', machine='isapc', way='qemu',
        initrds=('bytes:4097',), probe={'rsdp': '0'}),
    rom('pvh64-qemu-q35-6g-8cpus', 'probe:pvh64', 'pvh', way='qemu', memory=6144, cpus=8),
    rom('pvh-over-qemu-pc', 'probe:pvh-over', 'pvh', machine='pc', way='qemu',
        probe={'at': '100000'}),
    rom('pvh-over-bss-qemu-microvm', 'probe:pvh-over-bss', 'pvh', machine='microvm', way='qemu'),
    rom('hypervisor-qemu-pc', 'probe:hypervisor', 'pvh', machine='pc', way='qemu',
        initrds=('bytes:77',)),
    # Which of them is Linux is in their memory alone: a module a file and no limit of the line,
    # or one initrd. Where no note is loaded nothing says that it is Linux.
    rom('hypervisor-mixed-q35', 'probe:hypervisor', 'pvh', way='mixed',
        initrds=('bytes:4097', 'bytes:77')),
    rom('hypervisor-mixed-empty-pc', 'probe:hypervisor', 'pvh', machine='pc', way='mixed',
        initrds=('bytes:0', 'bytes:0', 'bytes:5')),
    rom('hypervisor-qemu-long-line', 'probe:hypervisor', 'pvh', machine='microvm', way='qemu',
        pad_line=5000),
    rom('linux-mixed-q35', 'probe:pvh-notes-loaded', 'pvh', way='mixed',
        initrds=('bytes:4097', 'bytes:77', 'bytes:70001')),
    rom('linux-qemu-line-at-its-limit', 'probe:pvh-notes-loaded', 'pvh', way='qemu', pad_line=2047),
    rom('pvh32-qemu-acpi-off', 'probe:pvh32', 'pvh', machine='microvm,acpi=off', way='qemu',
        probe={'rsdp': '0'}, cpus=2),
    rom('bz64-qemu-q35', 'probe:bz64', 'linux64', way='qemu', initrds=('bytes:1000003',)),
    # QEMU adds a node to the end of the kernel's file, and its address to the header.
    rom('bz64-qemu-dtb', 'probe:bz64', 'linux64', machine='pc', way='qemu',
        qemu=('-dtb', __file__)),
    rom('bz64-qemu-pc-gbpages', 'probe:bz64', 'linux64', machine='pc', way='qemu', cpu=PDPE1GB,
        memory=2048, initrds=('bytes:4097',)),
    rom('bz64-qemu-microvm-2g', 'probe:bz64', 'linux64', machine='microvm', way='qemu',
        memory=2048, initrds=('bytes:12345',)),
    rom('bz64-qemu-q35-3g', 'probe:bz64', 'linux64', way='qemu', memory=3072,
        initrds=('bytes:1000003',)),
    rom('bz64-qemu-no-nx', 'probe:bz64', 'linux64', way='qemu', cpu='qemu64,nx=off'),
    rom('bz64-qemu-linux32', 'probe:bz64', 'linux32', way='qemu', word='linux32'),
    rom('bz64-fixed-qemu-pc', 'probe:bz64-fixed', 'linux64', machine='pc', way='qemu'),
    rom('bz64-setup-qemu-q35', 'probe:bz64-setup', 'linux64', machine='q35', way='qemu',
        initrds=('bytes:4097',)),
    rom('bz32-qemu-q35', 'probe:bz32', 'linux32', way='qemu', initrds=('bytes:99999',)),
    rom('bz32-qemu-microvm', 'probe:bz32', 'linux32', machine='microvm', way='qemu'),
    rom('bz-2.02-qemu-pc', 'probe:bz-2.02', 'linux32', machine='pc', way='qemu',
        initrds=('bytes:70000',)),
    rom('bz-2.00-fwcfg-pc', 'probe:bz-2.00', 'linux32', machine='pc'),
    rom('elf64-fwcfg-microvm', 'probe:elf64', 'linux64', machine='microvm', cpu=RDRAND,
        initrds=('bytes:4097', 'bytes:1'), probe={'copies': '0'}),
    rom('elf64-high-fwcfg-pc-6g', 'probe:elf64-high', 'linux64', machine='pc', memory=6144,
        probe={'at': '140000000'}, initrds=('bytes:4096',)),
    rom('elf64-high-fwcfg-q35-6g-gbpages', 'probe:elf64-high', 'linux64', memory=6144,
        cpu=PDPE1GB, probe={'at': '140000000'}),
    rom('elf64-over-fwcfg-pc', 'probe:elf64-over', 'linux64', machine='pc'),
    rom('pvh-low-fwcfg-q35', 'probe:pvh-low', 'pvh', probe={'at': '10000'}),
    # Its note is in a section alone, behind another one; QEMU's own loader refuses it.
    rom('pvh-section-fwcfg-microvm', 'probe:pvh-section', 'pvh', machine='microvm'),
    # The item's kernel, and -kernel for nothing but its -append and -initrd.
    rom('item-and-kernel-pc', 'probe:pvh64', 'pvh', machine='pc', way='item', memory=6144,
        other='probe:bz64-fixed', initrds=('bytes:70001',)),
    rom('item-and-placed-kernel-q35', 'probe:bz64', 'linux64', way='item', other='probe:pvh64',
        initrds=('bytes:70001',)),
    rom('item-and-kernel-without-dma', 'probe:elf64', 'linux64', way='item', qemu=NO_DMA,
        other='probe:bz64-fixed', initrds=('bytes:5',)),
    rom('pvh-reloc-fwcfg-pc', 'probe:pvh-reloc', 'pvh', machine='pc'),
    rom('pvh64-bundle-microvm', 'probe:pvh64', 'pvh', machine='microvm', way='bundle',
        initrds=('bytes:70001', 'bytes:8192'), own_line='from.bundle="a b"'),
    rom('bz64-bundle-pc-4cpus', 'probe:bz64', 'linux64', machine='pc', way='bundle', cpus=4,
        initrds=('bytes:5', 'bytes:6', 'bytes:7')),
    rom('hypervisor-bundle-q35', 'probe:hypervisor', 'pvh', way='bundle', initrds=('bytes:4097',)),
    rom('many-initrds', 'probe:bz64', 'linux64', machine='microvm',
        initrds=tuple(f'bytes:{1000 + i}' for i in range(12))),
    rom('without-dma-qemu-pc', 'probe:bz64', 'linux64', machine='pc', way='qemu', qemu=NO_DMA,
        initrds=('bytes:100001',)),
    rom('without-dma-pvh-q35', 'probe:pvh64', 'pvh', way='qemu', qemu=NO_DMA),
    rom('without-dma-fwcfg-microvm', 'probe:pvh32', 'pvh', machine='microvm', qemu=NO_DMA),
    rom('line-at-its-limit', 'probe:bz64', 'linux64', way='qemu', pad_line=2047),
    Row('rom-quiet-pvh', 'probe:pvh64', machine='microvm', way='rom-qemu', append='quiet',
        absent=('kshim:',)),
    Row('rom-quiet-bz', 'probe:bz64', machine='pc', way='rom-qemu', append='quiet',
        absent=('kshim:',)),
    rom('says-its-version', 'probe:bz32', 'linux32', way='qemu', expect=('kshim: version ',)),
]

LINUX = [
    rom_linux('cloud-pvh-qemu-microvm-96m', 'vmlinux:cloud', 'pvh', machine='microvm', way='qemu',
              memory=96),
    rom_linux('cloud-pvh-qemu-q35-6g-8cpus', 'vmlinux:cloud', 'pvh', way='qemu', memory=6144,
              cpus=8),
    rom_linux('cloud-pvh-mixed-pc', 'vmlinux:cloud', 'pvh', machine='pc', way='mixed',
              initrds=('zeros:4096', 'initramfs')),
    rom_linux('cloud-bzimage-qemu-pc-4cpus', 'debian:cloud', 'linux64', machine='pc', way='qemu',
              memory=512, cpus=4),
    rom_linux('cloud-bzimage-qemu-q35-96m', 'debian:cloud', 'linux64', way='qemu', memory=96, full=True),
    rom_linux('cloud-vmlinux64-fwcfg-pc', 'vmlinux:cloud', 'linux64', machine='pc',
              word='linux64', memory=512, full=True),
    rom_linux('cloud-bzimage-bundle-microvm', 'debian:cloud', 'linux64', machine='microvm',
              way='bundle', full=True),
    rom_linux('cloud-bzimage-acpi-off', 'debian:cloud', 'linux64', machine='microvm,acpi=off',
              way='qemu', full=True),
    # By the MP table, which the cloud kernel does not read.
    rom_linux('amd64-bzimage-acpi-off-4cpus', 'debian:amd64', 'linux64', way='qemu', memory=512,
              machine='microvm,acpi=off', cpus=4, append='ignore_loglevel',
              expect=('Brought up 1 node, 4 CPUs',)),
    # The PIC's interrupts come through the local APIC, which the kernel does not touch.
    rom_linux('amd64-bzimage-nolapic-pc', 'debian:amd64', 'linux64', machine='pc', way='qemu',
              memory=512, append='nolapic'),
    rom_linux('amd64-bzimage-nolapic-q35', 'debian:amd64', 'linux64', way='qemu', memory=512,
              append='nolapic', full=True),
    rom_linux('686-pae-bzimage-nolapic-pc', 'debian:686-pae', 'linux32', machine='pc', way='qemu',
              append='nolapic', **I386),
    rom_linux('686-pae-bzimage-qemu-pc', 'debian:686-pae', 'linux32', machine='pc', way='qemu',
              **I386, full=True),
    rom_linux('trixie-bzimage-qemu-q35', 'debian:trixie', 'linux64', way='qemu', memory=512, full=True),
    rom_linux('sid-bzimage-qemu-q35-2cpus', 'debian:sid', 'linux64', way='qemu', memory=1024, cpus=2),
    rom_linux('sid-pvh-qemu-microvm', 'vmlinux:sid', 'pvh', machine='microvm', way='qemu',
              memory=512),
    rom_linux('cloud-bzimage-qemu-without-dma', 'debian:cloud', 'linux64', machine='pc',
              way='qemu', qemu=NO_DMA),
]

REFUSALS = [
    rom_refused(f'no-fw-cfg-{machine}', 'rom.no-fw-cfg', 'none', machine=machine, qemu=NO_FW_CFG)
    for machine in ('pc', 'q35', 'microvm')
] + [
    rom_refused(f'no-kernel-{machine}', 'kernel.none', 'none', machine=machine)
    for machine in ('pc', 'q35', 'microvm')
] + [
    rom_refused('gzip', 'kernel.compressed', 'gzip:probe:pvh32', machine='microvm'),
    rom_refused('cut-elf', 'elf.truncated', 'cut:60000:probe:pvh32'),
    rom_refused('text', 'kernel.other-kind', 'text', machine='pc'),
    rom_refused('multiboot', 'rom.multiboot', 'xen', machine='pc', way='qemu'),
    rom_refused('placed-low', 'rom.low-kernel', 'probe:pvh-low', machine='pc', way='qemu'),
    rom_refused('no-long-mode-pc', 'cpu.no-long-mode', 'probe:bz32', machine='pc', way='qemu',
                cpu='qemu32'),
    rom_refused('no-long-mode-microvm', 'cpu.no-long-mode', 'probe:pvh32', machine='microvm',
                way='qemu', cpu='pentium3'),
    rom_refused('placed-line-too-long', 'cmdline.too-long', 'probe:pvh-notes-loaded', way='qemu',
                append='x' * 2048),
    rom_refused('placed-little-memory', 'plan.kernel-place', 'probe:pvh-huge', way='qemu', memory=512),
    rom_refused('placed-linux-little-memory', 'plan.kernel-place', 'probe:pvh-notes-loaded-huge', way='mixed',
                memory=512, initrds=('bytes:5', 'bytes:6')),
    rom_refused('placed-linux64', 'rom.placed-entry', 'probe:pvh64', way='qemu', word='linux64'),
    rom_refused('unknown-word', 'cmdline.word', 'probe:bz64', way='qemu',
                append='kshim.nonsense=1'),
    rom_refused('pvh-of-bzimage', 'bzimage.no-pvh', 'probe:bz64', way='qemu', word='pvh'),
    rom_refused('no-room', 'plan.initrd-room', 'probe:bz64', machine='microvm', memory=64,
                initrds=('zeros:60000000',)),
]


def refused_tables(name, code, script, item):
    """By a script of ours, which QEMU without ACPI has none beside."""
    return rom_refused(f'tables-{name}', code, 'none', machine='pc,acpi=off', qemu=(
        '-fw_cfg', f'name=etc/table-loader,file={{table-loader:{script}}}',
        '-fw_cfg', f'name=opt/item,file={{{item}}}'))


def devices(*each):
    return tuple(word for device in each for word in ('-device', device))


FULL_SLOTS = [f'pci-testdev,addr={slot:x}.{function:x},multifunction=on'
              for slot in range(1, 30) for function in range(8)]
BEHIND = [f'pci-testdev,bus=b,addr={slot:x}' for slot in range(1, 32)]
REFUSALS += [
    refused_tables('file-absent', 'acpi.table-loader', 'absent', 'bytes:8'),
    refused_tables('too-big', 'acpi.no-room', 'item', 'zeros:5000000'),
    refused_tables('write', 'fw-cfg.error', 'write', 'bytes:8'),
    rom_refused('pci-memory', 'pci.no-room', 'none', machine='pc',
                qemu=devices(*4 * ['secondary-vga,vgamem_mb=512'])),
    rom_refused('pci-functions', 'pci.too-many', 'none',
                qemu=devices(*FULL_SLOTS, 'pcie-pci-bridge,id=b,addr=1e', *BEHIND)),
    rom_refused('bundle-link', 'bundle.link', f'patch:14:{b"0000a1ff".hex()}:bundle:probe:pvh32'),
]

ROWS = ROM + LINUX + REFUSALS
