"""Addresses as people write them, or refer to them; of the United States and places that write them alike."""

import re

from assistant.service.model import Address

_WRITTEN = re.compile(
    r"(?P<street>\d{1,6} [A-Z][\w.'-]*(?: [A-Z0-9][\w.'-]*){0,4}),\s*"
    r"(?:(?P<unit>(?:Suite|Apt\.?|Apartment|Unit|#|Floor)\s?[\w-]+),\s*)?"
    r"(?P<city>[A-Z][A-Za-z.'-]*(?: [A-Z][A-Za-z.'-]*){0,3}),\s*"
    r"(?P<state>[A-Z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)?),?\s+(?P<zip>\d{5})(?!\d)"
)
_STATES = dict(
    pair.split("=")
    for pair in (
        "AL=Alabama,AK=Alaska,AZ=Arizona,AR=Arkansas,CA=California,CO=Colorado,CT=Connecticut,DE=Delaware,DC=Washington,"
        "FL=Florida,GA=Georgia,HI=Hawaii,ID=Idaho,IL=Illinois,IN=Indiana,IA=Iowa,KS=Kansas,KY=Kentucky,LA=Louisiana,"
        "ME=Maine,MD=Maryland,MA=Massachusetts,MI=Michigan,MN=Minnesota,MS=Mississippi,MO=Missouri,MT=Montana,"
        "NE=Nebraska,NV=Nevada,NH=New Hampshire,NJ=New Jersey,NM=New Mexico,NY=New York,NC=North Carolina,"
        "ND=North Dakota,OH=Ohio,OK=Oklahoma,OR=Oregon,PA=Pennsylvania,RI=Rhode Island,SC=South Carolina,"
        "SD=South Dakota,TN=Tennessee,TX=Texas,UT=Utah,VT=Vermont,VA=Virginia,WA=Washington,WV=West Virginia,"
        "WI=Wisconsin,WY=Wyoming"
    ).split(",")
)


class AddressReader:
    """Finds the address a text means."""

    def __init__(self, order_number: re.Pattern[str]) -> None:
        self._number = order_number

    def written(self, text: str) -> Address | None:
        match = _WRITTEN.search(text)
        if match is None:
            return None
        return Address(match["street"], match["unit"] or "", match["city"], match["state"], match["zip"], "USA")

    def of_order(self, text: str) -> list[str]:
        """Numbers of orders whose address is meant: the last one named."""
        if not re.search(r"\b(?:address|same place)\b[^.]*?(?:as|of|on|from|for)\b", text, re.IGNORECASE):
            return []
        return [match[1].upper() for match in self._number.finditer(text)][::-1]

    def mentions(self, text: str, address: Address) -> bool:
        """Whether a text names where the address is: its city or its state."""
        names = [address.city, _STATES.get(address.state, "")]
        return any(name and re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) for name in names)
