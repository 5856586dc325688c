"""Plays the shards of a sweep as Ray tasks, then merges them. Needs Ray and nothing else; ends no process but its own.

    python3 sweep.py --binary elenchus --shards 8 --out DIR [--cpus 1] [--retries 3] [--address A] -- run SCENARIO ...

Shard K is kept in DIR/shards/K, the merged result in DIR/result. Every node must see DIR, the binary and the scenario
under the same paths. A shard that dies, with its worker or node or alone, is begun again elsewhere and goes on from what
it has; so does the sweep when this command is given again.
Exit codes: 0 done, 1 a shard or Ray failed, 2 usage, 3 the merge found shards incomplete, 130 interrupted.
"""

import argparse
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

# A worker that is killed cannot end its child, which would keep the shard from whoever is to go on with it. On Linux
# the kernel ends it: option 1 is PR_SET_PDEATHSIG. The worker may be gone by then, so its child looks once.
BOUND = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("the worker is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""
USAGE, INTERRUPTED = 2, 130


def main():
    asked = arguments()
    try:
        import ray
    except ImportError:
        sys.exit(f"{sys.executable} has no Ray; install it there (pip install ray), or run this with a Python that has it")
    try:
        connect(ray, asked)
        failed = play_all(ray, asked)
    except (ray.exceptions.RayError, OSError, ValueError) as error:
        sys.exit(f"Ray at {asked.address}: {error}")
    except KeyboardInterrupt:
        say("interrupted; the same command goes on from what the shards have")
        sys.exit(INTERRUPTED)
    if failed:
        shown = ", ".join(str(shard) for shard in sorted(failed))
        sys.exit(f"{len(failed)} of {asked.shards} shards failed: {shown}; the same command goes on from what they have")
    folders = [str(folder(asked, shard)) for shard in numbers(asked)]
    merged = subprocess.run([asked.binary, "merge", *folders, "--out", str(asked.out / "result")])
    # Below 0: ended by a signal.
    sys.exit(merged.returncode if merged.returncode >= 0 else 1)


def arguments():
    parser = argparse.ArgumentParser(description="Plays the shards of a sweep as Ray tasks, then merges them.")
    add = parser.add_argument
    add("--binary", required=True, help="elenchus, as every node finds it")
    add("--shards", required=True, type=positive, help="how many shards")
    add("--out", required=True, type=Path, help="the sweep's directory, which every node sees")
    add("--cpus", type=positive, default=1, help="threads of a shard, and CPUs that Ray sets aside for it [1]")
    add("--retries", type=int, default=3, help="how often each shard may be begun again; below 0: without end [3]")
    # Only a Ray that was asked for is used, though another may run here.
    address = os.environ.get("RAY_ADDRESS", "local")
    add("--address", default=address, help="a cluster's address, or auto, or local: a Ray of its own [RAY_ADDRESS, or local]")
    add("command", nargs="+", help="run SCENARIO ... or sweep SCENARIO ..., with what changes it")
    asked = parser.parse_args()
    binary = shutil.which(asked.binary)
    if binary is None:
        parser.error(f"--binary {asked.binary}: no such program")
    if len(asked.command) < 2:
        parser.error("want a verb and a scenario after --")
    # Workers start elsewhere, so paths are whole.
    asked.binary, asked.out = os.path.abspath(binary), asked.out.absolute()
    asked.command[1] = os.path.abspath(asked.command[1])
    return asked


def positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"want 1 or more, got {text}")
    return int(text)


def numbers(asked):
    return range(1, asked.shards + 1)


def folder(asked, shard):
    return asked.out / "shards" / str(shard)


def say(text):
    print(text, file=sys.stderr, flush=True)


def connect(ray, asked):
    host, colon, port = asked.address.rpartition("/")[2].rpartition(":")
    if colon:
        # Ray itself goes on trying for ten minutes.
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    # Ray reports its use to its makers unless told not to; whoever wants that sets it.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    own = {"include_dashboard": False} if asked.address == "local" else {}
    ray.init(address=asked.address, log_to_driver=False, logging_level="error", **own)
    # Ray takes SIGTERM for a crash; a batch system sends it to whoever is to end.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    most = max((node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]), default=0)
    if most < asked.cpus:
        say(f"no node has {asked.cpus} CPUs, the largest has {most:.0f}; waiting for one that has")


def play_all(ray, asked):
    """Plays every shard, whatever becomes of the others; which ones failed."""
    # Ray would begin again what died with its worker, but not what exited; here both count as one.
    remote = ray.remote(play).options(num_cpus=asked.cpus, max_retries=0)
    shards = {remote.remote(worded(asked, shard)): shard for shard in numbers(asked)}
    most = asked.retries if asked.retries >= 0 else math.inf
    begun, failed = dict.fromkeys(numbers(asked), 1), []
    while shards:
        (ended, *_), _ = ray.wait(list(shards))
        shard = shards.pop(ended)
        again, trouble = outcome(ray, ended)
        if trouble is None:
            say(f"shard {shard} is done, {len(shards)} to go")
        elif again and begun[shard] <= most:
            say(f"shard {shard} begins again, {begun[shard]} of {most}, for {trouble}")
            begun[shard] += 1
            shards[remote.remote(worded(asked, shard))] = shard
        else:
            say(f"shard {shard} failed: {trouble}")
            failed.append(shard)
    return failed


def outcome(ray, task):
    """Whether a task is worth another try, and what was wrong with it, if anything."""
    try:
        code, told = ray.get(task)
    except ray.exceptions.RayError as error:
        # The first sentence says what died; the rest is advice on Ray.
        return True, f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"
    return code != USAGE, f"exit {code}: {told}" if code else None


def worded(asked, shard):
    share = ["--threads", str(asked.cpus), "--shard", f"{shard}/{asked.shards}", "--out", str(folder(asked, shard))]
    return [asked.binary, *asked.command, *share]


def play(command):
    """On a worker: plays one shard; its exit code and the end of what it said."""
    bound = [sys.executable, "-c", BOUND, str(os.getpid()), *command]
    ended = subprocess.run(bound, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    return ended.returncode, ended.stderr.strip()[-2000:]


if __name__ == "__main__":
    main()
