#!/bin/bash
# Plays a sweep by the line for GNU parallel in README.md, kills a shard on the way, and compares with a local run byte for byte.
#
#   tests/engines/parallel.sh    # leaves shards and results in target/engines/parallel
#
# ELENCHUS names another binary, TRIALS another size.
# shellcheck source=common.sh disable=SC2154
. "$(dirname "$0")/common.sh"

# The line is read from the README, so that what is printed there is what is played.
line() { sed -n 's/^ *\(seq 8 | parallel .*\)/\1/p' "$here/README.md"; }

bad() {
    cat "$work/logs/parallel" >&2
    fail "$*; see $out"
}

need "parallel pgrep python3" "parallel procps python3"
parallel --version | grep -q '^GNU parallel' || fail "parallel is another program than GNU parallel"
[ "$(line | wc -l)" = 1 ] || fail "README.md has no line for GNU parallel"
play_locally
SECONDS=0
out=$work/sweep
# The line calls it by its name.
mkdir "$work/bin"
ln -s "$elenchus" "$work/bin/elenchus"
elenchus=$work/bin/elenchus
PATH=$work/bin:$PATH
line=$(line | sed "s|SCENARIO|$scenario --trials $trials|; s|DIR|$out|g")
setsid nice -n 5 bash -c "$line" >"$work/logs/parallel" 2>&1 &
played=$!
# Nothing of it outlives this script.
trap 'kill -- "-$played" 2>/dev/null || true; pkill --full -- "--out $out/shards/" || true' EXIT
catch_shard
kill_torn
wait "$played" || bad "$line ended with $?"
resumed "process killed" "$shard"
compared "GNU parallel, $shards shards"
