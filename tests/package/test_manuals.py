# SPDX-License-Identifier: BSD-2-Clause
"""The manual pages: there is one for each command and image, and it has every option."""
import pathlib
import re
import subprocess

import pytest

from package import program

from kshimtest.patience import HANG

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = {p.name: p for p in sorted([*TOP.glob('*/*.[137]'), *TOP.glob('*/*/*.[137]')])
         if 'build' not in p.parts}


def shown(name):
    """The page as a terminal without bold shows it."""
    assert name in PAGES, f'there is no manual page {name}'
    text = subprocess.run(['mandoc', '-Tutf8', PAGES[name]], capture_output=True, text=True,
                          check=False, timeout=HANG).stdout
    return re.sub(r'.\x08', '', text)


@pytest.mark.parametrize('command', program.commands())
def test_command_has_a_page_with_all_its_options(command):
    text = shown(f'kshim-{command}.1')
    words = set(re.findall(r'(?<![\w-])--?[a-z][a-z-]*', text))
    assert set(program.options(command)) - words == set()
    assert f'kshim-{command}' in shown('kshim.1'), 'kshim(1) does not name it'


def test_no_page_names_an_option_that_is_not_there():
    for command in program.commands():
        text = shown(f'kshim-{command}.1')
        named = re.search(r'^OPTIONS\n(.*?)^\S', text, re.S | re.M)[1]
        heads = re.findall(r'^     {0,4}(-\S.*)$', named, re.M)
        found = {o for head in heads for o in re.findall(r'(?<![\w-])--?[a-z][a-z-]*', head)}
        assert found and found <= set(program.options(command)), command


@pytest.mark.parametrize('image', ['kshim.elf', 'kshim.efi', 'kshim-riscv64.bin'])
def test_image_has_a_page(image):
    assert 'SYNOPSIS' in shown(f'{image}.7')


@pytest.mark.parametrize('name', sorted(PAGES))
def test_see_also_leads_somewhere(name):
    known = set(PAGES)
    for page, section in re.findall(r'(kshim[\w.-]*)\((\d)\)', shown(name)):
        assert f'{page}.{section}' in known, f'{name} refers to {page}({section})'


@pytest.mark.parametrize('name', sorted(PAGES))
def test_examples_and_names_are_in_their_place(name):
    text = shown(name)
    assert re.search(r'^NAME\n +' + re.escape(name.rsplit('.', 1)[0]), text, re.M)
