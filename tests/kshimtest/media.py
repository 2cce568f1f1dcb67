# SPDX-License-Identifier: BSD-2-Clause
"""What a row's machine is given: FAT volumes, disks of two partitions, files by name.

Names are those of tests/kshimtest/files.py and, made from kshim.efi: kshim.efi itself, caller (tests/efi/caller.c), uki:TOOL:KERNEL,
init:SCRIPT, signed:FILE, unsigned:FILE,
pinned:KERNEL, addon:LINE, grub:LINE, bundle:KERNEL+INITRD...
"""
import functools
import os
import shutil
import subprocess
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from kshimtest import files
from kshimtest.newc import archive

EFI = os.path.join(files.BUILD, 'kshim.efi')
SNAKEOIL = '/usr/share/ovmf/PkKek-1-snakeoil'
UKI_LINE = 'console=ttyS0 panic=-1 loglevel=5'
ESP = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b'
XBOOTLDR = 'bc13c2ff-59e6-4262-a352-b275fd6f7172'
BASIC_DATA = 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7'
PARTITION = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c40'     # of the first one; the next have 1, ... at the end
MIB = 1 << 20
KSHIM_SECTIONS = 5     # that kshim.efi itself has


def mtools(*args):
    """What a program of mtools says."""
    env = dict(os.environ, MTOOLS_SKIP_CHECK='1', LC_ALL='C.UTF-8')
    return subprocess.run(args, check=True, env=env, stdout=subprocess.PIPE).stdout


