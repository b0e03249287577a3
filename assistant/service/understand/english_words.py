"""The English words of `english`: what shoppers call actions, orders, payments and things."""

import re

from assistant.service.asks import Kind

_I = re.IGNORECASE

SENTENCE_END = re.compile(
    r"(?<=[!?])\s+|(?<!\bMr)(?<!\bSt)(?<!\bNo)(?<!\bApt)(?<!\bMs)(?<!\bDr)(?<!\bMrs)(?<=\.)\s+(?=[A-Z#\"'0-9a-z])|;\s+|\n+"
)
_VERB = r"(?:return|exchange|cancel|change|swap|switch|send|ship|modify|replace|refund me|give me|tell me|make|update)"
SECOND_VERB = re.compile(
    rf"(?:,? and|,|;)\s+(?:(?:also|then|please|finally|can you|could you|i(?:'d| would) like to|i want to)\s+)*(?={_VERB}\b(?!\s+of\b))",
    _I,
)
IF = re.compile(
    r"(?:(?:and|but|or|ok(?:ay)?|well|then|seriously\?|so|fine)[,.]?\s+)*(?P<if>(?:if|in case|unless|should)\b[^,]*?)(?:,\s*(?:then\s+)?|\s+then\s+|"
    r"(?<=possible)\s+|(?<=not)\s+(?=please|can|just))",
    _I,
)
COSTS_OVER = re.compile(r"(?:costs?|is|priced at)\s+(?:more than|over|above)\s+\$\s?([\d,]+(?:\.\d+)?)", _I)
ONLY_ONE = re.compile(r"only (?:do )?one of|one or the other|either one", _I)
MAKE_IT = re.compile(r"\b(?:oh wait|wait|actually)\b.*\bmake (?:it|that) an?\b", _I)
PREFERS = re.compile(r"\bprefer", _I)

