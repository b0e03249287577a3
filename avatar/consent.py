"""Nobody's face or voice is used who did not agree."""

from dataclasses import dataclass
from datetime import date


class ConsentError(Exception):
    """A consent doesn't hold; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Consent:
    """`document`: where the signed paper is kept, for whoever asks. `until`: the last day, if there is one.
    `text`: what was agreed to, word by word. `recorded`: by whom it was written down, and when."""

    person: str
    given: date
    document: str
    until: date | None = None
    text: str = ""
    recorded: str = ""

    def check(self, today: date) -> None:
        """Raises ConsentError when the consent doesn't hold."""
        if not self.person.strip() or not self.document.strip():
            raise ConsentError("a consent names the person and says where the signed document is kept")
        if self.given > today:
            raise ConsentError(
                f"the consent of {self.person} is dated {self.given}, which is yet to come; correct the date"
            )
        if self.until is not None and self.until < today:
            raise ConsentError(f"the consent of {self.person} ended on {self.until}; renew it or choose another host")

    def told(self) -> dict[str, object]:
        """As it is written to a file."""
        told: dict[str, object] = {"person": self.person, "given": self.given, "document": self.document}
        more = {"until": self.until, "text": self.text, "recorded": self.recorded}
        return told | {name: value for name, value in more.items() if value}
