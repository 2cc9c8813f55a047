"""Nothing secret of a manifest comes out of a command, in any format, nor does anything that a terminal would obey."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sumptuary.cli.program import run

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: "chat\\e[31m\\n::error::x"
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"spec": "canary-01"}'
    example.com/webhook: https://user:canary-02@example.com/hook
    example.com/auth-token: canary-03
spec:
  template:
    metadata: {annotations: {x: "password=canary-04"}}
    spec:
      nodeSelector: {nvidia.com/gpu.product: NVIDIA-A100-SXM4-80GB}
      initContainers:
        - {name: i, image: "user:canary-05@registry.example/app", command: [sh, -c, "export TOKEN=canary-06"]}
      containers:
        - name: a
          image: vllm/vllm-openai
          command: [serve, --token, canary-07, --password=canary-08]
          args: ["--checkpoint-dir=s3://key:canary-09@bucket/x?sig=canary-10", "--api-key canary-11"]
          env:
            - {name: PASSWORD, value: canary-12}
            - {name: CHECKPOINT_URL, value: "s3://canary-13@bucket/x"}
          resources: {limits: {nvidia.com/gpu: 1}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: train}
spec:
  template:
    spec:
      containers:
        - name: t
          image: x
          command: [torchrun, train.py, "--checkpoint_dir=s3://key:canary-14@bucket/x", --token=canary-15]
---
apiVersion: v1
kind: Secret
metadata: {name: s}
data: {a: canary-16}
stringData: {b: canary-17}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {a: "canary-18"}
---
apiVersion: v1
kind: Config
users: [{name: u, user: {token: canary-19}}]
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a}
spec: {source: {helm: {parameters: [{name: adminPassword, value: canary-20}], values: "adminPassword: canary-21"}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: e}
spec: {target: {template: {data: {config: "token: canary-22"}}}}
---
apiVersion: v1
kind: Secret
metadata: {name: broken}
stringData:
  password: *canary-23
"""
FORMATS = ("text", "json", "sarif", "markdown", "junit", "gitlab")


@pytest.mark.parametrize("form", FORMATS)
def test_no_report_tells_a_secret(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("all.yaml").write_text(MANIFEST)
    Path("list.json").write_text('{"apiVersion": "v1", "kind": "Secret", "data": {"a": canary}}')
    assert run(["check", ".", "--format", form]) == 1
    said = capsys.readouterr()
    assert "all.yaml" in said.out + said.err
    assert "canary" not in said.out + said.err
    if form in ("text", "markdown"):
        assert "\x1b" not in said.out
        assert not any(line.startswith("::error") for line in (said.out + said.err).splitlines())


def test_no_inventory_tells_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("all.yaml").write_text(MANIFEST)
    assert run(["resources", "."]) == 3
    said = capsys.readouterr()
    assert "canary" not in said.out + said.err
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert {"Job/train", "Secret/s", "Application/a"} <= {row["address"] for row in rows}


def fingerprints(root: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    """The fingerprints of a tree's findings by address, for all that is in it."""
    for old in root.rglob("*.yaml"):
        old.unlink()
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    run(["check", str(root), "--format", "json"])
    found: dict[str, list[str]] = {}
    for one in json.loads(capsys.readouterr().out)["violations"]:
        found.setdefault(one["resource"]["address"], []).append(one["fingerprint"])
    return {address: sorted(prints) for address, prints in found.items()}


def workload(name: str) -> str:
    return f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{template: {{spec: {{}}}}}}\n"


def test_fingerprints_outlive_what_does_not_change_the_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = workload("a"), workload("b")
    first = fingerprints(tmp_path, {"k/all.yaml": f"{a}---\n{b}"}, capsys)
    assert set(first) == {"Deployment/a", "Deployment/b"}
    assert fingerprints(tmp_path, {"k/all.yaml": f"# moved\n{b}---\n{a}"}, capsys) == first
    assert fingerprints(tmp_path, {"k/renamed.yaml": f"{a}---\n{b}"}, capsys) == first
    assert fingerprints(tmp_path, {"k/a.yaml": a, "k/b.yaml": b}, capsys) == first
    more = fingerprints(tmp_path, {"k/all.yaml": f"{a}---\n{b}---\n{workload('c')}"}, capsys)
    assert {name: more[name] for name in first} == first
    assert not set(more["Deployment/c"]) & {*first["Deployment/a"], *first["Deployment/b"]}


def test_one_more_object_of_the_same_name_is_one_more_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = fingerprints(tmp_path, {"k/all.yaml": workload("a")}, capsys)["Deployment/a"]
    two = fingerprints(tmp_path, {"k/all.yaml": f"{workload('a')}---\n{workload('a')}"}, capsys)["Deployment/a"]
    assert two == sorted([*one, *one])  # a comparison counts those that are alike: of two where one stood, one is new
