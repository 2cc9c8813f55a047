"""``sumptuary init``: looks at a repository, writes the settings, the hook and the pipeline, and says why."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from sumptuary.cli import placing
from sumptuary.cli.arguments import Parser, existing
from sumptuary.cli.places import checkout
from sumptuary.errors import UsageError
from sumptuary.reports.ledger import plural, verdict
from sumptuary.reports.printable import printable, printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from sumptuary.cli.survey import Survey
    from sumptuary.report import Report

NAME = "init"
HELP = "look at a repository and write its settings, the commit hook and the pipeline"

SETTINGS = "sumptuary.yaml"
HOOKS = ".pre-commit-config.yaml"
SCHEMAS = (".sumptuary/schemas", "Project.json", "document.json")
"""Where the schemas for editors go, and which: that of the settings, and that of any other document."""
GITHUB = ".github/workflows/sumptuary.yml"
GITLAB = ".gitlab/sumptuary.gitlab-ci.yml"
LARGEST_CONFIG = 1_000_000


@dataclass(slots=True, eq=False, repr=False)
class Planned:
    """A file to write: its path in the repository, its text, and what is there now (None for nothing).

    ``adds`` is set where the text is that of now with something added, so that nothing of it is lost; ``made`` where
    it is nobody's to edit, so that nothing is lost either.
    """

    name: str
    text: str
    now: str | None
    adds: bool = False
    made: bool = False


def configure(parser: ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="the repository (default: this directory)")
    about = "a pack that holds here, such as git+https://host/laws@1.2.0#subdirectory=org; may be repeated"
    parser.add_argument("--pack", action="append", default=[], metavar="PACK", help=about)
    parser.add_argument("--dry-run", action="store_true", help="write nothing: show what would be written")
    parser.add_argument("--force", action="store_true", help="write over files that are there already")
    parser.add_argument("--no-hook", action="store_true", help=f"leave {HOOKS} alone")
    parser.add_argument("--no-schemas", action="store_true", help=f"write no schemas for editors ({SCHEMAS[0]})")
    parser.add_argument("--no-workflow", action="store_true", help="write nothing for the pipeline")


def run(arguments: Namespace) -> int:
    """Look, say what was chosen, write, and check once; 0 also where the check finds something.

    Raises:
        UsageError: a file is there already, or may not be written; nothing was written then.
    """
    from sumptuary.cli.survey import survey

    existing([arguments.path], "the path")
    if not os.path.isdir(arguments.path):
        raise UsageError(f"`{arguments.path}` is no directory", hint="name the repository: sumptuary init PATH")
    root = _root_of(arguments.path)
    told = survey(root)
    _say(_chosen(told))
    remarks: list[str] = []
    planned = list(_planned(root, told, arguments, remarks))
    _say(remarks)
    if arguments.dry_run:
        _show(planned)
    _refuse_to_overwrite(planned, force=arguments.force)
    if arguments.dry_run:
        _say(["nothing was written (--dry-run)"])
        return 0
    _write(root, planned)
    if any(name.startswith("git+") for name in arguments.pack):
        _say(
            [
                "",
                "next: `sumptuary policies sync` fetches the packs and pins them in sumptuary.lock, to be committed;",
                "      then see `sumptuary check` and, to adopt what stands, `sumptuary baseline`",
            ]
        )
    else:
        _advise(root, told)
    if any("YOUR-ORGANISATION" in one.text for one in planned):
        _say(["next: put where you keep sumptuary in place of YOUR-ORGANISATION, and commit these files"])
    return 0


def _root_of(path: str) -> str:
    """The root of the checkout that a directory lies in; the directory itself where there is none."""
    top = checkout(path)
    return top if os.path.exists(os.path.join(top, ".git")) else os.path.abspath(path)


def _chosen(told: Survey) -> Iterator[str]:
    """A line for each choice, with its evidence."""
    for provider, choice in told.regions.items():
        yield f"region {choice.value} for {provider}: {choice.why}"
    for name, choice in told.environments.items():
        yield f"environments: {choice.value} -> {name}, {choice.why}"
    for fact, (names, why) in told.facts.items():
        yield f"facts: {fact} is read from {', '.join(names)}: {why}"
    if told.excluded:
        yield f"excluded {' and '.join(told.excluded)}: {told.why_excluded}"
    if told.cluster is not None:
        types = f", nodes {', '.join(told.node_types)}" if told.node_types else ""
        yield f"kubernetes: on {told.cluster.value}{types}: {told.cluster.why}"
    yield from told.notes
    if not told.resources:
        yield "no Terraform and no Kubernetes manifests here yet: the settings are the defaults"


def _planned(root: str, told: Survey, arguments: Namespace, remarks: list[str]) -> Iterator[Planned]:
    """The files to write. What is left as it is goes into the remarks."""
    from sumptuary.cli import scaffold

    remotes = _remotes(root)
    schema = "" if arguments.no_schemas else f"{SCHEMAS[0]}/{SCHEMAS[1]}"
    packs = scaffold.named_packs(arguments.pack, root)
    settings = scaffold.project(_name(root, remotes), told, schema, packs)
    yield Planned(SETTINGS, settings, placing.present(root, SETTINGS))
    if schema:
        yield from _schemas(root)
    if not arguments.no_hook:
        from sumptuary.cli.insertion import with_hook

        now = placing.present(root, HOOKS)
        text = with_hook(now, os.path.join(root, HOOKS)) if now is not None else scaffold.hooks()
        if text is None:
            remarks.append(f"{HOOKS} has a hook of sumptuary already")
        else:
            yield Planned(HOOKS, text, now, adds=True)
    if arguments.no_workflow:
        return
    on_github = os.path.isdir(os.path.join(root, ".github")) or any("github.com" in url for url in remotes)
    on_gitlab = os.path.isfile(os.path.join(root, ".gitlab-ci.yml"))
    if on_github:
        yield Planned(GITHUB, scaffold.GITHUB, placing.present(root, GITHUB))
    if on_gitlab:
        yield Planned(GITLAB, scaffold.GITLAB, placing.present(root, GITLAB))
        remarks.append(f"add to .gitlab-ci.yml, under `include:`:  - local: /{GITLAB}")
    if not on_github and not on_gitlab:
        remarks.append("no workflow: there is no .github, no remote on github.com and no .gitlab-ci.yml")


def _schemas(root: str) -> Iterator[Planned]:
    """The schemas that editors check documents against: with no public address, they lie in the repository."""
    from sumptuary.cli.policies.schemas import schema_files

    directory, *names = SCHEMAS
    for name, text in schema_files().items():
        if name in names:
            path = f"{directory}/{name}"
            yield Planned(path, text, placing.present(root, path), made=True)


def _remotes(root: str) -> list[str]:
    """The addresses in ``.git/config``, read as text; that of ``origin`` first."""
    path = os.path.join(root, ".git", "config")
    if os.path.islink(os.path.dirname(path)) or not os.path.isfile(path):
        return []
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read(LARGEST_CONFIG).splitlines()
    except OSError:
        return []
    found: list[tuple[bool, str]] = []
    section = ""
    for line in lines:
        text = line.strip()
        if text.startswith("["):
            section = text
        name, equals, value = text.partition("=")
        if equals and name.strip() == "url" and section.startswith("[remote "):
            found.append((section != '[remote "origin"]', value.strip()))
    return [url for _, url in sorted(found, key=lambda item: item[0])]


def _name(root: str, remotes: Sequence[str]) -> str:
    """What the repository is called: as its remote has it, or else its directory."""
    last = remotes[0].rstrip("/").replace(":", "/").rpartition("/")[2].removesuffix(".git") if remotes else ""
    return printable(last or os.path.basename(root) or "repository")[:200]


def _refuse_to_overwrite(planned: Sequence[Planned], *, force: bool) -> None:
    there = [one.name for one in planned if one.now is not None and one.now != one.text and not (one.adds or one.made)]
    if there and not force:
        leave = " --no-workflow leaves that of the pipeline." if any(name != SETTINGS for name in there) else ""
        raise UsageError(
            f"{' and '.join(there)} {'is' if len(there) == 1 else 'are'} there already, so nothing was written",
            hint=f"--dry-run shows what would change, --force writes over it.{leave}",
        )


def _show(planned: Sequence[Planned]) -> None:
    """What would be written, as a diff."""
    from difflib import unified_diff

    for one in planned:
        if one.made:
            verb = "would write" if one.now != one.text else "leaves"
            sys.stdout.write(f"{verb} {one.name}, a schema for editors\n")
            continue
        before = (one.now or "").splitlines()
        old = f"a/{one.name}" if one.now is not None else "/dev/null"
        for line in unified_diff(before, one.text.splitlines(), old, f"b/{one.name}", lineterm=""):
            sys.stdout.write(printable_lines(line) + "\n")


def _write(root: str, planned: Sequence[Planned]) -> None:
    changed = [one for one in planned if one.now != one.text]
    for one in changed:
        placing.check_writable(root, one.name)
    for one in planned:
        if one.now == one.text:
            _say([f"{one.name} is already as it would be written"])
            continue
        placing.place(root, one.name, one.text)
        verb = "wrote" if one.now is None else "added the hook to" if one.adds else "wrote over"
        _say([f"{verb} {one.name}"])


def _advise(root: str, told: Survey) -> None:
    """Check once with the new settings, and say what to do next."""
    from sumptuary.reports.exchange import shown
    from sumptuary.reports.text import headline

    if told.resources:
        report = shown(_checked(root))
        now = verdict(report).rpartition(" (exit")[0]
        _say(["", f"`sumptuary check` now says: {headline(report)}", now, *_advice(report)])


def _checked(root: str) -> Report:
    from sumptuary.cli import check
    from sumptuary.coverage import Coverage

    parser = Parser(prog="sumptuary check", description=check.HELP)
    check.configure(parser)
    return check.judged(parser.arguments([root]), Coverage())


def _advice(report: Report) -> Iterator[str]:
    """What to do about what the check found."""
    summary, coverage = report.summary, report.coverage
    if summary.blocking:
        yield f"next: {summary.blocking:,} would block. `sumptuary check --base REF` blocks only what a change adds;"
        yield "      `sumptuary baseline` adopts them, so that from here on only what is new or dearer blocks; with"
        yield "      `--fail-on hard-mandatory`, policies below that level block nothing"
    elif summary.violations:
        yield "next: nothing blocks; `sumptuary check` shows what was found"
    if coverage.failures:
        yield f"next: {plural(len(coverage.failures), 'problem')} in reading: `sumptuary check` names them (exit 3);"
        yield "      with --base, those in files that a change leaves alone are noted and no more"
    if coverage.unresolved_modules:
        count = plural(len(coverage.unresolved_modules), "module")
        yield f"next: {count} not on this machine: `terraform init` brings them, or check a plan"
    if summary.unknown:
        yield f"next: {summary.unknown:,} not known: `sumptuary check` says why, and what would settle it"


def _say(lines: Iterator[str] | Sequence[str]) -> None:
    for line in lines:
        sys.stdout.write(printable(line) + "\n")
