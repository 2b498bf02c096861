#!/usr/bin/env bash
# Writes artifacts/dependencies.md: every package that is built or tested with, its version, licence and users. Fails on a licence that is
# unknown or not allowed, on a direct package without a central version, and on a known vulnerability. Needs what restore brought, no network.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=$(dotnet nuget locals global-packages --list)
audit=artifacts/vulnerable.json
mkdir -p artifacts

# The registry is asked where it answers; the report says where it did not.
if ! timeout "${INTEROP_AUDIT_SECONDS:-120}" dotnet list Interop.sln package --vulnerable --include-transitive --format json >"$audit" 2>/dev/null; then
  rm -f "$audit"
fi
exec node deploy/dependencies.mjs "${packages#*: }" "$audit"
