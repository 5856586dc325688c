#!/bin/bash
# Plays a sweep through a real Slurm, harms it in five ways, and compares each result with a local run byte for byte.
# Slurm (one controller, two nodes) lives in namespaces of its own: whatever happens, it ends with this script.
#
#   tests/engines/slurm.sh    # as root; leaves scripts, shards, results and logs in target/engines/slurm
#
# ELENCHUS names another binary, TRIALS another size.
# shellcheck source=common.sh disable=SC2154
. "$(dirname "$0")/common.sh"

outside() {
    need "slurmctld slurmd sbatch munged unshare setpriv ip pgrep python3" \
        "slurmctld slurmd slurm-client munge util-linux iproute2 procps python3"
    contained 300
}

inside() {
    trap 'exit 130' INT TERM HUP
    SECONDS=0
    network
    authentication
    cluster
    echo "Slurm is up: $(sinfo --version), 2 nodes ($SECONDS s)"
    play_locally
    undisturbed
    missing
    preempted
    killed_process
    killed_node
    damaged
    echo "$me: all the same"
}

# A network of one host, and a cluster on it.

network() {
    hostname localhost
    ip link set lo up
    # With loopback alone Slurm resolves no name.
    ip link add veth0 type veth peer name veth1
    ip address add 10.9.0.1/24 dev veth0
    ip link set veth0 up
    ip link set veth1 up
}

authentication() {
    # A /run of our own: the host's munge, if it has one, is neither used nor disturbed.
    mount -t tmpfs tmpfs /run
    mkdir -p /run/munge /run/slurm
    (umask 077 && head -c 1024 /dev/urandom >/run/munge/key)
    munged --foreground --key-file=/run/munge/key --socket=/run/munge/munge.socket.2 --pid-file=/run/munge/pid \
        --log-file=/run/munge/log --seed-file=/run/munge/seed >"$work/logs/munged" 2>&1 &
}

configuration() {
    cat <<END
ClusterName=elenchus
SlurmctldHost=localhost
SlurmUser=root
AuthType=auth/munge
# A requeued task waits as long as a credential may live: 120 s by default, 5 at least.
AuthInfo=cred_expire=8
# Whoever waits is looked at every second; by default a requeued task waits up to a minute more.
SchedulerParameters=sched_min_interval=50000,sched_interval=1,bf_interval=1
StateSaveLocation=/run/slurm/state
SlurmdSpoolDir=/run/slurm/%n
SlurmctldPidFile=/run/slurm/slurmctld.pid
SlurmdPidFile=/run/slurm/%n.pid
SlurmctldLogFile=$work/logs/slurmctld
SlurmdLogFile=$work/logs/%n
# No cgroups: a namespace may not have them.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=6
KillWait=5
NodeName=n[1-2] NodeHostname=localhost Port=[17001-17002] CPUs=1
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
}

cluster() {
    local node
    mkdir -p /run/slurm/state /run/slurm/n1 /run/slurm/n2
    configuration >/run/slurm/slurm.conf
    export SLURM_CONF=/run/slurm/slurm.conf
    slurmctld -D -c >"$work/logs/slurmctld.out" 2>&1 &
    for node in n1 n2; do
        slurmd -D -N "$node" >"$work/logs/$node.out" 2>&1 &
        # Killed later, which the shell need not tell.
        disown
    done
    within 30 nodes_idle || fail "Slurm did not come up; see $work/logs"
}

nodes_idle() { [ "$(sinfo --noheader --states=idle --format=%D 2>/dev/null)" = 2 ]; }

# A sweep, sent and awaited.

begin() {
    SECONDS=0
    out=$work/$1
    submit
}

submit() {
    local said
    said=$("$elenchus" submit slurm "$scenario" --trials "$trials" --shards "$shards" --cpus 1 --out "$out" "$@") ||
        fail "submit slurm failed: $said"
    array=$(sed -n 's/.*array job \([0-9]*\).*/\1/p' <<<"$said")
    merge=$(sed -n 's/.*merge job \([0-9]*\).*/\1/p' <<<"$said")
    [ -n "$array" ] && [ -n "$merge" ] || fail "submit named no jobs: $said"
}

