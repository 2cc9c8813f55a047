#!/usr/bin/env bash
# Checks the files, and hands on the report: to the log, the job's summary, and the outputs of this step.
#
# It exits with 0 whatever the check says, so that the steps that publish the report run; the last step of the action
# exits with the check's own code.
#
# SUMPTUARY         the program
# PATHS             files and directories, one a line
# BASE              the revision to compare with; empty for that of the change, `none` to compare with nothing
# CHANGE_BASE       the base of the pull request or of the merge group, as the event has it; may be empty
# POLICIES, ARGS    policies, and further arguments, one a line
# STAGE, FAIL_ON, ALLOW_INCOMPLETE
set -euo pipefail

here="$(dirname "${BASH_SOURCE[0]}")"
reports="$(mktemp -d "$RUNNER_TEMP/sumptuary.XXXXXX")"
json="$reports/report.json" sarif="$reports/report.sarif" summary="$reports/summary.md"

lines() { # the lines that are not blank, without the white space around them
  local line
  while IFS=$' \t\r' read -r line || [[ -n "$line" ]]; do
    [[ -z "$line" ]] || printf '%s\0' "$line"
  done <<< "$1"
}

base_of_the_change() {
  # GitHub checks out the merge of a pull request with its base. The first parent of that merge is the base as it is,
  # while the event may name an older one, whose difference would count what others have merged since.
  if [[ "${GITHUB_REF:-}" == refs/pull/*/merge ]] && git rev-parse --verify --quiet 'HEAD^2^{commit}' > /dev/null; then
    git rev-parse --verify 'HEAD^1^{commit}'
  else
    printf '%s\n' "$CHANGE_BASE"
  fi
}

base="${BASE:-$(if [[ -n "$CHANGE_BASE" ]]; then base_of_the_change; fi)}"
[[ "$base" != none ]] || base=""
command=("$SUMPTUARY" check)
while IFS= read -r -d '' path; do
  [[ "$path" != -* ]] || path="./$path"
  command+=("$path")
done < <(lines "$PATHS")
while IFS= read -r -d '' policy; do command+=("--policies=$policy"); done < <(lines "$POLICIES")
command+=("--stage=$STAGE" "--fail-on=$FAIL_ON")
[[ "$ALLOW_INCOMPLETE" != true ]] || command+=(--allow-incomplete)
[[ -z "$base" ]] || command+=("--base=$base")
command+=(--format=text "--format=json=$json" "--format=sarif=$sarif" "--format=markdown=$summary")
while IFS= read -r -d '' argument; do command+=("$argument"); done < <(lines "$ARGS")

# What is printed between these two is no command to the runner, whatever a scanned file is called.
guard="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
echo "::stop-commands::$guard"
code=0
if [[ -f sumptuary.lock ]]; then # packs out of git, those of the base too
  "$SUMPTUARY" policies sync ${base:+"--base=$base"} || code=$?
fi
[[ "$code" != 0 ]] || "${command[@]}" || code=$?
echo
echo "::$guard::"

echo "exit-code=$code" >> "$GITHUB_OUTPUT"
if [[ -s "$json" ]]; then
  python3 -I "$here/outputs.py" "$json" >> "$GITHUB_OUTPUT"
  printf '%s\n' "report=$json" "sarif=$sarif" >> "$GITHUB_OUTPUT"
else
  printf '%s\n' '### Sumptuary' '' "Nothing was judged (exit code $code): the log of the job says why." > "$summary"
  echo "::error::sumptuary judged nothing (exit code $code): see above"
fi
echo "summary=$summary" >> "$GITHUB_OUTPUT"
cat "$summary" >> "$GITHUB_STEP_SUMMARY"
