# SPDX-License-Identifier: BSD-2-Clause
"""Facts and verdicts of `kshim check` of which a first version said what is not so."""
import gzip
import struct
import subprocess

from check import report
from kshimtest import images
from kshimtest import media
from kshimtest.patience import HANG
import pytest
from probes import pack

MIB = images.MIB


@pytest.fixture(name='said')
def fixture_said(tmp_path):
    def said(data):
        path = tmp_path / 'image'
        path.write_bytes(data)
        return report.check(path)
    return said


# ---------------------------------------------------------------- notes

def note(name, kind, desc, *, claim=None):
    """A note whose owner's bytes are `name`, with its NUL if it has one; `claim` its length field."""
    pad = bytes(-len(name) % 4)
    return struct.pack('<III', len(name), len(desc) if claim is None else claim, kind) + name + pad + \
        desc + bytes(-len(desc) % 4)


@pytest.mark.parametrize('claim, cut', [(4, False), (5, True), (64, True), (0xffffffff, True)])
@pytest.mark.parametrize('before', [b'', images.pvh()])
def test_a_note_longer_than_its_segment(said, claim, cut, before):
    """The kernel is good: the verdict says who fails by it."""
    out = said(images.elf(notes=[before + note(b'Linux\0', 0x100, bytes(4), claim=claim)]))
    assert report.verdict(out, 'pvh.note-cut') == ('warning' if cut else None)


@pytest.mark.parametrize('owner, shown', [
    (b'Xen', 'Xen'), (b'Xen\0', 'Xen'), (b'xen\0', 'xen'), (b'', '(none)'), (b'\xff\1\0', '0xff0100')])
def test_notes_of_type_18_are_listed_whatever_their_owner(said, owner, shown):
    out = said(images.elf(notes=[pack.LINUX_NOTE, note(owner, 18, struct.pack('<I', 16 * MIB + 0x80))]))
    row = next(row for row in out['tables']['notes'] if row['number'] == 18)
    assert row['owner'] == shown
    assert ('counts: the PVH entry' in row['meaning']) == (owner == b'Xen\0')
    assert ('lacks the NUL' in row['meaning']) == (owner == b'Xen')


# ---------------------------------------------------------------- bzImage

@pytest.mark.parametrize('more, level, words', [
    (0, 'ok', 'fits the file'), (1, 'ok', '1 bytes of padding'), (15, 'ok', '15 bytes of padding'),
    (-16, 'note', '16 bytes follow')])
