# SPDX-License-Identifier: BSD-2-Clause
"""kshim measure: JSON by its schema, PCRs by another way of counting, a log that differs, refusals."""
import hashlib
import json
import os
import struct
import subprocess

import jsonschema
import pytest
from kshimtest import files, systemd_guest
from kshimtest.media import BASIC_DATA, ESP, gpt_image, partitions_image, uki, ukify

EFI = os.path.join(files.BUILD, 'kshim.efi')
SCHEMA = os.path.join(files.TOP, 'tools', 'measure', 'measure.schema.json')
LINE = 'console=ttyS0 quiet'


def run(*args):
    return subprocess.run([files.KSHIM, 'measure', *map(str, args)], capture_output=True, text=True, check=False)


def told(*args):
    done = run('--json', *args)
    found = json.loads(done.stdout)
    with open(SCHEMA, encoding='utf-8') as f:
        jsonschema.validate(found, json.load(f))
    assert found['status'] == done.returncode, done.stderr
    return found


@pytest.fixture(name='kernel')
def fixture_kernel():
    return files.path('probe:pvh64')


@pytest.fixture(name='initrd')
def fixture_initrd(tmp_path):
    path = tmp_path / 'initrd'
    path.write_bytes(b'an initrd')
    return path


def pcr(bank, *contents):
    value = bytes(hashlib.new(bank).digest_size)
    for content in contents:
        value = hashlib.new(bank, value + hashlib.new(bank, content).digest()).digest()
    return value.hex()


def test_external_kernel(kernel, initrd):
    banks = ('sha1', 'sha256', 'sha384', 'sha512')
    found = told('-a', LINE, *(word for bank in banks for word in ('--bank', bank)), EFI, kernel, initrd)
    values = {row['pcr']: row['values'] for row in found['pcrs']}
    for bank in banks:
        assert values[9][bank] == pcr(bank, b'an initrd')
        assert values[12][bank] == pcr(bank, (LINE + '\0').encode('utf-16-le'))
        assert values[11][bank] == pcr(bank)
    assert [event['type'] for event in found['events'] if event['pcr'] == 4] == [
        'EV_EFI_ACTION', 'EV_SEPARATOR', 'EV_EFI_BOOT_SERVICES_APPLICATION', 'EV_IPL']


def log_of(found, algorithms=((0xb, 32),)):
    """A crypto-agile log with these events, whose sums are SHA-256's; `algorithms`: what its head names."""
    spec = b'Spec ID Event03\0' + struct.pack('<IBBBBI', 0, 0, 2, 0, 2, len(algorithms))
    spec += b''.join(struct.pack('<HH', *algorithm) for algorithm in algorithms) + b'\0'
    log = struct.pack('<II20sI', 0, 3, b'', len(spec)) + spec
    types = {'EV_EFI_ACTION': 0x80000007, 'EV_SEPARATOR': 4, 'EV_EFI_BOOT_SERVICES_APPLICATION': 0x80000003, 'EV_IPL': 13, 'EV_EVENT_TAG': 6}
    for event in found['events']:
        text = (event['text'] + '\0').encode('utf-16-le')
        if 'tag' in event:
            text = struct.pack('<II', event['tag'], len(text)) + text
        log += struct.pack('<IIIH', event['pcr'], types.get(event['type'], event['type']), 1, 0xb) + bytes.fromhex(event['digests']['sha256'])
        log += struct.pack('<I', len(text)) + text
    return log


def test_log(kernel, initrd, tmp_path):
    log = tmp_path / 'log'
    log.write_bytes(log_of(told('-a', LINE, EFI, kernel, initrd)))
    assert told('-a', LINE, '--log', log, EFI, kernel, initrd)['log']['same']
    # Another line: both are shown.
    other = told('-a', 'other', '--log', log, EFI, kernel, initrd)['log']
    assert other['first'] == 12
    difference = next(row['difference'] for row in other['pcrs'] if not row['same'])
    assert difference['text'] == LINE and difference['foretold']['text'] == 'other'
    # Another content of a file: its name.
    initrd.write_bytes(b'another initrd')
    done = run('-a', LINE, '--log', log, EFI, kernel, initrd)
    assert done.returncode == 1 and f'file ({initrd}) has another content' in done.stdout
    # Damaged.
    log.write_bytes(log.read_bytes()[:-1])
    done = run('-a', LINE, '--log', log, EFI, kernel, initrd)
    assert done.returncode == 1 and '[measure.log]' in done.stderr


