#!/usr/bin/env bash
# Has systemd-analyze, dockerfilelint, dclint and yamllint read what is beside it for an operator's machines, and the Grafana dashboard be JSON.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v systemd-analyze >/dev/null || missing+=(systemd)
command -v yamllint >/dev/null || missing+=(yamllint)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq && apt-get install -y -qq "${missing[@]}" >/dev/null
fi
tools=artifacts/lint
if [ ! -d $tools/node_modules/dclint ] || [ ! -d $tools/node_modules/dockerfilelint ]; then
  mkdir -p $tools
  npm install --silent --ignore-scripts --no-audit --no-fund --prefix $tools dclint@3.1.0 dockerfilelint@1.8.0 >/dev/null
fi

# The executables are not installed on the machine that only reads the units.
units=$(mktemp -d)
trap 'rm -rf "$units"' EXIT
for unit in deploy/systemd/*; do
  sed -E 's|^(ExecStart=).*|\1/bin/true|' "$unit" >"$units/$(basename "$unit")"
done
systemd-analyze verify --man=no "$units"/*
node $tools/node_modules/dockerfilelint/bin/dockerfilelint deploy/Containerfile
(cd deploy/compose && node "../../$tools/node_modules/dclint/bin/dclint.cjs" --max-warnings 0 compose.yaml)
yamllint --strict -d '{extends: default, rules: {document-start: disable, line-length: {max: 140}, truthy: {check-keys: false}, comments: {min-spaces-from-content: 1}}}' \
  deploy/kubernetes deploy/compose .github
node -e 'JSON.parse(require("fs").readFileSync("deploy/grafana/interop.json", "utf8"))'
echo "Units, image, compose file, manifests and dashboard hold."