HANDOFF = re.compile(
    r"\b(?:human|real person|live (?:agent|person)|representative|supervisor|manager|someone (?:on|from) your team|customer (?:service|support) "
    r"(?:agent|rep\w*)|(?:talk|speak|chat)(?:ing)? (?:to|with) (?:an? )?(?:agent|person|someone|somebody|people)|transfer me|connect me (?:with|to))\b"
    r"|\ba person please\b|\b(?:undo|revert|reverse|restore|reinstate|reactivate|uncancel)\b"
    r"|\b(?:charged|billed|debited)\b[^.]*\b(?:twice|two times|double|again)\b|\b(?:double|duplicate)[- ]?charge\w*|\btwo charges\b"
    r"|\b(?:file|make|submit|open) an? (?:claim|complaint|dispute)\b|\bclaim for\b|\bwho can handle\b|\binvestigat\w+",
    _I,
)
QUESTION = re.compile(
    r"^(?:[\w\s',#-]{0,60}?(?:[,:]|\bwith\b|\band\b)\s*)?(?:(?:ok|and|also|then|hi|hello|hey|quick question|one more thing|just to check|great|before that)\b[^?]{0,30}?)?"
    r"(?:what|which|how (?:much|many|long|did|do)|where|when|who|why|does|did|is|are|was|were|do you|can i (?:still )?(?:get|have|return|exchange|cancel)|am i)\b[^?]*\?"
    r"|^(?:(?:and|also|so|ok|hi|hello|hey)[, ]+)*(?:what(?:'s)?|which|where(?:'s)?|when|how (?:much|many|long|did))\b(?! hasn't)",
    _I,
)
POLITE = re.compile(
    r"\b(?:can|could|would|will) (?:you|we|i)(?: please)? (?!(?:tell|check|give|see|look|find|confirm|still)\b)", _I
)
ACTION_REQUEST = re.compile(
    r"\bhow (?:do|can|would|could) i (?:return|cancel|exchange|change|swap|send)|\bplease (?:cancel|return|exchange|change|swap|switch|modify|send|replace|update|set up|arrange|take)\b|\bi(?:'d| would) (?:also )?like to (?:return|exchange|cancel|change|swap)"
    r"|\bi (?:also )?(?:want|need) to (?:return|exchange|cancel|change|swap)|\bi (?:also )?want (?:it|them|that|both) (?:exchanged|returned|cancelled)|\bcould i return\b",
    _I,
)
PROFILE_ADDRESS = re.compile(
    r"\b(?:default|profile|account|home) (?:shipping )?address\b|\baddress (?:on (?:file|my (?:account|profile))|in my (?:account|profile))",
    _I,
)
TOLD = re.compile(
    r"\b(?:remind|tell|show) me\b|\b(?:what|which) address\b|\bcan you (?:tell|remind|check|look up)\b", _I
)
TO_PROFILE = re.compile(
    r"\b(?:to|with) my (?:default|profile|account|home)\b|\b(?:order|package|shipment)\b[^.]*\bto (?:my|the) [\w\s]*default\b",
    _I,
)
ADDRESS = re.compile(
    r"(?<!email )(?<!e-mail )\baddress\b(?! (?:on|in) (?:file|my))|\b(?:send|ship|deliver|redirect)\b(?! back)(?!.{0,30}\bback\b)[^.?]{0,60}\b(?:to|instead)\b"
    r"|\b(?:should|must|has to|needs? to|can|could|to) (?:go|be (?:sent|shipped|delivered)) to\b|\b(?:sent|shipped|delivered) to (?=\d|the |my )",
    _I,
)
NO_ADDRESS = re.compile(
    r"\b(?:refund|money|difference|payment|amount)\b[^.?]{0,40}\b(?:go|sent|send|put) |\bhad\b[^.?]{0,40}\bsent\b", _I
)
PAY_CHANGE = re.compile(
    r"\bpay for\b[^.?]*\b(?:with|using|by)\b|\border\b[^.?]*\bpaid (?:with|by|from|using)\b|\buse (?:my|the) [^.?]*? (?:to pay|as (?:the )?payment|for the payment)|\bto pay for\b|\b(?:like|want|have|get)\b[^.?]*\bpaid (?:with|by|from|using)\b|\bhow i(?:'m| am)? pay(?:ing)?\b|\bas (?:the |my )?payment\b|\b(?:bill|charge)(?:d)?\b[^.?]{0,40}\b(?:instead|rather than)\b|\b(?:change|switch|update|modify|move)\b[^.?]*\bpayment\b|\bpayment (?:method )?(?:of|for|on)\b[^.?]*\b(?:to|should|with)\b"
    r"|\b(?:put|charge)\b[^.?]*(?:\border\b|\bw\d{5,})[^.?]*\b(?:on|to) (?:my|the)\b|\brather pay\b",
    _I,
)
_CANCEL = (
    r"\bcancel(?!\w)|\bcancell?(?:ing|ation)\b|\b(?:be|get|order(?: number)?\s+#?\w+|have it|it|that one|(?:need|want)\s[^.]{0,40}?|#\w+)\s+cancell?ed\b"
    r"|\bcall(?:ing)? off\b|\b(?:stop|kill|scrap|drop|void|abort|withdraw|annul|revoke) (?:my |the |this |that )?(?:pending |whole |entire )?(?:order|purchase|#)"
    r"|\b(?:don't|do not) (?:ship|send) (?:it|#|order|my)\b|\bget (?:me )?out of (?:the |my )?order\b"
)
_RETURN = (
    r"\breturn(?:ed|ing|s)?\b(?! policy)|\b(?:send|give|bring|ship|hand|mail|get)(?:ing)?\b[^.?]{0,80}\bback\b(?! to you with)|\btake (?:back|[^.?]{0,40} back)\b|\bnot keeping\b"
    r"|\b(?:don't|do not) want to keep\b|\brefund(?:ed)? (?:me )?(?:for|on|the|my)\b|\bmoney back\b"
)
_SWAP = (
    r"\b(?:exchang(?:e|ed|ing)|swap(?:ped|ping)?|switch(?:ed|ing)?(?! type)|replac(?:e|ed|ing)|trade|chang(?:e|ed|ing)(?! my mind)|modify|upgrade|tweak|adjust|alter|edit|convert|update)\b"
    r"|\brather have\b|\bmake (?:it|that|the|my)\b|\bi(?:'d| would) (?:much )?(?:prefer|rather)\b|\b(?:get|have) (?:the|my|a) [^.?]* (?:as|in) [^.?]*|\ba different\b|\binstead\b(?! of)"
    r"|\bshould (?:have been|be)\b(?! cancel)|\b(?:chose|picked|ordered|got|selected|took|have) the wrong\b|\bmeant to (?:get|order|buy|pick)\b|\b(?:wrong|other) (?:size|colou?r|version|variant|model|options?)\b"
)
VERBS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("cancel", re.compile(_CANCEL, _I)),
    ("swap", re.compile(r"\b(?:exchange|swap)\b(?! (?:number|rate))", _I)),
    ("return", re.compile(_RETURN, _I)),
    ("swap", re.compile(_SWAP, _I)),
    (
        "buy",
        re.compile(
            r"\b(?:(?:place|make) an? (?:new )?order|order (?:me|it for me|one for me)|buy (?:it|one|me|that)|purchase (?:it|one))\b",
            _I,
        ),
    ),
)
SWAP_VERB = re.compile(_SWAP, _I)
NEGATED = re.compile(
    r"\b(?:don't|do not|didn't|won't|wouldn't|not|never|no need to|without|instead of|rather than|can't|cannot|can not|no)\s+(?:want to |have to |need to |be |anything |to )*(?:cancel\w*|return\w*|exchang\w*|swap\w*|chang\w*|send (?:it|them)|give (?:it|them))\b",
    _I,
)
LOOKUP = re.compile(
    r"\btracking\b|\bstatus\b|\bbalance\b|\btotal\b|\bhow much\b|\bcheapest\b|\bin stock\b|\bavailable\b|\btell me\b|\bcan you (?:check|tell|give|see|look)\b|(?:\S+\s+){2,}\S*\?\s*$",
    _I,
)

