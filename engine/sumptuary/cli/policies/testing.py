"""``policies test``: whether policies do as their tests say, and how much those tests look at."""

from __future__ import annotations

import os
import sys

from sumptuary.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from sumptuary.cli.policies.telling import Of, Tested
    from sumptuary.cli.policies.trial import Trial
    from sumptuary.policy.suites import Suite

NAME = "test"
HELP = "run their tests"
DESCRIPTION = (
    "Run policies' tests: inline cases, fixture folders, snapshots. Exit 0 when all is right, 1 when a test failed, "
    "something is not tested or a score is too low, 2 when documents are wrong."
)
FORMATS = ("text", "json", "junit")


def configure(parser: ArgumentParser) -> None:
    """Add the action's options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files, directories, packs (default: all that hold)")
    about = "a directory of fixture folders, <policy>/<case>/, beside the packs' own tests/; may be repeated"
    parser.add_argument("--fixtures", action="append", default=[], metavar="DIR", help=about)
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="this policy alone; may be repeated")
    parser.add_argument("--allow-untested", action="store_true", help="policies without tests are no failure")
    parser.add_argument("--coverage", action="store_true", help="say what the tests leave open; a hole is a failure")
    parser.add_argument("--mutate", action="store_true", help="change each policy in every way, and see if tests mind")
    about = "fail below this share of mutants that tests mind (with --mutate; default: only report)"
    parser.add_argument("--min-score", type=_percent, default=0, metavar="PERCENT", help=about)
    parser.add_argument("--update", action="store_true", help="take over the snapshots, and say what changed")
    parser.add_argument("--format", choices=FORMATS, default="text")


def run(arguments: Namespace) -> int:
    """Run the tests, tell how they came out, and say so in the exit code."""
    from sumptuary.cli.policies import telling

    tested = _tested(arguments)
    render = {"text": telling.text, "json": telling.json_document, "junit": telling.junit}[arguments.format]
    sys.stdout.write(render(tested))
    return 0 if tested.right else 1


def _tested(arguments: Namespace) -> Tested:
    from sumptuary.cli.policies.telling import Of, Tested
    from sumptuary.cli.policies.trial import Trial

    tested = Tested(allow_untested=arguments.allow_untested, min_score=arguments.min_score)
    for suite in _suites(arguments):
        trial = Trial(suite, arguments.paths)
        if arguments.update:
            tested.updated += trial.update(lambda folder: os.path.exists(folder.snapshot) or not folder.expectations)
        one = Of(suite.policy.id, trial.outcomes(), bool(suite.cases or suite.folders))
        tested.policies.append(one)
        if arguments.coverage or arguments.mutate:
            _look_closer(trial, one, arguments)
    return tested


def _look_closer(trial: Trial, one: Of, arguments: Namespace) -> None:
    """Coverage and mutants; nothing of a policy without tests, of one whose tests fail anyway, or of another pack's."""
    if trial.suite.borrowed or not one.is_tested or any(outcome.wrong for outcome in one.outcomes):
        return
    from sumptuary.cli.policies.covering import points
    from sumptuary.cli.policies.mutating import Laboratory

    laboratory = Laboratory(trial)
    if arguments.mutate:
        one.mutants = laboratory.all_tried()
    if arguments.coverage:
        one.points = points(trial, laboratory)


def _suites(arguments: Namespace) -> list[Suite]:
    """The policies to test, with their tests.

    Raises:
        SumptuaryError: a document, a fixture folder or the call is wrong.
    """
    from sumptuary.cli.arguments import existing, nearest
    from sumptuary.policy.load import load_with_documents
    from sumptuary.policy.places import PACK_FILE, TESTS
    from sumptuary.policy.suites import suites_of

    fixtures = [os.path.abspath(path) for path in existing(arguments.fixtures, "the directory of fixtures")]
    for path in fixtures:
        if not os.path.isdir(path):
            raise UsageError("not a directory", place=path, hint="--fixtures names a directory of <policy>/<case>/")
    paths = arguments.paths
    for path in paths:  # of a pack that only sets fields, no policy's own file leads there
        tests = os.path.abspath(os.path.join(path, TESTS))
        if os.path.isfile(os.path.join(path, PACK_FILE)) and os.path.isdir(tests):
            fixtures.append(tests)
    suites = suites_of(load_with_documents(paths, start=None if paths else "."), fixtures)
    known = [suite.policy.id for suite in suites]
    for name in arguments.only:
        if name not in known:
            close = nearest(name, known)
            hint = f"did you mean `{close}`?" if close else "`sumptuary policies list` shows them"
            raise UsageError(f"no policy {name!r} is here", hint=hint)
    if arguments.only:
        return [suite for suite in suites if suite.policy.id in arguments.only]
    return [suite for suite in suites if not paths or _is_tried(suite, [*paths, *fixtures])]


def _is_tried(suite: Suite, places: Sequence[str]) -> bool:
    """Whether the policy lies there, or folders that try it do; without the policy, nothing but those counts."""
    suite.borrowed = not _is_in(suite.entry.file, places)
    if suite.borrowed:
        suite.cases = []
        suite.folders = [folder for folder in suite.folders if _is_in(folder.path, places)]
    return not suite.borrowed or bool(suite.folders)


def _is_in(path: str, places: Sequence[str]) -> bool:
    found = os.path.join(os.path.realpath(path), "")
    return any(found.startswith(os.path.join(os.path.realpath(place), "")) for place in places)


def _percent(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:
        raise UsageError(f"--min-score takes a whole number from 0 to 100; not `{text}`")
    return int(text)
