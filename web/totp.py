"""The second factor: codes of a telephone's authenticator (RFC 6238), and recovery codes for when it is lost."""

import secrets
from dataclasses import dataclass

import pyotp

STEP_S = 30
LATE_STEPS = 1  # clocks differ, and typing takes time
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


def new_secret() -> str:
    return pyotp.random_base32()


def new_recovery_codes() -> list[str]:
    """Ten codes of 49 random bits each."""
    return ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]


@dataclass(frozen=True, slots=True)
class Totp:
    secret: str

    def step_of(self, code: str, at: float) -> int | None:
        """The number of the half-minute that `code` belongs to, about the moment `at`; None when it is wrong."""
        if not self.secret or not code.isdecimal():
            return None
        made = pyotp.TOTP(self.secret, interval=STEP_S)
        now = int(at) // STEP_S
        return next(
            (step for step in range(now - LATE_STEPS, now + LATE_STEPS + 1)
             if secrets.compare_digest(made.generate_otp(step).encode(), code.encode())),
            None,
        )  # fmt: skip

    def picture(self, name: str, shop: str) -> str:
        """The same as a QR code: the address of an SVG image that holds it itself."""
        import segno

        drawn = segno.make(self.uri(name, shop), micro=False)
        return str(drawn.svg_data_uri(border=3, dark="#000", light="#fff"))

    def uri(self, name: str, shop: str) -> str:
        """What an authenticator takes in, as a link or as a picture of it."""
        return pyotp.TOTP(self.secret, interval=STEP_S).provisioning_uri(name=name, issuer_name=shop)