LEAVE = re.compile(
    r"\b(?:leave|keep)(?:ing)? (?:it|that|this|the|my|everything|them)\b|\bnever ?mind\b|\bforget (?:it|about|the|this|that)\b|\bdon't (?:do|change|want|bother)\b|\bdo not (?:do|change|want)\b"
    r"|\bno worries\b|\bthat's (?:it|fine|ok|okay|all)\b|\bi'll (?:wait|handle|keep|do that)\b|\bfine\b[.!]?$|\bskip (?:it|this|that)\b|\bi'm keeping\b|\bas it is\b|\bunchanged\b",
    _I,
)
YES = re.compile(
    r"\W*(?:yes|yeah|yep|yup|sure|ok(?:ay)?|correct|right|confirm(?:ed)?|go ahead|please do|absolutely|definitely|do it|that's right|sounds good|of course|proceed|y)\b(?!\?)"
    r"(?![^.!]*\b(?:wait|instead|actually)\b)",
    _I,
)
NO = re.compile(r"\W*(?:no|nope|nah|don't|do not|stop|wait|never ?mind|cancel that|not (?:now|anymore|yet))\b", _I)

IDENTITY = re.compile(r"\b(?:my name|name's|zip|email|e-mail)\b|@", _I)
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
NAME = re.compile(r"\b(?=([A-Z][a-zA-Z'-]+)\s+([A-Z][a-zA-Z'-]+)\b)")
ZIP = re.compile(r"(?<![\d#-])\d{5}(?!\d)")

