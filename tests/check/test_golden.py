# SPDX-License-Identifier: BSD-2-Clause
"""What check prints of crafted images, held against golden/*.txt. After a change that is meant to be,
`KSHIM_GOLDEN=write pytest tests/check/test_golden.py` writes them anew: read the difference."""
import os

from kshimtest import images
import pytest
from check import report

HERE = os.path.dirname(os.path.abspath(__file__))
GROUPS = {'bzimage': images.BZIMAGES, 'elf': images.ELFS, 'other': images.OTHERS}
CASES = [(group, name) for group, members in GROUPS.items() for name in members]


def printed(tmp_path, data, *options):
    """The text, without what precedes and the file's name."""
    path = tmp_path / 'image'
    path.write_bytes(data)
    out = report.run(*options, 'image', cwd=tmp_path, env={'PATH': os.environ['PATH']})
    assert out.stderr == ''
    return f'{out.stdout}status {out.returncode}\n'


@pytest.mark.parametrize('options', [(), ('-v',)])
@pytest.mark.parametrize('group', GROUPS)
def test_golden(group, options, tmp_path):
    text = ''.join(f'=== {name}\n{printed(tmp_path, data, *options)}\n'
                   for name, data in GROUPS[group].items())
    path = f'{HERE}/golden/{group}{"".join(options) or "-first"}.txt'.replace('-v', '')
    if os.environ.get('KSHIM_GOLDEN') == 'write':
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='ascii') as f:
            f.write(text)
    with open(path, encoding='ascii') as f:
        wanted = f.read()
    for part, other in zip(text.split('=== '), wanted.split('=== ')):
        assert part == other
    assert text == wanted


@pytest.mark.parametrize('group, name', CASES)
def test_text_fits_80_columns_and_is_ascii(group, name, tmp_path):
    for options in ((), ('-v',)):
        text = printed(tmp_path, GROUPS[group][name], *options)
        assert text.isascii()
        for line in text.splitlines():
            assert len(line) <= 80, line
        assert '\033' not in text
        assert options or len(text.splitlines()) <= 40
