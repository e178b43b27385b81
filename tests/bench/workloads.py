#!/usr/bin/env python3
"""workloads.py: the speed of training, beside PyTorch where that is installed (`make bench-deps`).

Each trainer is a process that stays alive; all take turns, round after round, so that whatever else the machine does
hits all alike; in a round the first threads of all have the same processor, since one is often slower than another,
and in the next round another. They begin with the same weights and the same samples, and their first losses must agree.

A step is forward, loss, backward and Adam; ours gathers its rows and takes all norms besides, PyTorch's batches are cut
before the clock starts. With what else a run does, figures, curves, history, it is in the last two columns. Of dense
networks a second table has what OpenBLAS takes, on one thread, for the matrix products of a step alone: a trainer that
calls it for them, as KANN can, takes more for a whole one. Prints tables in Markdown, writes every round to
build/bench/workloads.json. BENCH_WORKLOADS names some ("W2 W4"), BENCH_ROUNDS and BENCH_TURN (milliseconds) make it
longer or shorter."""
import json
import os
import shutil
import statistics
import sys
import tempfile
import time

import figures
from worker import PYTHON, Worker, has_module

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 9))
TURN = int(os.environ.get("BENCH_TURN", 100))
WARM_UP = 3 * TURN
LOSS_ROWS = 150              # samples whose mean loss is taken, before and after
PROCESSORS = os.sched_getaffinity(0)
PAUSE = 0.01                 # seconds between two turns: threads that spin after work have gone to sleep by then

# Samples a second over those of PyTorch, tuned, at least; by workload and batch.
MUST = {("W1", 1): 800, ("W1", 8): 500, ("W1", 150): 40, ("W2", 1): 8, ("W2", 32): 2.5, ("W2", 128): 1.9,
        ("W2", 1024): 1.15, ("W3", 32): 7, ("W3", 256): 2.5, ("W4", 1): 3, ("W4", 32): 1.5, ("W4", 128): 1.5,
        ("W5", 32): 1.1}

MUST_PRODUCTS = 1.2 # steps over the products of a step alone, at least

# Of PyTorch, tuned: malloc keeps its memory instead of giving it back after every step, in large pages.
MALLOC = {"GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296:"
          "glibc.malloc.hugetlb=1"}


