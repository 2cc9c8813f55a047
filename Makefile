# The two commands of the README are `make demo` and `make test`; `make check` is what a developer runs before a commit.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Sumptuary needs Python 3.11 or later; give one with: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

.PHONY: demo test test-long check format types walls clean
demo: $(VENV)/.installed
	-@cd fixtures/demo && ../../$(BIN)/sumptuary check . ; true

test: $(VENV)/.installed
	$(BIN)/python -m pytest -m "not long"

test-long: $(VENV)/.installed
	$(BIN)/python -m pytest

check: $(VENV)/.installed format types walls test

format: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed
	$(BIN)/mypy
	$(BIN)/pyright --warnings

walls: $(VENV)/.installed
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) dist
