"""Random secrets of 256 bits: what cookies and keys hold, and the digests by which alone they are known here."""

import hashlib
import re
import secrets

KEY_PREFIX = "ip_"
RANDOM = r"[A-Za-z0-9_-]{43}"
KEY = re.compile(KEY_PREFIX + RANDOM)
SIGN_IN = re.compile(RANDOM)


def new_token() -> str:
    """Return what identifies a sign-in, or sets the first admin up."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """Return a key, which scanners for secrets can tell by how it begins."""
    return KEY_PREFIX + new_token()


def digest(token: str) -> str:
    """Return the SHA-256 of a token in hexadecimal digits: of 256 random bits nobody finds what it was made of."""
    return hashlib.sha256(token.encode()).hexdigest()
