# SPDX-License-Identifier: MIT
"""Reads along in a connection over TLS 1.3, by the secrets that its client has written down, in the format of
SSLKEYLOGFILE."""

import ctypes
import ctypes.util
import functools
import hashlib
import hmac

from .replies import Replies

_HEADER = 5  # bytes of a record's: type, version, length
_RANDOM = slice(11, 43)  # of a ClientHello: behind its record's header, its own, and the version
_TAG = 16
_DATA = 23  # the type of a record, inside of what is encrypted: what HTTP says
_SECRET = "SERVER_TRAFFIC_SECRET_0"


class Keys:
    """The file that clients write their secrets into, each before it sends what ends its handshake."""

    def __init__(self, path):
        self._path, self._at, self._secrets = path, 0, {}

    def of(self, random):
        """The secret by which the server encrypts on the connection whose ClientHello has these random bytes."""
        if random not in self._secrets:
            self._read_on()
        return self._secrets.get(random)

    def _read_on(self):
        with open(self._path, "rb") as file:
            file.seek(self._at)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._at += len(whole) + len(newline)
        for line in whole.decode("ascii").splitlines():
            if line.startswith(_SECRET + " "):
                _, random, secret = line.split(" ")
                self._secrets[bytes.fromhex(random)] = bytes.fromhex(secret)


@functools.cache
def _library():
    library = ctypes.CDLL(ctypes.util.find_library("crypto"))
    for name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_gcm"):
        getattr(library, name).restype = ctypes.c_void_p
    return library


class _Cipher:
    """TLS_AES_256_GCM_SHA384 in one direction. Tags are not looked at: the client does that."""

    def __init__(self, secret):
        assert len(secret) == hashlib.sha384().digest_size, "another cipher than TLS_AES_256_GCM_SHA384"
        self._key = self._expand(secret, b"key", 32)
        self._iv = int.from_bytes(self._expand(secret, b"iv", 12), "big")
        self._number = 0  # of the next record

    @staticmethod
    def _expand(secret, label, length):
        """HKDF-Expand-Label of RFC 8446, for less than one digest."""
        label = b"tls13 " + label
        info = length.to_bytes(2, "big") + bytes([len(label)]) + label + b"\0"
        return hmac.digest(secret, info + b"\1", "sha384")[:length]

    def decrypt(self, data):
        iv, self._number = (self._iv ^ self._number).to_bytes(12, "big"), self._number + 1
        plain, size = ctypes.create_string_buffer(len(data)), ctypes.c_int()
        library = _library()
        context = ctypes.c_void_p(library.EVP_CIPHER_CTX_new())
        try:
            assert library.EVP_DecryptInit_ex(context, ctypes.c_void_p(library.EVP_aes_256_gcm()), None, self._key, iv)
            assert library.EVP_DecryptUpdate(context, plain, ctypes.byref(size), data, len(data))
        finally:
            library.EVP_CIPHER_CTX_free(context)
        return plain.raw[:size.value]


class Decrypted(Replies):
    """Replies begin where the handshake ends: the server has sent its part when the client sends something behind its
    ClientHello, and nothing more until it has that (no tickets, no early data).

    may_lack_keys: whether clients may be there that tell nobody their secrets; of their replies nothing is known
    """

    def __init__(self, keys, may_lack_keys, on_reply, on_batch):
        super().__init__(on_reply, on_batch)
        self.begin = None
        self._keys, self._may_lack_keys = keys, may_lack_keys
        self._said = b""  # by the client
        self._wire = b""
        self._cipher = None

    def hear(self, offset, payload):
        if self.begin is not None or offset > len(self._said):
            return
        self._said += payload[len(self._said) - offset:]
        if len(self._said) > _HEADER + int.from_bytes(self._said[3:5], "big") > _HEADER:
            self.begin = self.fed
            secret = self._keys.of(self._said[_RANDOM])
            assert secret or self._may_lack_keys, "a client has not written its secrets down"
            self._cipher = secret and _Cipher(secret)

    def feed(self, data):
        self.fed += len(data)
        if self._cipher is None:
            return
        self._wire += data
        while len(self._wire) >= _HEADER:
            end = _HEADER + int.from_bytes(self._wire[3:5], "big")
            if len(self._wire) < end:
                return
            record, self._wire = self._wire[:end], self._wire[end:]
            self._take(self._cipher.decrypt(record[_HEADER:-_TAG]).rstrip(b"\0"))

    def _take(self, inside):
        """What is encrypted in a record: its content, and behind that its type."""
        if inside[-1] == _DATA:
            self.read(inside[:-1])
