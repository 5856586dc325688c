#!/bin/bash
# Plays a sweep through Ray, kills a worker and a shard's own process, and compares each result with a local run byte for byte.
# Ray lives in namespaces of its own (it opens sockets beyond loopback, whatever it is told), and ends with this script.
#
#   tests/engines/ray.sh    # as root; leaves shards, results and logs in target/engines/ray
#
# ELENCHUS names another binary, TRIALS another size. Ray itself is installed once, into target/engines/ray-VERSION.
# shellcheck source=common.sh disable=SC2154
. "$(dirname "$0")/common.sh"
version=2.60.0
venv=$root/target/engines/ray-$version

outside() {
    need "unshare setpriv ip pgrep python3" "util-linux iproute2 procps python3 python3-venv"
    install_ray
    contained 240
}

install_ray() {
    local log=$root/target/engines/ray-install.log
    "$venv/bin/python" -c 'import ray' 2>/dev/null && return
    echo "installing Ray $version"
    { python3 -m venv --clear "$venv" && "$venv/bin/pip" install "ray==$version"; } >"$log" 2>&1 ||
        fail "Ray $version cannot be installed, so nothing was tested; see $log"
}

inside() {
    trap 'exit 130' INT TERM HUP
    hostname localhost
    ip link set lo up
    # Ray keeps its session, and a token, in places of its own.
    mount -t tmpfs tmpfs /run
    export RAY_TMPDIR=/run HOME=/run PATH=$venv/bin:$PATH
    play_locally
    harmed
    refused
    echo "$me: all the same"
}

submit() { "$elenchus" submit ray "$scenario" --trials "$trials" --shards "$shards" --out "$out" "$@"; }

# Fails with what the driver said.
bad() {
    cat "$work/logs/driver" >&2
    fail "$*; see $out and $work/logs"
}

# One shard loses its worker, another is killed alone; both go on from what they have.
harmed() {
    local driver worker first
    SECONDS=0
    out=$work/harmed
    submit >"$work/logs/driver" 2>&1 &
    driver=$!
    catch_shard
    first=$shard
    worker=$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status")
    kill_torn "$worker"
    within 5 gone "$pid" || bad "shard $shard outlived its worker, and would keep others from going on with it"
    catch_shard
    kill_torn
    wait "$driver" || bad "the driver ended with $?"
    resumed "worker killed" "$first"
    resumed "process killed" "$shard"
    [ "$(grep -c 'begins again, 1 of' "$work/logs/driver")" = 2 ] || bad "two shards were to begin again, once"
    compared "harmed, $shards shards"
}

gone() { [ ! -e "/proc/$1" ]; }

# A wrong byte in a journal: the driver, given again, mends it. A scenario that says nothing is not tried again.
refused() {
    local code=0
    SECONDS=0
    plant "$out/shards/5/parts.journal"
    plant "$out/result/cells.csv"
    submit >"$work/logs/driver" 2>&1 || bad "the driver, given again, ended with $?"
    compared "given again over a wrong byte"
    submit --set no.such=1 >"$work/logs/driver" 2>&1 || code=$?
    [ "$code" != 0 ] || bad "a change of nothing that exists was played"
    ! grep -q 'begins again' "$work/logs/driver" || bad "a usage error was tried again"
    echo "a usage error ends with $code, tried once ($SECONDS s)"
}

case ${1:-} in
inside) inside ;;
"") outside ;;
*) fail "want no arguments, got $*" ;;
esac
