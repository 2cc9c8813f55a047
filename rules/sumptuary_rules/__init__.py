"""The built-in rule types, one file each, found by the engine through the entry point group ``sumptuary.rules``."""

RULES: tuple[type, ...] = ()
