# SPDX-License-Identifier: BSD-2-Clause
"""What `kshim measure` foretells of a row of the UEFI table, beside the event log and the PCRs that its guest shows."""
import base64
import json
import re
import subprocess

from kshimtest import files
from kshimtest.media import EFI

BANKS = ('sha1', 'sha256', 'sha384', 'sha512')
VARIABLE = re.compile(r'setvar LoaderEntry(?:OneShot|LastBooted) .*=L"(.*)"')


def log_of(text):
    """The binary event log that a guest shows; None if it shows none."""
    encoded = re.search(r'TPM-LOG\n(.*?)TPM-END', text, re.S)
    return base64.b64decode(encoded[1]) if encoded else None


def started(row):
    """(kshim.efi's path on the volume, None if QEMU's -kernel has it; its load options) of the row's last start."""
    if row.append is not None:
        return None, row.append
    for script in ('startup.nsh', 'caller.txt'):
        lines = [line for line in row.disk.get(script, b'').decode().splitlines() if line.lstrip('\\').startswith('kshim.efi')]
        if lines:
            return lines[-1].lstrip('\\').partition(' ')[::2]
    return 'EFI/BOOT/BOOTX64.EFI', ''


def has_kernel(row, path):
    return path is not None and str(row.disk[path]).removeprefix('signed:').startswith(('uki:', '/'))


def arguments(row, volume):
    """`kshim measure` of the row, whose volume is a FAT image or a disk."""
    path, options = started(row)
    words = options.split(' ') if options else []
    profile = ['-p', words.pop(0)] if words and words[0].startswith('@') else []
    named = [words.pop(0)] if words and words[0][:1] in ('\\', '/') and not has_kernel(row, path) else []
    if named and words and words[0].startswith('@'):
        profile = ['-p', words.pop(0)]
    initrds = [word.removeprefix('initrd=') for word in words if word.startswith('initrd=')]
    line = ' '.join(word for word in words if not word.startswith('initrd='))
    inside = [f'{volume}:/{name.replace(chr(92), "/").lstrip("/")}' for name in named + initrds]
    entry = VARIABLE.search(row.disk.get('startup.nsh', b'').decode())
    image = ['--image', EFI, *([] if named else ['--volume', volume])] if path is None else [f'{volume}:/{path}']
    return [*profile, *(['-a', line] if line else []), *(['--entry', entry[1]] if entry else []),
            *(['--secure-boot'] if row.firmware == 'snakeoil' else []), *image, *inside]


def foretold(row, volume, text, directory):
    """'' if events (in all banks) and values are as foretold, else what is not."""
    log = log_of(text)
    if log is None:
        return 'the guest shows no event log'
    path = f'{directory}/tpm.log'
    with open(path, 'wb') as f:
        f.write(log)
    command = [files.KSHIM, 'measure', '--json', '--before', path, '--log', path,
               *(f'--bank={bank}' for bank in BANKS), *arguments(row, volume)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        return f'{command}: {done.stderr}'
    told = json.loads(done.stdout)
    compared = [pcr for pcr in told['log']['pcrs'] if pcr['pcr'] not in row.untold]
    if not all(pcr['same'] for pcr in compared):
        return f'{command}: {json.dumps(told["log"])}'
    shown = {int(pcr): value.lower() for pcr, value in re.findall(r'^PCR (\d+) (\w+)$', text, re.M)}
    values = {pcr['pcr']: pcr['values']['sha256'] for pcr in told['pcrs']}
    wrong = [pcr['pcr'] for pcr in compared if shown.get(pcr['pcr'], '') != values[pcr['pcr']]]
    return f'{command}: PCRs {wrong} of {values}, the guest has {shown}' if wrong else ''
