"""Addresses as Terraform prints them, taken apart."""

from __future__ import annotations

import re

_STEP = re.compile(r'[^.\[]+(?:\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\])?')


def split(address: str) -> list[str]:
    """The steps between the dots, each with its index: ``['module', 'a["x.y"]', 'aws_instance', 'b[0]']``."""
    return _STEP.findall(address)


def bare(step: str) -> str:
    """A step without its index."""
    return step.partition("[")[0]
