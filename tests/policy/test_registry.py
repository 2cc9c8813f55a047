from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from policy.sample_rules import Crowd, VolumeSize
from sumptuary.errors import SumptuaryError
from sumptuary.policy import registry
from sumptuary.policy.parameters import model_of
from sumptuary.rule import ResourceRule, parameter

original_installed = registry.installed

BROKEN = [
    ("raise RuntimeError('boom')", "cannot be loaded (third): RuntimeError: boom"),
    ("import no_such_module", "cannot be loaded (third): ModuleNotFoundError"),
    ("RULES = []", "has no RULES, a tuple of rule classes"),
    ("RULES = (int,)", "is not a rule class"),
    (
        "from sumptuary.rule import ResourceRule\nclass R(ResourceRule):\n    id = 'r'\nRULES = (R,)",
        "the rule R of third-rules 1.2.3 lacks title, kinds, Parameters",
    ),
]


@dataclass
class Distribution:
    name: str
    version: str


def entries(*found: importlib.metadata.EntryPoint) -> Callable[..., tuple[importlib.metadata.EntryPoint, ...]]:
    return lambda group: found if group == "sumptuary.rules" else ()


def entry(name: str, value: str) -> importlib.metadata.EntryPoint:
    point = importlib.metadata.EntryPoint(name, value, registry.GROUP)
    vars(point)["dist"] = Distribution("third-rules", "1.2.3")
    return point


@pytest.mark.parametrize(("source", "said"), BROKEN)
def test_a_package_whose_rules_do_not_load_is_named(
    source: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "third.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "third", raising=False)
    good = entry("builtin", "policy.sample_rules")
    monkeypatch.setattr(importlib.metadata, "entry_points", entries(entry("third", "third"), good))
    rules, problems = original_installed()
    assert set(rules) == {"volume-size", "crowd"}
    (problem,) = problems
    assert said in problem.message
    assert "third-rules 1.2.3" in str(problem)
    sys.modules.pop("third", None)


def test_two_rules_of_one_id_are_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fourth.py").write_text(
        "from policy import sample_rules as s\nclass Other(s.Crowd): pass\nRULES = (Other,)"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = entries(entry("a", "fourth"), entry("builtin", "policy.sample_rules"))
    monkeypatch.setattr(importlib.metadata, "entry_points", found)
    rules, problems = original_installed()
    assert rules["crowd"] is Crowd
    assert "two rules have the id 'crowd'" in problems[0].message
    sys.modules.pop("fourth", None)


def test_a_rule_is_found_again_by_its_path() -> None:
    assert registry.rule_class(registry.path_of(VolumeSize)) is VolumeSize
    for path in ("policy.sample_rules:Nothing", "no.such.module:X", "policy.sample_rules:Band"):
        with pytest.raises(SumptuaryError, match=path):
            registry.rule_class(path)


def test_a_parameter_that_no_document_can_hold_is_the_authors_mistake() -> None:
    @dataclass(frozen=True)
    class Parameters:
        limit: bytes = parameter(doc="x")

    class Wrong(ResourceRule):
        id, title, kinds = "wrong", "W", ("*",)

    Wrong.Parameters = Parameters
    with pytest.raises(SumptuaryError, match="the parameters of the rule 'wrong' cannot be read"):
        model_of(Wrong)


def test_the_schema_of_parameters_tells_what_they_mean() -> None:
    schema = model_of(VolumeSize).model_json_schema()
    assert schema["required"] == ["max"]
    assert schema["properties"]["max"] == {
        "description": "The largest size in GiB.",
        "title": "Max",
        "type": "integer",
        "x-tighten": "lower",
    }
    assert schema["properties"]["colour"]["enum"] == ["red", "blue"]
    assert schema["additionalProperties"] is False
