# SPDX-License-Identifier: BSD-2-Clause
"""The root tree of a suite, by mmdebstrap from this system's own mirror: the one step that needs a network."""
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess

from kshimtest import files
from kshimtest.systems.recipe import PACKAGES

MADE = os.path.join(files.BUILD, 'systems')
KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
# Programs of mounts and file systems are where a user's PATH may not lead.
ENV = dict(os.environ, PATH=f'{os.environ["PATH"]}:/usr/sbin:/sbin')
OPTIONS = (
    # What apt and dpkg are told while the tree is made. A mirror's copy of a suite may be old.
    '--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Check-Valid-Until "false"',
    '--aptopt=Acquire::Retries "3"', '--dpkgopt=force-unsafe-io',
    *(f'--dpkgopt=path-exclude=/usr/share/{folder}/*' for folder in ('doc', 'locale', 'man', 'i18n')))


def key(*parts):
    """Of what is made of these texts."""
    return hashlib.sha256('\0'.join(parts).encode()).hexdigest()[:12]


class Lock:
    """with Lock(name): no other process makes that."""

    def __init__(self, name):
        os.makedirs(MADE, exist_ok=True)
        self.file = open(os.path.join(MADE, f'{name}.lock'), 'w', encoding='ascii')

    def __enter__(self):
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


def mirror():
    """Of Debian, out of apt's own configuration."""
    said = subprocess.run(['apt-get', 'indextargets', '--format', '$(COMPONENT) $(CODENAME) $(REPO_URI)',
                           'Created-By: Packages'], check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in said.splitlines():
        component, codename, uri = line.split()
        if component == 'main' and 'debian' in uri and not codename.endswith(('-security', '-updates', '-backports')):
            return uri
    raise files.Missing('apt has no Debian mirror configured (see /etc/apt/sources.list)')


def path(suite):
    return os.path.join(MADE, f'{suite}-{key(*PACKAGES, *OPTIONS)}')


def make(suite):
    """The tree's folder, made if it is not there."""
    out = path(suite)
    with Lock(suite):
        if os.path.exists(out):
            return out
        for old in glob.glob(f'{MADE}/{suite}-????????????'):
            shutil.rmtree(old)
        temporary = f'{out}.new'
        shutil.rmtree(temporary, ignore_errors=True)
        made = subprocess.run(
            ['mmdebstrap', '--mode=root', '--variant=essential', '--format=directory', f'--include={",".join(PACKAGES)}',
             *OPTIONS, suite, temporary, f'deb [signed-by={KEYRING}] {mirror()} {suite} main'],
            check=False, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if made.returncode:
            raise files.Missing(f'mmdebstrap could not make a {suite}: {made.stdout[-2000:]}')
        os.rename(temporary, out)
    return out


def kernel(tree):
    """The version of its kernel."""
    return os.path.basename(glob.glob(f'{tree}/boot/vmlinuz-*')[0]).removeprefix('vmlinuz-')