_STATES = (
    (
        "delivered",
        re.compile(
            r"\b(?:(?:already |has |have |was |been )*delivered|received|arrived|i(?:'ve| have)? (?:just )?got\b|came)\b",
            _I,
        ),
    ),
    (
        "pending",
        re.compile(
            r"\b(?:pending|(?:has|have)n't shipped|not (?:yet )?shipped|before (?:it|my order|order|the order)[^.]{0,30}(?:goes out|ships)|unshipped|still going)\b",
            _I,
        ),
    ),
    ("cancelled", re.compile(r"\bcancell?ed\b", _I)),
)
ORDER_WITH = re.compile(
    r"(?:\b(?:in|from|on|of|for)\s+)?\b(?:the|my|that|an?|one of my)\s+(?:(?:\w+)\s+){0,2}?orders?,?\s+(?:with|containing|(?:that|which) (?:has|have|had|contains?|includes?)|including|having)\s+"
    r"(?P<holds>(?:(?:an?|the|my|two|three)\s+)?[^,.;?!]*?)(?=\s+(?:in it\b|i want|please|to (?:my|the)|because|since|for (?:a|one|me)|completely|and (?:make|change|cancel|return)|instead)|[,.;?!]|$)(?:\s+in it)?",
    _I,
)
STATE_ORDER = re.compile(r"\b(?:pending|delivered|cancelled|canceled|recent|received|unshipped)\s+orders?\b", _I)
SAME_ORDER = re.compile(
    r"(?:\b(?:in|from|on|of|for)\s+)?\b(?:that|the|this)\s+(?:very\s+)?(?:same\s+)(?:pending\s+|delivered\s+)?order\b|(?:\b(?:in|from|on|of|for)\s+)?\bthat\s+(?:pending\s+|delivered\s+)?order\b|\bthe order\b(?! (?:with|number|that|containing))|\bmy order\b(?! (?:#|number|with|is\b|w\d))(?=[,.!?]|$)",
    _I,
)
OTHER_ORDER = re.compile(
    r"(?:\b(?:in|from|on|of|for)\s+)?\b(?:my|the|an)?\s?other\s+(?:pending\s+|delivered\s+)?order\b", _I
)
EVERY_ORDER = re.compile(
    r"\ball (?:of )?my (?:\w+ )?orders\b|\bevery (?:\w+ )?order\b|\bboth (?:my |of my )?orders\b", _I
)
ADDRESS_OF_ORDER = re.compile(
    r"\b(?:to|with|as|at)\s+(?:the\s+)?(?:(?:very )?same\s+)?(?:shipping )?(?:address|place)\b[^.;]{0,40}?⟦order⟧", _I
)
ENDS_IN = re.compile(r"\b(?:number|order)\b[^.]{0,30}\b(?:ends?|ending) (?:in|with) #?(\d{1,6})\b", _I)
CARD_ENDING = re.compile(r"\b(?:card|visa|mastercard|amex)\b[^.]{0,20}\bending\b", _I)

PAYMENT = re.compile(
    r"(?P<original>\boriginal (?:payment(?: method)?|method|card|form)\b|\b(?:payment method|method|card|way|account) (?:that )?i (?:used|paid with|originally used|originally paid with)\b|\b(?:how|what) i paid\b"
    r"|\bsame (?:card|payment method|method)\b(?: i (?:used|paid with))?|\bthe way i paid\b|\bwhere (?:it|the money) came from\b)"
    r"|(?P<gift>\bgift ?card\b)|(?P<paypal>\bpay ?pal\b)"
    r"|(?P<card>(?:\b(?P<brand>visa|master ?card|amex|american express|discover)\b(?: (?:credit |debit )?card)?|\b(?:credit|debit|bank) card\b|\b(?:my|the) card\b(?! (?:i|reader)))(?:[^.,]{0,12}?\b(?:ending|ends) (?:in|with) (?P<last4>\d{4}))?)",
    _I,
)
NOT_THIS = re.compile(r"\b(?:not|instead of|other than|isn't|no)\s+(?:to |on |with )?(?:my |the )?$", _I)

