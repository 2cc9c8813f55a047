"""Adds our entry to a ``.pre-commit-config.yaml`` that somebody wrote, and touches nothing else in it."""

from __future__ import annotations

import re

from sumptuary.cli.scaffold import hook
from sumptuary.errors import UsageError
from sumptuary.values import is_list, is_map

LARGEST = 1_000_000
_KEY = re.compile(r"""["']?repos["']?\s*:(?P<rest>.*)""")
_ITEM = re.compile(r"(?P<indent>[ ]*)-(\s|$)")
_OURS = re.compile(r"(^|[/:])sumptuary(\.git)?/?$")


def with_hook(text: str, path: str) -> str | None:
    """The configuration with our entry at the end of ``repos:``; None when it has one already.

    Raises:
        UsageError: it is no configuration that an entry can be added to; the hint has the entry.
    """
    before = _document(text, path)
    repos = before.get("repos")
    if repos is not None and not is_list(repos):
        raise _by_hand("its `repos` is no list", path)
    if any(_is_ours(item) for item in repos or []):
        return None
    made = _inserted(text)
    if made is None or not _is_with(made, {**before, "repos": [*(repos or []), *_entry()]}):
        raise _by_hand("its `repos` is not written as a block that can be added to", path)
    return made


def _is_with(made: str, wanted: dict[str, object]) -> bool:
    """Whether a text means what it should: nobody's configuration is written on a guess."""
    try:
        return _document(made, "") == wanted
    except UsageError:
        return False


def _inserted(text: str) -> str | None:
    """The text with the entry put in, by lines; None where there is no such place."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(end)
    start = next((number for number, line in enumerate(lines) if _KEY.match(line)), None)
    if start is None:
        kept = text if not text or text.endswith(end) else text + end
        return kept + end.join(["repos:", *hook(), ""])
    found = _KEY.match(lines[start])
    rest = found["rest"].strip() if found else ""
    if rest == "[]":
        return end.join([*lines[:start], "repos:", *hook(), *lines[start + 1 :]])
    if rest and not rest.startswith("#"):
        return None
    indent, last = None, start
    for number in range(start + 1, len(lines)):
        line = lines[number]
        item = _ITEM.match(line)
        if indent is None and item:
            indent = item["indent"]
        if line.strip() and not line.lstrip().startswith("#"):
            if not line.startswith(" ") and not item:
                break
            last = number
    below = lines[last + 1 :] or [""]
    return end.join([*lines[: last + 1], *hook("  " if indent is None else indent), *below])


def _is_ours(item: object) -> bool:
    if not is_map(item):
        return False
    repo, hooks = item.get("repo"), item.get("hooks")
    if isinstance(repo, str) and _OURS.search(repo):
        return True
    return is_list(hooks) and any(is_map(one) and str(one.get("id")).startswith("sumptuary") for one in hooks)


def _entry() -> list[object]:
    """Our entry as YAML reads it."""
    entry = _document("\n".join(["repos:", *hook()]), "").get("repos")
    return entry if is_list(entry) else []


def _document(text: str, path: str) -> dict[str, object]:
    import yaml

    if len(text) > LARGEST:
        raise _by_hand("it is larger than 1 MB", path)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise _by_hand("it has YAML aliases", path)
        value: object = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise _by_hand("it is not valid YAML", path) from None
    if value is None:
        return {}
    if not is_map(value):
        raise _by_hand("it is not a map", path)
    return value


def _by_hand(why: str, path: str) -> UsageError:
    entry = "\n".join(hook())
    return UsageError(
        f"nothing can be added to it: {why}", place=path, hint=f"leave it with --no-hook, or add:\n{entry}"
    )
