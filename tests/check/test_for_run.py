# SPDX-License-Identifier: BSD-2-Clause
"""`kshim check --for run`: what a run needs of a kernel, by its configuration."""
import json

from kshimtest import files
from kshimtest import images
import jsonschema
import pytest
from check import report

SCHEMA = json.loads(open(f'{report.TOP}/tools/check/check.schema.json', encoding='ascii').read())
MUST = ('PRINTK', 'TTY', 'SERIAL_8250', 'SERIAL_8250_CONSOLE', 'BINFMT_ELF')
BETTER = ('BLK_DEV_INITRD', 'BINFMT_SCRIPT', 'PROC_FS', 'SYSFS', 'TMPFS', 'DEVTMPFS', 'ACPI', 'SMP', 'HYPERVISOR_GUEST',
          'PARAVIRT', 'KVM_GUEST', 'RTC_DRV_CMOS', 'PCI', 'PCI_MSI', 'VIRTIO_MENU', 'VIRTIO_PCI', 'HW_RANDOM',
          'HW_RANDOM_VIRTIO', 'VIRTIO_BLK', 'VIRTIO_CONSOLE', 'NET', 'INET', 'NETDEVICES', 'VIRTIO_NET', 'VSOCKETS',
          'VIRTIO_VSOCKETS', '64BIT', 'SIGNALFD', 'UNIX98_PTYS', 'FUSE_FS', 'VIRTIO_FS', 'OVERLAY_FS')
MODULES = ('BINFMT_SCRIPT', 'VIRTIO_PCI', 'HW_RANDOM', 'HW_RANDOM_VIRTIO', 'VIRTIO_BLK', 'VIRTIO_CONSOLE', 'VIRTIO_NET',
           'VSOCKETS', 'VIRTIO_VSOCKETS', 'FUSE_FS', 'VIRTIO_FS', 'OVERLAY_FS')      # which will do


@pytest.fixture(name='asked')
def fixture_asked(tmp_path):
    """A function from a kernel and its configuration to status, needs by name, fragment."""
    def asked(values, data=images.BZIMAGES['2.15']):
        kernel = tmp_path / 'vmlinuz-6.1.0-golden'
        kernel.write_bytes(data)
        if values is not None:
            text = ''.join(f'CONFIG_{n}={v}\n' for n, v in values.items())
            (tmp_path / 'config-6.1.0-golden').write_text(text)
        out = report.run('--json', '--for', 'run', kernel)
        said = json.loads(out.stdout)
        jsonschema.validate(said, SCHEMA)
        said = said['files'][0]
        assert said['status'] == out.returncode
        return out.returncode, {n['name']: n for n in said['for_run']}, said['fragment']
    return asked


FULL = {name: 'y' for name in MUST + BETTER}


def test_all_is_there(asked):
    status, needs, fragment = asked(FULL)
    assert (status, fragment) == (0, [])
    assert all(n['met'] for n in needs.values())
    assert {n for n in needs if n.startswith('CONFIG_')} == {f'CONFIG_{n}' for n in FULL}


@pytest.mark.parametrize('name', MUST + BETTER)
@pytest.mark.parametrize('value', ['m', None])
def test_one_is_lacking(name, value, asked):
    values = {**FULL, name: value} if value else {n: v for n, v in FULL.items() if n != name}
    status, needs, fragment = asked(values)
    need = needs[f'CONFIG_{name}']
    if value == 'm' and name in MODULES:
        assert (status, fragment) == (0, []) and need['met'] and 'initrd' in need['text']
        return
    assert status == (name in MUST) == need['must']
    assert not need['met'] and need['value'] == (value or 'n')
    assert [n for n in needs if not needs[n]['met']] == [f'CONFIG_{name}']
    assert fragment == [f'CONFIG_{name}=y']


def test_the_fragment_makes_it_work(asked):
    status, _, fragment = asked({'SMP': 'y'})
    assert status == 1
    added = dict(line.removeprefix('CONFIG_').split('=') for line in fragment)
    assert 'SMP' not in added
    assert asked({'SMP': 'y', **added})[0::2] == (0, [])


def test_a_configuration_that_is_not_known(asked):
    status, needs, fragment = asked(None)
    assert (status, fragment) == (1, [])
    assert not needs['linux.config']['met'] and 'not known' in needs['linux.config']['text']


def test_what_run_cannot_boot(asked):
    status, needs, _ = asked(FULL, data=images.OTHERS['initramfs'])
    assert status == 1 and not needs['kshim.direct']['met']


@pytest.mark.parametrize('name', ['cloud', 'amd64', 'backports', 'trixie'])
def test_debians_kernels_have_all(name):
    kernel = files.path(f'debian:{name}')
    out = report.run('--for', 'run', kernel)
    assert out.returncode == 0, out.stdout
    assert 'fragment' not in out.stdout and 'missing' not in out.stdout
    assert 'module  CONFIG_HW_RANDOM_VIRTIO=m: a module, for the initrd to load' in out.stdout
    verbose = report.run('-v', '--for', 'run', kernel).stdout
    assert 'met     CONFIG_SERIAL_8250_CONSOLE=y: console=ttyS0' in verbose


def test_text_names_option_and_fragment(tmp_path):
    kernel = tmp_path / 'vmlinuz-6.1.0-golden'
    kernel.write_bytes(images.BZIMAGES['2.15'])
    (tmp_path / 'config-6.1.0-golden').write_text(
        ''.join(f'CONFIG_{n}=y\n' for n in FULL if n not in ('SERIAL_8250_CONSOLE', 'KVM_GUEST')))
    out = report.run('--for', 'run', kernel).stdout
    assert 'missing CONFIG_SERIAL_8250_CONSOLE=n: console=ttyS0' in out
    assert 'better  CONFIG_KVM_GUEST=n: without: ' in out
    assert out.index('CONFIG_SERIAL_8250_CONSOLE=y\nCONFIG_KVM_GUEST=y\n') > out.index('A fragment')


def test_usage():
    out = report.run('--for', 'walk', 'x')
    assert out.returncode == 2 and '--for' in out.stderr and "run" in out.stderr