ARTICLE = re.compile(r"\b(?:the|my|a|an|this|that|these|those|both|one of my|two|his|her|our|your)\s+", _I)
PHRASE_END = re.compile(
    r"⟦order⟧|\b(?:from|in|to|and get|with the money|for a (?:full )?refund|because|since|please|that came|which|but|into|i want|so|refund|, ?(?:refund|please|with))\b|[.;?!]",
    _I,
)
CAME_WITH = re.compile(
    r"\bthat (?:came|arrived|was delivered|shipped) (?:together )?with (?P<holds>(?:the|my|an?) [^,.;?!]*)", _I
)
VERB_AT = re.compile(r"\b(?:return|exchang|swap|switch|replac|chang|modif|cancel|send|take|keeping)\w*", _I)
ASIDE = re.compile(r"\b(?:because|since|as i|without|it's no longer|so that|now that)\b", _I)  # reasons name things too
LEFT_OUT = re.compile(r"\b(?:leave|keep|forget|not)\s+(?:out\s+)?(?:the|my)\s+[\w\s-]{0,30}$", _I)
WRITTEN_ADDRESS = re.compile(r"\b\d{1,6} [A-Z][\w.'-]*(?: [A-Z0-9][\w.'-]*){0,4},[^.?!]{2,60}?\b\d{5}\b")
WANTED_END = re.compile(
    r"(?:\.|;|\?|!)\s|⟦order⟧|\b(?:charge|use|refund|bill|put) (?:it|the|any|my|to)\b|\b(?:any|the) (?:price )?difference\b|\bplease\b",
    re.I,
)
PRONOUN = re.compile(r"\b(?:it|them|that|those|this|one|mine|ones)\b", _I)
IT_CHANGED = re.compile(r"\b(?:exchange|swap|switch|change|replace|make)\s+(?:it|them|that one|mine)\b", _I)
MORE_LIKE = re.compile(r"\((?:[^)]*\b(?:fine|ok|okay|works?) too)\)", _I)
EXCEPT = re.compile(r"\b(?:except(?: for)?|apart from|other than|but not|excluding|all but)\b", _I)
EVERYTHING = re.compile(
    r"\beverything\b(?! else)|\b(?:the )?(?:entire|whole|complete) (?:my )?(?:order|thing|purchase)|\ball (?:of it|of them|(?:the )?items)\b|\bthe entire\b|\bthe lot\b|\bcompletely\b",
    _I,
)
NO_THING = re.compile(r"'s?\s+(?:battery|number)|\s+(?:number|settings?|compartments?|sleeve|pocket)\b", _I)
_NEW = r"(?:a|an|one|another|exactly|something|some|two)\b|(?:the )?(?:same|cheapest|largest|biggest|smallest|\d+[\w.-]*(?:[ -](?:inch|ml|bar|piece|foot|l))?)\b|the\s+(?:[\w.-]+\s+){0,5}?(?:one|ones|pair|version|model|capsule)\b|(?:[\w.'+%/-]+ ){0,4}ones?\b|(?:blue|red|black|white|green|grey|gray|silver|gold|brown|bamboo|maple|\w+)\b(?=,| please|\.|$)"
LINK = re.compile(
    rf"\b(?:to|for|into)\s+(?={_NEW})|(?::|;|,)?\s*\bi(?:'d like| want| would like| prefer)\s+(?=(?:an?|one)\b)|\bso (?:that )?it (?:has|is|comes in)\s+",
    _I,
)
LINK_WITH = re.compile(rf"\b(?:to|for|into|with|by)\s+(?={_NEW})", _I)
RATHER = re.compile(r"\brather have (?P<new>[^.?]+?) than (?P<old>[^.?]+)", _I)
CHANGE_IT = re.compile(
    r"\b(?:exchange|swap|switch|change|replace|make)\s+(?P<old>it|them|that one|mine|the item|both)?\b[^.?]*?\b(?:to|for|into|with)?\s*(?P<new>[^.?]+)",
    _I,
)
ALSO_CALLED = {
    "bike": "Bicycle",
    "bottle": "Water Bottle",
    "speaker": "Bluetooth Speaker",
    "purifier": "Air Purifier",
    "watch": "Wristwatch",
    "watches": "Wristwatch",
}


def state_of(text: str) -> str:
    """A word for the state an order is said to be in; empty when none is said."""
    return next((state for state, pattern in _STATES if pattern.search(text)), "")