def fat_image(path, disk):
    """A FAT32 volume with these files; directories as needed."""
    sources, size = {}, 40 << 20
    for name, source in disk.items():
        data = source if isinstance(source, bytes) else files.read(resolve(source))
        sources[name] = data
        size += len(data) + 65536
    with open(path, 'wb') as f:
        f.truncate(-(-size // (1 << 20)) << 20)
    mtools('mformat', '-i', path, '-F', '-v', 'KSHIM', '::')
    made = set()
    for name, data in sources.items():
        parts = name.strip('/').split('/')
        for n in range(1, len(parts)):
            folder = '/'.join(parts[:n])
            if folder not in made:
                mtools('mmd', '-i', path, f'::/{folder}')
                made.add(folder)
        with tempfile.NamedTemporaryFile() as f:
            f.write(data)
            f.flush()
            mtools('mcopy', '-i', path, f.name, f'::/{name.strip("/")}')


def gpt_image(path, esp, xbootldr):
    """A disk with a GPT: an ESP and an XBOOTLDR partition. Returns where the two start."""
    return partitions_image(path, (ESP, esp), (XBOOTLDR, xbootldr))


def mbr_image(path, esp, xbootldr):
    """The same with an MBR."""
    return partitions_image(path, ('ef', esp), ('ea', xbootldr), label='dos')


def write_table(path, table):
    """Write the partition table that sfdisk's lines say."""
    subprocess.run(['/sbin/sfdisk', '-q', '--no-reread', '--no-tell-kernel', path], check=True, capture_output=True,
                   input=table.encode())


def partitions_image(path, *parts, label='gpt'):
    """A disk with these partitions: type and files of each. Returns where they start."""
    starts, table, at = [], f'label: {label}\n', MIB
    with open(path, 'wb') as out:
        for kind, disk in parts:
            fat_image(f'{path}.part', disk)
            data = files.read(f'{path}.part')
            out.seek(at)
            out.write(data)
            table += f'start={at // 512}, size={len(data) // 512}, type={kind}'
            table += f', uuid={PARTITION[:-1]}{len(starts)}\n' if label == 'gpt' else '\n'
            starts.append(at)
            at += len(data)
        out.truncate(at + MIB)
    os.remove(f'{path}.part')
    write_table(path, table)
    return starts


def listing(path, start=0):
    """All files of the FAT volume at byte `start` of an image."""
    said = mtools('mdir', '-/', '-b', '-i', f'{path}@@{start}', '::').decode()
    return [name.removeprefix('::') for name in said.split('\n') if name]


def content(path, name, start=0):
    """A file of the FAT volume at byte `start` of an image."""
    return mtools('mtype', '-i', f'{path}@@{start}', f'::{name}')


def clusters(path, start, name):
    """Where the FAT volume at byte `start` of an image has a file's bytes."""
    return mtools('mshowfat', '-i', f'{path}@@{start}', f'::{name}')


def write_protect(path, name):
    """Let a file of the FAT volume be read-only."""
    mtools('mattrib', '+r', '-i', path, f'::{name}')


def uki_part(name, data):
    return files.write(f'uki {name} {os.getpid()}', data)


def ukify(stub, *args):
    if stub != EFI and not stub.startswith('/'):
        stub = os.path.join(os.path.dirname(files.packaged('sdboot')), stub)
    # It leaves kernels that it has unpacked.
    with tempfile.TemporaryDirectory(prefix='kshim-ukify-') as folder:
        subprocess.run(['/usr/bin/python3', files.packaged('ukify'), 'build', f'--stub={stub}', *args],
                       check=True, stdout=subprocess.DEVNULL, env={**os.environ, 'TMPDIR': folder})


def profiles(out, line=UKI_LINE):
    """Arguments for a unified kernel image of three profiles, each with its own word."""
    for n in (1, 2):
        ukify('addonx64.efi.stub', f'--profile=ID=p{n}', f'--cmdline={line} profile={n}', f'--output={out}.{n}')
    return ['--profile=ID=p0', f'--join-profile={out}.1', f'--join-profile={out}.2']


@functools.cache
def uki(tool, kernel):
    """A unified kernel image, of kshim.efi or of systemd's stub, by a TOOL of these words: objcopy
    or ukify (trixie's, on this system's Python), profiles, systemd, tpm, lines (the command line's
    words are one a line), many (120 sections), mute (the line names no console), long (no more words
    fit into Linux's 2047 bytes)."""
    words = UKI_LINE.removeprefix('console=ttyS0 ') if 'mute' in tool else UKI_LINE
    if 'long' in tool:
        words = f'{words} pad='.ljust(2040, 'x')
    line = uki_part('line', words.replace(' ', '\n').encode() + b'\r\n' if 'lines' in tool else words.encode())
    osrel = uki_part('osrel', b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian"\n')
    initrd = resolve('initramfs')
    out = os.path.join(files.MADE, f'{tool}-{os.getpid()}-{kernel}.efi'.replace(':', '_'))
    os.makedirs(files.MADE, exist_ok=True)
    if tool.endswith('-tpm'):
        initrd = uki_part('initrd', files.read(initrd) + files.read(own_init('init-tpm')))
    if not tool.startswith('objcopy'):
        more = profiles(out) if 'profiles' in tool else []
        if 'many' in tool:
            filler = uki_part('filler', b'of no use')
            names = ['.dtb', '.splash', *(f'.fill{n}' for n in range(120 - KSHIM_SECTIONS - 7))]
            more = [f'--section={section}:@{filler}' for section in names]
        ukify('linuxx64.efi.stub' if 'systemd' in tool else EFI, f'--linux={resolve(kernel)}', f'--initrd={initrd}', f'--cmdline=@{line}',
              f'--os-release=@{osrel}', '--uname=6.1', *more, f'--output={out}')
        return out
    args, addr = [], 0x1000000
    # What .ucode has comes first, so that the initrd's /init is the one that counts.
    early = uki_part('early', archive([('init', 0o100755, b'#!/none\n')]))
    for name, path in (('.osrel', osrel), ('.cmdline', line), ('.ucode', early), ('.initrd', initrd),
                       ('.linux', resolve(kernel))):
        args += ['--add-section', f'{name}={path}', '--change-section-vma', f'{name}={addr:#x}']
        addr += -(-os.path.getsize(path) // 4096) * 4096
    subprocess.run(['objcopy', *args, EFI, out], check=True)
    return out


def addon(name, line='', **sections):
    """An addon with these sections."""
    out = os.path.join(files.MADE, f'{os.getpid()}-{name}.addon.efi')
    os.makedirs(files.MADE, exist_ok=True)
    ukify('addonx64.efi.stub', *([f'--cmdline={line}'] if line else []), f'--output={out}',
          *(f'--section=.{section}:@{files.write(f"addon {os.getpid()} {name} {section}", data)}'
            for section, data in sections.items()))
    return out


def own_init(script):
    """An initrd that replaces initramfs's /init by tests/efi/SCRIPT, with efivarfs's module."""
    init = files.read(os.path.join(TOP, 'tests', 'efi', script))
    members = [('init', 0o100755, init)]
    for folder, _, names in os.walk(files.package_dir('cloud')):
        if 'efivarfs.ko' in names:
            members.append(('efivarfs.ko', 0o100644, files.read(f'{folder}/efivarfs.ko')))
    return files.write(f'init {script}', archive(members))


@functools.cache
def signed(name):
    """A file, signed by the key that OVMF's snakeoil variable store trusts; what is made has its content in its name."""
    os.makedirs(files.MADE, exist_ok=True)
    key = os.path.join(files.MADE, f'snakeoil-{os.getpid()}.key')
    source = resolve(name)
    out = os.path.join(files.MADE, f'signed-{os.getpid()}-{os.path.basename(source)}')
    subprocess.run(['openssl', 'rsa', '-in', f'{SNAKEOIL}.key', '-passin', 'pass:snakeoil',
                    '-out', key], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(['sbsign', '--key', key, '--cert', f'{SNAKEOIL}.pem', '--output', out, source],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.remove(key)
    return out


def unsigned(name):
    """A file without the signatures that it has."""
    out = os.path.join(files.MADE, f'unsigned-{os.getpid()}-{os.path.basename(resolve(name))}')
    shutil.copy(resolve(name), out)
    subprocess.run(['sbattach', '--remove', out], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return out


@functools.cache
def pinned(kernel):
    """kshim.efi with the sums of kernel, initramfs and some lines in .kshpin, and of one more without
    initramfs."""
    def pins(line, *initrds):
        return subprocess.run([files.KSHIM, 'pin', '-a', line, resolve(kernel), *initrds], check=True,
                              stdout=subprocess.PIPE).stdout
    lines = pins(f'{UKI_LINE} single') + b''.join(
        pins(line, resolve('initramfs'))
        for line in (UKI_LINE, f'{UKI_LINE} loglevel=7', f'kshim.protocol=pvh {UKI_LINE}'))
    out = os.path.join(files.MADE, f'pinned-{os.getpid()}-{kernel}.efi'.replace(':', '_'))
    subprocess.run(['objcopy', '--add-section', f'.kshpin={uki_part("pins", lines)}',
                    '--change-section-vma', '.kshpin=0x1000000', EFI, out], check=True)
    return out


@functools.cache
def grub(line):
    """GRUB for UEFI, which starts \\stub with \\bundle by its own loader of bzImages."""
    config = uki_part('grub.cfg', f'search --file --set=root /stub\nlinux /stub {line}\n'
                                  'initrd /bundle\nboot\n'.encode())
    out = os.path.join(files.MADE, f'grub-{os.getpid()}.efi')
    if not os.path.exists('/usr/lib/grub/x86_64-efi/linux.mod'):
        raise files.Missing('GRUB for UEFI is not installed: run make deps')
    subprocess.run(['grub-mkstandalone', '-O', 'x86_64-efi', '--install-modules', 'linux fat search normal',
                    '--fonts=', '--locales=', '--themes=',
                    '-o', out, f'boot/grub/grub.cfg={config}'], check=True)
    return out


def resolve(name):
    """A file by name: tests/boot's names, and kshim.efi itself or made from it."""
    if name == 'kshim.efi':
        return EFI
    if name == 'caller':
        return os.path.join(files.BUILD, 'caller.efi')
    if name.startswith('/'):
        return name
    kind, _, rest = name.partition(':')
    if kind == 'uki':
        return uki(*rest.split(':', 1))
    if kind == 'grub':
        return grub(rest)
    if kind == 'init':
        return own_init(rest)
    if kind == 'signed':
        return signed(rest)
    if kind == 'addon':
        return addon(rest, rest)
    if kind == 'unsigned':
        return unsigned(rest)
    if kind == 'pinned':
        return pinned(rest)
    if kind == 'bundle':
        out = os.path.join(files.MADE, f'efi_{rest}'.replace(':', '_'))
        subprocess.run([files.KSHIM, 'bundle', '-o', out, '-a', UKI_LINE,
                        *(resolve(part) for part in rest.split('+'))], check=True)
        return out
    return files.path(name)
