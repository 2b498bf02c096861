#!/usr/bin/env bash
# Makes the executables interop and interop-identity for this platform, compiled ahead (ReadyToRun); they need the ASP.NET Core runtime.
#
#   bash deploy/publish.sh FOLDER            FOLDER/server/interop and FOLDER/identity/interop-identity
#   bash deploy/publish.sh FOLDER linux-arm64
set -euo pipefail
folder=$(realpath -m "${1:?Name a folder for the executables.}")
cd "$(dirname "$0")/.."
platform=${2:-$(dotnet --info | sed -n 's/^ *RID: *//p')}

for part in src/Interop.Server:server identity/Interop.Identity:identity; do
  dotnet publish "${part%%:*}" --configuration Release --runtime "$platform" --self-contained false \
    -p:PublishReadyToRun=true --output "$folder/${part##*:}" --verbosity quiet --nologo
done
echo "Published into $folder/server and $folder/identity."
