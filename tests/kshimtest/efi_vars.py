# SPDX-License-Identifier: BSD-2-Clause
"""Adds variables to OVMF's variable store from outside (edk2, MdeModulePkg, "Variable Format": the store of authenticated
variables), such as the keys of the machine's owner that a shim trusts."""
import struct
import subprocess
import uuid

from kshimtest import files

STORE = uuid.UUID('aaf32c78-947b-439a-a180-2e144ec37792').bytes_le
SHIM = '605dab50-e046-4300-abb6-3dd810dd8b23'
X509 = 'a5c059a1-94e4-4aa7-87b5-ab155c2bf072'
OWNER = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d'
HEADER = struct.Struct('<HBBIQ16sIII16s')     # before the name and the data of a variable
START, ADDED, ABSENT = 0x55aa, 0x3f, 0xff
KEPT, BOOT = 1, 2                             # attributes: non-volatile, for boot services only


def guid(text):
    return uuid.UUID(text).bytes_le


def end_of_variables(store):
    """Where the next variable goes."""
    at = store.index(STORE) + 28
    while struct.unpack_from('<H', store, at)[0] == START:
        name, data = struct.unpack_from('<II', store, at + 36)
        at += -(-(HEADER.size + name + data) // 4) * 4
    return at


def add(path, vendor, name, data, attributes=KEPT | BOOT):
    """Add a variable that is not in the store yet."""
    store = bytearray(files.read(path))
    text = f'{name}\0'.encode('utf-16-le')
    found = HEADER.pack(START, ADDED, 0, attributes, 0, bytes(16), 0, len(text), len(data), guid(vendor)) + text + data
    at = end_of_variables(store)
    assert store[at:at + len(found)] == bytes([ABSENT]) * len(found)
    store[at:at + len(found)] = found
    with open(path, 'wb') as f:
        f.write(store)


def enrol_mok(path, certificate):
    """Let shim trust a certificate (PEM), as mokutil and MokManager would."""
    der = subprocess.run(['openssl', 'x509', '-in', certificate, '-outform', 'DER'], check=True, stdout=subprocess.PIPE).stdout
    signature = guid(OWNER) + der
    add(path, SHIM, 'MokList', guid(X509) + struct.pack('<III', 28 + len(signature), 0, len(signature)) + signature)
