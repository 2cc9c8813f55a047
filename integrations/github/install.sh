#!/usr/bin/env bash
# Installs sumptuary into an environment of its own and says where the program is (output `program`).
#
# INSTALL  what pip installs; empty for the version that this action is of, `skip` when sumptuary is on the search path
set -euo pipefail
# Python runs with -I: the working directory is the checkout, and nothing in it is to be imported.

if [[ "$INSTALL" == skip ]]; then
  program="$(command -v sumptuary)" || { echo "::error::install is skip, but sumptuary is not on the search path"; exit 2; }
else
  if ! python3 -I -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "::error::sumptuary needs Python 3.11 or later; give the action a python-version, such as 3.12"
    exit 2
  fi
  environment="$(mktemp -d "$RUNNER_TEMP/sumptuary-environment.XXXXXX")"
  python3 -I -m venv "$environment"
  "$environment/bin/python" -I -m pip install --quiet --disable-pip-version-check -- "${INSTALL:-$GITHUB_ACTION_PATH/../..[cel]}"
  program="$environment/bin/sumptuary"
fi
"$program" --version
echo "program=$program" >> "$GITHUB_OUTPUT"
