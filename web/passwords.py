"""Passwords: how they are kept, and which are refused."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from web.errors import Refusal

SHORTEST, LONGEST = 12, 128
JUDGED = 72  # characters that are looked at for being guessable; more cost time and add nothing
GUESSABLE = 1  # zxcvbn's score: up to 10^6 guesses
AT_ONCE = 4

# OWASP's least for argon2id: 19 MiB, 2 rounds, 1 lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(AT_ONCE)  # memory: forty sign-ins at once would take 760 MiB
# Checked where nothing is stored: a hash of the same cost, written down since making one takes 60 ms of each start.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$rRBabY6GVTtpGbblYNcBEw$sDGi6b0TeLmw8oxQNvZsxibEGlol+vX35ED694bzn+E"  # noqa: S105


def hashed(password: str) -> str:
    with _turns:
        return _hasher.hash(password)


def matches(stored: str, password: str) -> bool:
    """False also when nothing is stored, after the same work: the time does not tell who has an account."""
    with _turns:
        try:
            return _hasher.verify(stored or _NOBODY, password) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


def judged(password: str, *about: str) -> tuple[int, Refusal | None]:
    """How hard it is to guess, 0 to 4, and why it would be refused."""
    from zxcvbn import zxcvbn  # 80 ms to import

    score = int(zxcvbn(password[:JUDGED], [word for word in about if word])["score"]) if password else 0
    try:
        check(password, *about)
    except Refusal as refusal:
        return min(score, GUESSABLE), refusal
    return score, None


def check(password: str, *about: str) -> None:
    """Raises a Refusal for a password that is short or easily guessed; `about`: words that a stranger would try first.

    No rule asks for digits or signs: they make passwords that people forget, not ones that machines don't guess.
    """
    if len(password) < SHORTEST:
        raise Refusal("invalid", f"密码至少要 {SHORTEST} 个字符。", f"A password has at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise Refusal("invalid", f"密码最多 {LONGEST} 个字符。", f"A password has at most {LONGEST} characters.")
    from zxcvbn import zxcvbn  # 80 ms to import

    if zxcvbn(password[:JUDGED], [word for word in about if word])["score"] <= GUESSABLE:
        en = "This password is one of the first that would be tried; choose another, such as four unrelated words."
        raise Refusal("invalid", "这个密码太常见，很容易被猜中；请换一个，比如四个不相干的词。", en)
