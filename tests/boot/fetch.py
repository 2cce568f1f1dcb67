# SPDX-License-Identifier: BSD-2-Clause
"""`make fetch`: gets the kernels that the rows boot, and the systems; the one step that needs a network."""
import subprocess
import sys

from kshimtest import files, systemd_guest
from kshimtest.everything import EVERYTHING
from kshimtest.systems import image, recipe, tree


def systems():
    """Make the trees of the systems that will boot; those that could not be made."""
    if image.why_not():
        return []
    missing = []
    for suite in recipe.SUITES if EVERYTHING else recipe.SUITES[:1]:
        try:
            tree.make(suite)
        except files.Missing as why:
            missing.append(str(why))
    return missing


def systemd():
    """Unpack the systemd that initrds are made of; what could not be had."""
    try:
        if not systemd_guest.why_not():
            systemd_guest.fetch()
    except files.Missing as why:
        return [str(why)]
    return []


def main():
    missing = []
    for name, (package, suite, arch, _) in files.PACKAGES.items():
        command = [f'{files.TOP}/tools/fetch-deb', '-s', suite, '-a', arch, package]
        result = subprocess.run([*command, files.package_dir(name)], check=False)
        if result.returncode:
            missing.append(f'{package} of {suite} ({arch})')
    missing += systems() + systemd()
    if missing:
        sys.exit('fetch: could not be had: ' + ', '.join(missing))


if __name__ == '__main__':
    main()
