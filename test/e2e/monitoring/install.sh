#!/usr/bin/env bash
# Installs Prometheus and promtool, which `npm run test:monitoring` runs, from Debian's packages. Does nothing where they
# are there.
set -euo pipefail

type prometheus promtool > /dev/null 2>&1 && exit
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus > /dev/null
