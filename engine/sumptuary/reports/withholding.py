"""What of an inventory's attributes is never printed: secrets, by the name they stand under or by their shape."""

from __future__ import annotations

import re

from sumptuary.values import UNKNOWN_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

WITHHELD: dict[str, Json] = {UNKNOWN_KEY: "withheld: user data, secrets and environment variables are never printed"}
"""Stands for a value that is known and is nobody's business here."""

_PRIVATE = ("password", "passwd", "secret", "token", "private_key", "api_key", "access_key", "connection_string")
_PRIVATE_WHOLE = frozenset(
    {
        "certificate_body",
        "certificate_chain",
        "container_definitions",
        "credentials",
        "custom_data",
        "env",
        "environment_variables",
        "metadata_startup_script",
        "startup_script",
        "user_data",
        "user_data_base64",
    }
)
_NAMES_ONLY = ("_arn", "_id", "_name", "_names", "_ids", "_arns", "_version", "_enabled", "_length", "_lifetime")

_WORD = r"(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|auth)"
_FLAG = (
    rf"--?(?:[a-z0-9.]+[_-])*{_WORD}(?:[_-](?!name|file|path|dir|ttl|id|type|url|class|mode|limit|length)[a-z0-9]+)*"
)
_LONE_FLAG = re.compile(_FLAG, re.IGNORECASE)
_SUSPECT = re.compile(
    r"pass|secret|token|key|auth|bearer|credential|@|akia|asia|gh[pousr]_|hf_|sk-|eyj|xox", re.IGNORECASE
)
_CREDENTIAL = re.compile(
    rf"(?:^|[\s;]){_FLAG}\s+(?![-$])\S"  # --password x
    rf"|{_WORD}[\"']?\s*(?:=|:\s|(?<=[\"']):)\s*[\"']?(?!\$[({{A-Za-z])[^\s\"',}}\]]"  # PASSWORD=x, "token": "x"
    r"|\b(?:bearer|basic)\s+[\w+/=.~-]{8,}"
    r"|://(?!git@)[^/\s@\"']+@"  # https://user:password@host
    r"|^[^/@\s]+:[^/@\s]+@(?!sha256:)"  # an image behind user:password@
    r"|\bAKIA[0-9A-Z]{16}|\bASIA[0-9A-Z]{16}|\bgh[pousr]_\w{20}|\bhf_\w{20}|\bsk-[\w-]{20}|\beyJ[\w-]{10,}\.eyJ|\bxox[abp]-\w"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY",
    re.IGNORECASE,
)


def without_secrets(value: Json) -> Json:
    """The attributes with what may be secret withheld: by the name it stands under, by a flag before it in a list of
    arguments, or because it looks like a credential."""
    if isinstance(value, dict):
        named = value.get("name")
        if isinstance(named, str) and "value" in value and _is_private(named, value["value"]):
            value = {**value, "value": WITHHELD}
        return {key: WITHHELD if _is_private(key, item) else without_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return _items(value)
    return WITHHELD if isinstance(value, str) and looks_secret(value) else value


def looks_secret(text: str) -> bool:
    """Whether a text carries a credential, as far as its shape tells."""
    return _SUSPECT.search(text) is not None and _CREDENTIAL.search(text) is not None


def _items(items: list[Json]) -> list[Json]:
    """A list; what follows a flag such as ``--password`` is withheld."""
    kept: list[Json] = []
    after_flag = False
    for item in items:
        secret = after_flag and isinstance(item, str) and not item.startswith(("-", "$("))
        kept.append(WITHHELD if secret else without_secrets(item))
        after_flag = isinstance(item, str) and _LONE_FLAG.fullmatch(item) is not None
    return kept


def _is_private(key: str, item: Json) -> bool:
    """Whether a name says that its value is secret; names, ids and switches around a secret are not."""
    if item is None or isinstance(item, bool) or (isinstance(item, dict) and set(item) == {UNKNOWN_KEY}):
        return False
    name = key.lower()
    if name in _PRIVATE_WHOLE or (name == "variables" and isinstance(item, dict)):
        return True
    return isinstance(item, str) and not name.endswith(_NAMES_ONLY) and any(word in name for word in _PRIVATE)
