#!/usr/bin/env python3
"""start.py: from the start of the process to its answer after the first training step: two built-in sets, and
Fashion-MNIST where it is installed, which is a matter of loading 70,000 packed pictures. Median and quartiles of 20
starts. The built-in ones, which one thread does, are started on each processor in turn, and the quickest counts: of the
two of a virtual machine one often takes a third longer, which is some neighbour's doing. Beside them stands `true`, a
program that does nothing: what the system takes to start anything. PROGRAM names the binary."""
import os
import statistics
import time

import figures

PROGRAM = os.path.abspath(os.environ.get("PROGRAM", "./dnntui"))
STARTS = 20
ALLOWED = {"iris": 10, "digits": 60, "fashion": None}  # milliseconds
FASHION = "/usr/share/datasets/fashion-mnist"


def start(name):
    """Milliseconds to the first byte of the answer; of `true` to its end."""
    out, into = os.pipe()
    arguments = [PROGRAM, "-n", "--batch", "-c", "step 1", "-c", "print loss", name] if name else ["true"]
    begun = time.perf_counter()
    process = os.posix_spawnp(arguments[0], arguments, os.environ, file_actions=[
        (os.POSIX_SPAWN_DUP2, into, 1), (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
    os.close(into)
    answer = os.read(out, 1)
    took = (time.perf_counter() - begun) * 1000
    os.close(out)
    if os.waitpid(process, 0)[1] != 0 or bool(answer) != bool(name):
        raise SystemExit(f"bench: {name} does not start")
    return took


def starts(name, processors):
    """Quartiles of STARTS on each of the sets of PROCESSORS, which take turns; those with the least median first."""
    all_processors = os.sched_getaffinity(0)
    took = [[] for _ in processors]
    for _ in range(STARTS):
        for times, some in zip(took, processors):
            os.sched_setaffinity(0, some)
            times.append(start(name))
    os.sched_setaffinity(0, all_processors)
    return sorted((statistics.quantiles(times, n=4) for times in took), key=lambda quartiles: quartiles[1])


def main():
    print("| set | start to first step done, ms (quartiles) | on other processors | at most ms |\n|---|--:|--:|--:|")
    found = []
    every = os.sched_getaffinity(0)
    each = [{one} for one in sorted(every)]
    for name, allowed in ALLOWED.items():
        if name == "fashion" and not os.path.isdir(FASHION):
            print("| fashion | not installed; `make bench-deps` installs it | - | - |")
            continue
        (low, middle, high), *others = starts(name, each if allowed else [every])
        slower = ", ".join(f"{quartiles[1]:.1f}" for quartiles in others) or "-"
        print(f"| {name} | {middle:.1f} ({low:.1f}-{high:.1f}) | {slower} | {allowed or '-'} |")
        found.append(figures.figure(f"start to first step, {name}", middle, "ms", at_most=allowed))
    (low, middle, high), *_ = starts(None, each)
    print(f"\n`true`: {middle:.1f} ms ({low:.1f}-{high:.1f}).")
    figures.write("start", found)


main()
