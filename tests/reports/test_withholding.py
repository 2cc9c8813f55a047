"""What looks like a credential is withheld, and what only speaks of one is not."""

from __future__ import annotations

import pytest

from sumptuary.reports.withholding import WITHHELD, looks_secret, without_secrets

SECRET = [
    "--password=canary",
    "mysql --password canary -e x",
    "--api-key=canary",
    "--db.password=canary",
    "export DB_PASSWORD=canary; run",
    "TOKEN='canary'",
    '{"token": "canary"}',
    "adminPassword: canary\nuser: x",
    "curl -H 'Authorization: Bearer canarycanary'",
    "https://user:canary@example.com/x",
    "s3://canary@bucket/x",
    "user:canary@registry.example/app:1",
    "AKIAABCDEFGHIJKLMNOP",
    "hf_abcdefghijklmnopqrstuvwx",
    "-----BEGIN RSA PRIVATE KEY-----",
]
PLAIN = [
    "--max-tokens=4096",
    "--max-num-batched-tokens 8192",
    "--password-file=/run/secrets/p",
    "--token-ttl=3600",
    "--secret-name=db",
    "--password=$(DB_PASSWORD)",
    "PASSWORD=${DB_PASSWORD}",
    "arn:aws:secretsmanager:us-east-1:1:secret:db",
    "secretsmanager:GetSecretValue",
    "git@github.com:org/repo.git",
    "git::ssh://git@github.com/org/repo.git",
    "registry.example/app:1@sha256:abcdef",
    "python train.py --tokenizer=llama",
    "/var/run/secrets/kubernetes.io/serviceaccount/token",
    "a person@example.com wrote it",
]


@pytest.mark.parametrize("text", SECRET)
def test_what_carries_a_credential_is_withheld(text: str) -> None:
    assert without_secrets([text]) == [WITHHELD]


@pytest.mark.parametrize("text", PLAIN)
def test_what_only_speaks_of_one_is_kept(text: str) -> None:
    assert not looks_secret(text)


def test_what_follows_a_flag_is_withheld() -> None:
    given = ["run", "--token", "canary", "--password", "--verbose", "--secret-name", "db", "--password", "$(REF)"]
    assert without_secrets([*given]) == [item if item != "canary" else WITHHELD for item in given]


def test_a_value_beside_the_name_of_a_secret_is_withheld() -> None:
    assert without_secrets({"name": "db.password", "value": "canary"}) == {"name": "db.password", "value": WITHHELD}
    assert without_secrets({"name": "replicas", "value": "3"}) == {"name": "replicas", "value": "3"}