ENTRIES = {'loader/loader.conf': b'default a*\n', 'EFI/BOOT/BOOTX64.EFI': EFI,
           'loader/entries/a.conf': b'linux /k/Kernel\ninitrd \\INITRD\noptions one\noptions two\n',
           'loader/entries/b+3.conf': b'linux /k/kernel\noptions b kshim.protocol=pvh\n',
           'loader/entries/damaged.conf': b'title no kernel\n'}


def folder_of(tmp_path, kernel, initrd, **more):
    """The tree of an ESP with these entries."""
    for name, data in {**ENTRIES, 'K/kernel': kernel, 'initrd': initrd, **more}.items():
        path = tmp_path / 'esp' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else files.read(data))
    return tmp_path / 'esp'


def disk_of(tmp_path, folder, xbootldr):
    """A disk of that tree and another partition, whose files are given."""
    image = tmp_path / 'disk.img'
    gpt_image(image, {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob('*') if path.is_file()}, xbootldr)
    return image


def line(text):
    return (text + '\0').encode('utf-16-le')


def expected(entry, words, kernel, *initrds):
    """What the PCRs are that a boot manager has to do with, but for the firmware's part of them."""
    return {9: pcr('sha256', *initrds), 11: pcr('sha256'), 12: pcr('sha256', *map(line, words)), 13: pcr('sha256'),
            'config': [hashlib.sha256(content).hexdigest() for content in (ENTRIES['loader/loader.conf'], entry)],
            'kernel': hashlib.sha256(files.read(kernel)).hexdigest()}


def as_expected(found):
    """The same of what was foretold."""
    own = {number: [event['digests']['sha256'] for event in found['events'] if event['pcr'] == number and event['type'] == 'EV_IPL']
           for number in (4, 5)}
    return {**{row['pcr']: row['values']['sha256'] for row in found['pcrs'] if row['pcr'] not in (4, 5)}, 'config': own[5],
            'kernel': own[4][0]}


def test_entries(kernel, initrd, tmp_path):
    folder = folder_of(tmp_path, kernel, initrd)
    disk = disk_of(tmp_path, folder, {'loader/entries/x.conf': b'linux /there\n', 'there': files.read(kernel)})
    a = expected(ENTRIES['loader/entries/a.conf'], ['one two'], kernel, b'an initrd')
    b = expected(ENTRIES['loader/entries/b+3.conf'], ['b kshim.protocol=pvh', 'b'], kernel)
    b_word = expected(ENTRIES['loader/entries/b+3.conf'], ['b kshim.protocol=pvh kshim.entry=b z', 'b z'], kernel)
    inside = f'{disk}:1:/EFI/BOOT/BOOTX64.EFI'
    for place in ([folder], [disk], [f'{disk}:/EFI/BOOT/BOOTX64.EFI'], [inside],
                  ['--volume', folder, folder / 'EFI/BOOT/BOOTX64.EFI'], ['--volume', disk]):
        assert as_expected(told(*place)) == a, place
        assert as_expected(told('--entry', 'B*', *place)) == b, place
        assert as_expected(told('-a', 'kshim.entry=b z', '--entry', 'a', *place)) == b_word, place
    # Of an XBOOTLDR partition, too; not of a folder, which is one volume.
    assert as_expected(told('--entry', 'x', disk)) == expected(b'linux /there\n', [''], kernel)
    for option in ('--entry', 'x'), ('-a', 'kshim.entry=x'):
        done = run(*option, folder)
        assert done.returncode == 1 and '[entry.none]' in done.stderr and '\\loader\\entries\\b+3.conf' in done.stderr
    # A damaged entry is said, and left out.
    assert 'damaged.conf: the boot entry has a missing linux, efi or uki line' in run(folder).stderr


def test_the_images_own_volume(kernel, initrd, tmp_path):
    """Entries beside the image count, not those of the first file system."""
    folder, disk = folder_of(tmp_path, kernel, initrd), tmp_path / 'disk.img'
    tree = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob('*') if path.is_file()}
    partitions_image(disk, (BASIC_DATA, {'loader/entries/x.conf': b'linux /there\n', 'there': files.read(kernel)}), (ESP, tree))
    wanted = expected(ENTRIES['loader/entries/a.conf'], ['one two'], kernel, b'an initrd')
    for place in ([disk], [f'{disk}:/EFI/BOOT/BOOTX64.EFI']):
        assert as_expected(told(*place)) == wanted, place
        assert '[entry.none]' in run('--entry', 'x', *place).stderr, place
    # The image is elsewhere: it is foretold for the first one.
    assert as_expected(told('--volume', disk, EFI))['config'] == expected(b'linux /there\n', [''], kernel)['config']


