# SPDX-License-Identifier: BSD-2-Clause
"""One unified kernel image by two stubs, kshim.efi and systemd's: what reaches the TPM, the initrd, the
variables and the kernel's line is the same, but for what is named here."""
import base64
import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass

import pytest
from kshimtest import efi_vm as vm
from kshimtest.media import EFI, PARTITION, addon, files, own_init, resolve, signed, ukify
from kshimtest.newc import archive

STUB_PCRS = (11, 12, 13)
# TCG's timer is late on a busy machine, which Linux takes for a broken one.
LINE = 'console=ttyS0 panic=-1 loglevel=5 no_timer_check'
OSREL = b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian"\n'
UNAME = '6.1'
SECTIONS = {'.pcrsig': b'{"sha256": []}', '.pcrpkey': b'-----BEGIN PUBLIC KEY-----\n'}
# Read by its file name's case, its order and its end; the rest is none.
BESIDE = {'b.cred': b'second', 'A.CRED': b'first', '.hidden.cred': b'no', 'c.cred.bak': b'no',
          'tools.raw': b'any name', 'x.sysext.raw': b'system extension' * 1000,
          'y.confext.raw': b'configuration', 'readme.txt': b'no'}
GLOBAL = {'loader/credentials/host.cred': b'of all', 'loader/extensions/g.raw': b'system, of all',
          'loader/extensions/g.confext.raw': b'configuration, of all'}


@dataclass(frozen=True)
class Seen:
    """What a boot left behind."""
    events: tuple       # (PCR, type, digest, text) of those in STUB_PCRS
    extra: tuple        # of /.extra
    variables: dict
    line: str
    pcrs: dict
    said: str
    log: bytes
    loader: str


def image(stub, name, *more):
    """The image that both stubs are put into."""
    out = os.path.join(files.MADE, f'stubs-{os.getpid()}-{name}.efi')
    os.makedirs(files.MADE, exist_ok=True)
    initrd = files.write(f'stubs {os.getpid()}', files.read(resolve('initramfs')) +
                         files.read(own_init('init-stub')))
    ukify(stub, f'--linux={resolve("debian:cloud")}', f'--initrd={initrd}', f'--cmdline={LINE}',
          f'--os-release={OSREL.decode()}', f'--uname={UNAME}', *more, f'--output={out}',
          *(f'--section={section}:@{files.write(f"stubs {os.getpid()} {section}", data)}'
            for section, data in SECTIONS.items()))
    return out


def events(log):
    """The events that are the stub's."""
    with tempfile.NamedTemporaryFile() as f:
        f.write(log)
        f.flush()
        text = subprocess.run(['tpm2_eventlog', f.name], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True).stdout
    found = []
    for event in text.split('- EventNum:')[1:]:
        pcr, kind = re.search(r'PCRIndex: (\d+)\n\s*EventType: (\w+)', event).groups()
        digest = re.search(r'AlgorithmId: sha256\n\s*Digest: "([0-9a-f]+)"', event)
        said = re.search(r'  Event:(.*)', event, re.S)
        if int(pcr) in STUB_PCRS:
            found.append((int(pcr), kind, digest[1], ' '.join(said[1].replace('\\0', '').split()) if said else ''))
    return tuple(found)


def boot(stub, name, disk, make=(), **more):
    """Boot the image as the firmware's boot loader, with a TPM."""
    loader = image(stub, name, *make)
    if more.get('firmware') == 'snakeoil':
        loader = signed(loader)
    row = vm.Row(f'stubs-{name}', {'EFI/BOOT/BOOTX64.EFI': loader, **disk}, tpm=True, **more)
    text, _, _, _ = vm.run(row)
    print(text)
    log = re.search(r'TPM-LOG\n(.*?)TPM-END', text, re.S)
    assert log, 'the guest shows no event log'
    return Seen(events(base64.b64decode(log[1])), tuple(re.findall(r'^EXTRA (.*)$', text, re.M)),
                dict(re.findall(r'^VARIABLE (\w+) (\w*)$', text, re.M)),
                re.search(r'^kshim: command line (.*)$', text, re.M)[1],
                dict(re.findall(r'^PCR (\d+) (\w+)$', text, re.M)), text,
                base64.b64decode(log[1]), loader)


def both(name, disk, **more):
    try:
        theirs = files.packaged('sdboot-sid')
        return boot(EFI, f'{name}-kshim', disk, **more), boot(theirs, f'{name}-systemd', disk, **more)
    except files.Missing as why:
        pytest.fail(str(why), pytrace=False)


def as_foretold(seen, disk, tmp_path, *options):
    """`kshim measure` of the same files says what the TPM has, event by event and as values."""
    for path, data in {'EFI/BOOT/BOOTX64.EFI': seen.loader, **disk}.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else files.read(data))
    (tmp_path / 'log').write_bytes(seen.log)

    def measure(*more):
        done = subprocess.run([files.KSHIM, 'measure', '--json', '--volume', tmp_path, *options, '--log', tmp_path / 'log',
                               *more, tmp_path / 'EFI/BOOT/BOOTX64.EFI'], stdout=subprocess.PIPE, check=False)
        return done.returncode, json.loads(done.stdout)

    status, told = measure('--bank', 'sha1', '--bank', 'sha256', '--bank', 'sha384', '--bank', 'sha512')
    print(json.dumps(told['log'], indent=1))
    assert status == 0 and told['log']['same'] and told['log']['first'] is None
    for row in told['pcrs']:
        assert row['values']['sha256'] == seen.pcrs[str(row['pcr'])].lower()
    # The first event that differs: the line, which the log's text shows.
    status, told = measure('-a', 'other')
    assert status == 1 and told['log']['first'] == 12
    difference = next(row for row in told['log']['pcrs'] if row['pcr'] == 12)['difference']
    assert difference['foretold']['text'] == 'kshim.line=appended' and difference['number']


