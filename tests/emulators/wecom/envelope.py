"""The platform's own sealing of what it posts, written apart from the one that opens it."""

from base64 import b64decode, b64encode
from hashlib import sha1
from secrets import token_bytes

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_BLOCK_BITS = 256


class Seal:
    """`receive_id` is the corp id, or empty for an AI bot."""

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        self._token, self._receive_id = token, receive_id.encode()
        key = b64decode(aes_key + "=")
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        ordered = sorted([self._token, timestamp, nonce, encrypted])
        return sha1("".join(ordered).encode()).hexdigest()

    def encrypt(self, text: bytes) -> str:
        plain = token_bytes(16) + len(text).to_bytes(4, "big") + text + self._receive_id
        padder, encryptor = PKCS7(_BLOCK_BITS).padder(), self._cipher.encryptor()
        padded = padder.update(plain) + padder.finalize()
        return b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """Raises ValueError for what was not sealed for us."""
        unpadder, decryptor = PKCS7(_BLOCK_BITS).unpadder(), self._cipher.decryptor()
        padded = decryptor.update(b64decode(encrypted, validate=True)) + decryptor.finalize()
        plain = unpadder.update(padded) + unpadder.finalize()
        end = 20 + int.from_bytes(plain[16:20], "big")
        if plain[end:] != self._receive_id:
            raise ValueError(f"sealed for {plain[end:]!r}")
        return plain[20:end]
