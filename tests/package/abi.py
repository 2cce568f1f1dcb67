#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""abi.py [--update] HEADER LIBRARY: what a program that is built with kshim.h comes to rely on.

Lines of tests/package/abi: "refusal NUMBER NAME", "symbol NAME", "constant NAME VALUE",
"size STRUCT BYTES", as the compiler and nm see them. Without --update prints what differs.
"""
import os
import re
import subprocess
import sys
import tempfile

LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'abi')
PROGRAM = '''#include <stdio.h>
#include "%s"
int
main(void)
{
	const char *name;

	for (int i = 0; i < 256; i++)
		if ((name = kshim_refusal_name((enum kshim_refusal_code)i)))
			printf("refusal %%d %%s\\n", i, name);
%s	return 0;
}
'''


def found(header, library):
    """The lines, for this header and library."""
    with open(header, encoding='utf-8') as f:
        code = re.sub(r'/\*.*?\*/', '', f.read(), flags=re.S)
    structs = re.findall(r'^struct (kshim_\w+) \{', code, re.M)
    constants = re.findall(r'^#define (KSHIM_\w+) +[^\s"_]', code, re.M)
    constants += [c for e in re.findall(r'^enum kshim_\w+ \{(.*?)\}', code, re.S | re.M)
                  for c in re.findall(r'\b(KSHIM_\w+)', e)]
    skip = {'KSHIM_VERSION_NUMBER'}
    prints = ''.join(f'\tprintf("size {s} %zu\\n", sizeof(struct {s}));\n' for s in structs)
    prints += ''.join(f'\tprintf("constant {c} %lld\\n", (long long){c});\n' for c in constants
                      if c not in skip and not c.startswith('KSHIM_REFUSAL_'))
    with tempfile.TemporaryDirectory() as folder:
        source, program = f'{folder}/abi.c', f'{folder}/abi'
        with open(source, 'w', encoding='utf-8') as f:
            f.write(PROGRAM % (os.path.abspath(header), prints))
        subprocess.run(['gcc', '-o', program, source, library], check=True)
        lines = subprocess.run([program], check=True, capture_output=True,
                               text=True).stdout.splitlines()
    listed = subprocess.run(['nm', '-g', '--defined-only', library], check=True,
                            capture_output=True, text=True).stdout
    symbols = [f'symbol {n}' for n in re.findall(r'^\w+ \w (\w+)$', listed, re.M)]
    return sorted(lines + symbols, key=order)


def order(line):
    """By kind, refusals by their number, all else by name."""
    kind, name = line.split()[:2]
    return kind, int(name) if kind == 'refusal' else 0, name


def released():
    with open(LIST, encoding='ascii') as f:
        return f.read().splitlines()


def main():
    args = [a for a in sys.argv[1:] if a != '--update']
    if len(args) != 2:
        sys.exit(__doc__.splitlines()[0])
    lines = found(*args)
    if '--update' in sys.argv:
        with open(LIST, 'w', encoding='ascii') as f:
            f.writelines(line + '\n' for line in lines)
        return
    for line in sorted(set(released()) - set(lines)):
        print('gone:', line)
    for line in sorted(set(lines) - set(released())):
        print('new: ', line)


if __name__ == '__main__':
    main()
