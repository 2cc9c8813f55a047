"""What the actions of ``policies`` share: the laws that hold for a call, and how a policy is told in a row."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from sumptuary.policy.compiled import Laws, Policy


def add_sources(parser: ArgumentParser) -> None:
    """Add the options that say which policies hold."""
    parser.add_argument("--policies", action="append", default=[], metavar="PATH", help="instead of the built-in pack")
    parser.add_argument("--pack", action="append", default=[], metavar="NAME", help="a pack by name, beside --policies")
    parser.add_argument("--config", metavar="FILE", help="the project file (default: the nearest sumptuary.yaml)")
    parser.add_argument("--no-cache", action="store_true", help="read the policies afresh, and keep nothing")


def laws_of(arguments: Namespace) -> Laws:
    """The laws that the options of ``add_sources`` name.

    Raises:
        SumptuaryError: as ``load`` does.
    """
    from sumptuary.policy.load import load

    return load(arguments.policies, packs=arguments.pack, config=arguments.config, cache=not arguments.no_cache)


def row(policy: Policy) -> dict[str, object]:
    """A policy in a row of JSON: who it is, what it does and where it stands."""
    return {
        "id": policy.id,
        "version": policy.version,
        "title": policy.title,
        "severity": policy.severity,
        "category": policy.category,
        "owner": policy.owner,
        "enforcement": policy.enforcement.default,
        "rule": policy.rule,
        "pack": policy.pack,
        "path": policy.place.path,
        "line": policy.place.line,
    }


def counted(number: int, noun: str) -> str:
    """``1 policy``, ``2 policies``."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