await_merge() {
    within 90 ended "$merge" || bad "the merge job did not end in 90 s"
    [ "$(field "$merge" ExitCode)" = 0:0 ] || bad "the merge job ended with $(field "$merge" ExitCode)"
}

ended() { [[ "$(field "$1" JobState)" =~ ^(COMPLETED|FAILED|CANCELLED|NODE_FAIL|TIMEOUT|OUT_OF_MEMORY)$ ]]; }

field() { scontrol show job --oneliner "$1" | grep -o " $2=[^ ]*" | head -1 | cut -d= -f2; }

# Fails with what Slurm and the tasks say.
bad() {
    {
        scontrol show job --oneliner | cut -c1-400
        find "$out" -name '*.log' -o -name '*.out' | sort | xargs -r tail -n 5
    } >&2
    fail "$*; see $out and $work/logs"
}

requeued_and_resumed() {
    local restarts
    restarts=$(field "${array}_$shard" Restarts)
    [ "$restarts" = 1 ] || bad "$1: shard $shard was requeued $restarts times, want once"
    resumed "$1" "$shard"
}

# What is tried.

undisturbed() {
    begin undisturbed
    await_merge
    compared "undisturbed, $shards shards"
}

missing() {
    SECONDS=0
    out=$work/undisturbed
    rm -r "$out/shards/3"
    mended "shard lost" 3
}

# Nobody rewrites a journal, so a wrong byte is a disk's doing, or that of who copied it.
damaged() {
    SECONDS=0
    out=$work/undisturbed
    plant "$out/shards/5/parts.journal"
    mended "wrong byte" 5
}

# Merge names the shard that is not whole, --missing sends it and no other, and the result is the same again.
mended() {
    local said code=0 sent
    # A result of before must not pass for a new one.
    plant "$out/result/cells.csv"
    ! same >/dev/null 2>&1 || fail "a wrong byte in a result was not seen: the comparison is worth nothing"
    said=$("$elenchus" merge "$out/shards" --quiet --out "$work/refused" 2>&1) || code=$?
    [ "$code" = 3 ] && [ ! -e "$work/refused" ] || fail "$1: merge ended with $code, want 3: $said"
    [[ "$said" =~ --array=$2([^0-9,-]|$) ]] || fail "$1: merge should say --array=$2, says: $said"
    submit --missing
    await_merge
    sent=$(scontrol show job --oneliner "$array" | grep -o ' ArrayTaskId=[^ ]*' | cut -d= -f2 | sort -n | paste -sd,)
    [ "$sent" = "$2" ] || fail "$1: --missing sent shards $sent, want $2"
    compared "$1: merge named shard $2, --missing sent it alone"
}

# As preemption does: SIGTERM, and SIGKILL after KillWait.
preempted() {
    begin preempted
    catch_shard
    kill -CONT "$pid"
    scontrol requeue "${array}_$shard"
    await_merge
    requeued_and_resumed "task preempted"
    compared "task preempted"
}

# The last task that runs: a merge that did not wait for a requeued task would come too soon.
killed_process() {
    begin killed
    catch_shard
    within 60 others_ended || bad "the other shards did not end"
    kill_torn
    await_merge
    requeued_and_resumed "process killed"
    compared "process killed"
}

others_ended() { [ "$(squeue --noheader --array --job "$array" | wc -l)" = 1 ]; }

killed_node() {
    local node up chain
    begin node
    catch_shard
    node=$(squeue --noheader --array --job "${array}_$shard" --format=%N)
    # From the task up to the daemon's step: nothing of the node is left.
    up=$pid
    chain=$pid
    until [ "$(cat "/proc/$up/comm")" = slurmstepd ]; do
        up=$(awk '$1 == "PPid:" { print $2 }' "/proc/$up/status")
        chain="$up $chain"
    done
    kill_torn "$(cat "/run/slurm/$node.pid")" $chain
    await_merge
    [[ "$(sinfo --noheader --nodes="$node" --format=%t)" =~ down ]] || bad "node $node is not down"
    requeued_and_resumed "node killed"
    compared "node killed"
}

case ${1:-} in
inside) inside ;;
"") outside ;;
*) fail "want no arguments, got $*" ;;
esac
