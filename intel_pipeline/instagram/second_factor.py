"""The second factor: a code as it is typed, or one made from the secret that an authenticator app was set up with."""

import base64
import re
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from intel_pipeline.instagram.errors import LoginNeededError

CODE = re.compile(r"[0-9]{6,8}")
SECRET = re.compile(r"[A-Za-z2-7]{16,}=*")
# Eight letters hold five bytes; so many letters more hold no whole number of them.
CUT_SHORT = frozenset({1, 3, 6})
DIGITS, SECONDS = 6, 30


def code_of(typed: str, at: datetime) -> str:
    """Return the code to send: `typed` itself, or where that is a secret (base32), its code at the moment `at`.

    RFC 6238 as Instagram uses it: SHA-1, six digits, a new one every 30 s. Raises LoginNeededError for anything else,
    without quoting it.
    """
    bare = re.sub(r"[\s-]", "", typed)
    if CODE.fullmatch(bare):
        return bare
    secret = bare.rstrip("=").upper()
    if not SECRET.fullmatch(bare) or len(secret) % 8 in CUT_SHORT:
        problem = "what was typed is neither a code nor the secret of an authenticator app"
        fix = "type the six digits that the app or a message shows, or the secret: letters and the digits 2 to 7"
        raise LoginNeededError(problem, fix)
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    # Authenticator apps are given short secrets that RFC 4226 would rather not see.
    made = TOTP(key, DIGITS, SHA1(), SECONDS, enforce_key_length=False)  # noqa: S303  not ours to choose
    return made.generate(int(at.timestamp())).decode()