def comparable(seen):
    """The events, without the content of .sbat: each stub has one of its own."""
    sbat = [e for e in seen.events if '".sbat"' in e[3]]
    assert len(sbat) == 2
    return tuple(e for e in seen.events if e != sbat[1])


def text_of(variable):
    """A variable's text, behind its attributes, which are those of all of them."""
    assert variable[:8] == '06000000'
    return bytes.fromhex(variable[8:]).decode('utf-16-le').rstrip('\0')


def compare_variables(ours, theirs):
    """The same variables with the same values, but for these."""
    named = {'StubInfo', 'StubFeatures',    # who the stub is, and what it can do
             'StubPcrKernelParameters',     # theirs: only if there was all of what there could have been
             'LoaderPcrSMBIOS', 'LoaderTpm2ActivePcrBanks',     # theirs only
             'LoaderTimeInitUSec', 'LoaderTimeExecUSec'}        # ours only
    common = {name: value for name, value in ours.variables.items() if name not in named}
    assert common == {name: value for name, value in theirs.variables.items() if name not in named}
    assert text_of(ours.variables['StubInfo']).startswith('kshim ')
    features, other = (int.from_bytes(bytes.fromhex(seen.variables['StubFeatures'][8:]), 'little')
                       for seen in (ours, theirs))
    assert other & ~features & 0x7ff == 1 << 7     # no device trees
    assert not features & ~other
    start, end = (int(text_of(ours.variables[f'LoaderTime{name}USec'])) for name in ('Init', 'Exec'))
    assert 0 < start < end


def test_beside(tmp_path):
    disk = {f'EFI/BOOT/BOOTX64.EFI.extra.d/{name}': data for name, data in BESIDE.items()}
    ours, theirs = both('beside', {**disk, **GLOBAL}, xbootldr={'other': b'nothing'})
    assert comparable(ours) == comparable(theirs)
    assert ours.extra == theirs.extra and len(ours.extra) == 18
    assert ours.line == theirs.line == LINE
    compare_variables(ours, theirs)
    assert text_of(ours.variables['StubPcrKernelParameters']) == text_of(theirs.variables['StubPcrKernelParameters'])
    assert {'StubPcrInitRDSysExts', 'StubPcrInitRDConfExts'} <= ours.variables.keys()
    assert text_of(ours.variables['LoaderDevicePartUUID']) == PARTITION.upper()
    assert ours.pcrs['12'] == theirs.pcrs['12'] != '0' * 64
    assert ours.pcrs['13'] == theirs.pcrs['13'] != '0' * 64
    as_foretold(ours, {**disk, **GLOBAL}, tmp_path)


def addons(sign):
    """path -> file: those that fit, some of them in the image's own folder, and some that do not fit."""
    def marker(name, text):
        return archive([(name, 0o100644, text)])
    own = 'EFI/BOOT/BOOTX64.EFI.extra.d'
    good = {'loader/addons/b.addon.efi': addon('b', 'global=b', initrd=marker('marker', b'global')),
            'loader/addons/A.ADDON.EFI': addon('A', 'global=a', uname=UNAME.encode()),
            f'{own}/z.addon.efi': addon('z', 'own=z', ucode=marker('first', b'z'), initrd=marker('marker', b'own')),
            f'{own}/c.addon.efi': addon('c', ucode=marker('first', b'c'))}
    bad = {f'{own}/other.addon.efi': addon('other', 'bad=uname', uname=b'6.2'),
           f'{own}/uki.addon.efi': addon('uki', 'bad=linux', linux=b'a kernel'),
           f'{own}/empty.addon.efi': addon('empty', sbat2=b'nothing')}
    found = {**good, **bad}
    return {**({path: signed(made) for path, made in found.items()} if sign else found),
            f'{own}/text.addon.efi': b'no PE'}


SMBIOS = ('-smbios', 'type=11,value=other=1,value=io.systemd.stub.kernel-cmdline-extra=owner=1')
SAID = ('other.addon.efi: it is not added: its .uname is not', 'uki.addon.efi: it is not added: it has a .linux',
        'empty.addon.efi: it is not added: it has no .cmdline')
TEXT_SAID = {'plain': 'text.addon.efi: it is not added: the firmware does not load it',
             'snakeoil': "text.addon.efi: it is not added: no key of the firmware's verifies it"}


@pytest.mark.parametrize('firmware', ['plain', 'snakeoil'])
def test_addons(firmware, tmp_path):
    disk = addons(sign=firmware == 'snakeoil')
    said = (*SAID, TEXT_SAID[firmware])
    if firmware == 'snakeoil':
        disk['loader/addons/unsigned.addon.efi'] = addon('unsigned', 'bad=unsigned')
        said = (*said, "unsigned.addon.efi: it is not added: no key of the firmware's")
    ours, theirs = both(f'addons-{firmware}', disk, firmware=firmware, qemu=SMBIOS)
    assert comparable(ours) == comparable(theirs)
    assert ours.line == theirs.line == f'{LINE} global=a global=b own=z owner=1'
    assert ours.extra == theirs.extra
    compare_variables(ours, theirs)
    assert ours.pcrs['12'] == theirs.pcrs['12'] != '0' * 64
    if firmware == 'plain':     # what no key verifies is the firmware's to say
        as_foretold(ours, disk, tmp_path, '--smbios', 'owner=1')
    for text in said:
        assert text in ours.said
    for seen in (ours, theirs):
        assert 'kshim: marker own' in seen.said and 'kshim: first c' in seen.said    # z's comes before it
