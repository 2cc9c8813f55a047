"""The command ``policies``: which laws hold, what each says, whether documents are right and do as their tests say."""

from __future__ import annotations

import json
import os
import sys

from sumptuary.errors import PolicyError, SumptuaryError, UsageError
from sumptuary.reports.printable import printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from sumptuary.policy.compiled import Laws, Policy

NAME = "policies"
HELP = "the laws that hold: list, show, validate, test, schema"


def configure(parser: ArgumentParser) -> None:
    """Add the command's actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="every policy", description="List the policies that hold.")
    show = actions.add_parser("show", help="one policy in full", description="Show a policy as it holds here.")
    show.add_argument("id", metavar="ID", help="the id of a policy")
    for action in (listing, show):
        action.add_argument("--format", choices=("text", "json"), default="text")
        action.add_argument("--no-cache", action="store_true", help="read the policies afresh, and keep nothing")
        _add_sources(action)
    validate = actions.add_parser("validate", help="check documents", description="Check documents; exit 2 if wrong.")
    validate.add_argument("paths", nargs="*", metavar="PATH", help="files, directories, packs (default: all that hold)")
    test = actions.add_parser("test", help="run inline tests", description="Run policies' tests; exit 1 if one fails.")
    test.add_argument("paths", nargs="*", metavar="PATH", help="files, directories, packs (default: all that hold)")
    schema = actions.add_parser("schema", help="the JSON Schema", description="Print the JSON Schema of documents.")
    schema.add_argument("kind", nargs="?", metavar="KIND", help="Policy, Pack, Project or Approval (default: any)")


def _add_sources(parser: ArgumentParser) -> None:
    parser.add_argument("--policies", action="append", default=[], metavar="PATH", help="instead of the built-in pack")
    parser.add_argument("--pack", action="append", default=[], metavar="NAME", help="a pack by name, beside --policies")
    parser.add_argument("--config", metavar="FILE", help="the project file (default: the nearest sumptuary.yaml)")


def run(arguments: Namespace) -> int:
    """Do what the action says."""
    actions = {"list": _list, "show": _show, "validate": _validate, "test": _test, "schema": _schema}
    return actions[arguments.action](arguments)


def _laws(arguments: Namespace) -> Laws:
    from sumptuary.policy.load import load

    return load(arguments.policies, packs=arguments.pack, config=arguments.config, cache=not arguments.no_cache)


def _list(arguments: Namespace) -> int:
    policies = _laws(arguments).policies
    if arguments.format == "json":
        sys.stdout.write(json.dumps([_row(policy) for policy in policies], indent=2) + "\n")
        return 0
    if not policies:
        sys.stdout.write("no policies hold here\n")
        return 0
    rows = [(p.id, p.severity, p.enforcement.default, p.rule, p.title) for p in policies]
    header = ("ID", "SEVERITY", "ENFORCEMENT", "RULE", "TITLE")
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    for row in (header, *rows):
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(printable_lines(line).rstrip() + "\n")
    return 0


def _row(policy: Policy) -> dict[str, object]:
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


def _show(arguments: Namespace) -> int:
    from sumptuary.cli.arguments import nearest

    policies = {policy.id: policy for policy in _laws(arguments).policies}
    policy = policies.get(arguments.id)
    if policy is None:
        close = nearest(arguments.id, policies)
        hint = f"did you mean `{close}`?" if close else "`sumptuary policies list` shows them"
        raise UsageError(f"no policy {arguments.id!r} holds here", hint=hint)
    document = _document(policy)
    if arguments.format == "json":
        sys.stdout.write(json.dumps({**document, "place": _row(policy)}, indent=2) + "\n")
        return 0
    import yaml

    place = policy.place
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    sys.stdout.write(f"# {place.path}:{place.line} (pack {policy.pack})\n{printable_lines(text)}")
    return 0


def _document(policy: Policy) -> dict[str, object]:
    """The policy as a document: everything that holds, defaults included, what selects nothing left out."""
    enforcement = policy.enforcement
    chosen: dict[str, object] = {"kinds": list(policy.kinds)}
    for name in ("types", "providers", "sources", "environments", "purposes"):
        if given := getattr(policy, name):
            chosen[name] = list(given)
    chosen |= {"tags": policy.tags} if policy.tags else {}
    chosen |= {"where": policy.where} if policy.where else {}
    spec: dict[str, object] = {
        "description": policy.description,
        "select": chosen,
        "rule": policy.rule,
        "parameters": policy.parameters,
        "message": policy.message,
        "remediation": policy.remediation,
        "enforcement": {
            "default": enforcement.default,
            "stages": enforcement.stages,
            "environments": enforcement.environments,
            "ramp": [{"from": day, "level": level} for day, level in enforcement.ramp],
            "new_only": enforcement.new_only,
            "on_unknown": enforcement.on_unknown,
        },
        "fix": policy.fix,
    }
    names = ("id", "version", "title", "severity", "category", "owner")
    metadata: dict[str, object] = {name: getattr(policy, name) for name in names}
    metadata |= {"references": list(policy.references)} if policy.references else {}
    kept = {name: value for name, value in spec.items() if value not in ("", None)}
    return {"apiVersion": "sumptuary/v1", "kind": "Policy", "metadata": metadata, "spec": kept}


def _validate(arguments: Namespace) -> int:
    """Check each path on its own, so that the errors of one do not hide those of another."""
    problems: list[SumptuaryError] = []
    files: set[str] = set()
    policies = approvals = 0
    for path in arguments.paths or [""]:
        try:
            laws = _laws_at(path)
        except PolicyError as error:
            problems += error.problems
        except SumptuaryError as error:
            problems.append(error)
        else:
            files.update(laws.documents)
            policies, approvals = policies + len(laws.policies), approvals + len(laws.approvals)
    for problem in problems:
        sys.stdout.write(printable_lines(str(problem)) + "\n")
    if problems:
        sys.stdout.write(f"{_counted(len(problems), 'error')}\n")
        return 2
    what = [_counted(policies, "policy")] + ([_counted(approvals, "approval")] if approvals else [])
    sys.stdout.write(f"{', '.join(what)} in {_counted(len(files), 'file')}: valid\n")
    return 0


def _laws_at(path: str) -> Laws:
    """The laws of one path to validate: a repository's own, a project document, or policies."""
    from sumptuary.policy.load import load
    from sumptuary.policy.places import PROJECT_FILE

    if path and not os.path.exists(path):
        raise UsageError("no such file or directory", place=path)
    if not path or _is_repository(path):
        return load(start=path or ".", cache=False)
    if os.path.basename(path) == PROJECT_FILE:
        return load(start=None, config=path, cache=False)
    return load([path], start=None, cache=False)


