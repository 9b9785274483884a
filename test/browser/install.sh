#!/usr/bin/env bash
# Installs the browser that `npm run test:browser` drives, from Debian's packages. Does nothing where it is there.
set -euo pipefail

command -v chromium > /dev/null && exit
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core > /dev/null
