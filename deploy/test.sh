#!/usr/bin/env bash
# Installs what is missing, builds in Release, runs every test and ends with: N passed, N failed, N skipped
#
#   bash deploy/test.sh                       everything, and the dependency report; what CI runs
#   bash deploy/test.sh --quick               Interop.Fhir, .Sharing and .Storage without their long tests: under two minutes
#   bash deploy/test.sh --filter EXPRESSION   what `dotnet test --filter EXPRESSION` picks, such as FullyQualifiedName~ConsentReader
#   bash deploy/test.sh --filter Category=Long   what takes minutes alone, and is in no other run: two years of reports, all forms
#
# The two go together. A part fetches only what it needs, makes no dependency report, and fails where it picks no test at all.
set -euo pipefail
cd "$(dirname "$0")/.."

quick=false filter=
while [ $# -gt 0 ]; do
  case $1 in
    --quick)
      quick=true
      shift
      ;;
    --filter)
      filter=${2:?--filter needs an expression, such as FullyQualifiedName~ConsentReader}
      shift 2
      ;;
    *)
      echo "$1 is not an option: see the first lines of deploy/test.sh." >&2
      exit 2
      ;;
  esac
done

projects=(tests/*.Tests)
full=true
if [ -n "$filter" ]; then
  full=false
else
  filter='Category!=Long'
fi
if $quick; then
  full=false
  projects=(tests/Interop.Fhir.Tests tests/Interop.Sharing.Tests tests/Interop.Storage.Tests)

  # What walks all official examples, fuzzes, or builds cities: all of it is in the full run.
  short=
  for long in official_example ExampleV OfficialProfile Snapshot Mutation Fuzz Invariant LimitTests hidden_changes_no_answer VisitedRows Postgres; do
    short+="${short:+&}FullyQualifiedName!~$long"
  done
  filter="$short&($filter)"
fi

# Names fold by Unicode's rules, which .NET takes from ICU.
if ! ldconfig -p | grep -q libicuuc; then
  apt-get update -qq && apt-get install -y -qq 'libicu[0-9]+'
fi

if ! $quick; then
  # npm fetches the official R4 examples; a machine without it gets Debian's.
  if ! command -v npm >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -y -qq npm
  fi

  # Issuer, storage and server are tested on PostgreSQL too: its programs, not a running service.
  if [ -z "${INTEROP_TEST_POSTGRES:-}" ] && ! compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null; then
    apt-get update -qq && apt-get install -y -qq postgresql
  fi

  # Pages are tested in Debian's browser, and in none that is downloaded.
  if [ ! -x /usr/bin/chromium ]; then
    apt-get update -qq && apt-get install -y -qq chromium
  fi

  examples=${INTEROP_R4_EXAMPLES:-$PWD/artifacts/r4-examples/package}
  if [ ! -d "$examples" ]; then
    echo "Fetching the official R4 examples (npm hl7.fhir.r4.examples 4.0.1) ..."
    mkdir -p artifacts/r4-examples
    (cd artifacts/r4-examples && npm pack --silent hl7.fhir.r4.examples@4.0.1 >/dev/null \
      && tar -xzf hl7.fhir.r4.examples-4.0.1.tgz && rm hl7.fhir.r4.examples-4.0.1.tgz)
  fi
  export INTEROP_R4_EXAMPLES=$examples

  # Other implementations that issuer and server are tested against; their tests are skipped without them, but fail in CI.
  if [ ! -d artifacts/oauth4webapi/package ]; then
    echo "Fetching the relying party (npm oauth4webapi 3.8.8) ..."
    mkdir -p artifacts/oauth4webapi
    (cd artifacts/oauth4webapi && npm pack --silent oauth4webapi@3.8.8 >/dev/null \
      && tar -xzf oauth4webapi-3.8.8.tgz && rm oauth4webapi-3.8.8.tgz)
  fi
  if [ ! -d artifacts/oidc-provider/node_modules/oidc-provider ]; then
    echo "Fetching the oracle (npm oidc-provider 9.13.3) ..."
    mkdir -p artifacts/oidc-provider
    (cd artifacts/oidc-provider && npm install --silent --ignore-scripts --no-audit --no-fund --prefix . oidc-provider@9.13.3 >/dev/null)
  fi
  if [ ! -d artifacts/fhir-kit-client/node_modules/fhir-kit-client ]; then
    echo "Fetching a FHIR client (npm fhir-kit-client 2.0.3) ..."
    mkdir -p artifacts/fhir-kit-client
    (cd artifacts/fhir-kit-client && npm install --silent --ignore-scripts --no-audit --no-fund --prefix . fhir-kit-client@2.0.3 >/dev/null)
  fi
fi

mkdir -p artifacts
if $quick; then
  for project in "${projects[@]}"; do
    dotnet build "$project" -c Release --nologo -v quiet
  done
else
  dotnet build Interop.sln -c Release --nologo -v quiet
fi

# A licence nobody read, a package nobody pinned, or a unit that a linter refuses fails the run after the tests.
reports=0
if $full; then
  bash deploy/dependencies.sh || reports=1
  bash deploy/lint.sh || reports=1
fi

# The compiler's counting for later optimisation costs a fifth of the CPU of processes that end before it pays (126 tests: 48 s and 37 s).
# So does a thread that collects beside the program, where two cores are full anyway (454 tests: 48 s and 44 s).
export DOTNET_TieredPGO=0 DOTNET_gcConcurrent=0

# Thousands of databases are made, flushed and thrown away: in memory, where there is enough of it.
if [ -z "${TMPDIR:-}" ] && [ -d /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -1)" -gt 4000000 ]; then
  TMPDIR=$(mktemp -d /dev/shm/interop-XXXXXX)
  chmod 1777 "$TMPDIR" # PostgreSQL runs as a user of its own
  export TMPDIR
  trap 'rm -rf "$TMPDIR"' EXIT
fi

# Two lanes, for two cores: each takes the next project that the other has not, the longest first. What a lane prints is shown when a
# project is done.
log=artifacts/test.log
: >"$log"
rm -f artifacts/test-*.log artifacts/test-*.took
run() {
  local project started name
  for project in "$@"; do
    name=$(basename "$project")
    started=$SECONDS
    dotnet test "$project" -c Release --no-build --nologo ${filter:+--filter "$filter"} --logger "console;verbosity=normal" \
      >"artifacts/test-$name.log" 2>&1 || echo "$name" >>artifacts/test-failed.log
    echo $((SECONDS - started)) >"artifacts/test-$name.took"
    cat "artifacts/test-$name.log"
  done
}

taken=$(mktemp -d)
lane() {
  local name
  for name in Server Pages Identity Journeys Storage Fhir SmallCells Sharing Prediction; do
    if [[ " ${projects[*]} " == *" tests/Interop.$name.Tests "* ]] && mkdir "$taken/$name" 2>/dev/null; then
      run "tests/Interop.$name.Tests"
    fi
  done
}
lane &
lane
wait
rm -rf "$taken"
for project in "${projects[@]}"; do
  [ -e "artifacts/test-$(basename "$project").took" ] || echo "$project was not run" | tee -a artifacts/test-failed.log
done

times=()
for project in "${projects[@]}"; do
  name=$(basename "$project")
  cat "artifacts/test-$name.log" >>"$log" 2>/dev/null || true
  took=$(cat "artifacts/test-$name.took" 2>/dev/null || echo 0)
  times+=("$(printf '%-26s %3d min %02d s' "$name" $((took / 60)) $((took % 60)))")
done
status=0
[ ! -e artifacts/test-failed.log ] || status=1

count() { { grep -E "^ *$1: +[0-9]+" "$log" || true; } | awk '{ sum += $2 } END { print sum + 0 }'; }
passed=$(count Passed) failed=$(count Failed) skipped=$(count Skipped)
if [ "$failed" -eq 0 ] && [ "$status" -ne 0 ]; then
  failed=1 # the runner itself failed, or a test host crashed
fi
if [ "${CI:-}" = true ]; then
  # The runner prints the reason in the line after the test's. Data that may neither be committed nor fetched can't be there, nor can a
  # product that nobody can install.
  unavoidable='\.\./shared/|SQL Server is not at hand: INTEROP_TEST_SQLSERVER is not set\.$'
  avoidable=$((skipped - $(grep -A 1 -F '[SKIP]' "$log" | grep -cE "$unavoidable" || true)))
  if [ "$avoidable" -gt 0 ]; then
    echo "$avoidable tests were skipped that CI must run: they count as failed."
    failed=$((failed + avoidable))
  fi
fi
if [ "$reports" -ne 0 ]; then
  echo "The dependency report or a linter has problems: see above and artifacts/dependencies.md."
  failed=$((failed + 1))
fi
grep -E '^ *Failed Interop' "$log" || true # once more, where a reader of the end finds them
printf '%s\n' "${times[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
