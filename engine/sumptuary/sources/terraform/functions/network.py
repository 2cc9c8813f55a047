"""Functions on IP networks."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.lazy import TerraformList
from sumptuary.sources.terraform.numbers import Number
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError

FUNCTIONS = Table()
function = FUNCTIONS.function
Network = IPv4Network | IPv6Network
_MOST_BITS = 32
_ZEROS = re.compile(r"(^|\.)0+(\d)")


def network_of(prefix: str) -> Network:
    """The network of a prefix. Raises EvaluationError for a text that is none."""
    try:
        if "/" not in prefix or not prefix.rpartition("/")[2].isdecimal() or "%" in prefix:
            raise ValueError
        network = ip_network(_ZEROS.sub(r"\1\2", prefix) if ":" not in prefix else prefix, strict=False)
    except ValueError as error:
        raise EvaluationError(f"{prefix[:50]!r} is not a CIDR prefix") from error
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        raise TooLargeError("Terraform's handling of IPv4 addresses written as IPv6 is not evaluated")
    return network


def _whole(value: Number) -> int:
    if isinstance(value, int):
        return value
    raise EvaluationError("a whole number is required")


def _written(network: Network, number: int) -> str:
    address = ip_address(number.to_bytes(network.max_prefixlen // 8, "big"))
    return str(address)


@function("string number")
def cidrhost(prefix: str, position: Number) -> object:
    """The address of a host by its number; negative ones count from the end."""
    network, number = network_of(prefix), _whole(position)
    size = network.num_addresses
    if not -size <= number < size:
        if abs(number) >= 1 << 63:
            raise TooLargeError("a host with so large a number is not evaluated: Terraform does not refuse all of them")
        raise EvaluationError(f"the prefix {prefix} has no host {number}")
    return _written(network, int(network.network_address) + (number if number >= 0 else size + number))


@function("string")
def cidrnetmask(prefix: str) -> object:
    """The netmask of an IPv4 prefix."""
    network = network_of(prefix)
    if isinstance(network, IPv6Network):
        raise EvaluationError("only IPv4 has netmasks")
    return str(network.netmask)


@function("string number number")
def cidrsubnet(prefix: str, newbits: Number, number: Number) -> object:
    """A subnet by the bits added to the prefix and its number."""
    network, bits, place = network_of(prefix), _whole(newbits), _whole(number)
    length = network.prefixlen + bits
    if place < 0 or bits < 0:
        raise TooLargeError("a negative subnet is not evaluated: Terraform's answer is an accident of its arithmetic")
    if length > network.max_prefixlen or place >= 2**bits:
        raise EvaluationError(f"the prefix {prefix} extended by {bits} bits has no network {place}")
    return f"{_written(network, int(network.network_address) + (place << (network.max_prefixlen - length)))}/{length}"


@function("string number*")
def cidrsubnets(prefix: str, *newbits: Number) -> object:
    """Subnets one after the other, each with its own bits added to the prefix."""
    network = network_of(prefix)
    start, end = int(network.network_address), int(network.broadcast_address)
    made = TerraformList()
    if start == 0 and newbits:  # Terraform looks for the network before the first one
        raise EvaluationError(f"the prefix {prefix} has no room for subnets, as Terraform counts")
    for added in newbits:
        bits = _whole(added)
        length = network.prefixlen + bits
        if not 1 <= bits <= _MOST_BITS or length > network.max_prefixlen:
            raise EvaluationError(f"the prefix {prefix} cannot be extended by {bits} bits")
        size = 1 << (network.max_prefixlen - length)
        start = -(-start // size) * size
        if start + size - 1 > end:
            raise EvaluationError(f"the prefix {prefix} has no room for all of these subnets")
        made.append(f"{_written(network, start)}/{length}")
        start += size
    return made