def _is_repository(path: str) -> bool:
    from sumptuary.policy.places import PACK_FILE, PROJECT_DIRECTORY, PROJECT_FILE

    if not os.path.isdir(path) or os.path.isfile(os.path.join(path, PACK_FILE)):
        return False
    return any(os.path.exists(os.path.join(path, name)) for name in (PROJECT_FILE, PROJECT_DIRECTORY))


def _test(arguments: Namespace) -> int:
    from sumptuary.cli.judging import judged
    from sumptuary.policy.cases import run as run_cases
    from sumptuary.policy.load import load_with_tests

    paths = arguments.paths
    suites = load_with_tests(paths, start=None if paths else ".")
    results = [result for policy, cases in suites for result in run_cases(policy, cases, judged)]
    failed = [result for result in results if not result.ok]
    for result in failed:
        place, case = result.case.place, result.case
        wanted = case.expect + (f" saying {case.message!r}" if case.message else "")
        text = f"{place.path}:{place.line}: {result.policy.id}: {case.name}: expected {wanted}, got {result.got}"
        sys.stdout.write(printable_lines(text + (f" ({result.said})" if result.said else "")) + "\n")
    bare = [policy.id for policy, cases in suites if not cases]
    if bare:
        sys.stdout.write(f"without tests: {', '.join(bare)}\n")
    sys.stdout.write(f"{_counted(len(results), 'test')} of {_counted(len(suites), 'policy')}: {len(failed)} failed\n")
    return 1 if failed else 0


def _schema(arguments: Namespace) -> int:
    from sumptuary.policy.schema import kinds, schema_of

    if arguments.kind is not None and arguments.kind not in kinds():
        from sumptuary.cli.arguments import choose

        choose(arguments.kind, kinds(), "KIND is")
    sys.stdout.write(json.dumps(schema_of(arguments.kind), indent=2) + "\n")
    return 0


def _counted(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
