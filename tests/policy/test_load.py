from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sumptuary.errors import ConfigurationError, PolicyError, SumptuaryError, UsageError
from sumptuary.policy import places
from sumptuary.policy.compiled import Laws
from sumptuary.policy.load import load
from sumptuary.policy.places import builtin_directory

Write = Callable[[str, str], Path]
PolicyText = Callable[..., str]

PROJECT = "apiVersion: sumptuary/v1\nkind: Project\nmetadata: {name: shop}\n"
APPROVAL = """\
apiVersion: sumptuary/v1
kind: Approval
metadata: {id: tune}
spec:
  scope: {team: ml-*}
  limit: {amount: "5000.50", per: run}
  approvers: ["@leads"]
  reason: r
  expires: 2026-12-05
"""


@pytest.fixture(autouse=True)
def builtin(tmp_path: Path, policy_text: PolicyText, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built-in pack of one policy, so that these tests do not depend on the shipped ones."""
    directory = tmp_path / "shipped"
    directory.mkdir()
    (directory / "b.yaml").write_text(policy_text(name="shipped"))
    for room in ("gather", "places"):
        monkeypatch.setattr(f"sumptuary.policy.{room}.builtin_directory", lambda: str(directory))
    return directory


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    return tmp_path / "repo"


def ids(laws: Laws) -> list[str]:
    return [policy.id for policy in laws.policies]


def complaint(call: Callable[[], object]) -> str:
    with pytest.raises(SumptuaryError) as caught:
        call()
    return str(caught.value)


def test_the_builtin_pack_holds_unless_policies_are_given(write: Write, policy_text: PolicyText) -> None:
    own = str(write("own/p.yaml", policy_text(name="own")))
    assert ids(load(start=None)) == ["shipped"]
    assert ids(load([own], start=None)) == ["own"]
    assert ids(load([own], packs=["builtin"], start=None)) == ["own", "shipped"]
    assert [policy.pack for policy in load([own], packs=["builtin"], start=None).policies] == [own, "builtin"]


def test_what_is_not_there_is_a_mistake_in_the_call(tmp_path: Path) -> None:
    for call in (
        lambda: load([str(tmp_path / "none")], start=None),
        lambda: load(packs=["org"], start=None),
        lambda: load(start=None, config=str(tmp_path / "none.yaml")),
    ):
        with pytest.raises(UsageError):
            call()


def test_a_repository_adds_to_the_builtin_pack(checkout: Path, write: Write, policy_text: PolicyText) -> None:
    write("repo/.sumptuary/a.yaml", policy_text(name="ours"))
    write("repo/.sumptuary/deep/b.yml", APPROVAL)
    write("repo/infra/.sumptuary/c.yaml", policy_text(name="infra-only"))
    write("repo/infra/main.tf", "")
    assert ids(load(start=str(checkout))) == ["ours", "shipped"]
    laws = load(start=str(checkout / "infra" / "main.tf"))
    assert ids(laws) == ["infra-only", "ours", "shipped"]
    approval = laws.approvals[0]
    assert (approval.id, approval.amount, approval.per, approval.expires) == ("tune", "5000.50", "run", "2026-12-05")
    assert approval.scope == {"team": "ml-*"}


def test_nothing_above_the_checkout_is_read(checkout: Path, write: Write, policy_text: PolicyText) -> None:
    write(".sumptuary/a.yaml", policy_text(name="above"))
    write("sumptuary.yaml", PROJECT)
    laws = load(start=str(checkout))
    assert ids(laws) == ["shipped"]
    assert laws.project.place is None


def test_outside_a_checkout_the_working_directory_is_the_end(
    tmp_path: Path, write: Write, policy_text: PolicyText, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("work/.sumptuary/a.yaml", policy_text(name="here"))
    write(".sumptuary/a.yaml", policy_text(name="above"))
    (tmp_path / "work" / "infra").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert ids(load(start="infra")) == ["here", "shipped"]
    assert ids(load(start=str(tmp_path / "shipped"))) == ["shipped"]


def test_a_project_sets_what_its_document_says(checkout: Path, write: Write) -> None:
    write(
        "repo/sumptuary.yaml",
        PROJECT
        + """\
spec:
  context: {aws: {region: us-east-1}, kubernetes: {provider: aws, region: eu-west-1}}
  environments: {from: [tag:stage, tag:env], infer: {production: "*/prod/*"}}
  facts: {team: [owner-team]}
  exclude: ["vendor/**"]
  commitments: .sumptuary/held.yaml
  prices: [prices.csv]
""",
    )
    write("repo/.sumptuary/held.yaml", "- {id: not a document}\n")
    project = load(start=str(checkout)).project
    assert project.name == "shop"
    assert project.context == {"aws": {"region": "us-east-1"}, "kubernetes": {"provider": "aws", "region": "eu-west-1"}}
    assert project.facts == {"environment": ("stage", "env"), "team": ("owner-team",)}
    assert project.environments == {"production": "*/prod/*"}
    assert project.exclude == ("vendor/**",)
    assert project.commitments == (str(checkout / ".sumptuary" / "held.yaml"),)
    assert project.prices == (str(checkout / "prices.csv"),)


def test_of_two_projects_the_nearest_holds_and_it_is_said(checkout: Path, write: Write) -> None:
    write("repo/sumptuary.yaml", PROJECT)
    write("repo/infra/sumptuary.yaml", PROJECT.replace("shop", "infra"))
    laws = load(start=str(checkout / "infra"))
    assert laws.project.name == "infra"
    assert len(laws.notes) == 1
    assert "does not hold here" in laws.notes[0]


def test_a_project_chooses_a_profile(checkout: Path, write: Write, policy_text: PolicyText) -> None:
    profiles = "profiles: {wide: {max: 500, band.below: 9}, odd: {}}"
    write("repo/.sumptuary/p.yaml", policy_text(profiles, name="ours"))
    write("repo/sumptuary.yaml", PROJECT + "spec: {profiles: {ours: wide}}\n")
    ours = next(policy for policy in load(start=str(checkout)).policies if policy.id == "ours")
    assert ours.parameters["max"] == 500
    assert ours.parameters["band"] == {"below": 9, "above": None}
    for chosen, said in (("ours: wde", "did you mean 'wide'?"), ("owrs: wide", "did you mean 'ours'?")):
        write("repo/sumptuary.yaml", PROJECT + f"spec: {{profiles: {{{chosen}}}}}\n")
        assert said in complaint(lambda: load(start=str(checkout)))


def test_an_id_that_is_taken_names_both_places(checkout: Path, write: Write, policy_text: PolicyText) -> None:
    path = write("repo/.sumptuary/p.yaml", policy_text(name="shipped"))
    text = complaint(lambda: load(start=str(checkout)))
    assert str(path) in text
    assert "b.yaml:3" in text


def test_a_file_that_is_reached_twice_is_read_once(write: Write, policy_text: PolicyText) -> None:
    path = write("own/p.yaml", policy_text(name="own"))
    assert ids(load([str(path), str(path.parent)], start=None)) == ["own"]


def test_a_pack_chooses_its_files_and_extends_others(write: Write, policy_text: PolicyText, tmp_path: Path) -> None:
    pack = "apiVersion: sumptuary/v1\nkind: Pack\nmetadata: {name: %s}\nspec: %s\n"
    write("org/pack.yaml", pack % ("org", "{extends: [{pack: builtin}], policies: [./policies/*.yaml]}"))
    write("org/policies/a.yaml", policy_text(name="org-law"))
    write("org/policies/deep/b.yaml", policy_text(name="too-deep"))
    write("org/drafts/c.yaml", "not: a policy\n")
    write("team/pack.yaml", pack % ("team", "{extends: [{pack: ../org}], policies: ['**/*.yaml']}"))
    write("team/x/y.yaml", policy_text(name="team-law"))
    laws = load([str(tmp_path / "team")], start=None)
    assert [(policy.id, policy.pack) for policy in laws.policies] == [
        ("org-law", "org"),
        ("shipped", "builtin"),
        ("team-law", "team"),
    ]


def test_a_repository_may_hold_packs_and_further_documents(
    checkout: Path, write: Write, policy_text: PolicyText
) -> None:
    pack = "apiVersion: sumptuary/v1\nkind: Pack\nmetadata: {name: %s}\nspec: {policies: [laws/*.yaml]}\n"
    write("repo/.sumptuary/pack.yaml", pack % "top")
    write("repo/.sumptuary/laws/a.yaml", policy_text(name="a"))
    write("repo/.sumptuary/approvals.yaml", APPROVAL)
    write("repo/.sumptuary/packs/inner/pack.yaml", pack % "inner")
    write("repo/.sumptuary/packs/inner/laws/b.yaml", policy_text(name="b"))
    write("repo/.sumptuary/packs/inner/draft.yaml", "not: a policy\n")
    write("repo/sumptuary.yaml", PROJECT + "spec: {packs: [{pack: .sumptuary/packs/inner}]}\n")
    laws = load(start=str(checkout))
    assert {policy.id: policy.pack for policy in laws.policies} == {"a": "top", "b": "inner", "shipped": "builtin"}
    assert [approval.id for approval in laws.approvals] == ["tune"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("{extends: [{pack: ../none}]}", "there is no pack '../none'"),
        ("{extends: [{pack: 'git+https://x/y'}]}", "a pack from git is pinned"),
        ("{overrides: [{match: a, set: {}}]}", "spec.overrides.0.set: "),
        ("{overrides: [{match: a, set: {rule: b}}]}", "'rule' cannot be set: it begins with one of severity, "),
        ("{overrides: [{match: nothing-here, set: {severity: low}}]}", "no policy 'nothing-here' holds here"),
        ("{policies: [../../etc/*.yaml]}", "points out of the pack"),
        ("{policies: [nothing/*.yaml]}", "'nothing/*.yaml' matches no file of the pack"),
    ],
)
def test_what_a_pack_cannot_do_is_said(spec: str, said: str, write: Write, tmp_path: Path) -> None:
    write("org/pack.yaml", f"apiVersion: sumptuary/v1\nkind: Pack\nmetadata: {{name: org}}\nspec: {spec}\n")
    assert said in complaint(lambda: load([str(tmp_path / "org")], start=None))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("{currency: {code: EUR}}", "spec.currency: 'rate', 'as_of', 'source' are missing"),
        ("{context: {aws: {regoin: x}}}", "did you mean 'region'?"),
        ("{context: {awz: {region: x}}}", "did you mean 'aws'?"),
        ("{packs: [{pack: ../nowhere}]}", "there is no pack '../nowhere'"),
        ("{environments: {from: [environment]}}", "does not have the right form"),
        ("{facts: {teem: [x]}}", "did you mean 'team'?"),
    ],
)
def test_what_a_project_cannot_say_is_said(spec: str, said: str, write: Write, checkout: Path) -> None:
    write("repo/sumptuary.yaml", PROJECT + f"spec: {spec}\n")
    text = complaint(lambda: load(start=str(checkout)))
    assert said in text
    assert "sumptuary.yaml:4:" in text


def test_documents_in_the_wrong_place_are_refused(checkout: Path, write: Write, policy_text: PolicyText) -> None:
    write("repo/.sumptuary/p.yaml", PROJECT)
    assert "read only from sumptuary.yaml" in complaint(lambda: load(start=str(checkout)))
    write("repo/.sumptuary/p.yaml", policy_text(name="ours"))
    write("repo/sumptuary.yaml", policy_text(name="more"))
    assert "must hold one document, of kind Project" in complaint(lambda: load(start=str(checkout)))


def test_no_link_leads_out_of_a_repository(checkout: Path, write: Write, policy_text: PolicyText) -> None:
    outside = write("secret.yaml", policy_text(name="secret"))
    (checkout / ".sumptuary").mkdir()
    (checkout / ".sumptuary" / "p.yaml").symlink_to(outside)
    assert "a link is not followed" in complaint(lambda: load(start=str(checkout)))
    (checkout / ".sumptuary" / "p.yaml").unlink()
    (checkout / ".sumptuary").rmdir()
    (checkout / ".sumptuary").symlink_to(outside.parent / "shipped")
    assert ids(load(start=str(checkout))) == ["shipped"]


def test_places_are_relative_to_the_working_directory(
    checkout: Path, write: Write, policy_text: PolicyText, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("repo/.sumptuary/p.yaml", policy_text(name="ours"))
    monkeypatch.chdir(checkout)
    for _ in range(2):  # compiled, then from the bundle
        ours = next(policy for policy in load().policies if policy.id == "ours")
        assert (ours.place.path, ours.place.line) == (".sumptuary/p.yaml", 1)


def test_the_shipped_policies_are_found_in_a_wheel_and_in_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "site-packages" / "sumptuary"
    tree = tmp_path / "clone" / "engine" / "sumptuary"
    for package in (wheel, tree):
        (package / "policy").mkdir(parents=True)
    monkeypatch.setattr(places, "__file__", str(wheel / "policy" / "places.py"))
    with pytest.raises(ConfigurationError, match="the built-in policies are missing"):
        builtin_directory()
    (wheel / "policies").mkdir()
    (tmp_path / "policies").mkdir()
    assert builtin_directory() == str(wheel / "policies")
    monkeypatch.setattr(places, "__file__", str(tree / "policy" / "places.py"))
    (tree / "policies").mkdir()
    (tmp_path / "clone" / "policies").mkdir()
    assert builtin_directory() == str(tmp_path / "clone" / "policies")


def test_every_problem_of_every_file_comes_at_once(write: Write, tmp_path: Path) -> None:
    write("own/a.yaml", "kind: Waiver\n")
    write("own/b.yaml", "a: [\n")
    with pytest.raises(PolicyError) as caught:
        load([str(tmp_path / "own")], start=None)
    assert len(caught.value.problems) == 2


def test_a_project_says_what_amounts_are_shown_in_who_teams_are_and_what_was_adopted(
    checkout: Path, write: Write
) -> None:
    write(
        "repo/sumptuary.yaml",
        PROJECT
        + """\
spec:
  teams: {from: ["tag:squad"], infer: {ml: "teams/ml/**"}}
  currency: {code: EUR, rate: "0.92", as_of: 2026-11-20, source: treasury}
  baseline: .sumptuary/known.json
""",
    )
    for _ in ("compiled", "kept"):
        project = load(start=str(checkout)).project
        assert project.facts == {"team": ("squad",)}
        assert project.teams == {"ml": "teams/ml/**"}
        assert project.currency == {"code": "EUR", "rate": "0.92", "as_of": "2026-11-20", "source": "treasury"}
        assert project.baseline == str(checkout / ".sumptuary" / "known.json")
