"""An account in moto behind the front, and the program run on it as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from sources.aws.front import Front

REGION, OTHER = "us-east-1", "eu-west-1"
KEY = "AKIACANARYCANARYCANA"
SECRET = "canary-secret-access-key"  # noqa: S105  # moto takes any
TOKEN = "canary-session-token"  # noqa: S105
CANARIES = (SECRET, TOKEN, KEY, "canary-request-id", "canary-free-text", "canary-user-data", "canary-environment")


@dataclass
class Run:
    """What a run said: its exit code, the JSON report, and everything that it wrote anywhere."""

    code: int
    report: dict[str, Any]
    text: str
    error: str

    @property
    def violations(self) -> list[dict[str, Any]]:
        return self.report["violations"]

    def rows(self, status: str = "") -> dict[tuple[str, str], dict[str, str]]:
        """The ledger by collector and region."""
        found = self.report["coverage"]["collectors"]
        return {(row["collector"], row["region"]): row for row in found if not status or row["status"] == status}

    def found(self) -> set[tuple[str, str, str]]:
        """Policy, address and status of everything that was found."""
        return {(one["policy"], one["resource"]["address"], one["status"]) for one in self.violations}


@dataclass
class Account:
    """One test's account."""

    url: str
    front: Front
    directory: Path
    cache: Path

    def client(self, service: str, region: str = REGION) -> Any:
        keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
        return boto3.client(service, region_name=region, endpoint_url=self.url, **keys)

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        nowhere = str(self.directory / "nowhere")
        return {
            **kept,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_SESSION_TOKEN": TOKEN,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": nowhere,
            "AWS_SHARED_CREDENTIALS_FILE": nowhere,
            "XDG_CACHE_HOME": str(self.cache),
        }

    def scan(self, *options: str, command: tuple[str, ...] = ("scan", "aws"), **environment: str) -> Run:
        """Run the program; an empty value takes a variable away. No canary may be anywhere in what it writes."""
        held = {key: value for key, value in {**self.environment(), **environment}.items() if value}
        written = self.directory / "report.json"
        written.unlink(missing_ok=True)
        formats = ("--format", "text", "--format", f"json={written}", "--debug")
        argv = [sys.executable, "-m", "sumptuary", *command, *options, *formats]
        ran = subprocess.run(argv, env=held, cwd=self.directory, capture_output=True, timeout=120, check=False)
        said, error = ran.stdout.decode(), ran.stderr.decode()
        report = written.read_text(encoding="utf-8") if written.exists() else "{}"
        everything = said + error + report
        assert not [canary for canary in CANARIES if canary in everything]
        return Run(ran.returncode, json.loads(report), said, error)

    def image(self, region: str = REGION) -> str:
        return self.client("ec2", region).describe_images(Owners=["amazon"])["Images"][0]["ImageId"]

    def instances(self, kind: str, count: int = 1, region: str = REGION, **tags: str) -> list[str]:
        """Run instances with tags; underscores in their names become hyphens."""
        marks = [{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()]
        made = self.client("ec2", region).run_instances(
            ImageId=self.image(region),
            InstanceType=kind,
            MinCount=count,
            MaxCount=count,
            UserData="#!/bin/sh\nexport TOKEN=canary-user-data\n",
            **({"TagSpecifications": [{"ResourceType": "instance", "Tags": marks}]} if marks else {}),
        )
        return [one["InstanceId"] for one in made["Instances"]]
