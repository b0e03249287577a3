"""Who may do what: the one table of roles, and the scopes that a program's token can be given."""

from collections.abc import Mapping
from typing import Literal, get_args

Role = Literal["owner", "merchant", "agent", "viewer"]
Permission = Literal[
    "inbox.read",  # conversations, with what shoppers said
    "inbox.write",  # take over, answer, release, close
    "catalogue.read",  # what was taken in, refused rows, mappings
    "catalogue.write",  # products, promotions, policies, questions and answers
    "rooms.read",  # where rooms stream to and how they fare
    "rooms.write",  # start, stop, insert a line
    "reports.read",  # analytics, claims, gaps, metrics
    "guard",  # the guard, the basket and comments without the limits of an address
    "console",  # the console with all of its tabs
    "webhooks",  # who is told what happens, and with which secret
    "audit.read",  # who did what
    "people",  # accounts, roles, tokens
]
ROLES: tuple[Role, ...] = get_args(Role)
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

MAY: Mapping[Role, frozenset[Permission]] = {
    "owner": frozenset(PERMISSIONS),
    "merchant": frozenset(PERMISSIONS) - {"people", "audit.read"},
    "agent": frozenset({"inbox.read", "inbox.write", "catalogue.read", "rooms.read"}),
    "viewer": frozenset({"inbox.read", "catalogue.read", "rooms.read", "reports.read"}),
}
# What a program may be given. Neither the console nor people: a token that leaks must not make more of its kind.
SCOPES: tuple[Permission, ...] = tuple(each for each in PERMISSIONS if each not in ("console", "people"))
