# SPDX-License-Identifier: BSD-2-Clause
"""A LUKS2 volume that systemd-cryptenroll has bound to PCR 7 and to the key of a signed PCR 11 opens where kshim.efi is the stub
of the image, and where systemd's is, with Secure Boot and without: the volume is kept when the stub is changed."""
import os
import subprocess

import pytest
from kshimtest import efi_vm as vm, systemd_guest
from kshimtest.media import EFI, TOP, files, resolve, signed, ukify

MODULES = ('dm-mod', 'ecb', 'xts', 'dm-crypt', *systemd_guest.FAT)
STUBS = {'kshim': EFI, 'systemd': 'linuxx64.efi.stub'}
LINE = 'console=ttyS0 panic=-1 loglevel=5 no_timer_check'


def keys():
    """A private key and its public one."""
    private = os.path.join(files.MADE, f'pcr-{os.getpid()}.pem')
    subprocess.run(['openssl', 'genrsa', '-out', private, '2048'], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(['openssl', 'rsa', '-in', private, '-pubout', '-out', f'{private}.pub'], check=True, stderr=subprocess.DEVNULL)
    return private, f'{private}.pub'


def image(stub, pair):
    """A unified kernel image whose PCR 11 is signed as a user's ukify does it."""
    initrd = systemd_guest.initrd(f'{TOP}/tests/efi/init-luks', systemd_guest.OPEN_VOLUMES, MODULES)
    out = os.path.join(files.MADE, f'luks-{os.getpid()}-{stub}.efi')
    private, public = pair
    ukify(STUBS[stub], f'--linux={resolve("debian:cloud")}', f'--initrd={initrd}', f'--cmdline={LINE}', '--os-release=ID=debian\n',
          '--uname=6.1', f'--pcr-private-key={private}', f'--pcr-public-key={public}', '--pcr-banks=sha256',
          f'--tools={systemd_guest.tools()}', f'--output={out}')
    return out


def disk():
    """A disk that a reset leaves as it is, but the end of the machine does not."""
    out = files.write(f'luks {os.getpid()} disk', b'')
    os.truncate(out, 32 << 20)
    return ('-drive', f'if=none,id=luks,format=raw,snapshot=on,file={out}',
            '-device', 'virtio-blk-pci,drive=luks,serial=luks')


def opens(firmware, first, second, *marks):
    """A test's parameter: the volume is enrolled under the first stub and opened under the second."""
    return pytest.param(firmware, first, second, id=f'{firmware}-{first}-{second}', marks=marks)


@pytest.mark.takes(120)
@pytest.mark.parametrize('firmware, first, second', [
    opens('snakeoil', 'systemd', 'kshim'), opens('snakeoil', 'kshim', 'kshim', pytest.mark.full),
    opens('snakeoil', 'kshim', 'systemd', pytest.mark.full), opens('plain', 'systemd', 'kshim', pytest.mark.full),
    opens('plain', 'kshim', 'kshim', pytest.mark.full), opens('plain', 'kshim', 'systemd', pytest.mark.full)])
def test_opens(firmware, first, second):
    if systemd_guest.why_not():
        pytest.skip(systemd_guest.why_not())
    pair = keys()
    sign = signed if firmware == 'snakeoil' else str
    row = vm.Row(f'luks-{firmware}-{first}-{second}', {
        'EFI/BOOT/BOOTX64.EFI': sign(image(first, pair)), 'second.efi': sign(image(second, pair))},
                 firmware=firmware, tpm=True, foretold=False, memory=768, reboots=True, qemu=disk(),
                 expect=(f'kshim: Secure Boot {firmware == "snakeoil":d}', 'kshim: enrolled', 'kshim: userspace reached',
                         f'kshim: Secure Boot {firmware == "snakeoil":d}', 'kshim: opened, content',
                         'kshim: not opened in another state', 'kshim: powering off'))
    text, status, left, _ = vm.run(row)
    print(text)
    wrong = vm.judge(row, text, status, left)
    assert not wrong, f'{row.name}: {wrong}'
    assert text.count('kshim: version') == (first, second).count('kshim')
