"""Who somebody is, by what the policy takes for a proof."""

from assistant.service.asks import Heard
from assistant.service.policy import Policy
from assistant.service.session import Session, Turn
from assistant.service.shop import ServiceShop
from assistant.service.steps import Told

MOST_GUESSES = 5  # at who somebody is, in one conversation


class Identity:
    """Of one shop."""

    def __init__(self, shop: ServiceShop, policy: Policy) -> None:
        self._shop = shop
        self._policy = policy

    def identify(self, heard: Heard, session: Session, turn: Turn, *, quietly: bool = False) -> bool:
        """Whether it is known who this is; what was said of it is kept for the next message."""
        if session.client_id:
            return True
        session.emails = (*session.emails, *heard.emails)
        session.names = (*session.names, *heard.names)
        session.zips = (*session.zips, *heard.zips)
        session.numbers = (*session.numbers, *heard.order.ids, *(one for ask in heard.asks for one in ask.order.ids))
        session.tails = (*session.tails, *heard.tails)
        if session.wrong_guesses < MOST_GUESSES:
            session.client_id = self._found(session)
        if session.client_id:
            session.emails = session.names = session.zips = session.numbers = session.tails = ()  # no longer needed
            turn.told.append(Told("welcome", {"client": self._shop.client(session.client_id)}))
            return True
        if quietly:
            return False
        tried = bool(heard.emails) or (bool(session.names) and bool(session.zips) and bool(heard.names or heard.zips))
        if frozenset({"order", "phone"}) in self._policy.identity:
            tried = bool(session.numbers) and bool(heard.tails)
        session.wrong_guesses += tried
        if session.wrong_guesses >= MOST_GUESSES:
            turn.told.append(Told("too_many_guesses"))
            turn.handoff = True
        else:
            by_order = "_order" if frozenset({"order", "phone"}) in self._policy.identity else ""
            turn.told.append(Told(("not_found" if tried else "who_are_you") + by_order))
            turn.asks_question = True
        return False

    def _found(self, session: Session) -> str:
        ways = self._policy.identity
        if frozenset({"email"}) in ways:
            for email in session.emails:
                if (client := self._shop.find_client(email=email)) is not None:
                    return client.id
        if frozenset({"name", "zip"}) in ways:
            for name in session.names:
                for code in session.zips:
                    if (client := self._shop.find_client(name=name, zip_code=code)) is not None:
                        return client.id
        if frozenset({"order", "phone"}) in ways:
            for number in dict.fromkeys(session.numbers):
                for tail in dict.fromkeys(session.tails):
                    order_id = self._policy.number_format.format(number)
                    if (client := self._shop.find_client(order_id=order_id, phone_tail=tail)) is not None:
                        return client.id
        return ""
