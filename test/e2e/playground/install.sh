#!/usr/bin/env bash
# Installs the browsers that `npm run test:browsers` drives, from Debian's packages. Does nothing where they are there.
set -euo pipefail

type chromium firefox-esr WebKitWebDriver xvfb-run xauth > /dev/null 2>&1 && exit
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  chromium firefox-esr webkit2gtk-driver xvfb xauth fonts-dejavu-core > /dev/null
