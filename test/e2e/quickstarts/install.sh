#!/usr/bin/env bash
# Installs the languages of the quickstarts, which `npm run test:quickstarts` runs, from Debian's packages. Does nothing
# where they are there.
set -euo pipefail

type curl php python3 ruby java javac go > /dev/null 2>&1 && exit
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  curl php-cli python3 ruby default-jdk-headless golang-go > /dev/null
