"""Which baseline a run is held against, what of it the run can speak of, and the report held against it."""

from __future__ import annotations

import os

from sumptuary.adoption import View, adopted
from sumptuary.cli.changed import Chosen
from sumptuary.cli.outcome import USUAL_BASELINE
from sumptuary.cli.places import shown_path
from sumptuary.cli.remembering import terms_of
from sumptuary.decisions.baselines import LARGEST, read_baseline
from sumptuary.errors import ConfigurationError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from sumptuary.cli.mirror import Mirror
    from sumptuary.cli.reading import Circumstances, Reading
    from sumptuary.decisions.baselines import Baseline
    from sumptuary.report import Report


def _standing(around: Circumstances, arguments: Namespace, mirror: Mirror | None) -> Baseline | None:
    """The baseline that holds: what the call names, else the project, else that of the checkout; None without one.

    With a ``mirror`` it is the base's, as long as it lies in the checkout: no change adopts what it does itself.

    Raises:
        ConfigurationError: what is named is not there, or is no baseline.
    """
    if arguments.no_baseline:
        if arguments.baseline is not None:
            raise UsageError("--baseline and --no-baseline do not go together")
        return None
    path, is_named = path_of(around, arguments.baseline)
    if mirror is None or not _is_in(path, mirror.top):
        if not os.path.lexists(path) and not is_named:
            return None
        return _read(path)
    former = mirror.of(path)
    return read_baseline(former, shown_path(path)) if os.path.lexists(former) else None


def _read(path: str) -> Baseline:
    if not os.path.lexists(path):
        hint = f"write it: sumptuary baseline --output {shown_path(path)}"
        raise ConfigurationError("the baseline is not there", place=shown_path(path), hint=hint)
    return read_baseline(path, shown_path(path))


def path_of(around: Circumstances, given: str | None) -> tuple[str, bool]:
    """Where the baseline lies, absolute, and whether somebody said so."""
    if given is not None:
        return os.path.abspath(given), True
    if around.laws.project.baseline:
        return around.laws.project.baseline, True
    return os.path.join(around.root, *USUAL_BASELINE), False


def _note_pending(reading: Reading, arguments: Namespace, mirror: Mirror) -> None:
    """Say of a baseline in the change that it does not count yet, where it is another than at the base."""
    path, _ = path_of(reading.circumstances, arguments.baseline)
    if arguments.no_baseline or not _is_in(path, mirror.top):
        return
    if _content(path) in (None, _content(mirror.of(path))):
        return
    reading.coverage.note(f"the baseline {shown_path(path)} counts as it is at the base, until the change is merged")


def _is_in(path: str, top: str) -> bool:
    return path.startswith(os.path.join(top, ""))


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST)
    except OSError:
        return None


def held(report: Report, reading: Reading, arguments: Namespace, mirror: Mirror | None = None) -> Report:
    """The report held against the baseline that holds; with a ``mirror``, against that of the base."""
    around = reading.circumstances
    baseline = _standing(around, arguments, mirror)
    if mirror is not None:
        _note_pending(reading, arguments, mirror)
    if baseline is None:
        return report
    lenient = {policy.id for policy in around.laws.policies if policy.enforcement.new_only}
    view = view_of(reading, arguments)
    return adopted(report, baseline, view, new_only=lenient, allow_incomplete=arguments.allow_incomplete)


def view_of(reading: Reading, arguments: Namespace) -> View:
    """What of a baseline a run can speak of: the root modules below the directories that it looked at, whole accounts.

    A run on single files looks at nothing as a whole, nor does one on an inventory, which may hold a part.
    """
    around, coverage = reading.circumstances, reading.coverage
    top = os.path.realpath(around.root)
    policies = terms_of(reading, arguments.stage).policies
    directories = [path for path in reading.paths if os.path.isdir(path)]
    whole = Chosen.of(reading.paths).everything and len(directories) == len(reading.paths)
    seen = [os.path.relpath(os.path.realpath(path), top).replace(os.sep, "/") for path in directories if whole]
    live = {(row.get("account", ""), row.get("region", "")) for row in coverage.collectors}
    complete = bool(live) and coverage.complete

    def sees(root: str) -> bool:
        if root.startswith("arn:"):
            _, _, _, region, account = (*root.split(":"), "", "", "")[:5]
            return complete and (account, region or "global") in live
        return any(one in (".", root) or root.startswith(f"{one}/") for one in seen)

    return View(around.prefix, policies, sees)
