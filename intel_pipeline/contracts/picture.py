"""Telling one profile picture from the next."""

import hashlib
from urllib.parse import urlsplit


def fingerprint(url: str | None) -> str | None:
    """Return 32 hexadecimal digits for the picture behind `url`, or None where it names no file.

    Only the file's name counts: host and signature of the same picture change daily.
    """
    try:
        name = urlsplit(url or "").path.rsplit("/", 1)[-1]
    except ValueError:
        return None
    return hashlib.blake2b(name.encode(), digest_size=16).hexdigest() if name else None
