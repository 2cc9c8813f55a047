"""What a plan does not know only because nobody wrote it: the provider fills it in, as it does where files are read.

A plan marks every computed argument as unknown, also those that the configuration leaves out: the type of a root
volume, the purchase option of a node group. There the defaults hold that hold for files, or a plan would know less.
"""

from __future__ import annotations

from sumptuary.values import is_list, is_map

DEEPEST = 20
_ALWAYS_TOLD = ("arn", "id", "self_link", "name")
"""What an apply settles whatever is written: it stays unknown, and so does what ends in these, and tags."""


def written(unknown: object, expressions: object, dynamic: frozenset[str] = frozenset(), depth: int = 0) -> object:
    """The marks of ``after_unknown`` without those of arguments that the configuration leaves out.

    ``expressions`` are the configuration's for the same block. A block that stands in the plan and in no expression
    was made by ``dynamic``, of which a plan keeps nothing: what is unknown in it stays so, and so does one of which
    the sources beside the plan say that it is ``dynamic``.
    """
    if not is_map(unknown) or not is_map(expressions) or depth > DEEPEST:
        return unknown
    found: dict[str, object] = {}
    for name, mark in unknown.items():
        given = expressions.get(name)
        if given is None:
            if mark is not True or name in dynamic or name.endswith(_ALWAYS_TOLD) or "tags" in name or "labels" in name:
                found[name] = mark
        else:
            found[name] = _of_blocks(mark, given, depth)
    return found


def _of_blocks(mark: object, given: object, depth: int) -> object:
    """The marks of an argument, or of nested blocks: a list of them, or a single one."""
    if is_list(mark) and is_list(given) and len(mark) == len(given):
        return [written(one, block, depth=depth + 1) for one, block in zip(mark, given, strict=True)]
    if is_map(mark) and is_map(given) and not given.keys() & {"references", "constant_value"}:
        return written(mark, given, depth=depth + 1)
    return mark
