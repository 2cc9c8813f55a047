"""``policies schema``: the JSON Schemas of documents, for editors."""

from __future__ import annotations

import os
import sys

from sumptuary.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from sumptuary.rule import Rule

NAME = "schema"
HELP = "the JSON Schema"
DESCRIPTION = """\
Print the JSON Schema of documents, or write those of all kinds. They know the parameters of the rules that are
installed. An editor with the YAML language server checks a document against the one that its first line names:

  # yaml-language-server: $schema=.sumptuary/schemas/Project.json
"""


def configure(parser: ArgumentParser) -> None:
    """Add the action's options."""
    parser.add_argument("kind", nargs="?", metavar="KIND", help="Policy, Pack, Project ... (default: any)")
    about = "write every kind's schema there, and document.json, which takes any"
    parser.add_argument("--output", metavar="DIR", help=about)


def run(arguments: Namespace) -> int:
    """Print a schema, or write all of them.

    Raises:
        SumptuaryError: there is no such kind, the directory cannot be written, a rule's package is broken.
    """
    from sumptuary.policy.schema import kinds, schema_of

    if arguments.kind is not None and arguments.kind not in kinds():
        from sumptuary.cli.arguments import choose

        choose(arguments.kind, kinds(), "KIND is")
    if arguments.output is None:
        sys.stdout.write(as_text(schema_of(arguments.kind, _rules())))
        return 0
    if arguments.kind is not None:
        raise UsageError("--output writes the schemas of all kinds: name none of them")
    _write(arguments.output)
    return 0


def schema_files() -> dict[str, str]:
    """Every schema by the name of its file, as text."""
    from sumptuary.policy.schema import schemas

    return {f"{name}.json": as_text(schema) for name, schema in schemas(_rules()).items()}


def as_text(schema: dict[str, object]) -> str:
    """A schema as its file holds it."""
    import json

    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _rules() -> list[type[Rule]]:
    from sumptuary.policy import registry

    rules, problems = registry.installed()
    if problems:
        raise problems[0]
    return list(rules.values())


def _write(directory: str) -> None:
    from sumptuary.cli.placing import place, present

    try:
        os.makedirs(directory, exist_ok=True)
    except OSError as error:
        raise UsageError(f"the directory cannot be made: {error.strerror}", place=directory) from None
    for name, text in schema_files().items():
        if present(directory, name) != text:
            place(directory, name, text)
