# SPDX-License-Identifier: BSD-2-Clause
"""One unified kernel image by two stubs, kshim.efi and systemd's: what reaches the TPM, the initrd, the
variables and the kernel's line is the same, but for what is named here."""
import functools
import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass

import pytest
from kshimtest import efi_vm as vm, measured
from kshimtest.media import EFI, PARTITION, addon, files, own_init, profiles, resolve, signed, ukify
from kshimtest.newc import archive

STUB_PCRS = (11, 12, 13)
MACHINE = 1     # where a stub's events are the tagged ones
# TCG's timer is late on a busy machine, which Linux takes for a broken one.
LINE = 'console=ttyS0 panic=-1 loglevel=5 no_timer_check'
MUTE = LINE.removeprefix('console=ttyS0 ')
OSREL = b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian"\n'
UNAME = '6.1'
SECTIONS = {'.pcrsig': b'{"sha256": []}', '.pcrpkey': b'-----BEGIN PUBLIC KEY-----\n'}
# Read by its file name's case, its order and its end; the rest is none.
BESIDE = {'b.cred': b'second', 'A.CRED': b'first', '.hidden.cred': b'no', 'c.cred.bak': b'no',
          'tools.raw': b'any name', 'x.sysext.raw': b'system extension' * 1000,
          'y.confext.raw': b'configuration', 'readme.txt': b'no'}
GLOBAL = {'loader/credentials/host.cred': b'of all', 'loader/extensions/g.raw': b'system, of all',
          'loader/extensions/g.confext.raw': b'configuration, of all'}
# What a boot secret is made of; theirs wants a random generator as well.
MIXIN = {'loader/boot-secret-mixin': bytes(range(40))}
SECRET = (('4a67b082-0a4c-41cf-b6c7-440b29bb8c4f', 'LoaderBootSecret', bytes(range(100, 132))),)
GENERATOR = ('-device', 'virtio-rng-pci')


@dataclass(frozen=True)
class Machine:
    """What the two are compared on."""
    firmware: str
    tpm: bool


PLAIN, SECURE = Machine('plain', True), Machine('snakeoil', True)
BARE, SECURE_BARE = Machine('plain', False), Machine('snakeoil', False)


def on(*machines, among=(PLAIN, SECURE, BARE, SECURE_BARE)):
    """A test's parameter: on these in `make test`, on the others in `make test-all`."""
    return pytest.mark.parametrize('machine', [
        pytest.param(m, id=f'{m.firmware}-{"tpm" if m.tpm else "bare"}', marks=() if m in machines else pytest.mark.full)
        for m in among])


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


