# SPDX-License-Identifier: BSD-2-Clause
"""`kshim check` as a user and a script meet it: statuses, JSON, gates, colour, what unpacks."""
import bz2
import gzip
import json
import lzma
import os
import pty
import struct
import subprocess

from kshimtest import images
import jsonschema
from kshimtest import media
import pytest
from check import report
from kshimtest import riscv_forms
from kshimtest import riscv_rig as rig
from kshimtest.patience import HANG

SCHEMA = json.loads(open(f'{report.TOP}/tools/check/check.schema.json', encoding='ascii').read())
ALL = {**images.BZIMAGES, **images.ELFS, **images.OTHERS}
GOOD, BAD = images.ELFS['ELF64 with PVH'], images.ELFS['ELF64, of nobody']


@pytest.fixture(name='put')
def fixture_put(tmp_path):
    def put(data, name='image'):
        path = tmp_path / name
        path.write_bytes(data)
        return path
    return put


def validated(out):
    said = json.loads(out.stdout)
    jsonschema.validate(said, SCHEMA)
    return said


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize('name', ALL)
def test_json_follows_the_schema(name, put):
    out = report.run('--json', put(ALL[name]))
    said = validated(out)
    assert said['status'] == out.returncode == said['files'][0]['status']


def test_the_schema_refuses_what_is_not_described(put):
    said = validated(report.run('--json', put(GOOD)))
    for spoil in ({'more': 1}, {'status': 9}, {'facts': {'x': 1}}, {'launchers': [{}]},
                  {'verdicts': [{'name': 'a', 'verdict': 'fine', 'text': ''}]}):
        bad = json.loads(json.dumps(said))
        bad['files'][0].update(spoil)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, SCHEMA)


@pytest.mark.parametrize('names, status', [
    (['good'], 0), (['bad'], 1), (['good', 'good'], 0), (['good', 'bad'], 1),
    (['absent'], 3), (['bad', 'absent', 'good'], 3), (['.'], 3)])
def test_status(names, status, put, tmp_path):
    put(GOOD, 'good')
    put(BAD, 'bad')
    for args in ([], ['--json']):
        out = report.run(*args, *names, cwd=tmp_path)
        assert out.returncode == status
        if args:
            said = validated(out)
            assert [f['file'] for f in said['files']] == names
        else:
            assert all(name in out.stdout for name in names)


@pytest.mark.parametrize('args', [[], ['--nonsense', 'x'], ['--require', 'nonsense', 'x'],
                                  ['--require'], ['--compare']])
def test_usage(args):
    out = report.run(*args)
    assert out.returncode == 2 and out.stderr and not out.stdout


def test_help_lists_the_words_of_require():
    out = report.run('--help')
    assert out.returncode == 0
    for word in ('pvh', 'linux64', 'relocatable', 'firecracker', 'qemu.microvm.qboot'):
        assert word in out.stdout.split()


BZ, BZ32 = images.BZIMAGES['2.15'], images.BZIMAGES['2.15, without 64-bit entry']


@pytest.mark.parametrize('data, words, missing', [
    (BZ, 'bootable,linux64,relocatable,bzimage,linux,above-4g', ''),
    (BZ, 'pvh,linux64', 'pvh'), (BZ, 'efi-stub, signed nx', 'efi-stub signed nx'),
    (BZ32, 'linux64', 'linux64'), (GOOD, 'pvh,elf,linux64', ''),
    (GOOD, 'bzimage,ikconfig,build-id', 'bzimage ikconfig build-id'),
    (images.ELFS['PHYS32_RELOC'], 'relocatable,pvh', ''),
    (images.GZIP_ELF, 'pvh,linux64,bootable', ''),
    (GOOD, 'firecracker,cloud-hypervisor,qemu.microvm.qboot,kshim.stub', ''),
    (GOOD, 'kvmtool,grub,qemu.q35.ovmf', 'kvmtool grub qemu.q35.ovmf'),
    (GOOD, 'CONFIG_PVH', 'CONFIG_PVH'), (GOOD, '', '')])
