"""Passwords: hashed with Argon2id, compared in the same time whether there is a user or not."""

import secrets
import threading
import unicodedata
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from intel_pipeline.errors import AccessError

# What OWASP's password storage cheat sheet asks for at least: 19 MiB, two passes, one lane; 0.05 s of a processor.
MEMORY_KIB, PASSES, LANES, LENGTH = 19 * 1024, 2, 1, 32
SALT_BYTES = 16
LEAST, MOST = 12, 200
# Of different characters: aaaaaaaaaaaa is long enough and worth nothing.
LEAST_DIFFERENT = 5
# Characters beside the name of the user, where that is in it.
LEAST_BESIDE_NAME = 8
# Each takes 19 MiB: forty threads of a server that is asked at once would take a gigabyte.
at_once = threading.BoundedSemaphore(2)


def hashed(password: str, name: str) -> str:
    """Return the hash of a new password of the user `name`, in PHC form; raise AccessError for one that is too weak."""
    plain = normal(password)
    problem = None
    if len(plain) < LEAST:
        problem = f"the password is too short: it has {len(plain)} characters"
    elif len(plain) > MOST:
        problem = f"the password is too long: it has {len(plain)} characters"
    elif len(set(plain)) < LEAST_DIFFERENT:
        problem = "the password repeats a few characters"
    elif name in plain.casefold() and len(plain) - len(name) < LEAST_BESIDE_NAME:
        problem = "the password is little more than the user's name"
    if problem:
        fix = f"use {LEAST} to {MOST} characters; a few words that have nothing to do with each other are easy to remember"
        raise AccessError(problem, fix)
    return derived(plain)


def matches(password: str, known: str | None) -> bool:
    """Tell whether a password is the one that has the hash `known`; for None it takes as long to say no."""
    plain = normal(password)[: MOST + 1].encode()
    with at_once:
        try:
            Argon2id.verify_phc_encoded(plain, known or nobodys())
        except InvalidKey:
            return False
    return known is not None


def generated() -> str:
    """Return a new password, in groups that can be read out: 100 bits."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def normal(password: str) -> str:
    """Return a password as it is hashed: keyboards differ in how they put an é together (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def derived(plain: str) -> str:
    """Return the hash of a text, with a salt of its own."""
    salt = secrets.token_bytes(SALT_BYTES)
    with at_once:
        return Argon2id(
            salt=salt, length=LENGTH, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB
        ).derive_phc_encoded(plain.encode())


@cache
def nobodys() -> str:
    """Return the hash that the passwords of unknown users are held against."""
    return derived(secrets.token_urlsafe())