@functools.cache
def image(stub, of_profiles):
    """The image that both stubs are put into, of one profile or of three."""
    out = os.path.join(files.MADE, f'stubs-{os.getpid()}-{of_profiles:d}-{os.path.basename(stub)}')
    os.makedirs(files.MADE, exist_ok=True)
    initrd = files.write(f'stubs {os.getpid()}', files.read(resolve('initramfs')) +
                         files.read(own_init('init-stub')))
    ukify(stub, f'--linux={resolve("debian:cloud")}', f'--initrd={initrd}', f'--cmdline={LINE}',
          f'--os-release={OSREL.decode()}', f'--uname={UNAME}', f'--output={out}', *(profiles(out, MUTE) if of_profiles else ()),
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
        if int(pcr) in STUB_PCRS or (int(pcr) == MACHINE and kind == 'EV_EVENT_TAG'):
            found.append((int(pcr), kind, digest[1], ' '.join(said[1].replace('\\0', '').split()) if said else ''))
    return tuple(found)


def boot(stub, disk, machine, at='EFI/BOOT/BOOTX64.EFI', of_profiles=False, **more):
    """Boot the image, as the firmware's boot loader if it is not put elsewhere."""
    loader = image(stub, of_profiles)
    if machine.firmware == 'snakeoil':
        loader = signed(loader)
    row = vm.Row('stubs', {at: loader, **disk}, firmware=machine.firmware, tpm=machine.tpm, **more)
    text, _, _, _ = vm.run(row)
    print(text)
    log = measured.log_of(text)
    assert (log is not None) == machine.tpm, 'the guest shows an event log if there is a TPM'
    return Seen(events(log) if log else (), tuple(re.findall(r'^EXTRA (.*)$', text, re.M)),
                dict(re.findall(r'^VARIABLE (\w+) (\w*)$', text, re.M)),
                re.search(r'^kshim: command line (.*)$', text, re.M)[1],
                dict(re.findall(r'^PCR (\d+) (\w+)$', text, re.M)), text, log, loader)


def both(disk, machine, **more):
    try:
        theirs = files.packaged('sdboot-sid')
        return boot(EFI, disk, machine, **more), boot(theirs, disk, machine, **more)
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

    status, told = measure(*(f'--bank={bank}' for bank in measured.BANKS))
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
    """The events, without the content of .sbat: each stub has one of its own. When the machine's are measured has no meaning."""
    sbat = [e for e in seen.events if '".sbat"' in e[3]]
    assert len(sbat) == (2 if seen.events else 0)
    return tuple(sorted((e for e in seen.events if e not in sbat[1:]), key=lambda e: e[0] != MACHINE))


def compare(ours, theirs, machine):
    """What the TPM, the initrd, the line and the variables have is the same, but for what is named."""
    assert comparable(ours) == comparable(theirs)
    assert ours.extra == theirs.extra
    assert ours.line == theirs.line
    compare_variables(ours, theirs)
    for pcr in ('12', '13') if machine.tpm else ():
        assert ours.pcrs[pcr] == theirs.pcrs[pcr]


def text_of(variable):
    """A variable's text, behind its attributes, which are those of all of them."""
    assert variable[:8] == '06000000'
    return bytes.fromhex(variable[8:]).decode('utf-16-le').rstrip('\0')


def compare_variables(ours, theirs):
    """The same variables with the same values, but for these."""
    named = {'StubInfo', 'StubFeatures',    # who the stub is, and what it can do
             'StubPcrKernelParameters',     # theirs: only if there was all of what there could have been
             'LoaderTimeInitUSec', 'LoaderTimeExecUSec'}        # ours only
    common = {name: value for name, value in ours.variables.items() if name not in named}
    assert common == {name: value for name, value in theirs.variables.items() if name not in named}
    assert text_of(ours.variables['StubInfo']).startswith('kshim ')
    features, other = (int.from_bytes(bytes.fromhex(seen.variables['StubFeatures'][8:]), 'little')
                       for seen in (ours, theirs))
    assert other & ~features & 0x1fff == 1 << 7 | 1 << 11     # no device trees, no network
    assert not features & ~other
    start, end = (int(text_of(ours.variables[f'LoaderTime{name}USec'])) for name in ('Init', 'Exec'))
    assert 0 < start < end


@on(PLAIN, SECURE_BARE)
def test_beside(machine, tmp_path):
    disk = {f'EFI/BOOT/BOOTX64.EFI.extra.d/{name}': data for name, data in BESIDE.items()}
    ours, theirs = both({**disk, **GLOBAL, **MIXIN}, machine, xbootldr={'other': b'nothing'}, variables=SECRET, qemu=GENERATOR)
    compare(ours, theirs, machine)
    assert len(ours.extra) == 19
    assert ours.extra[[name.split()[-1] for name in ours.extra].index('/.extra/boot-secret')].startswith('400 ')
    assert ours.line == LINE
    pcrs = {'StubPcrKernelImage', 'StubPcrKernelParameters', 'StubPcrInitRDSysExts', 'StubPcrInitRDConfExts'}
    assert ours.variables.keys() & pcrs == (pcrs if machine.tpm else set())
    assert text_of(ours.variables['LoaderDevicePartUUID']) == PARTITION.upper()
    if machine.tpm:
        assert ours.variables['StubPcrKernelParameters'] == theirs.variables['StubPcrKernelParameters']
        assert '0' * 64 not in (ours.pcrs['12'], ours.pcrs['13'])
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


@on(PLAIN, SECURE)
def test_addons(machine, tmp_path):
    secure = machine.firmware == 'snakeoil'
    disk = addons(sign=secure)
    said = (*SAID, TEXT_SAID[machine.firmware])
    if secure:
        disk['loader/addons/unsigned.addon.efi'] = addon('unsigned', 'bad=unsigned')
        said = (*said, "unsigned.addon.efi: it is not added: no key of the firmware's")
    ours, theirs = both(disk, machine, qemu=SMBIOS)
    compare(ours, theirs, machine)
    assert ours.line == f'{LINE} global=a global=b own=z owner=1'
    assert not machine.tpm or ours.pcrs['12'] != '0' * 64
    assert len([event for event in ours.events if event[0] == MACHINE]) == 2 * machine.tpm     # the system, the owner's strings
    if machine == PLAIN:     # what no key verifies is the firmware's to say
        as_foretold(ours, disk, tmp_path, '--smbios', 'owner=1')
    for text in said:
        assert text in ours.said
    for seen in (ours, theirs):
        assert 'kshim: marker own' in seen.said and 'kshim: first c' in seen.said    # z's comes before it


@on(PLAIN, among=(PLAIN, BARE))    # no key verifies the UEFI shell
def test_profile(machine):
    """One that the load options choose: its number is measured, its sections and its line are taken. The line names no console: it
    gets the machine's."""
    ours, theirs = both({'startup.nsh': b'fs0:\\my.efi @2\r\n'}, machine, at='my.efi', of_profiles=True)
    compare(ours, theirs, machine)
    assert ours.line == f'{MUTE} profile=2 console=uart,io,0x3f8'
    assert text_of(ours.variables['StubProfile']) == '2'
    assert not machine.tpm or [event for event in ours.events if event[:2] == (12, 'EV_EVENT_TAG')]
    assert any(name.endswith('/.extra/profile') for name in ours.extra)
