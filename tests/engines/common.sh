# What the scripts of this folder share: what is needed, the local run, a shard caught half done, and what must hold in the end.
# Sourced; whoever does so has a function `bad`, which fails with what its engine says.
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
set -euo pipefail
me=$(basename "$0")
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/engines/${me%.sh}
scenario=$root/scenarios/quickstart.toml
elenchus=${ELENCHUS:-$root/target/release/elenchus}
# A shard should take half a second or more, or nothing can be caught half done.
trials=${TRIALS:-500000}
shards=8

fail() {
    echo "$me: $*" >&2
    exit 1
}

# Fails where something is missing that cannot be had: a test that could not run has not passed.
need() {
    [ -x "$elenchus" ] || fail "$elenchus: no such program; cargo build --release first, or set ELENCHUS"
    elenchus=$(realpath "$elenchus")
    install "$@"
    # Held as long as anything of this script lives.
    mkdir -p "$root/target/engines"
    exec 9>"$work.lock"
    flock --nonblock 9 || fail "another $me is running"
    rm -rf "$work"
    mkdir -p "$work/logs"
}

# Programs, and the Debian packages that have them.
install() {
    local programs=$1 packages=$2 log=$root/target/engines/apt.log lacking
    lacking=$(lacking $programs)
    [ -n "$lacking" ] || return 0
    echo "no $lacking; installing $packages"
    mkdir -p "${log%/*}"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } >"$log" 2>&1 ||
        fail "$packages cannot be installed, so nothing was tested; see $log"
    lacking=$(lacking $programs)
    [ -z "$lacking" ] || fail "no $lacking after installation, so nothing was tested; see $log"
}

lacking() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || echo "$program"
    done | paste -sd' '
}

# Runs this script again, as `SCRIPT inside`, in namespaces of its own, for so many seconds at most. The first process of
# a pid namespace takes all others with it, --kill-child takes that one along with unshare, and setpriv unshare with timeout.
contained() {
    [ "$(id -u)" = 0 ] || fail "want root, for namespaces; try sudo"
    export ELENCHUS=$elenchus
    exec timeout --foreground --kill-after=1 "$1" setpriv --pdeathsig KILL nice -n 5 \
        unshare --net --uts --ipc --pid --fork --mount-proc --kill-child "$here/$me" inside
}

# Whether a condition holds within so many seconds.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

play_locally() {
    "$elenchus" run "$scenario" --trials "$trials" --threads 1 --quiet --out "$work/local" >/dev/null || fail "the local run failed"
}

same() { python3 "$here/same.py" "$work/local" "$out/result"; }

compared() {
    local told
    told=$(same) || fail "$1: results differ"
    echo "$1: $told ($SECONDS s)"
}

# Changes one bit in the middle of a file.
plant() {
    python3 - "$1" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) // 2] ^= 1
open(sys.argv[1], "wb").write(data)
END
}

# A shard caught half done: its process is stopped, so that it cannot end before it is harmed, and what its journal has
# is kept. None is caught twice. Sets pid and shard.
catch_shard() { within 60 catch_one || bad "no shard was caught with parts finished; set TRIALS higher"; }

catch_one() {
    local command
    mkdir -p "$out.caught"
    for pid in $(pgrep --exact "$(basename "$elenchus")"); do
        command=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") || continue
        [[ "$command" =~ --shard[\ =]([0-9]+)/ && "$command" == *"$out/"* ]] || continue
        shard=${BASH_REMATCH[1]}
        [ ! -e "$out.caught/$shard" ] && [ -s "$(journal)" ] && kill -STOP "$pid" 2>/dev/null || continue
        [ "$(python3 "$here/journal.py" "$(journal)")" -gt 0 ] && cp "$(journal)" "$out.caught/$shard" && return
        kill -CONT "$pid"
    done
    return 1
}

journal() { echo "$out/shards/$shard/parts.journal"; }

# Kills the caught shard's process, or what else is named, after half a part, as if it was writing.
kill_torn() {
    head -c 200 "$out.caught/$shard" | tail -c 180 >>"$(journal)"
    # Where several are killed, what is stopped may be gone when its parent is.
    kill -KILL "${@:-$pid}" 2>/dev/null
}

# Whether a caught shard went on from what it had: by its journal, and by what it says itself when it begins.
resumed() {
    local shard=$2 had said
    had=$(python3 "$here/journal.py" "$(journal)" "$out.caught/$shard") || bad "$1: shard $shard did not go on"
    said=$(grep '"began"' "$out/shards/$shard/events.jsonl" | tail -1 | sed 's/.*"kept":\([0-9]*\).*/\1/')
    [ "$said" -ge "${had%% *}" ] || bad "$1: shard $shard began again with $said parts, though it had ${had%% *}"
    echo "$1: shard $shard was begun again and went on from $had parts"
}