class Entry:
    """One trainer on one workload: nanoseconds a step, round by round."""

    def __init__(self, worker, verb, key):
        self.worker, self.verb, self.key = worker, verb, key
        self.took, self.first, self.early, self.late = [], None, None, None

    def losses(self, batch):
        """The first loss and the mean of so many steps."""
        steps = max(1, LOSS_ROWS // batch)
        return [float(loss) for loss in self.worker.ask(f"steps {self.key} {steps}").split()]

    def begin(self, batch):
        if self.verb == "run":
            self.first, self.early = self.losses(batch)
        self.turn(WARM_UP, PROCESSORS)
        self.took.clear()

    def turn(self, milliseconds, processors):
        os.sched_setaffinity(self.worker.process.pid, processors)
        steps, nanoseconds = self.worker.ask(f"{self.verb} {self.key} {milliseconds * 1000}").split()
        self.took.append(int(nanoseconds) / int(steps))
        time.sleep(PAUSE)

    def report(self, flops):
        low, middle, high = quartiles(self.took)
        entry = {"us": middle / 1e3, "us_q1": low / 1e3, "us_q3": high / 1e3, "us_rounds": [t / 1e3 for t in self.took],
                 "gflops": flops / middle}
        if self.first is not None:
            entry.update(first_loss=self.first, early_loss=self.early, late_loss=self.late)
        return entry


def list_workloads(worker):
    worker.send("list")
    return [json.loads(line) for line in iter(worker.process.stdout.readline, "\n")]


def quartiles(values):
    return statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3


def is_dense(workload):
    return "conv" not in workload["net"]


def open_workers():
    workers = {"dnntui": Worker([f"{figures.OUT}/workloads"])}
    if has_module("torch"):
        script = os.path.join(HERE, "torch_worker.py")
        workers["torch"] = Worker([PYTHON, script, "default"])
        for threads in "12":
            workers["tuned" + threads] = Worker([PYTHON, script, "tuned"], {
                "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, **MALLOC})
    return workers


def open_entries(workers, workload, batch, folder):
    """Every trainer of this workload, at the same place; and the floating-point operations of a step."""
    name, dnntui, entries = workload["name"], workers["dnntui"], {}
    for threads in "12":
        flops = float(dnntui.ask(f"open d{threads} {folder} {name} {batch} {threads}"))
        dnntui.ask(f"open b{threads} {folder} {name} {batch} {threads}")
        entries["dnntui" + threads] = Entry(dnntui, "run", "d" + threads)
        entries["bare" + threads] = Entry(dnntui, "bare", "b" + threads)
    if is_dense(workload):
        entries["products"] = Entry(dnntui, "products", "d1")
    tensors = os.path.join(folder, "all.safetensors")
    dnntui.ask(f"tensors d1 {tensors}")
    for key, worker in workers.items():
        if worker is not dnntui:
            worker.ask(f"open t {tensors} {batch} {workload['shape']} {workload['net']}")
            entries[key] = Entry(worker, "run", "t")
    return entries, flops


def check(name, entries, batch):
    """What is timed is training, and the same on all sides."""
    first = entries["dnntui1"].first
    for key, entry in entries.items():
        if entry.verb != "run":
            continue
        entry.late = entry.losses(batch)[1]
        if abs(entry.first - first) > 1e-4 * abs(first):
            sys.exit(f"bench: {name}: the first loss of {key} is {entry.first}, that of dnntui on one thread {first}")
        if not entry.late < entry.early:
            sys.exit(f"bench: {name}: the loss of {key} does not fall: {entry.early} at first, {entry.late} at last")


def ratio(of, over):
    """Samples a second over those of another, round by round."""
    low, middle, high = quartiles([b / a for a, b in zip(of.took, over.took)])
    return {"ratio": middle, "ratio_q1": low, "ratio_q3": high, "fastest": min(over.took) / min(of.took)}


def measure(workers, workload, batch, folder):
    entries, flops = open_entries(workers, workload, batch, folder)
    for entry in entries.values():
        entry.begin(batch)
    sgemm = {"1": [], "2": []}
    for turn in range(ROUNDS):
        one = {sorted(PROCESSORS)[turn % len(PROCESSORS)]}
        for entry in entries.values():
            entry.turn(TURN, one)
            os.sched_setaffinity(entry.worker.process.pid, PROCESSORS)
        for threads, rates in sgemm.items():
            rates.append(float(workers["dnntui"].ask(f"sgemm {threads} {TURN // 4 * 1000}")))
    check(f"{workload['name']} batch {batch}", entries, batch)
    row = {"workload": workload["name"], "batch": batch, "flops": flops,
           "sgemm_gflops": {threads: statistics.median(rates) for threads, rates in sgemm.items()},
           "entries": {key: entry.report(flops) for key, entry in entries.items()}}
    if "torch" in workers:
        best = min(("tuned1", "tuned2"), key=lambda key: statistics.median(entries[key].took))
        row["tuned_best"] = best
        row["over_tuned"] = ratio(entries["bare2"], entries[best])
        row["over_tuned_as_run"] = ratio(entries["dnntui2"], entries[best])
        row["over_default"] = ratio(entries["bare2"], entries["torch"])
    if "products" in entries:
        row["over_products"] = ratio(entries["bare2"], entries["products"])
    for entry in entries.values():
        if entry.verb != "products":
            entry.worker.ask(f"close {entry.key}")
    return row


def figure(value):
    return f"{value:,.0f}" if value >= 99.5 else f"{value:.3g}"


def spread(entry):
    return f"{figure(entry['us'])} ({figure(entry['us_q1'])}-{figure(entry['us_q3'])})"


HEAD = ("| workload | batch | 1 thread, µs | 2 threads, µs | GFLOP/s (of sgemm) | PyTorch, µs | tuned, µs "
        "| x PyTorch | x tuned | at least | in a run, µs | x tuned |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")


def print_row(row):
    entries = row["entries"]
    rate = entries["bare2"]["gflops"]
    cells = [row["workload"], str(row["batch"]), spread(entries["bare1"]), spread(entries["bare2"]),
             f"{rate:.1f} ({100 * rate / row['sgemm_gflops']['2']:.0f} %)"]
    in_a_run = f"{figure(entries['dnntui1']['us'])} / {figure(entries['dnntui2']['us'])}"
    if "over_tuned" in row:
        over = row["over_tuned"]
        cells += [spread(entries["torch"]), f"{spread(entries[row['tuned_best']])} {row['tuned_best'][-1]} thr.",
                  f"{figure(row['over_default']['ratio'])}",
                  f"**{figure(over['ratio'])}** ({figure(over['ratio_q1'])}-{figure(over['ratio_q3'])})",
                  str(MUST[row["workload"], row["batch"]]), in_a_run,
                  figure(row["over_tuned_as_run"]["ratio"])]
    else:
        cells += ["-"] * 5 + [in_a_run, "-"]
    print("| " + " | ".join(cells) + " |", flush=True)


def figures_of(row):
    name = f"{row['workload']} batch {row['batch']}"
    found = [figures.figure(f"{name}, {key}", entry["us"], "µs") for key, entry in row["entries"].items()]
    if "over_tuned" in row:
        found.append(figures.figure(f"{name}, over tuned PyTorch", row["over_tuned"]["ratio"], "x",
                                    MUST[row["workload"], row["batch"]]))
        found.append(figures.figure(f"{name}, over tuned PyTorch, in a run", row["over_tuned_as_run"]["ratio"], "x"))
    if "over_products" in row:
        found.append(figures.figure(f"{name}, over the products by OpenBLAS", row["over_products"]["ratio"], "x",
                                    MUST_PRODUCTS))
    return found


def print_products(rows):
    print("\n| workload | batch | products alone by OpenBLAS, µs | x OpenBLAS's products | at least |\n"
          "|---|--:|--:|--:|--:|")
    for row in rows:
        if "over_products" in row:
            over = row["over_products"]
            low, middle, high = (figure(over[key]) for key in ("ratio_q1", "ratio", "ratio_q3"))
            print(f"| {row['workload']} | {row['batch']} | {spread(row['entries']['products'])} "
                  f"| {middle} ({low}-{high}) | {MUST_PRODUCTS} |")


def print_notes(rows):
    for row in rows:
        entry = row["entries"]["dnntui2"]
        fastest = f"; fastest rounds x {row['over_tuned']['fastest']:.3g}" if "over_tuned" in row else ""
        print(f"{row['workload']} batch {row['batch']}: {row['flops'] / 1e6:.4g} MFLOP a step; loss "
              f"{entry['early_loss']:.4f} at first, {entry['late_loss']:.4f} at last; sgemm "
              f"{row['sgemm_gflops']['1']:.0f} / {row['sgemm_gflops']['2']:.0f} GFLOP/s" + fastest)


def main():
    workers = open_workers()
    chosen = os.environ.get("BENCH_WORKLOADS", "").split()
    workloads = [w for w in list_workloads(workers["dnntui"]) if not chosen or w["name"] in chosen]
    result = {"rounds": ROUNDS, "turn_ms": TURN, "rows": []}
    if "torch" in workers:
        result["torch"] = workers["torch"].ask("about -")
        print(f"{result['torch']} by default; tuned: see tests/bench/torch_worker.py\n")
    else:
        print("PyTorch is not installed; `make bench-deps` installs it.\n")
    print(HEAD, flush=True)
    for workload in workloads:
        folder = tempfile.mkdtemp(prefix="dnntui-bench-")
        try:
            workers["dnntui"].ask(f"data {workload['name']} {folder}")
            for batch in workload["batches"]:
                row = measure(workers, workload, batch, folder)
                result["rows"].append(row)
                print_row(row)
        finally:
            shutil.rmtree(folder)
    for worker in workers.values():
        worker.close()
    print_products(result["rows"])
    print()
    print_notes(result["rows"])
    figures.write("workloads", [entry for row in result["rows"] for entry in figures_of(row)], **result)


main()
