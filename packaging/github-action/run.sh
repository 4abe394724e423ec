#!/usr/bin/env bash
# What the action runs. Inputs come as variables, so that no expression of a workflow becomes a word of a shell.
set -euo pipefail
words=(preflight --format github)
[ -z "${REQUIRE:-}" ] || words+=(--require "$REQUIRE")
[ -z "${REPO:-}" ] || words+=(--repo "$REPO")
[ -z "${CONFIG:-}" ] || words+=(--config "$CONFIG")
exec bbdoctor "${words[@]}" "$@"