def test_require(data, words, missing, put):
    out = report.run('--json', '--require', words, put(data))
    said = validated(out)['files'][0]
    needs = said.get('required', [])
    assert [n['word'] for n in needs] == words.replace(',', ' ').split()
    assert [n['word'] for n in needs if not n['met']] == missing.split()
    assert out.returncode == bool(missing)


def test_strict(put):
    """Only what some launcher fails by counts; what is remarkable of a good kernel does not."""
    warned = put(images.ELFS['another owner of type 18'])
    assert report.verdict(report.check(warned), 'pvh.note-owner') == 'warning'
    assert report.run(warned).returncode == 0
    assert report.run('--strict', warned).returncode == 1
    assert report.run('--strict', put(GOOD)).returncode == 0
    for name, verdict in (('e_entry not the load base', 'elf.entry-is-base'),
                          ('virtual e_entry', 'elf.entry-physical')):
        remarkable = put(images.ELFS[name])
        assert report.verdict(report.check(remarkable), verdict) == 'note'
        assert report.run('--strict', remarkable).returncode == 0
    remarkable = put(images.BZIMAGES['2.15, without 64-bit entry'])
    assert report.run('--strict', remarkable).returncode == 0


@pytest.mark.parametrize('name', ['backports', 'trixie', 'sid', 'cloud', '686-pae'])
def test_strict_takes_kernels_of_distributions(name):
    out = report.run('--strict', media.resolve(f'debian:{name}'))
    assert out.returncode == 0, out.stdout


def test_compare(put):
    old, new = put(BZ, 'old'), put(images.bzimage(0x20f, init_size=64 << 20, xloadflags=0), 'new')
    out = report.run('--json', '--compare', old, new)
    said = validated(out)['files'][0]
    changes = {c['name']: (c['before'], c['after'], c['breaks']) for c in said['changes']}
    assert changes['boot.init-size'] == (str(32 << 20), str(64 << 20), False)
    assert changes['boot.xloadflags.KERNEL_64'] == ('yes', 'no', False)
    assert changes['launchers.firecracker'] == ('yes', 'no', True)
    assert out.returncode == 1
    text = report.run('--compare', old, new).stdout
    assert 'breaks  launchers.firecracker' in text
    same = report.run('--compare', old, old)
    assert same.returncode == 0 and 'nothing that matters' in same.stdout
    assert report.run('--compare', 'absent', old).returncode == 3


def on_a_terminal(path, **env):
    main, other = pty.openpty()
    done = subprocess.run([report.KSHIM, 'check', path], stdout=other, stdin=subprocess.DEVNULL,
                          env={'PATH': os.environ['PATH'], 'TERM': 'xterm', **env}, check=False,
                          timeout=HANG)
    os.close(other)
    text = b''
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(main)
    return done.returncode, text.decode()


def test_colour_on_a_terminal_only(put):
    path = put(images.OTHERS['text'])       # short: it must fit the terminal's buffer
    assert '\033[' in on_a_terminal(path)[1]
    assert '\033[' not in on_a_terminal(path, NO_COLOR='1')[1]
    assert '\033[' not in on_a_terminal(path, TERM='dumb')[1]
    assert '\033[' not in report.run(path).stdout


def test_text_from_the_file_is_harmless(put):
    data = bytearray(BZ)
    data[0x500:0x50c] = b'6.1\033[31m"\xff\\x'
    out = report.run(put(bytes(data)))
    assert '\033' not in out.stdout and '6.1?[31m"?\\x' in out.stdout
    validated(report.run('--json', put(bytes(data))))


# ---------------------------------------------------------------- what is packed inside

def tool(*args):
    return lambda data: subprocess.run(args, input=data, capture_output=True, check=True,
                                       timeout=HANG).stdout


