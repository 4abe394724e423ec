#!/bin/sh
# Entry point of the pipe. Its variables, as pipes have them:
#
#   REQUIRE     what the token must be able to do, separated by commas: git:read,read:pullrequest:bitbucket
#   CONFIG      a file of needs instead (bbdoctor.toml)
#   PUBLISH     "true": the verdict is shown on the commit, as a report of Code Insights
#   DEBUG       "true": every setting that was looked at
#
# The credential comes by its usual names (BITBUCKET_EMAIL and BITBUCKET_API_TOKEN, or BITBUCKET_ACCESS_TOKEN): a pipe passes
# variables on in the environment, never on the command line.
set -eu
set -- preflight --report "junit=${BITBUCKET_CLONE_DIR:-.}/test-results/bbdoctor.xml" "$@"
[ -z "${REQUIRE:-}" ] || set -- "$@" --require "$REQUIRE"
[ -z "${CONFIG:-}" ] || set -- "$@" --config "$CONFIG"
[ "${PUBLISH:-false}" != true ] || set -- "$@" --publish
[ "${DEBUG:-false}" != true ] || set -- "$@" -v
mkdir -p "${BITBUCKET_CLONE_DIR:-.}/test-results"
exec bbdoctor "$@"
