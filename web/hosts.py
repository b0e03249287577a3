"""Which hosts may be asked by this server on somebody's behalf: the public internet, and what the operator lists."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be asked besides the public internet: names (`crm.internal`, `*.corp.example`) and networks
    (`10.1.0.0/16`, `127.0.0.1`) that the operator has listed."""

    names: frozenset[str] = frozenset()
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    @classmethod
    def parse(cls, listed: Iterable[str]) -> "Allowed":
        """Raises ValueError for what is neither a name nor a network."""
        names, networks = set(), []
        for one in listed:
            try:
                networks.append(ipaddress.ip_network(one, strict=False))
            except ValueError:
                bare = one.removeprefix("*.")
                if not bare or not all(part and part.replace("-", "").isalnum() for part in bare.split(".")):
                    raise ValueError(f"{one!r} is neither a host name nor a network like 10.1.0.0/16") from None
                names.add(one.lower())
        return cls(frozenset(names), tuple(networks))

    def name(self, host: str) -> bool:
        host = host.lower().rstrip(".")
        above = host.split(".")
        return host in self.names or any(f"*.{'.'.join(above[at:])}" in self.names for at in range(1, len(above)))

    def address(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def real(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def is_public(address: Address) -> bool:
    """False for loopback, private, link-local (cloud metadata among them), shared, reserved and multicast addresses."""
    found = real(address)
    return found.is_global and not found.is_multicast and not found.is_reserved


def literal(host: str) -> Address | None:
    """The address that is written there instead of a name, if it is one."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
