"""Terragrunt's own functions: paths between files, and other files read; what depends on a run is unknown."""

from __future__ import annotations

import os

from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.sources.terraform.terragrunt_config import NAME
from sumptuary.values import Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.sources.terraform.terragrunt_config import Config

    Function = Callable[[Config, list[object]], object]

_EMPTY_LISTS = (
    "get_terraform_commands_that_need_vars get_terraform_commands_that_need_input"
    " get_terraform_commands_that_need_locking get_terraform_commands_that_need_parallelism"
    " get_terraform_cli_args get_default_retryable_errors"
)
"""Lists that only say to Terragrunt how it shall call Terraform."""
_NEED_A_RUN = (
    "get_env get_platform get_working_dir get_terraform_command run_cmd sops_decrypt_file get_aws_account_id"
    " get_aws_account_alias get_aws_caller_identity_arn get_aws_caller_identity_user_id constraint_check"
)


def function(name: str, config: Config) -> Callable[[list[object]], object] | Unknown:
    """The function of that name, to be called with a list of values, or an Unknown where Terragrunt has none."""
    found = _FUNCTIONS.get(name)
    if found is not None:
        return lambda values: _call(found, config, values)
    if name in _EMPTY_LISTS.split():
        return lambda _: list[object]()
    if name in _NEED_A_RUN.split():
        return lambda values: Unknown(_why(name, values), (f"{name}()",))
    return Unknown(f"the function {name}() is not known", (name,))


def _why(name: str, values: list[object]) -> str:
    first = values[0] if values and isinstance(values[0], str) and name == "get_env" else ""
    return f"{name}({first}) needs a run of Terragrunt"


def _call(found: Function, config: Config, values: list[object]) -> object:
    for value in values:
        if isinstance(value, Unknown):
            return value
    return found(config, values)


def _text(values: list[object], position: int, otherwise: str = "") -> str:
    value = values[position] if position < len(values) else otherwise
    if not isinstance(value, str):
        raise EvaluationError("the argument is no text")
    return value


def _find_in_parent_folders(config: Config, values: list[object]) -> object:
    """The nearest file (or folder) of a name above the unit, within the scanned tree."""
    name = _text(values, 0, NAME)
    tree = config.run.library.tree
    level = os.path.dirname(os.path.dirname(config.child))
    before = os.path.dirname(config.child)
    while level != before and tree.holds(level):
        found = os.path.join(level, name)
        if os.path.exists(found) and tree.holds(found):
            return os.path.normpath(found)
        before, level = level, os.path.dirname(level)
    if len(values) > 1:
        return values[1]
    raise EvaluationError(f"there is no {name} above {tree.shown(config.child)}")


def _included_directory(config: Config, values: list[object]) -> str:
    """The directory of the file that is included: this one in an included file, else the include of that label."""
    if config.path != config.child:
        return os.path.dirname(config.path)
    includes = config.includes()
    name = _text(values, 0)
    chosen = includes.get(name) if name else next(iter(includes.values()), None)
    return os.path.dirname(chosen.path) if chosen is not None else os.path.dirname(config.child)


def _relative(path: str, start: str) -> str:
    return os.path.relpath(path, start).replace(os.sep, "/")


def _path_relative_to_include(config: Config, values: list[object]) -> object:
    return _relative(os.path.dirname(config.child), _included_directory(config, values))


def _path_relative_from_include(config: Config, values: list[object]) -> object:
    return _relative(_included_directory(config, values), os.path.dirname(config.child))


def _repository(config: Config) -> str:
    """The checkout that the unit lies in, as far as it is scanned."""
    root = config.run.library.tree.root
    level = os.path.dirname(config.child)
    while level != root and not os.path.exists(os.path.join(level, ".git")) and config.run.library.tree.holds(level):
        level = os.path.dirname(level)
    return level


def _read_config(config: Config, values: list[object]) -> object:
    try:
        return config.read(_text(values, 0)).told()
    except EvaluationError:
        if len(values) > 1:
            return values[1]
        raise


def _read_tfvars(config: Config, values: list[object]) -> object:
    """The variables of a file as JSON text, as Terragrunt gives them."""
    from sumptuary.sources.terraform.functions import find

    path = os.path.normpath(os.path.join(os.path.dirname(config.child), _text(values, 0)))
    body = config.files_read.body(path) if os.path.isfile(path) else None
    encode = find("jsonencode")
    if body is None or encode is None:
        raise EvaluationError(f"there is no file {_text(values, 0)}")
    return encode.call(config, [{name: config.value(each) for name, each in body.attributes.items()}])


def _deep_merge(config: Config, values: list[object]) -> object:
    del config
    merged: object = {}
    for value in values:
        merged = deeper(merged, value)
    return merged


def deeper(below: object, above: object) -> object:
    """Two values merged in depth: maps by key, lists one after the other, else the second."""
    if is_map(below) and is_map(above):
        return {**below, **{key: deeper(below[key], value) if key in below else value for key, value in above.items()}}
    if is_list(below) and is_list(above):
        return [*below, *above]
    return above


_FUNCTIONS: dict[str, Function] = {
    "find_in_parent_folders": _find_in_parent_folders,
    "path_relative_to_include": _path_relative_to_include,
    "path_relative_from_include": _path_relative_from_include,
    "get_terragrunt_dir": lambda config, _: os.path.dirname(config.child),
    "get_original_terragrunt_dir": lambda config, _: config.run.directory,
    "get_parent_terragrunt_dir": _included_directory,
    "get_repo_root": lambda config, _: _repository(config),
    "get_path_from_repo_root": lambda config, _: _relative(os.path.dirname(config.child), _repository(config)),
    "get_path_to_repo_root": lambda config, _: _relative(_repository(config), os.path.dirname(config.child)),
    "read_terragrunt_config": _read_config,
    "read_tfvars_file": _read_tfvars,
    "mark_as_read": lambda _, values: _text(values, 0),
    "deep_merge": _deep_merge,
}
