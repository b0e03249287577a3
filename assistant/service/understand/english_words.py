"""The words of `lexicon/english.yaml`, compiled once: what shoppers call actions, orders, payments and things."""

import re
from collections.abc import Mapping
from importlib import resources
from typing import Any, cast

from assistant.service.asks import Kind
from knowledge.parsing import parsed

_TEXT = (resources.files("assistant.service") / "lexicon" / "english.yaml").read_text(encoding="utf-8")
_WORDS = cast(Mapping[str, Any], parsed(_TEXT))


def _pattern(name: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(_WORDS[name], flags)


SENTENCE_END = _pattern("sentence_end", 0)
SECOND_VERB = _pattern("second_verb")
IF = _pattern("if")
IF_POSSIBLE = _pattern("if_possible")
JUST_ONE = _pattern("just_one")
BUT_THIS = _pattern("but_this")
JUST_IT = _pattern("just_it")
SEVERAL = _pattern("several")
IS_THERE = _pattern("is_there")
CHEAPER = _pattern("cheaper")
DEARER = _pattern("dearer")
COSTS_OVER = _pattern("costs_over")
ONLY_ONE = _pattern("only_one")
MAKE_IT = _pattern("make_it")
PREFERS = _pattern("prefers")
HANDOFF = _pattern("handoff")
QUESTION = _pattern("question")
POLITE = _pattern("polite")
ACTION_REQUEST = _pattern("action_request")
PROFILE_ADDRESS = _pattern("profile_address")
TOLD = _pattern("told")
TO_PROFILE = _pattern("to_profile")
ADDRESS = _pattern("address")
NO_ADDRESS = _pattern("no_address")
PAY_CHANGE = _pattern("pay_change")
SWAP_VERB = _pattern("swap_verb")
NEGATED = _pattern("negated")
LOOKUP = _pattern("lookup")
LEAVE = _pattern("leave")
YES = _pattern("yes")
NO = _pattern("no")
HANGS = _pattern("hangs")
SETTLED = _pattern("settled")
ASKED_FIRST = _pattern("asked_first")
CORRECTS = _pattern("corrects")
DROPS = _pattern("drops")
ONLY = _pattern("only")
AGAINST = _pattern("against")
UNWANTED = _pattern("unwanted")
JUST_CHECKING = _pattern("just_checking")
TENTATIVE = _pattern("tentative")
ONES = _pattern("ones")
IDENTITY = _pattern("identity")
ORDER_WITH = _pattern("order_with")
STATE_ORDER = _pattern("state_order")
SAME_ORDER = _pattern("same_order")
OTHER_ORDER = _pattern("other_order")
EVERY_ORDER = _pattern("every_order")
ADDRESS_OF_ORDER = _pattern("address_of_order")
ENDS_IN = _pattern("ends_in")
CARD_ENDING = _pattern("card_ending")
PAYMENT = _pattern("payment")
NOT_THIS = _pattern("not_this")
ARTICLE = _pattern("article")
PHRASE_END = _pattern("phrase_end")
CAME_WITH = _pattern("came_with")
VERB_AT = _pattern("verb_at")
ASIDE = _pattern("aside")
LEFT_OUT = _pattern("left_out")
ONE_TO = _pattern("one_to")
ON_PROFILE = _pattern("on_profile")
KEPT_ORDER = _pattern("kept_order")
ALSO_THAT = _pattern("also_that")
LISTED = _pattern("listed")
THERE = _pattern("there")
COULD_BE = _pattern("could_be")
SAYS_SWAP = _pattern("says_swap")
WITH_OPTIONS = _pattern("with_options")
NOTHING_ELSE = _pattern("nothing_else")
AND_THAT = _pattern("and_that")
STAYS = _pattern("stays")
WRITTEN_ADDRESS = _pattern("written_address", 0)
WANTED_END = _pattern("wanted_end")
PRONOUN = _pattern("pronoun")
IT_CHANGED = _pattern("it_changed")
WHEREABOUTS = _pattern("whereabouts")
COMING = _pattern("coming")
TROUBLE = _pattern("trouble")
MORE_LIKE = _pattern("more_like")
EXCEPT = _pattern("except")
EVERYTHING = _pattern("everything")
NO_THING = _pattern("no_thing")
LINK = _pattern("link")
LINK_WITH = _pattern("link_with")
RATHER = _pattern("rather")
CHANGE_IT = _pattern("change_it")
INVOICE_TITLE = _pattern("invoice_title")
VISIT_DAY = _pattern("visit_day")
CALL = _pattern("call")
POINTS = _pattern("points")
MEMBER = _pattern("member")

VERBS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(said, re.IGNORECASE)) for kind, said in _WORDS["verbs"]
)
ALSO_CALLED: Mapping[str, list[str]] = _WORDS["also_called"]
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
NAME = re.compile(r"\b(?=([A-Z][a-zA-Z'-]+)\s+([A-Z][a-zA-Z'-]+)\b)")
PHONE = re.compile(r"(?<![\d#.$-])(?:\d{4}|\d{7,15})(?![\d-])")
ZIP = re.compile(r"(?<![\d#-])\d{5}(?!\d)")
POSTCODE = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})(?![A-Za-z0-9])", re.IGNORECASE)
SAID_NAME = _pattern("said_name")
_DOT = r"\s?[(\[]?\bdot\b[)\]]?\s?"
SPOKEN_EMAIL = re.compile(  # "ann dot lee at example dot com", "ann @ example.com"
    rf"(?<![\w.@])[\w-]+(?:(?:\.|{_DOT})[\w-]+)*(?:\s?\bat\b\s?(?:[\w-]+{_DOT})+|\s?[(\[]at[)\]]\s?(?:[\w-]+(?:\.|{_DOT}))+|\s?@\s?(?:[\w-]+(?:\.|{_DOT}))+)[a-z]{{2,}}\b",
    re.IGNORECASE,
)
_STATES = {state: re.compile(said, re.IGNORECASE) for state, said in _WORDS["states"].items()}


def state_of(text: str) -> str:
    """A word for the state an order is said to be in; empty when none is said."""
    return next((state for state, said in _STATES.items() if said.search(text)), "")