def test_syssize_beside_the_file(said, more, level, words):
    data = images.bzimage(0x20f, syssize=(len(images.CODE) + more) // 16)
    data = data[:len(data) - more % 16] if more > 0 else data
    if more > 0:
        data = images.patched(data, 0x1f4, struct.pack('<I', len(images.CODE) // 16))
    verdict = next(v for v in said(data)['verdicts'] if v['name'] == 'bzimage.syssize')
    assert verdict['verdict'] == level and words in verdict['text']


@pytest.mark.parametrize('alignment', [0, 3, 4096, 2 * MIB])
def test_kernel_alignment_is_shown_as_it_is(said, alignment):
    out = said(images.bzimage(0x20d, relocatable_kernel=0, kernel_alignment=alignment))
    assert report.fact(out, 'boot.alignment') == alignment


@pytest.mark.parametrize('before, version', [
    (b'', '6.1.7'), (b'driver based on Linux version 2.0.36\0', '6.1.7'),
    (b'Linux version 2.0.36 (a driver)\n\0', '6.1.7'), (b'Linux version %s (%s) #1\n\0', '6.1.7')])
def test_the_version_is_out_of_the_kernels_own_banner(said, before, version):
    banner = b'Linux version 6.1.7 (who@where) (cc (Debian) 12) #1 SMP PREEMPT_DYNAMIC\n\0'
    assert report.fact(said(images.elf() + before + banner), 'linux.version') == version
    assert report.fact(said(images.elf() + before), 'linux.version') is None


# ---------------------------------------------------------------- EFI zboot

@pytest.mark.parametrize('kind', [b'gzip', b'zstd', b'xz'])
def test_a_zboot_stream_ends_with_its_size(said, kind):
    """The size that the build writes lies behind what the header counts."""
    pack_it = {b'gzip': gzip.compress, b'zstd': pack_by('zstd', '-c'), b'xz': pack_by('xz', '-c')}[kind]
    data = images.zboot(pack_it(images.arm64()), kind)
    for tail in (b'', struct.pack('<I', len(images.arm64())), bytes(512)):
        out = said(data + tail)
        assert report.verdict(out, 'payload.unpacks') == 'ok'
        assert report.verdict(out, 'payload.size') is None
        assert out['inside']['kind'] == 'arm64-image'


def pack_by(*command):
    return lambda data: subprocess.run(command, input=data, capture_output=True, check=True,
                                       timeout=HANG).stdout


# ---------------------------------------------------------------- PE

@pytest.mark.parametrize('magic, version, meant', [
    (0x818223cd, 3, True), (0x818223cd, 1, True), (0x818223cd, 2, False), (0x818223cd, 0, False),
    (0, 3, False), (0x818223cc, 1, False)])
def test_an_image_version_counts_with_the_magic_of_linux_only(said, magic, version, meant):
    data = images.patched(images.pe(version=version), 0x38, struct.pack('<I', magic))
    fact = said(data)['facts']['pe.image-version']
    assert fact['value'] == f'{version}.0' and ('meaning' in fact) == meant


@pytest.mark.parametrize('machine, name', [(0x14c, 'i386'), (0x1c2, 'arm'), (0x5032, 'riscv32')])
def test_a_32_bit_pe_is_read(said, machine, name):
    out = said(images.pe(machine, bits=32, version=3, signature=(0x400, 0x1234)))
    assert report.fact(out, 'pe.machine') == name and report.fact(out, 'pe.signature') == 0x1234
    assert [row['name'] for row in out['tables']['sections']] == ['.text']
    assert report.fact(out, 'pe.nx-compatible') is True
    assert report.fact(out, 'pe.subsystem') == 10 and report.fact(out, 'pe.image-version') == '3.0'


SBAT = b'sbat,1,SBAT Version,sbat,1,https://a\ngrub.debian,4,Debian,grub2,2.06,https://b\n'


@pytest.mark.parametrize('text, signature, verdict, lines', [
    (SBAT, 0, 'ok', 2), (SBAT + bytes(100), 0x1234, 'ok', 2), (SBAT.replace(b'\n', b'\n\n'), 0, 'ok', 2),
    (SBAT[:-1], 0, 'ok', 2), (b'', 0x1234, 'note', 0), (b'', 0, None, 0),
    (SBAT.replace(b',4,', b',four,'), 0, 'warning', 2), (SBAT.replace(b',4,', b',4294967296,'), 0, 'warning', 2),
    (SBAT.replace(b',grub2', b''), 0, 'warning', 2), (SBAT[41:], 0, 'warning', 1), (b'\0none', 0, 'warning', 0)])
def test_sbat(said, text, signature, verdict, lines):
    """What a program of a UEFI boot says of its generation, as shim reads it."""
    sections = [('.text', b'\xf4' * 512, 0x60000020), *([('.sbat', text, 0x40000040)] if text else [])]
    out = said(images.pe(sections=sections, signature=(0x400, signature)))
    assert report.verdict(out, 'pe.sbat') == verdict
    rows = out['tables'].get('sbat', [])
    assert len(rows) == lines
    if verdict == 'ok':
        assert rows[1] == {'component': 'grub.debian', 'generation': '4', 'vendor': 'Debian', 'version': '2.06'}


@pytest.mark.parametrize('text, number', [(SBAT.replace(b'\n', b'\n\n').replace(b',4,', b',four,'), 3), (b'\n\n' + SBAT[41:], 3), (SBAT[41:], 1)])
def test_the_bad_line_of_sbat(said, text, number):
    """Its number is that of an editor, which counts empty lines."""
    out = said(images.pe(sections=[('.text', b'\xf4' * 512, 0x60000020), ('.sbat', text, 0x40000040)]))
    assert next(row['text'] for row in out['verdicts'] if row['name'] == 'pe.sbat').startswith(f'line {number} of its .sbat ')


def test_sbat_of_our_own_program():
    out = report.check(f'{report.TOP}/build/kshim.efi')
    assert report.verdict(out, 'pe.sbat') == 'ok'
    assert [(row['component'], row['generation']) for row in out['tables']['sbat']] == [('sbat', '1'), ('kshim', '1')]
    assert 'kshim      1' in report.run('-v', f'{report.TOP}/build/kshim.efi').stdout


@pytest.mark.parametrize('machine, bits, name', [
    (0x14c, 32, 'i386'), (0x8664, 64, 'x86-64'), (0xaa64, 64, 'aarch64'), (0x5064, 64, 'riscv64')])
def test_a_unified_kernel_image_of_any_machine(said, machine, bits, name):
    kernel = {0xaa64: images.arm64(), 0x5064: images.riscv()}.get(machine, images.bzimage(0x20f))
    out = said(images.pe(machine, bits=bits, sections=(('.linux', kernel, 0x40000040),
                                                       ('.cmdline', b'quiet\n', 0x40000040))))
    assert out['kind'] == 'uki' and report.fact(out, 'pe.machine') == name
    assert report.fact(out, 'uki.cmdline') == 'quiet' and out['inside']['kind'] != 'other'


def test_a_pe_with_a_setup_header_for_qemu_is_no_damaged_bzimage(said):
    """syssize is 0: no code belongs to the header."""
    for sections in ((('.text', b'\xf4' * 512, 0x60000020),), (('.linux', images.elf(), 0x40000040),)):
        data = bytearray(images.pe(sections=sections).ljust(2048, b'\0'))
        at = struct.unpack_from('<I', data, 0x3c)[0]
        head = bytes(data[at:1024])
        moved = bytes(data[:0x3c]) + struct.pack('<I', 0x280) + bytes(0x240)
        header = images.bzimage(0x20f, syssize=0)[0x1f1:0x26c]
        moved = images.patched(moved, 0x1f1, header)[:0x280] + head[:0x180]
        out = said(moved + bytes(data[1024:]))
        assert out['kind'] in ('uki', 'efi-application')
        assert report.verdict(out, 'kshim.plan') is None


# ---------------------------------------------------------------- memory

def test_memory_is_that_of_the_way_which_is_named(said):
    """Of a unified kernel image, too, whose kernel is inside."""
    plain, uki = said(images.elf()), said(images.pe(sections=(('.linux', images.elf(), 0x40000040),)))
    assert report.fact(plain, 'memory.least') and report.fact(uki, 'memory.least')
    assert report.fact(report.check(media.resolve('debian:ipxe')), 'memory.least') is None


# ---------------------------------------------------------------- what it is, what to do

MULTIBOOT = images.multiboot()[64:76]
MULTIBOOT2 = struct.pack('<4I', 0xe85250d6, 0, 24, -(0xe85250d6 + 24) & 0xffffffff)


@pytest.mark.parametrize('data, what', [
    (images.ELFS['ELF64 with PVH'], 'an ELF64 kernel with a PVH entry'),
    (images.patched(images.elf(), 0x1800, MULTIBOOT), 'an ELF64 kernel with a PVH entry and a Multiboot header'),
    (images.patched(images.elf(32, notes=[], vaddr=16 * MIB), 0x1800, MULTIBOOT),
     'an ELF32 kernel with a Multiboot header, without a PVH entry'),
    (images.patched(images.elf(notes=[], vaddr=16 * MIB), 0x1800, MULTIBOOT2), 'an ELF64 kernel with a Multiboot2 header, without a PVH entry'),
    (images.elf(notes=[], vaddr=16 * MIB, more=[(3, b'/lib/ld.so\0', 0)]),
     'an ELF64, no kernel: a program that asks for an interpreter'),
    (images.ELFS['ELF64, of nobody'], 'an ELF64 executable: neither PVH, Multiboot nor Linux'),
    (images.patched(images.elf(notes=[], vaddr=16 * MIB, more=[(2, bytes(16), 0)]), 16, b'\3'),
     'an ELF64, no kernel: a library, or a program that is linked as it starts'),
    (images.ELFS['relocatable object'], 'an ELF that is a relocatable object: no kernel')],
                         ids=lambda value: value if isinstance(value, str) else '')
def test_the_headline_says_which_elf_it_is(said, data, what):
    assert said(data)['what'] == what


# ---------------------------------------------------------------- who can boot it

def with_addresses(load):
    """A Multiboot header that says itself where it goes, in a file that is no ELF."""
    magic, flags = 0x1badb002, 0x10003
    return bytes(64) + struct.pack('<8I', magic, flags, -(magic + flags) & 0xffffffff, load + 64, load,
                                   0, 0, load + 96) + bytes(4096)


VIRTUAL = images.elf(paddr=images.VBASE + 16 * MIB, vaddr=images.VBASE + 16 * MIB, notes=[
    pack.note('Xen', 3, struct.pack('<Q', images.VBASE)) + images.pvh()])
MANY = images.elf(more=[(pack.PT_LOAD, b'x', (32 + i) * MIB) for i in range(64)])
ADDON = images.pe(sections=(('.cmdline', b'quiet', 0x40000040),))


@pytest.mark.parametrize('data, launcher, boots, rule', [
    (images.ELFS['aligned to 4 KiB'], 'firecracker', True, 'firecracker.pvh'),
    (images.ELFS['aligned to 4 KiB'], 'cloud-hypervisor', True, 'cloud-hypervisor.pvh'),
    (VIRTUAL, 'kshim.stub', True, 'plan'),
    (VIRTUAL, 'qemu.q35.seabios', False, 'qemu.linked-place'),
    (VIRTUAL, 'firecracker', False, 'linux-loader.physical'),
    (VIRTUAL, 'cloud-hypervisor', False, 'linux-loader.physical'),
    (VIRTUAL, 'crosvm', False, 'crosvm.physical'),
    (MANY, 'kshim.stub', False, 'elf.too-many-segments'),
    (MANY, 'qemu.pc.qboot', True, 'qemu.pvh-note'),
    (MANY, 'firecracker', False, 'elf.too-many-segments'),
    (images.patched(images.elf(notes=[], vaddr=16 * MIB), 0x1800, MULTIBOOT2), 'grub', True, 'grub.multiboot2'),
    (images.multiboot(), 'qemu.pc.seabios', False, 'qemu.multiboot-elf'),
    (images.multiboot(), 'grub', False, 'grub.linux'),
    (with_addresses(MIB), 'qemu.pc.seabios', True, 'qemu.multiboot'),
    (with_addresses(MIB), 'grub', True, 'grub.multiboot'),
    (with_addresses(0xfff00000), 'qemu.pc.seabios', False, 'qemu.multiboot-place'),
    (ADDON, 'qemu.q35.ovmf', False, 'uefi.addon'),
    (ADDON, 'systemd-boot', False, 'uefi.addon'),
    (ADDON, 'grub', False, 'uefi.addon')],
                         ids=lambda value: value if isinstance(value, str) else '')
def test_rules_of_other_launchers(said, data, launcher, boots, rule):
    row = report.launcher(said(data), launcher)
    assert (row['boots'], row['rule']) == (boots, rule)


@pytest.mark.parametrize('data, text', [
    (images.elf(), ''),
    (images.patched(images.elf(32), 0x1800, MULTIBOOT), 'since -kernel ends in rom.multiboot'),
    (images.patched(images.elf(), 0x1800, MULTIBOOT), 'not by -kernel: a multiboot header in a 64-bit ELF'),
    (images.elf(notes=[pack.GUEST_LINUX]), 'not by -kernel: an ELF without a PVH note'),
    (VIRTUAL, 'not by -kernel: its physical addresses are virtual ones')])
def test_what_the_rom_takes_by_fw_cfg_only(said, data, text):
    row = report.launcher(said(data), 'kshim.rom')
    assert row['boots'] and ('; by fw_cfg or a bundle, ' in row['text']) == bool(text)
    assert text in row['text']


ARM_LINUX = images.arm_elf(paddr=0xffff800008000000)


@pytest.mark.parametrize('data, what, help_is, rules', [
    (images.arm_zimage(), 'an arm zImage', 'qemu-system-arm -M virt', {
        'qemu.virt.aarch64': (True, 'arm.zimage'), 'kvmtool': (True, 'arm.zimage'), 'grub': (True, 'grub.linux'),
        'crosvm': (False, 'machine'), 'qemu.virt.riscv64': (False, 'machine'), 'systemd-boot': (False, 'uefi.pe')}),
    (ARM_LINUX, 'an ELF for another machine: aarch64', 'give the Image (arm64)', {
        'qemu.virt.aarch64': (False, 'arm.elf'), 'firecracker': (False, 'arm64.image'), 'crosvm': (False, 'arm64.elf'),
        'cloud-hypervisor': (False, 'arm64.image'), 'kvmtool': (False, 'arm64.image'), 'grub': (False, 'grub.linux')}),
    (images.arm_elf(), 'an ELF for another machine: aarch64', 'give the Image (arm64)', {
        'qemu.virt.aarch64': (True, 'arm.elf'), 'crosvm': (False, 'arm64.elf')}),
    (images.arm_elf(paddr=0x80080000), 'an ELF for another machine: aarch64', 'give the Image (arm64)', {
        'qemu.virt.aarch64': (True, 'arm.elf'), 'crosvm': (True, 'arm64.elf')}),
    (images.arm_elf(paddr=0x40000000 - 4096), 'an ELF for another machine: aarch64', 'give the Image (arm64)', {
        'qemu.virt.aarch64': (False, 'arm.elf')}),
    (images.arm_elf(32), 'an ELF for another machine: arm', 'zImage (arm)', {
        'qemu.virt.aarch64': (True, 'arm.elf'), 'crosvm': (False, 'arm64.elf')}),
    (images.arm_elf(32, 0xc0008000), 'an ELF for another machine: arm', 'zImage (arm)', {
        'qemu.virt.aarch64': (False, 'arm.elf'), 'kvmtool': (False, 'arm64.image')})],
                         ids=['zimage', 'vmlinux', 'elf', 'elf-high', 'elf-flash', 'arm-elf', 'arm-vmlinux'])
def test_kernels_for_arm(said, data, what, help_is, rules):
    out = said(data)
    assert out['what'] == what and not out['bootable'] and out['status'] == 1
    assert out['refusal']['name'] == 'kernel.other-machine' and help_is in out['next']
    for name, expected in rules.items():
        row = report.launcher(out, name)
        assert (row['boots'], row['rule']) == expected, row
    for row in out['launchers']:
        assert not row['boots'] or not row['name'].startswith(('kshim', 'qemu.pc', 'qemu.q35', 'qemu.microvm')), row


def test_a_program_for_arm_is_no_kernel(said):
    out = said(images.arm_elf(interpreter=True))
    assert not out['launchers'] and out['next'] == 'boot it on its own machine'
    assert out['refusal']['name'] == 'kernel.other-machine'


def test_a_bundle_is_known(tmp_path):
    kernel, initrd, bundle = (tmp_path / name for name in ('kernel', 'initrd', 'bundle'))
    kernel.write_bytes(images.elf())
    initrd.write_bytes(images.OTHERS['initramfs'])
    make = subprocess.run([report.KSHIM, 'bundle', '-o', bundle, '-a', 'quiet', kernel, initrd],
                          check=False, capture_output=True, timeout=HANG)
    assert make.returncode == 0, make.stderr
    out = report.check(bundle)
    assert out['kind'] == 'bundle' and out['what'] == 'a bundle: a kernel, its command line, an initrd'
    assert out['inside']['name'] == 'kshim/kernel' and out['inside']['kind'] == 'elf'
    assert out['bootable'] and report.launcher(out, 'kshim.stub')['rule'] == 'bundle'
    damaged = tmp_path / 'damaged'
    damaged.write_bytes(bundle.read_bytes()[:5000])
    out = report.check(damaged)
    assert out['kind'] == 'bundle-damaged' and out['refusal']['name'] == 'bundle.truncated'
    assert not out['bootable']


@pytest.mark.parametrize('group', [images.BZIMAGES, images.ELFS, images.OTHERS], ids=['bz', 'elf', 'other'])
def test_json_has_refusal_and_next_where_the_text_has(said, group, tmp_path):
    for data in group.values():
        out, text = said(data), report.run(tmp_path / 'image').stdout
        assert ('\n  next: ' in text) == (out['next'] is not None)
        if not out['bootable']:
            assert f'[{out["refusal"]["name"]}]' in text.replace('\n    ', '')
            assert out['refusal']['sentence'].split()[0] in text


# ---------------------------------------------------------------- --compare

@pytest.mark.parametrize('old, new, name', [
    (images.elf(), images.elf(entry=16 * MIB + 0x40), 'elf.entry'),
    (images.elf(), images.elf(flags=7, align=4096), 'elf.alignment'),
    (images.bzimage(0x20f), images.bzimage(0x20f, code32_start=2 * MIB), 'boot.code32-start'),
    (images.bzimage(0x20f), images.bzimage(0x20f, init_size=256 * MIB), 'memory.least'),
    (images.pe(), images.pe(0xaa64), 'pe.machine'),
    (images.arm64(), images.arm64(2), 'image.flags.ANYWHERE')],
                         ids=lambda value: value if isinstance(value, str) else '')
def test_compare_names_what_decides(old, new, name, tmp_path):
    for path, data in (('old', old), ('new', new)):
        (tmp_path / path).write_bytes(data)
    out = report.check(tmp_path / 'new', '--compare', tmp_path / 'old')
    assert name in {change['name'] for change in out['changes']}
