# SPDX-License-Identifier: BSD-2-Clause
"""The configuration that a distribution or a build puts beside a kernel, in each of the places that are in use."""
import subprocess

from kshimtest import files
from kshimtest import images
import pytest
from check import report

VERSION = '6.1.0-golden'
KERNEL = images.BZIMAGES['2.15']
CONFIG = b'CONFIG_PVH=y\nCONFIG_SMP=y\n'
IMAGES = {'folder': ('boot/vmlinuz-' + VERSION, 'boot/config-' + VERSION),
          'modules': (f'usr/lib/modules/{VERSION}/vmlinuz', f'usr/lib/modules/{VERSION}/config'),
          'tree': ('boot/vmlinuz-' + VERSION, f'usr/lib/modules/{VERSION}/config'),
          'tree-lib': ('boot/vmlinuz-' + VERSION, f'lib/modules/{VERSION}/config'),
          'name-without-version': ('boot/linux', 'boot/config-' + VERSION),
          'built': ('linux/arch/x86/boot/bzImage', 'linux/include/config/auto.conf'),
          'built-x86_64': ('linux/arch/x86_64/boot/bzImage', 'linux/include/config/auto.conf'),
          'built-vmlinux': ('linux/vmlinux', 'linux/include/config/auto.conf')}


def read_from(path):
    """Where the kernel's configuration was read from: '' if there is none."""
    said = report.check(path)
    if report.fact(said, 'linux.config') == 'none':
        return ''
    return report.fact(said, 'linux.config', 'meaning').removeprefix('none inside; read from ')


@pytest.fixture(name='tree', params=IMAGES)
def fixture_tree(request, tmp_path):
    kernel, config = IMAGES[request.param]
    for name, data in ((kernel, KERNEL), (config, CONFIG)):
        path = tmp_path / 'tree' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / 'tree', kernel, config


def test_beside_a_file(tree, tmp_path):
    folder, kernel, config = tree
    link = tmp_path / 'link'
    link.symlink_to(folder / kernel)
    assert read_from(folder / kernel) == read_from(link) == str(folder / config)
    (folder / config).rename(folder / 'config')
    assert not read_from(folder / kernel) and not read_from(link)


def test_a_link_has_what_is_beside_itself_first(tmp_path):
    (tmp_path / 'there').mkdir()
    (tmp_path / 'there' / 'vmlinuz-1').write_bytes(KERNEL)
    (tmp_path / 'vmlinuz-2').symlink_to('there/vmlinuz-1')
    for name in ('there/config-1', 'config-2'):
        (tmp_path / name).write_bytes(CONFIG)
        assert read_from(tmp_path / 'vmlinuz-2') == str(tmp_path / name)


def test_beside_a_file_of_a_disk(tree, tmp_path):
    folder, kernel, config = tree
    image = tmp_path / 'disk.img'
    subprocess.run(['/sbin/mke2fs', '-q', '-t', 'ext4', '-d', folder, image, '16M'], check=True)
    assert read_from(f'{image}:/{kernel}') == f'{image}:/{config}'
    assert report.run('--require', 'CONFIG_SMP', f'{image}:/{kernel}').returncode == 0


def test_a_folder_of_another_version(tmp_path):
    folder = tmp_path / 'modules' / 'x6.1.0-golden'
    folder.mkdir(parents=True)
    (folder / 'vmlinuz').write_bytes(KERNEL)
    (folder / 'config').write_bytes(CONFIG)
    assert not read_from(folder / 'vmlinuz')


@pytest.mark.parametrize('name', ['xarch/x86/boot/bzImage', 'arch/x86/boot/vmlinuz', 'arch/x86/boot/compressed/bzImage'])
def test_no_build_tree(tmp_path, name):
    for path, data in ((name, KERNEL), ('include/config/auto.conf', CONFIG)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    assert not read_from(tmp_path / name)


def test_debian_split_packages():
    """Of Linux 7.x Debian ships kernel, configuration and modules apart; fetch-deb gets them all."""
    kernel = files.path('debian:sid')
    assert read_from(kernel) == str(kernel).removesuffix('vmlinuz') + 'config'
