#!/usr/bin/env bash
# Writes artifacts/dependencies.md: every package that is built or tested with, its version, licence and users. Fails on a licence that is
# unknown or not allowed, on a direct package without a central version, and on a known vulnerability. Needs what restore brought, and no
# network: without one, or where no source has vulnerability data, the report says that vulnerabilities were not checked.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=$(dotnet nuget locals global-packages --list)
cache=$(dotnet nuget locals http-cache --list)
audit=artifacts/vulnerable.json
mkdir -p artifacts

# An answer with errors in it is read too: it says who could not be asked.
timeout "${INTEROP_AUDIT_SECONDS:-120}" \
  dotnet list Interop.sln package --vulnerable --include-transitive --format json >"$audit" 2>/dev/null || true
exec node deploy/dependencies.mjs "${packages#*: }" "$audit" "${cache#*: }"