PACKERS = {
    'gzip': gzip.compress, 'bzip2': bz2.compress, 'xz': lzma.compress,
    'lzma': lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    'zstd': tool('zstd', '-c'), 'lz4': tool('lz4', '-c'), 'lz4 legacy': tool('lz4', '-l', '-c'),
    'lzop': tool('lzop', '-9', '-c'),
}
SIZED = [name for name in PACKERS if name not in ('gzip', 'lz4')]


def with_payload(payload):
    head = images.bzimage(0x20f, payload_offset=len(images.CODE), payload_length=len(payload),
                          syssize=(len(images.CODE) + len(payload) + 15) // 16)
    return head + payload


@pytest.mark.parametrize('name', PACKERS)
def test_whole_files_unpack(name, put):
    said = report.check(put(PACKERS[name](GOOD)))
    assert said['kind'] == 'compressed' and said['inside']['kind'] == 'elf'
    assert said['bootable'] and report.launcher(said, 'kshim.stub')['rule'] == 'bundle-unpacks'


@pytest.mark.parametrize('name', ['gzip', *SIZED])
def test_payloads_unpack(name, put):
    payload = PACKERS[name](GOOD)
    if name != 'gzip':
        payload += struct.pack('<I', len(GOOD))     # as the kernel's build does
    said = report.check(put(with_payload(payload)))
    assert report.fact(said, 'payload.compression') == name.split()[0]
    assert report.fact(said, 'payload.unpacked') == len(GOOD)
    assert report.verdict(said, 'payload.unpacks') == 'ok'
    assert said['inside']['kind'] == 'elf' and report.verdict(said, 'pvh.note') == 'ok'
    assert report.boots(said, 'xen.pvh')
    if name != 'gzip':
        assert report.verdict(said, 'payload.size') == 'ok'


@pytest.mark.parametrize('name', SIZED)
def test_a_wrong_size_behind_the_payload_is_told(name, put):
    said = report.check(put(with_payload(PACKERS[name](GOOD) + struct.pack('<I', 5))))
    assert report.verdict(said, 'payload.size') == 'warning'


@pytest.mark.parametrize('name', PACKERS)
def test_damaged_payloads_are_told(name, put):
    packed = PACKERS[name](GOOD)
    path = put(with_payload(packed[:len(packed) // 2]))
    out = report.run('--json', '--require', 'bootable', path)
    said = validated(out)['files'][0]
    assert 'error' in (report.verdict(said, 'payload.unpacks'),
                       report.verdict(said, 'payload.kernel')), said['verdicts']
    assert out.returncode == 1 and not said['bootable'] and not said['required'][0]['met']
    assert not any(row['boots'] for row in said['launchers'])
    assert {row['rule'] for row in said['launchers']
            if row['name'].startswith('kshim.') and row['name'] != 'kshim.riscv'} == {
                'payload.unpacks'}
    assert 'kshim does not boot it: what is inside' in report.run(path).stdout.replace(
        'the kernel', 'what is')


@pytest.mark.parametrize('wrap', [gzip.compress, lambda data: images.pe(
    sections=(('.linux', data, 0x40000040),))])
def test_damage_counts_in_whatever_the_kernel_is_packed(wrap, put):
    good, packed = with_payload(gzip.compress(GOOD)), bytearray(gzip.compress(GOOD))
    packed[40:60] = bytes(20)
    assert report.run(put(wrap(good))).returncode == 0
    out = report.run('--require', 'bootable', put(wrap(with_payload(bytes(packed)))))
    assert out.returncode == 1 and 'payload.unpacks' in out.stdout


def test_a_payload_without_its_magic_is_damaged_where_it_is_a_linux(put):
    packed = b'\0' + gzip.compress(GOOD)[1:]
    said = report.check(put(with_payload(packed)))
    assert report.verdict(said, 'payload.kernel') == 'error' and not said['bootable']
    other = images.patched(with_payload(packed), 0x20e, b'\0\0')    # says no version
    said = report.check(put(other))
    assert report.verdict(said, 'payload.kernel') == 'warning' and said['bootable']


def test_a_payload_that_is_not_compressed(put):
    said = report.check(put(with_payload(GOOD)))
    assert said['inside']['kind'] == 'elf'
    assert report.fact(said, 'payload.compression') == 'none'


def test_init_size_must_cover_the_kernel_inside(put):
    big = images.elf(mem=40 << 20)
    said = report.check(put(with_payload(gzip.compress(big))))
    assert report.verdict(said, 'bzimage.init-size-covers-payload') == 'error'


def test_config_inside(put):
    config = b'# CONFIG_SMP is not set\nCONFIG_PVH=y\nCONFIG_VIRTIO_BLK=m\nCONFIG_CMDLINE="a b"\n'
    kernel = GOOD + b'IKCFG_ST' + gzip.compress(config) + b'IKCFG_ED'
    path = put(with_payload(gzip.compress(kernel)))
    said = report.check(path)
    assert report.fact(said, 'linux.config') == 'embedded'
    rows = {r['option']: r['value'] for r in said['inside']['tables']['config']}
    assert (rows['PVH'], rows['SMP'], rows['VIRTIO_BLK'], rows['CMDLINE']) == ('y', 'n', 'm', '"a b"')
    assert report.verdict(said, 'config.pvh') == 'ok'
    assert report.verdict(said, 'config.console') == 'warning'
    for word, status in (('CONFIG_PVH', 0), ('CONFIG_VIRTIO_BLK=m', 0), ('CONFIG_SMP', 1),
                         ('CONFIG_VIRTIO_BLK=y', 1)):
        assert report.run('--require', word, path).returncode == status


def test_the_kernel_inside_is_taken_out(put, tmp_path):
    packed = put(with_payload(gzip.compress(GOOD)))
    out = tmp_path / 'out'
    done = subprocess.run([report.KSHIM, 'unpack', '-k', '-o', out, packed], check=False,
                          capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 0 and done.stdout == f'{out}\n' and out.read_bytes() == GOOD
    done = subprocess.run([report.KSHIM, 'unpack', '-k', '-o', out, put(GOOD)], check=False,
                          capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 1 and 'nothing is packed inside' in done.stderr


def test_what_has_a_setup_header_for_qemu_alone_is_no_bzimage():
    """As kshim.efi, and a unified kernel image that ukify makes of it, which keeps that header."""
    said = report.check(media.EFI)
    assert said['kind'] == 'efi-application' and not said['bootable']
    said = report.check(media.resolve('uki:ukify:vmlinux:cloud'))
    assert said['kind'] == 'uki' and said['inside']['kind'] == 'elf'


def test_riscv_vmlinux(put):
    """The ELF boots as its Image does; QEMU enters it only where it is linked to lie in memory."""
    said = report.check(put(riscv_forms.elf(images.riscv())))
    assert said['kind'] == 'riscv-elf' and report.fact(said, 'elf.segments') == 2
    assert report.boots(said, 'kshim.riscv') and not report.boots(said, 'qemu.virt.riscv64')
    assert not report.boots(said, 'cloud-hypervisor') and not report.boots(said, 'grub')
    fixed = put(riscv_forms.elf(images.riscv(), link=0x80200000, physical=0x80200000))
    assert report.boots(report.check(fixed), 'qemu.virt.riscv64')
    assert report.launcher(report.check(fixed), 'kshim.riscv')['rule'] == 'plan.kernel-place'
    assert 'kshim does not boot it: kernel 0x80200000-' in report.run(fixed).stdout


@pytest.mark.parametrize('section, line, code', [
    (b'console=ttyS0 quiet\nown=2\r\n\0', 'console=ttyS0 quiet own=2', ''),
    (b'\n a\x1bb\tc ', 'a b c', ''),
    (b'a\0b', 'a', ''),
    (b'a kshim.protocol=none\n', 'a kshim.protocol=none', 'cmdline.word'),
    (b'x' * 2047 + b'\n', 'x' * 2047, ''),
    (b'x' * 2048, 'x' * 2048, 'cmdline.too-long')])
def test_the_line_of_a_unified_kernel_image_is_judged_as_it_is_used(put, section, line, code):
    said = report.check(put(images.pe(sections=(('.linux', BZ, 0x40000040),
                                                ('.cmdline', section, 0x40000040)))))
    row = report.launcher(said, 'kshim.efi')
    assert report.fact(said, 'uki.cmdline') == line
    assert row['boots'] == (not code) and (not code or row['rule'] == code), row


def test_riscv_uki(put):
    said = report.check(put(riscv_forms.uki(images.riscv(), b'console=ttyS0', b'070701')))
    assert said['kind'] == 'uki' and said['inside']['kind'] == 'riscv-image' and said['bootable']
    row = report.launcher(said, 'kshim.riscv')
    assert row['rule'] == 'uki' and row['boots'] and not report.boots(said, 'kshim.efi')
    said = report.check(put(images.OTHERS['unified kernel image']))
    assert report.launcher(said, 'kshim.riscv')['rule'] == 'kernel.other-machine'


# ---------------------------------------------------------------- --boot

@pytest.mark.parametrize('name, ways', [
    ('debian:cloud', {'kshim.stub': 'root', 'kshim.rom': 'root', 'kshim.efi': 'root',
                      'kshim.bzimage': 'root'}),
    ('vmlinux:cloud', {'kshim.stub': 'root', 'kshim.rom': 'root'}),
    ('riscv64', {'kshim.riscv': 'root'}),
    ('uki:objcopy:debian:cloud', {'kshim.efi': 'init', 'kshim.stub': 'init', 'kshim.rom': 'init',
                                  'kshim.bzimage': 'init'}),
    ('uki:ukify:vmlinux:cloud', {'kshim.efi': 'init', 'kshim.stub': 'init', 'kshim.rom': 'init'})])
def test_boot_says_how_far_each_way_came(name, ways):
    path = rig.kernel() if name == 'riscv64' else media.resolve(name)
    out = report.run('--json', '--boot', path)
    said = validated(out)['files'][0]
    came = {b['name']: b['reached'] for b in said['boots']}
    assert set(came) == {row['name'] for row in said['launchers']
                         if row['boots'] and row['name'].startswith('kshim.')}
    for way, reached in ways.items():
        assert came[way] == reached, said['boots']
    assert out.returncode == 0


def test_boot_tells_a_kernel_that_does_not_start(put):
    """Its code is no code: the machine resets."""
    out = report.run('--json', '--boot', put(images.ELFS['ELF64 with PVH']))
    said = validated(out)['files'][0]
    stub = next(b for b in said['boots'] if b['name'] == 'kshim.stub')
    assert not stub['good'] and stub['reached'] == 'entered'
    assert out.returncode == 1


# ---------------------------------------------------------------- what lies beside, and packed initramfs

def test_a_config_beside_the_kernel_is_read(put):
    kernel = put(BZ, 'vmlinuz-6.1.0-golden')
    assert report.fact(report.check(kernel), 'linux.config') == 'none'
    put(b'CONFIG_PVH=y\nCONFIG_SMP=y\n', 'config-6.1.0-golden')
    said = report.check(kernel)
    assert report.fact(said, 'linux.config') == 'beside'
    assert report.run('--require', 'CONFIG_SMP', kernel).returncode == 0
    assert report.run('--require', 'ikconfig', kernel).returncode == 1


@pytest.mark.parametrize('name', PACKERS)
def test_a_packed_initramfs_is_named(name, put):
    said = report.check(put(PACKERS[name](images.OTHERS['initramfs'])))
    assert not said['bootable'] and said['inside']['kind'] == 'initramfs'
    assert 'initramfs' in said['what'] and 'initrd' in said['next']


def test_standard_input(put):
    with open(put(GOOD), 'rb') as f:
        out = subprocess.run([report.KSHIM, 'check', '-'], stdin=f, capture_output=True, text=True,
                             check=False, timeout=HANG)
    assert out.returncode == 0 and out.stdout.startswith('-\n  an ELF64 kernel')


def test_a_large_disk_is_not_read(tmp_path):
    path = tmp_path / 'disk'
    with open(path, 'wb') as f:
        f.write(images.OTHERS['disk with GPT'])
        f.truncate(64 << 30)
    said = report.check(path)
    assert said['kind'] == 'disk' and report.fact(said, 'file.size') == 64 << 30


# ---------------------------------------------------------------- no kernels

@pytest.mark.parametrize('name, refusal, what', [
    ('debian:ipxe', 'bzimage.real-mode', 'a program for a BIOS'),
    ('debian:memdisk', 'bzimage.real-mode', 'a program for a BIOS'),
    ('debian:lnxboot', 'bzimage.real-mode', 'a program for a BIOS'),
    ('debian:uml', 'elf.program', 'user-mode Linux'),
    ('/bin/sh', 'elf.program', 'a program that asks for an interpreter'),
    ('probe:elf64-user', 'elf.program', 'user-mode Linux')])
def test_programs_are_no_kernels(name, refusal, what):
    said = report.check(name if name[0] == '/' else media.resolve(name))
    assert not said['bootable'] and said['refusal']['name'] == refusal and what in said['what']
    assert said['next']


# ---------------------------------------------------------------- rules of loaders

@pytest.mark.parametrize('name, launcher, boots, rule', [
    ('debian:ipxe', 'grub', True, 'grub.linux16'),          # starts in real mode only
    ('debian:ipxe', 'cloud-hypervisor', False, 'cloud-hypervisor.bzimage'),
    ('debian:memdisk', 'qemu.pc.seabios', True, 'bzimage.16-bit-entry'),
    ('debian:memdisk', 'qemu.pc.qboot', False, 'qboot.services'),
    ('debian:memdisk', 'crosvm', False, 'crosvm.bzimage'),
    ('debian:memdisk', 'grub', True, 'grub.linux16'),
    ('debian:lnxboot', 'qemu.pc.seabios', False, 'bzimage.real-mode'),
    ('debian:uml', 'firecracker', False, 'firecracker.linux64'),
    ('probe:zimage', 'grub', True, 'grub.linux16'),
    ('probe:bz-2.05', 'grub', True, 'grub.linux'),
    ('probe:bz-2.05', 'xen.pvh', False, 'xen.version'),
    ('debian:cloud', 'xen.pvh', True, 'xen.pvh-note'),
    ('kshim.efi', 'grub', True, 'grub.chainloader'),
    ('kshim.efi', 'qemu.pc.seabios', False, 'uefi.pe'),
    ('kshim.efi', 'qemu.q35.ovmf', True, 'uefi.pe')])
def test_rules_of_loaders(name, launcher, boots, rule):
    row = report.launcher(report.check(media.resolve(name)), launcher)
    assert (row['boots'], row['rule']) == (boots, rule), row


@pytest.mark.parametrize('kind, boots, since', [
    ('gzip', True, 'QEMU 8.0'), ('zstd', True, 'QEMU 11.0'), ('xz', False, None)])
def test_zboot_under_qemu(kind, boots, since, put):
    packed = images.zboot(PACKERS[kind](images.arm64()), kind.encode())
    row = report.launcher(report.check(put(packed)), 'qemu.virt.aarch64')
    assert (row['boots'], row.get('since')) == (boots, since), row