def test_assumptions(kernel, initrd, tmp_path):
    """Of a volume it is said what may choose another entry, of an image alone what may lie beside it."""
    folder = folder_of(tmp_path, kernel, initrd)
    disk = disk_of(tmp_path, folder, {'other': b'nothing'})
    beside, variables = '\\loader has no addons, credentials or extensions', 'no EFI variable names a boot entry but by --entry'
    for place in ([folder], [disk], [f'{disk}:/EFI/BOOT/BOOTX64.EFI'], ['--volume', folder, EFI]):
        said = told(*place)['assumed']
        assert variables in said and beside not in said, place
    said = told(EFI, kernel)['assumed']
    assert beside in said and variables not in said


def gpt_event(disk):
    """What firmware measures of the partition table (TCG PFP, UEFI_GPT_DATA)."""
    data = files.read(disk)
    header = data[512:512 + 92]
    at, count, size = struct.unpack_from('<QII', header, 72)
    entries = [data[at * 512 + i * size:at * 512 + (i + 1) * size] for i in range(count)]
    used = [entry for entry in entries if any(entry[:16])]
    return header + struct.pack('<Q', len(used)) + b''.join(used)


def test_config_of_a_disk(kernel, initrd, tmp_path):
    """All of PCR 5 is known of a disk, and only kshim.efi's part of it of a folder."""
    folder = folder_of(tmp_path, kernel, initrd)
    disk = disk_of(tmp_path, folder, {'other': b'nothing'})
    assert {row['pcr']: row['values']['sha256'] for row in told(disk)['pcrs']}[5] == pcr(
        'sha256', bytes(4), gpt_event(disk), ENTRIES['loader/loader.conf'], ENTRIES['loader/entries/a.conf'],
        b'Exit Boot Services Invocation', b'Exit Boot Services Returned with Success')
    assert 5 not in [row['pcr'] for row in told(folder)['pcrs']]


def test_entry_refusals(kernel, initrd, tmp_path):
    folder = folder_of(tmp_path, kernel, initrd)
    (folder / 'loader/entries/gone.conf').write_bytes(b'linux /none\n')
    (folder / 'loader/entries/profile.conf').write_bytes(b'uki /k/kernel\nprofile 1\n')
    for entry, code in (('gone', 'efi.not-found'), ('profile', 'efi.profile')):
        assert f'[{code}]' in run('--entry', entry, folder).stderr
    for name in ENTRIES:
        if name.endswith('.conf'):
            (folder / name).unlink()
    for name in ('gone', 'profile'):
        (folder / f'loader/entries/{name}.conf').unlink()
    assert '[efi.no-kernel]' in run(folder).stderr
    (folder / 'EFI/BOOT/BOOTX64.EFI').unlink()
    done = run(folder)
    assert done.returncode == 1 and f'{folder}: no /EFI/BOOT/BOOTX64.EFI is on it' in done.stderr
    # The word makes sense among entries only.
    assert '[cmdline.word]' in run('-a', 'kshim.entry=a', EFI, kernel).stderr


def test_before(kernel, initrd, tmp_path):
    """A log of before says what the firmware does and starts first; the image is in its place."""
    log, other = tmp_path / 'log', tmp_path / 'other'
    earlier = told('-a', LINE, EFI, kernel, initrd)
    shim = {'pcr': 4, 'type': 'EV_EFI_BOOT_SERVICES_APPLICATION', 'text': '\\shim.efi', 'digests': {'sha256': 'ab' * 32}}
    image = next(i for i, event in enumerate(earlier['events']) if event['what'] == 'image')
    earlier['events'].insert(image, shim)
    actions = [{'pcr': 5, 'type': 'EV_EFI_ACTION', 'text': text, 'digests': {'sha256': hashlib.sha256(text.encode()).hexdigest()}}
               for text in ('Exit Boot Services Invocation', 'Exit Boot Services Returned with Success')]
    earlier['events'] += actions
    log.write_bytes(log_of(earlier))
    found = told('--before', log, '--log', log, '-a', LINE, EFI, kernel, initrd)
    assert found['log']['same'] and [event['what'] for event in found['events'][:4]] == ['before', 'before', 'before', 'image']
    # An older version of the image, which has its name.
    earlier['events'][image + 1]['digests']['sha256'] = 'cd' * 32
    log.write_bytes(log_of(earlier))
    assert told('--before', log, '-a', LINE, EFI, kernel, initrd)['pcrs'] == found['pcrs']
    other.write_bytes(log_of({'events': [shim]}))
    assert 'it has no event of the image' in run('--before', other, EFI, kernel).stderr
    assert 'it has not all banks' in run('--bank', 'sha1', '--before', log, EFI, kernel).stderr


