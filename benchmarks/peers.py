"""The programs that the race is run against: where they are, how they are called, and what they are given to check.

Each lives in an environment of its own, made with pip on request; nothing else here uses the network.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECKOV, C7N_LEFT = "checkov", "c7n-left"
CHECKOV_OPTIONS = ["--framework", "terraform", "--quiet", "--compact", "--skip-download", "--skip-results-upload"]
TYPES = ("aws_instance", "aws_db_instance", "aws_s3_bucket", "aws_ebs_volume", "aws_lambda_function")
LARGE = ("p4d.24xlarge", "p5.48xlarge", "g5.48xlarge", "m5.24xlarge")
LAWS = 5
"""Policies for c7n-left and for the short run of checkov: three tags, a volume's type, large instances."""

_CUSTODIAN_TAG = """\
  - name: tag-{tag}
    resource: [{types}]
    filters:
      - type: taggable
      - "tag:{tag}": absent
"""
_CUSTODIAN = """\
  - name: volume-type
    resource: [terraform.aws_ebs_volume]
    filters:
      - type: value
        key: type
        value: gp2
  - name: large-instance
    resource: [terraform.aws_instance]
    filters:
      - type: value
        key: instance_type
        op: in
        value: [{large}]
"""
_CHECKOV = """\
metadata: {{id: CKV2_RACE_{number}, name: {name}, category: GENERAL_SECURITY}}
definition:
  cond_type: attribute
  resource_types: [{types}]
  attribute: {attribute}
  operator: {operator}
"""
_BROKEN = """\
resource "aws_instance" "large" {{
  instance_type = "{large}"
}}

resource "aws_ebs_volume" "old" {{
  type = "gp2"
}}
"""
_TAGS = ("team", "environment", "cost-center")


@dataclass(frozen=True)
class Peer:
    """A program to race against, and the version that it says it has."""

    program: Path
    version: str


def install(name: str, into: Path) -> Path:
    """Make an environment for a program below a directory, unless it is there; its executable."""
    environment = into / name
    program = environment / "bin" / name
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([str(environment / "bin" / "pip"), "install", "--quiet", name], check=True)
    return program


def found(program: Path, package: str) -> Peer:
    """A program and its version, as the environment it lives in has it."""
    python = program.parent / "python"
    ask = f"import importlib.metadata as m; print(m.version({package!r}))"
    said = subprocess.run([str(python), "-c", ask], check=True, capture_output=True, text=True)
    return Peer(program, said.stdout.strip())


def write_custodian(directory: Path) -> None:
    """The policies for c7n-left."""
    directory.mkdir()
    types = ", ".join(f"terraform.{each}" for each in TYPES)
    policies = "".join(_CUSTODIAN_TAG.format(tag=tag, types=types) for tag in _TAGS)
    (directory / "race.yaml").write_text("policies:\n" + policies + _CUSTODIAN.format(large=", ".join(LARGE)))


def write_checkov(directory: Path) -> None:
    """The same policies for checkov."""
    directory.mkdir()
    types, large = ", ".join(TYPES), f"not_within\n  value: [{', '.join(LARGE)}]"
    laws = [(f"tag-{tag}", types, f"tags.{tag}", "exists") for tag in _TAGS]
    laws.append(("volume-type", "aws_ebs_volume", "type", "not_equals\n  value: gp2"))
    laws.append(("large-instance", "aws_instance", "instance_type", large))
    for number, (name, held, attribute, operator) in enumerate(laws, 1):
        text = _CHECKOV.format(number=number, name=name, types=held, attribute=attribute, operator=operator)
        (directory / f"{name}.yaml").write_text(text)


def checkov_command(peer: Peer, directory: Path, laws: Path | None) -> list[str]:
    """Checkov over a directory, with all its checks or with the laws of a directory only."""
    command = [str(peer.program), "--directory", str(directory), *CHECKOV_OPTIONS]
    if laws is None:
        return command
    only = ",".join(f"CKV2_RACE_{number}" for number in range(1, LAWS + 1))
    return [*command, "--external-checks-dir", str(laws), "--check", only]


def custodian_command(peer: Peer, directory: Path, laws: Path) -> list[str]:
    """c7n-left over one root module: it reads no more than one in a run."""
    return [str(peer.program), "run", "--policy-dir", str(laws), "--directory", str(directory)]


def prove(peer: Peer, laws: Path) -> None:
    """Exit unless every law is found broken where it is: both programs end with 1 when they fall over, too."""
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "main.tf").write_text(_BROKEN.format(large=LARGE[0]))
        custodian = peer.program.name == C7N_LEFT
        command = (custodian_command if custodian else checkov_command)(peer, Path(directory), laws)
        said = subprocess.run(command, check=False, capture_output=True, text=True)
        names = [*(f"tag-{tag}" for tag in _TAGS), "volume-type", "large-instance"]
        if missing := [name for name in names if name not in said.stdout]:
            sys.exit(f"{peer.program} does not find {', '.join(missing)} broken:\n{said.stdout}{said.stderr[-2000:]}")
