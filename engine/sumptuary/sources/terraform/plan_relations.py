"""Which resources a plan's resource names: its references followed through the variables and outputs of modules.

A plan records what an expression names, not what it makes of it, and of locals nothing at all: there the way ends.
"""

from __future__ import annotations

from sumptuary.sources.terraform.addresses import bare, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sumptuary.model import Resource
    from sumptuary.sources.terraform.plan_configuration import PlanConfiguration

MOST_RELATED = 20
"""Addresses that one attribute is related to, as in configuration."""
MOST_COMPARED = 200
"""Resources of one block that are looked through for the one that is meant, where no index names it."""
DEEPEST_CHASE = 12
"""Variables and outputs that are followed from an attribute to a resource."""


class Peers:
    """The resources of one side of a plan by address, and by module and name whatever their indexes."""

    __slots__ = ("blocks", "named", "resources")

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = {resource.address: resource for resource in resources}
        self.named: dict[str, list[str]] = {}
        """By the address without its last index."""
        self.blocks: dict[str, list[str]] = {}
        """By the address without any index."""
        for address in self.resources:
            self.named.setdefault(_without_last_index(address), []).append(address)
            self.blocks.setdefault(".".join(bare(step) for step in split(address)), []).append(address)

    def get(self, address: str) -> Resource | None:
        """The resource at an address."""
        return self.resources.get(address)


class Chase:
    """What one attribute of one resource is related to."""

    __slots__ = ("_configuration", "_peers", "_seen", "related")

    def __init__(self, configuration: PlanConfiguration, peers: Peers) -> None:
        self._configuration = configuration
        self._peers = peers
        self._seen: set[tuple[str, str, str]] = set()
        self.related: dict[str, None] = {}

    def follow(self, scope: list[str], names: Iterable[str], index: str, leaf: str, left: int = DEEPEST_CHASE) -> None:
        """Follow what an expression in a module names.

        ``scope`` are the steps of the module's address; ``index`` is that of who asks, for what is made by the same
        keys; ``leaf`` is the name of the argument, which tells the output that is meant where only its module is named.
        """
        if left == 0 or len(self.related) >= MOST_RELATED:
            return
        for name in _longest(names):
            key = (".".join(scope), name, index)
            if key not in self._seen:
                self._seen.add(key)
                self._one(scope, split(name), index, leaf, left - 1)

    def _one(self, scope: list[str], steps: list[str], index: str, leaf: str, left: int) -> None:
        if len(steps) < 2 or steps[0] in ("local", "each", "count", "path", "terraform", "self", "data"):
            return
        if steps[0] == "var":
            if scope:
                told = self._configuration.argument(scope, steps[1])
                self.follow(scope[:-2], told, _index(scope[-1]) or index, steps[1], left)
        elif steps[0] == "module":
            inner = [*scope, "module", steps[1]]
            outputs = self._configuration.outputs(inner)
            for output in [bare(steps[2])] if len(steps) > 2 else [each for each in outputs if _alike(each, leaf)]:
                self.follow(inner, outputs.get(output, ()), index, output, left)
        else:
            found = self._instances([*scope, *steps[:2]], index)
            self.related.update(dict.fromkeys(found[: MOST_RELATED - len(self.related)]))

    def _instances(self, target: list[str], index: str) -> list[str]:
        """The resources that a name stands for: of several, the one with the index that is named, or the same one."""
        peers, written = self._peers, ".".join(target)
        if written in peers.resources:
            return [written]
        if index and f"{written}{index}" in peers.resources:
            return [f"{written}{index}"]
        if written in peers.named:
            return peers.named[written]
        if index:
            for place in range(1, len(target) - 2, 2):
                there = ".".join([*target[:place], f"{bare(target[place])}{index}", *target[place + 1 :]])
                if not _index(target[place]) and there in peers.named:
                    return peers.named[there]
        block = peers.blocks.get(".".join(bare(step) for step in target), [])
        return [each for each in block[:MOST_COMPARED] if _fits(split(each), target)]


def relate(resource: Resource, configuration: PlanConfiguration, peers: Peers) -> None:
    """Fill the relations of a resource from what the configuration part says of references."""
    references = configuration.references(resource.address)
    if not references:
        return
    steps = split(resource.address)
    scope, index = _module_steps(steps), _index(steps[-1])
    for path, names in references.items():
        chase = Chase(configuration, peers)
        chase.follow(scope, names, index, path.rpartition(".")[2])
        if chase.related:
            resource.relations[path] = tuple(chase.related)


def _longest(names: Iterable[str]) -> list[str]:
    """Without the shorter forms that a plan lists behind each name: ``a.b[0].id``, ``a.b[0]``, ``a.b``."""
    kept: list[str] = []
    for name in names:
        if not any(other.startswith((f"{name}.", f"{name}[")) for other in kept):
            kept.append(name)
    return kept


def _alike(output: str, leaf: str) -> bool:
    return output == leaf or output.endswith(f"_{leaf}") or leaf.endswith(f"_{output}")


def _fits(address: list[str], target: list[str]) -> bool:
    """Whether an address is one that a target stands for, whose steps without index stand for all."""
    return all(there in (step, bare(step)) for step, there in zip(address, target, strict=False))


def _index(step: str) -> str:
    return step.removeprefix(bare(step))


def _module_steps(steps: list[str]) -> list[str]:
    """The module part of an address, as steps with their indexes: ``['module', 'a["x"]']``."""
    last = 0
    while last + 1 < len(steps) and steps[last] == "module":
        last += 2
    return steps[:last]


def _without_last_index(address: str) -> str:
    """``module.a["x"].aws_instance.b`` of ``module.a["x"].aws_instance.b[0]``."""
    if not address.endswith("]"):
        return address
    steps = split(address)
    return address.removesuffix(_index(steps[-1])) if steps else address
