"""The envelope that WeCom puts its calls, and the answers to them, into; and its encrypted media.

A call is `{"encrypt"}` or `<Encrypt>` with the query `msg_signature`, `timestamp`, `nonce`.
"""

import binascii
import hashlib
import hmac
import secrets
import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from config.errors import AppError

_RANDOM = 16  # bytes before the length
_HEAD = _RANDOM + 4
_PADDED_TO = 32
_KEY = 32  # bytes


class Forged(AppError):
    """It did not come from WeCom as it is, or was not meant for us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    encrypted: str
    signature: str
    timestamp: str
    nonce: str


class Envelope:
    """`aes_key` is the EncodingAESKey (43 characters). `receive_id` is the corp id of an app, and
    empty for an AI bot. Raises Forged when the key is none."""

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        self._token = token
        self._key = _key(aes_key + "=")
        self._receive_id = receive_id.encode()

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        signed = "".join(sorted((self._token, timestamp, nonce, encrypted)))
        # WeCom prescribes SHA-1; surrogates come from bytes of a query that were no UTF-8
        return hashlib.sha1(
            signed.encode(errors="surrogatepass"), usedforsecurity=False
        ).hexdigest()

    def open(self, *, signature: str, timestamp: str, nonce: str, encrypted: str) -> bytes:
        """The message that was sealed. Raises Forged."""
        expected = self.sign(timestamp, nonce, encrypted)
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="surrogatepass")):
            raise Forged("the signature is another")
        plain = _decrypt(_decoded(encrypted), self._key)
        if len(plain) < _HEAD:
            raise Forged("too short for a message")
        (length,) = struct.unpack(">I", plain[_RANDOM:_HEAD])
        if length > len(plain) - _HEAD:
            raise Forged("shorter than it says")
        if plain[_HEAD + length :] != self._receive_id:
            raise Forged("meant for somebody else")
        return plain[_HEAD : _HEAD + length]

    def seal(self, text: bytes, timestamp: str, nonce: str, random: bytes | None = None) -> Sealed:
        """`random`: 16 bytes, our own by default."""
        head = (random or secrets.token_bytes(_RANDOM)) + struct.pack(">I", len(text))
        encrypted = b64encode(_encrypt(head + text + self._receive_id, self._key)).decode()
        signature = self.sign(timestamp, nonce, encrypted)
        return Sealed(encrypted=encrypted, signature=signature, timestamp=timestamp, nonce=nonce)


def decrypt_file(content: bytes, aes_key: str) -> bytes:
    """A media file. `aes_key` came with it (base64 of 32 bytes), or is the EncodingAESKey. Raises
    Forged."""
    return _decrypt(content, _key(aes_key.rstrip("=") + "="))


def _key(text: str) -> bytes:
    key = _decoded(text, strict=False)
    if len(key) != _KEY:
        raise Forged("the key is not one of 32 bytes")
    return key


def _decoded(text: str, *, strict: bool = True) -> bytes:
    """Strict: only the one spelling that encoding these bytes gives."""
    try:
        content = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Forged("it is not base64") from None
    if strict and b64encode(content).decode() != text:
        raise Forged("it is not base64 as WeCom writes it")
    return content


def _encrypt(plain: bytes, key: bytes) -> bytes:
    padding = _PADDED_TO - len(plain) % _PADDED_TO
    encryptor = Cipher(AES(key), CBC(key[: AES.block_size // 8])).encryptor()
    return encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()


def _decrypt(content: bytes, key: bytes) -> bytes:
    if not content or len(content) % (AES.block_size // 8):
        raise Forged("its length is none of whole blocks")
    decryptor = Cipher(AES(key), CBC(key[: AES.block_size // 8])).decryptor()
    plain = decryptor.update(content) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= _PADDED_TO or padding > len(plain):
        raise Forged("its padding is wrong")
    if plain[-padding:] != bytes([padding]) * padding:
        raise Forged("its padding is wrong")
    return plain[:-padding]