@pytest.fixture(name='older')
def fixture_older(kernel):
    """The events of an image that has another sum, and which of them is the image's."""
    events = told(EFI, kernel)['events']
    image = next(event for event in events if event['what'] == 'image')
    image['digests']['sha256'] = 'cd' * 32
    return events, image


@pytest.mark.parametrize('mine, others', [
    ('\\EFI\\BOOT\\KSHIM.EFI', ['\\oldkshim.efi', '\\kshim.efi.extra.d\\a.addon.efi', '\\kshim.efi2']),
    ('\u0404\u0018kshim.efi', ['kshim.efi'])])
def test_before_by_name(kernel, older, tmp_path, mine, others):
    """The image's name is a whole component of a path, or all of a device path's node."""
    events, image = older
    log, at = tmp_path / 'log', events.index(image)
    image['text'] = mine
    other = [{**image, 'text': text, 'digests': {'sha256': 'ab' * 32}} for text in others]
    log.write_bytes(log_of({'events': events[:at] + other + [image] + other + events[at + 1:]}))
    found = told('--before', log, EFI, kernel)['events']
    assert [event['what'] for event in found[:at + len(other) + 1]] == ['before'] * (at + len(other)) + ['image']


def test_before_by_several_names(kernel, older, tmp_path):
    """Which of two is the image is not guessed."""
    events, image = older
    log = tmp_path / 'log'
    log.write_bytes(log_of({'events': [image, *events]}))
    assert 'several images have its name, and none its sum (2 there, 1 wanted' in run('--before', log, EFI, kernel).stderr


def test_before_without_a_sum(kernel, tmp_path):
    """A bank that the log's head names, but of which an event has no sum."""
    log = tmp_path / 'log'
    log.write_bytes(log_of(told(EFI, kernel), algorithms=((4, 20), (0xb, 32))))
    assert told('--before', log, EFI, kernel)['status'] == 0
    done = run('--bank', 'sha1', '--bank', 'sha256', '--before', log, EFI, kernel)
    assert done.returncode == 1 and 'an event has not the sums of all banks that were asked for (as bits) (2 there, 3 wanted' in done.stderr


def test_before_of_other_types(kernel, tmp_path):
    """Events of PCR 4 that kshim.efi never has are taken over, with a type's name or as EV_OTHER."""
    log = tmp_path / 'log'
    events = told(EFI, kernel)['events']
    others = {0x12: 'EV_OMIT_BOOT_DEVICE_EVENTS', 0x0c: 'EV_COMPACT_HASH', 0x80000004: 'EV_EFI_BOOT_SERVICES_DRIVER', 0x99: 'EV_OTHER'}
    more = [{'pcr': 4, 'type': number, 'text': '', 'digests': {'sha256': 'ab' * 32}} for number in others]
    log.write_bytes(log_of({'events': more + events}))
    assert [event['type'] for event in told('--before', log, EFI, kernel)['events'][:4]] == list(others.values())
    said = run('--before', log, EFI, kernel).stdout
    assert all(f'PCR 4 {name}, before' in said for name in others.values())


