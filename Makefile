# The two commands of the README are `make demo` and `make test`; `make check` is what a developer runs before a commit.
# They need Python 3.11 or later and nothing else; make PYTHON=/path/to/python chooses one.
RECENT := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c '$(RECENT)' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test test-long check format types walls docs reference coverage benchmarks clean

# What the demo breaks is its point: a blocking violation (1) is its right answer, anything else is not.
demo: $(VENV)/.demo
	@cd fixtures/demo && { ../../$(BIN)/sumptuary check .; code=$$?; [ $$code -le 1 ] || exit $$code; }

test: $(VENV)/.installed
	$(BIN)/python -m pytest -m "not long"

test-long: $(VENV)/.installed
	$(BIN)/python -m pytest

check: format types walls reference coverage

format: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed
	$(BIN)/mypy
	$(BIN)/pyright --warnings

walls: $(VENV)/.installed
	$(BIN)/lint-imports

# The pages under docs/reference and the schemas under docs/schemas: written anew, or held against what would be
# written (the schemas by a test).
docs: $(VENV)/.installed
	$(BIN)/sumptuary docs
	$(BIN)/sumptuary policies schema --output docs/schemas/v1

reference: $(VENV)/.installed
	$(BIN)/sumptuary docs --check

coverage: $(VENV)/.installed
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -m "not long"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

benchmarks: $(VENV)/.installed
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/kubernetes.py
	$(BIN)/python benchmarks/account.py
	$(BIN)/python benchmarks/history.py

# The demo needs the program alone; the tests need their tools too.
$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	@test -e $(VENV)/.installed || { echo "installing sumptuary into $(VENV)"; $(PIP) --editable '.[cel]'; }
	@touch $@

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	@echo "installing sumptuary and its test tools into $(VENV)"
	@$(PIP) --editable '.[test]'
	@touch $@

$(VENV)/bin/python:
	@$(or $(PYTHON),python3) -c '$(RECENT)' || { echo "sumptuary needs Python 3.11 or later; name one: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

clean:
	rm -rf $(VENV) dist build .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
