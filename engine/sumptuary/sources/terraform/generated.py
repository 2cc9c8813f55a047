"""What a Terragrunt ``generate`` block writes into a module: providers above all, in a text that is mostly literal."""

from __future__ import annotations

from sumptuary.sources.terraform import nodes
from sumptuary.sources.terraform.cursor import ReadError
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.modules import declare, override_with
from sumptuary.sources.terraform.parsing import parse
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform.modules import Declaration, Module
    from sumptuary.sources.terraform.terragrunt_config import Config

_TABLES = ("variables", "outputs", "locals", "resources", "data", "calls", "providers")
UNKNOWN = "terragrunt.unknown"
"""What stands in the text for a part that needs a run: a name that no module knows."""


def add_generated(module: Module, generated: tuple[Config, Declaration]) -> None:
    """Add what a block generates to a module of this unit alone. Blocks that the module has already are replaced."""
    config, declaration = generated
    attributes = declaration.body.attributes
    contents, path = attributes.get("contents"), attributes.get("path")
    if contents is None or path is None or "disable" in attributes:
        return
    name = config.value(path)
    text = _text(contents.expression, config)
    if text is None or not isinstance(name, str) or not name.endswith((".tf", ".tofu")):
        module.hides_provider = True
        return
    for table in _TABLES:
        setattr(module, table, dict(getattr(module, table)))
    module.settings = list(module.settings)
    lines = "\n" * contents.expression.line
    file = parse((lines + text).encode(), config.path)
    for problem in file.problems[:1]:
        note = f"{config.shown}:{problem.line}: what it generates could not be read whole: {problem.message}"
        config.run.library.tree.coverage.note(note)
        module.hides_provider = True
    for block in file.body.blocks:
        if block.type == "provider" and block.labels:
            module.providers = {
                key: each for key, each in module.providers.items()
                if key.partition(".")[0] != block.labels[0] or each.path == config.path
            }  # fmt: skip
        if declare(module, block, config.path, config.shown, None):
            override_with(module, file.body, config.path, config.shown)
    module.types = frozenset(each.partition(".")[0] for each in module.resources)


def _text(expression: Expression, config: Config) -> str | None:
    """The text with a name for each part that is not known; None where all of it is not."""
    try:
        node = expression.node()
    except (ReadError, EvaluationError, TooLargeError, RecursionError):
        return None
    text = ""
    for part in node.parts if isinstance(node, nodes.Template) else [node]:
        value = Expression.of(part, expression.line).evaluate(config)
        if isinstance(value, Unknown):
            if not isinstance(node, nodes.Template):
                return None
            quoted = text.rpartition("\n")[2].count('"') % 2 == 1
            text += f"${{{UNKNOWN}}}" if quoted else UNKNOWN
        elif isinstance(value, bool):
            text += "true" if value else "false"
        else:
            text += str(value)
    return text