def test_first_difference(initrd, tmp_path):
    """One thing differs: which event is the first, and why."""
    image, log = tmp_path / 'my.efi', tmp_path / 'log'
    image.write_bytes(files.read(uki('ukify-profiles', 'probe:bz64')))
    addon = tmp_path / 'my.efi.extra.d' / 'a.addon.efi'
    addon.parent.mkdir()
    ukify('addonx64.efi.stub', '--cmdline=added=1', f'--output={addon}')
    log.write_bytes(log_of(told('-p', '@1', image, initrd)))

    def first(*args):
        found = told('--log', log, *args)['log']
        return found['first'], next((row['difference'] for row in found['pcrs'] if row['pcr'] == found['first']), None)

    assert first('-p', '@1', image, initrd) == (None, None)
    other = tmp_path / 'other'
    other.write_bytes(b'another')
    pcr_number, difference = first('-p', '@1', image, other)
    assert pcr_number == 9 and difference['why'] == f'file ({other}) has another content'
    pcr_number, difference = first('-p', '@1', image)
    assert pcr_number == 9 and difference['why'] == 'one more event than was foretold'
    pcr_number, difference = first('-p', '@2', image, initrd)
    assert pcr_number == 12 and difference['foretold']['what'] == 'profile' and difference['text'] == '1'
    pcr_number, difference = first('-p', '@1', '-a', 'quiet', image, initrd)
    assert pcr_number == 12 and difference['foretold']['what'] == 'words'
    addon.unlink()
    pcr_number, difference = first('-p', '@1', image, initrd)
    assert pcr_number == 4 and difference['why'] == 'one more event than was foretold'


def test_refusals(kernel, initrd):
    assert run(EFI).returncode == 2
    assert run('--bank', 'md5', EFI, kernel).returncode == 2
    assert '[kernel.' in run(EFI, initrd).stderr
    assert '[efi.not-allowed]' in run('--secure-boot', EFI, kernel).stderr
    assert '[efi.profile]' in run('-p', '@1', EFI, kernel).stderr
    assert 'this is not kshim.efi' in run('--image', initrd, kernel).stderr


def section_of(image, name, profile):
    """The content of a section, of the first that a profile has; those of profile 0 are before the first .profile but its own."""
    pe = pefile(image)
    return pe[profile].get(name, pe[0].get(name))


def pefile(image):
    """The sections of each profile, as the UKI specification parts them: a second .profile begins profile 1."""
    data = files.read(image)
    at = struct.unpack_from('<I', data, 0x3c)[0]
    count, optional = struct.unpack_from('<H', data, at + 6)[0], struct.unpack_from('<H', data, at + 20)[0]
    profiles = [{}]
    for i in range(count):
        name, size, _, _, off = struct.unpack_from('<8sIIII', data, at + 24 + optional + 40 * i)
        name = name.rstrip(b'\0').decode()
        if name == '.profile' and name in profiles[-1]:
            profiles.append({})
        profiles[-1][name] = data[off:off + size]
    return profiles


PHASES = ('enter-initrd', 'leave-initrd', 'sysinit', 'ready')
MEASURED = ('linux', 'osrel', 'cmdline', 'initrd', 'ucode', 'splash', 'dtb', 'uname', 'sbat', 'pcrpkey', 'profile')


def systemd_measure(suite):
    """The command that runs a suite's systemd-measure."""
    if suite == 'trixie':
        if systemd_guest.why_not():
            pytest.skip(systemd_guest.why_not())
        return [f'{systemd_guest.tools()}/systemd-measure']
    libraries = [os.path.dirname(files.packaged(name)) for name in ('libc-sid', 'systemd-shared-sid')]
    return [f'{libraries[0]}/ld-linux-x86-64.so.2', '--library-path', ':'.join(libraries), files.packaged('measure-sid')]


@pytest.mark.parametrize('suite', ['trixie', 'sid'])
def test_as_systemd_measure(suite, initrd, tmp_path):
    """PCR 11 of every bank, profile and phase as `systemd-measure calculate` has it."""
    command = systemd_measure(suite)
    image = uki('ukify-profiles', 'probe:bz64')
    banks = ('sha1', 'sha256', 'sha384', 'sha512')
    for profile in range(3):
        given = []
        for name in MEASURED:
            content = section_of(image, f'.{name}', profile)
            if content is not None:
                (tmp_path / name).write_bytes(content)
                given.append(f'--{name}={tmp_path / name}')
        said = subprocess.run([*command, 'calculate', '--json=short', *given,
                               *(f'--bank={bank}' for bank in banks)], check=True, stdout=subprocess.PIPE).stdout
        wanted = json.loads(said)
        values = next(row['values'] for row in told('-p', f'@{profile}', *(f'--bank={bank}' for bank in banks), image)['pcrs']
                      if row['pcr'] == 11)
        assert set(wanted) == set(banks)
        for bank in banks:
            value, phases = bytes.fromhex(values[bank]), []
            for row in wanted[bank]:
                phases.append(row['phase'].split(':')[-1])
                value = hashlib.new(bank, value + hashlib.new(bank, phases[-1].encode()).digest()).digest()
                assert value.hex() == row['hash'], (bank, profile, row)
            assert tuple(phases) == PHASES
