# SPDX-License-Identifier: BSD-2-Clause
"""kshim measure: JSON by its schema, PCRs by another way of counting, a log that differs, refusals."""
import hashlib
import json
import os
import struct
import subprocess

import jsonschema
import pytest
from kshimtest import files

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


def log_of(found):
    """A crypto-agile log of SHA-256 with these events."""
    spec = b'Spec ID Event03\0' + struct.pack('<IBBBBIHHB', 0, 0, 2, 0, 2, 1, 0xb, 32, 0)
    log = struct.pack('<II20sI', 0, 3, b'', len(spec)) + spec
    types = {'EV_EFI_ACTION': 0x80000007, 'EV_SEPARATOR': 4, 'EV_EFI_BOOT_SERVICES_APPLICATION': 0x80000003, 'EV_IPL': 13}
    for event in found['events']:
        text = (event['text'] + '\0').encode('utf-16-le')
        log += struct.pack('<IIIH', event['pcr'], types[event['type']], 1, 0xb) + bytes.fromhex(event['digests']['sha256'])
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


def test_refusals(kernel, initrd):
    assert run(EFI).returncode == 2
    assert run('--bank', 'md5', EFI, kernel).returncode == 2
    assert '[kernel.' in run(EFI, initrd).stderr
    assert '[efi.not-allowed]' in run('--secure-boot', EFI, kernel).stderr
    assert '[efi.profile]' in run('-p', '@1', EFI, kernel).stderr
    assert 'this is not kshim.efi' in run('--image', initrd, kernel).stderr
