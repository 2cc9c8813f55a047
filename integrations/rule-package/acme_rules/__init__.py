"""ACME's rules in Python. Sumptuary finds them through the entry point group ``sumptuary.rules``."""

from __future__ import annotations

from acme_rules.log_retention import LogRetention

RULES = (LogRetention,)
