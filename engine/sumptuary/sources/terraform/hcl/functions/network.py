"""Functions on IP networks."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from sumptuary.sources.terraform.hcl.lazy import EvaluationError
from sumptuary.sources.terraform.hcl.operators import number, string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Network = IPv4Network | IPv6Network


def _network(prefix: object) -> Network:
    return ip_network(string(prefix), strict=False)


def _host(prefix: object, position: object) -> object:
    network, at = _network(prefix), int(number(position))
    size = network.num_addresses
    if not -size <= at < size:
        raise EvaluationError("the network has no such host")
    return str(ip_address(int(network.network_address) + (at if at >= 0 else size + at)))


def _subnet(prefix: object, newbits: object, number_: object) -> object:
    network, bits, at = _network(prefix), int(number(newbits)), int(number(number_))
    length = network.prefixlen + bits
    if bits < 0 or length > network.max_prefixlen or not 0 <= at < 2**bits:
        raise EvaluationError("the network has no such subnet")
    start = int(network.network_address) + (at << (network.max_prefixlen - length))
    return f"{ip_address(start)}/{length}"


def _subnets(prefix: object, *newbits: object) -> object:
    network = _network(prefix)
    start, end = int(network.network_address), int(network.broadcast_address)
    made: list[object] = []
    for bits in newbits:
        length = network.prefixlen + int(number(bits))
        size = 1 << (network.max_prefixlen - length)
        start = (start + size - 1) // size * size
        if start + size - 1 > end:
            raise EvaluationError("the network has no room for all of these subnets")
        made.append(f"{ip_address(start)}/{length}")
        start += size
    return made


def _netmask(prefix: object) -> object:
    network = _network(prefix)
    if isinstance(network, IPv6Network):
        raise EvaluationError("IPv6 networks have no netmask")
    return str(network.netmask)


FUNCTIONS: dict[str, Callable[..., object]] = {
    "cidrhost": _host,
    "cidrnetmask": _netmask,
    "cidrsubnet": _subnet,
    "cidrsubnets": _subnets,
}
