"""Random whole configurations, read by us and planned by Terraform: the same addresses and the same values."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sources.terraform.random_configurations import configuration
from sumptuary.coverage import Coverage
from sumptuary.sources.terraform import Options, read
from sumptuary.values import ABSENT, PartialMap, Unknown

TERRAFORM = shutil.which("terraform")
pytestmark = [
    pytest.mark.skipif(TERRAFORM is None, reason="there is no terraform on the PATH to compare with"),
    pytest.mark.usefixtures("as_old_as_terraform"),
]
DELIBERATE = {
    "is sensitive": "what is marked sensitive must not reach any output",
    "path.cwd depends on": "a scan says the same wherever it is run from",
    "whether two empty collections": "the types of what is in a collection are not kept",
    "the elements of a set are": "two that are not known may turn out to be one; Terraform fails at the apply then",
}
"""Parts of the reasons of values that Terraform knows and we do not want to know, and why."""
DELIBERATE_FORMS = {
    'flatten([[@], "a"])': "the types of what is not known are not kept: it might be a list",
    'formatlist("%s-%s", ["a", "b"], @)': "it might be a list",
    "can(@.no)": "it might be an object",
    "try(@.no, 1)": "it might be an object",
    "@ != null": "only the provider says that an id is never null",
    '"x-${@}" == "y"': "what a text begins with is not kept",
    "terraform_data.source.triggers_replace": "only the provider's schema says that what is not set is null",
    'contains(toset([@, "a"]), "a")': "a set of which elements are not known is not known",
}
"""What Terraform knows of an expression that waits for an apply (``@``), and we do not; and why."""
DELIBERATE_NUMBERS = {"(false ? @ : 7)": "7", "tomap({ a = @, b = true }).b": "true"}
"""Beside a text that is not known, Terraform makes text of numbers and bools; we leave them as they are."""
BEFORE_TYPES = ("Inconsistent conditional result types", "all list elements must have the same")
"""What ``terraform validate`` says where it refuses an expression for want of the types of what resources will hold."""
BEFORE_TYPES_FORMS = {
    'chunklist(concat([@], [["b"]]), 2)[0]': [["a"], ["b"]],
    'false ? [["y"]] : [@, ["x", "y"]]': [["a"], ["x", "y"]],
}
"""Expressions that are refused so where ``@`` is what a ``terraform_data`` holds, and accepted where it is a local."""
ZERO = re.compile(r"-0(?![\w.])")
"""A zero with a sign, which Terraform makes of ``0 * -1``; ours has none."""
MOST_REFUSED = 0.1
"""The share of the random configurations that Terraform may refuse."""


Steps = tuple[str | int, ...]
"""The way to a value: address, argument, and the keys from there."""


@dataclass
class Tally:
    """What came of the comparisons; ``wrong`` and ``missed`` are to be empty."""

    configurations: int = 0
    resources: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    early: list[tuple[Steps, object]] = field(default_factory=list)
    """What we tell of the present configuration although Terraform does not before an apply."""
    unseen: list[str] = field(default_factory=list)
    """Refused by Terraform, and neither a failure nor an Unknown with us."""

    def __str__(self) -> str:
        figures = ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items()))
        return (
            f"{self.configurations} configurations, {self.resources} resources: {figures};"
            f" {len(self.wrong)} wrong, {len(self.missed)} missed, {len(self.unseen)} refused unseen"
        )


def written(seed: int, directory: Path) -> Path:
    """The configuration of a seed on disk, with the list of modules that ``terraform init`` would write."""
    made = configuration(seed)
    where = directory / str(seed)
    for name, content in made.files.items():
        path = where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    modules = where / ".terraform" / "modules"
    modules.mkdir(parents=True)
    rows = [{"Key": key, "Source": source, "Dir": folder} for key, (source, folder) in made.calls.items()]
    (modules / "modules.json").write_text(json.dumps({"Modules": rows}), encoding="utf-8")
    return where


def terraform_says(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What a command comes to."""
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(directory), "CHECKPOINT_DISABLE": "1"}
    assert TERRAFORM is not None
    return subprocess.run(
        [TERRAFORM, *words],
        cwd=directory,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def terraform(directory: Path, *words: str) -> str | None:
    """What a command prints, None where Terraform refuses the configuration."""
    done = terraform_says(directory, *words)
    if done.returncode == 0:
        return done.stdout
    assert "Error: " in done.stderr, done.stdout + done.stderr
    assert "Module not installed" not in done.stderr, done.stderr
    assert "Module source has changed" not in done.stderr, done.stderr
    return None


def planned(directory: Path) -> dict[str, dict[str, Any]] | None:
    """The change of every address, None where Terraform refuses the configuration."""
    words = ("-input=false", "-lock=false", "-refresh=false", "-no-color", "-out=plan.bin")
    if terraform(directory, "plan", *words) is None:
        return None
    document = json.loads(terraform(directory, "show", "-json", "plan.bin") or "", parse_float=Decimal)
    return {row["address"]: row["change"] for row in document.get("resource_changes", [])}


def applied(directory: Path) -> dict[str, dict[str, Any]]:
    """The values of every address after an apply of the plan; of those that Terraform managed to apply."""
    terraform(directory, "apply", "-input=false", "-lock=false", "-no-color", "plan.bin")
    document = json.loads(terraform(directory, "show", "-json") or "", parse_float=Decimal)
    found: dict[str, dict[str, Any]] = {}
    pending = [document["values"]["root_module"]]
    while pending:
        module = pending.pop()
        found |= {row["address"]: row["values"] for row in module.get("resources", [])}
        pending += module.get("child_modules", [])
    return found


def compare(seed: int, directory: Path, tally: Tally) -> None:
    """Hold one configuration against Terraform's plan of it."""
    where = written(seed, directory)
    theirs = planned(where)
    coverage = Coverage()
    every = read([str(where)], Options(), coverage)
    ours = {each.address: each for each in every if os.path.realpath(each.origin.root) == os.path.realpath(where)}
    tally.configurations += 1
    if theirs is None:
        tally.counts["refused"] += 1
        values = {address: resource.attributes.get("input", ABSENT) for address, resource in ours.items()}
        if not (coverage.failures or _refusals(values) or any(each.multiplicity for each in ours.values())):
            if _refused_before_types(where):
                tally.counts["refused before types are known"] += 1
            else:
                tally.unseen.append(str(seed))
        return
    tally.resources += len(theirs)
    tally.wrong += [f"{seed}: failure {each.path}:{each.line}: {each.message}" for each in coverage.failures]
    tally.wrong += [f"{seed}: note {note}" for note in coverage.notes if "would not plan" in note]
    left = {name for name, resource in ours.items() if _is_deliberate(resource.multiplicity)}
    tally.counts["deliberately unknown"] += len(left)
    ours = {name: resource for name, resource in ours.items() if name not in left}
    stems = tuple(name.removesuffix("[*]") + "[" for name in left)
    theirs = {name: change for name, change in theirs.items() if not (stems and name.startswith(stems))}
    tally.wrong += [f"{seed}: only one has {address}" for address in sorted(ours.keys() ^ theirs.keys())]
    for address in ours.keys() & theirs.keys():
        change, found = theirs[address], ours[address].attributes
        after, unknown, sensitive = (change[name] for name in ("after", "after_unknown", "after_sensitive"))
        for name in ("input", "triggers_replace"):
            _values((address, name), found.get(name), after.get(name), unknown.get(name), sensitive.get(name), tally)
    if tally.early:
        _check_early(applied(where), tally)
    tally.wrong = [row if row[0].isdecimal() else f"{seed}: {row}" for row in tally.wrong]
    tally.missed = [row if row[0].isdecimal() else f"{seed}: {row}" for row in tally.missed]


def _is_deliberate(why: Unknown | None) -> bool:
    """Whether it is on purpose that the number of instances is not known."""
    return why is not None and any(reason in why.reason for reason in DELIBERATE)


def _refused_before_types(where: Path) -> bool:
    """Whether it is only before any value is known that Terraform refuses a configuration, its types being unknown."""
    faults = re.split("Error: ", terraform_says(where, "validate", "-no-color").stderr)[1:]
    return bool(faults) and all(any(text in fault for text in BEFORE_TYPES) for fault in faults)


def _check_early(state: dict[str, dict[str, Any]], tally: Tally) -> None:
    """What was told before Terraform tells it must be what comes of an apply."""
    for steps, value in tally.early:
        if steps[0] not in state:
            tally.counts["told before Terraform, which fails to apply it"] += 1
            continue
        found: Any = state[str(steps[0])]
        for step in steps[1:]:
            found = found[step]
        if _comes_true(value, found):
            tally.counts["told before Terraform, true after an apply"] += 1
        else:
            tally.wrong.append(f"{_way(steps)}: {value!r} is {found!r} after an apply")
    tally.early.clear()


def _comes_true(value: object, found: Any) -> bool:
    """Whether the known parts of a value are so in the state."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, dict) and isinstance(found, dict):
        names = value.keys() if isinstance(value, PartialMap) else value.keys() | found.keys()
        return all(name in value and name in found and _comes_true(value[name], found[name]) for name in names)
    if isinstance(value, list) and isinstance(found, list):
        return len(value) == len(found) and all(_comes_true(a, b) for a, b in zip(value, found, strict=True))
    return _plain(value) == _plain(found)


def _way(steps: Steps) -> str:
    return " ".join(str(step) for step in steps)


def _refusals(value: object) -> list[str]:
    """The reasons of the Unknowns that do not merely wait for an apply."""
    if isinstance(value, Unknown):
        waits = value.reason.endswith("is known after apply") or any(part in value.reason for part in DELIBERATE)
        return [] if waits else [value.reason]
    rows = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [reason for row in rows for reason in _refusals(row)]


def _values(steps: Steps, ours: object, theirs: Any, unknown: Any, sensitive: Any, tally: Tally) -> None:
    """Hold a value against Terraform's, with what Terraform says of it that is not known or not to be shown."""
    if sensitive is True:
        tally.counts["sensitive"] += 1
        if not isinstance(ours, Unknown):
            tally.wrong.append(f"{_way(steps)}: Terraform hides {ours!r}")
    elif unknown is True:
        if isinstance(ours, Unknown):
            tally.counts["unknown to both"] += 1
        else:
            tally.early.append((steps, ours))
    elif isinstance(ours, Unknown):
        if any(part in ours.reason for part in DELIBERATE):
            tally.counts["deliberately unknown"] += 1
        else:
            tally.missed.append(f"{_way(steps)}: Terraform knows {theirs!r}, we do not: {ours.reason}")
    elif isinstance(ours, dict) and isinstance(theirs, dict):
        _maps(steps, ours, theirs, unknown, sensitive, tally)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (item, other) in enumerate(zip(ours, theirs, strict=True)):
            _values((*steps, index), item, other, _part(unknown, index), _part(sensitive, index), tally)
    elif _plain(ours) == _plain(theirs):
        tally.counts["values agree"] += 1
    else:
        tally.wrong.append(f"{_way(steps)}: {ours!r} is {theirs!r} for Terraform")


def _maps(steps: Steps, ours: dict[str, object], theirs: Any, unknown: Any, sensitive: Any, tally: Tally) -> None:
    names = ours.keys() ^ (theirs.keys() | _keys(unknown))
    if isinstance(ours, PartialMap):
        names -= ours.keys()
        tally.missed += [f"{_way(steps)} {name}: not told: {ours.rest.reason}" for name in names]
    elif names:
        tally.wrong.append(f"{_way(steps)}: only one has {sorted(names)}")
    for name, item in ours.items():
        marks = _part(unknown, name), _part(sensitive, name)
        _values((*steps, name), item, theirs.get(name), *marks, tally)


def _keys(unknown: Any) -> set[str]:
    return set(unknown) if isinstance(unknown, dict) else set()


def _part(marks: Any, key: str | int) -> Any:
    """What is said of a part of a value, False where nothing is."""
    if isinstance(marks, dict):
        return marks.get(key, False)
    if isinstance(marks, list) and isinstance(key, int):
        return marks[key] if key < len(marks) else False
    return marks is True


def _plain(value: object) -> tuple[str, object]:
    """A scalar so that true is not 1, and 1.0 is, and the sign that Terraform gives to a zero is not.

    A plan has a double as Terraform spells it, which is not always its exact value: as shortly as one can be.
    """
    if isinstance(value, Decimal) and not hasattr(value, "spelt") and Decimal(float(value)) == value:
        return "number", Decimal(repr(float(value)))
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return "number", Decimal(getattr(value, "spelt", value))
    return type(value).__name__, ZERO.sub("0", value) if isinstance(value, str) else value


def run(seeds: range, directory: Path) -> Tally:
    """Compare the configurations of these seeds, and print the figures."""
    tally = Tally()
    for seed in seeds:
        compare(seed, directory, tally)
        shutil.rmtree(directory / str(seed))
    print(f"\n{tally}")  # noqa: T201 -- the figures are what a reader of the run wants
    assert not tally.wrong, "\n".join(tally.wrong[:20])
    assert not tally.missed, "\n".join(tally.missed[:20])
    assert not tally.unseen, "\n".join(tally.unseen)
    assert tally.counts["refused"] <= MOST_REFUSED * tally.configurations
    return tally


def test_what_is_deliberately_not_known(tmp_path: Path) -> None:
    forms = [*DELIBERATE_FORMS, *DELIBERATE_NUMBERS]
    rows = [f"  {{ v = {form.replace('@', 'local.id')} }}," for form in forms]
    source = 'resource "terraform_data" "source" {}\nlocals {\n  id = terraform_data.source.id\n}\n'
    text = source + 'resource "terraform_data" "forms" {\n  input = [\n' + "\n".join(rows) + "\n  ]\n}\n"
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    ours = next(each for each in read([str(tmp_path)], Options(), Coverage()) if each.address.endswith("forms"))
    changes = planned(tmp_path)
    assert changes is not None
    change = changes["terraform_data.forms"]
    told = ours.attributes["input"]
    assert isinstance(told, list)
    for form, row, marks, mine in zip(
        forms, change["after"]["input"], change["after_unknown"]["input"], told, strict=True
    ):
        assert marks.get("v") is not True, form
        if form in DELIBERATE_FORMS:
            assert isinstance(mine["v"], Unknown), form
        else:
            assert (row["v"], mine["v"]) == (DELIBERATE_NUMBERS[form], json.loads(DELIBERATE_NUMBERS[form])), form


@pytest.mark.parametrize("form", BEFORE_TYPES_FORMS)
def test_what_terraform_refuses_only_before_it_knows_the_types(tmp_path: Path, form: str) -> None:
    held = 'locals {\n  x = ["a"]\n}\nresource "terraform_data" "source" {\n  input = { x = ["a"] }\n}\n'
    for name, accepted in (("terraform_data.source.input.x", False), ("local.x", True)):
        text = f'{held}resource "terraform_data" "form" {{\n  input = {form.replace("@", name)}\n}}\n'
        (tmp_path / "main.tf").write_text(text, encoding="utf-8")
        assert (planned(tmp_path) is not None) is accepted
        assert _refused_before_types(tmp_path) is not accepted
        ours = {each.address: each for each in read([str(tmp_path)], Options(), Coverage())}
        assert ours["terraform_data.form"].attributes["input"] == BEFORE_TYPES_FORMS[form]


def test_random_configurations_are_read_as_terraform_plans_them(tmp_path: Path) -> None:
    run(range(50), tmp_path)


@pytest.mark.long
def test_many_random_configurations_are_read_as_terraform_plans_them(tmp_path: Path) -> None:
    run(range(1_000, 1_600), tmp_path)
