#!/bin/sh
# Opens the report pages in a headless Chromium and uses them: views, selectors, exports, keyboard, themes, print,
# accessibility. Not part of `cargo test`.
#
#   apt-get install chromium nodejs npm    # once
#   tests/browser/run.sh [FOLDER]          # pictures, exports and pages are left in FOLDER, default target/browser
#
# CHROMIUM names another browser, FEATURES those of the program that is tested.
set -eu
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
out=${1:-$root/target/browser}
mkdir -p "$out/pages" "$out/pictures" "$out/saved"
out=$(cd "$out" && pwd)
(cd "$root" && PAGES="$out/pages" cargo test --quiet --lib --features "${FEATURES:-}" write_pages -- --ignored)
npm ci --silent --no-audit --no-fund
CHROMIUM=${CHROMIUM:-$(command -v chromium)} node check.mjs "$out"
