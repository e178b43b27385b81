#!/usr/bin/env python3
"""load.py: how fast files are read: CSV files beside pandas' C engine and numpy, where they are installed (`make
bench-deps`), and Fashion-MNIST. Files are in the page cache; readers take turns; the median counts. BENCH_MEGABYTES is
the size of the larger CSV file (212); the one in the shape of MNIST has half of that."""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from worker import PYTHON, Worker, has_module

OUT = os.environ.get("BENCH_OUT", "build/bench")
MEGABYTES = float(os.environ.get("BENCH_MEGABYTES", 212))
ROUNDS = 5
SLOW_ROUNDS = 1  # of numpy, which takes far longer than the others
ALLOWED = 2.5    # times the speed of pandas, at least


def answer_as(module):
    """What the other process does: reads the file that a line names, answers nanoseconds."""
    read = {"pandas": lambda m, path: m.read_csv(path, header=None, engine="c"),
            "numpy": lambda m, path: m.loadtxt(path, delimiter=",", dtype="float32")}[module]
    library = __import__(module)
    for line in sys.stdin:
        begun = time.perf_counter_ns()
        read(library, line.strip())
        print(time.perf_counter_ns() - begun, flush=True)


def measure(readers, path):
    """Median seconds of each."""
    took = {name: [] for name in readers}
    for i in range(ROUNDS):
        for name, (worker, verb) in readers.items():
            if name != "numpy" or i < SLOW_ROUNDS:
                took[name].append(int(worker.ask(verb + path)) / 1e9)
    return {name: statistics.median(times) for name, times in took.items()}


def print_row(name, megabytes, seconds):
    cells = [name, f"{megabytes:.0f}"]
    for reader in ("table", "dataset", "pandas", "numpy"):
        cells.append(f"{megabytes / seconds[reader]:.0f}" if reader in seconds else "-")
    cells.append(f"**{seconds['pandas'] / seconds['table']:.2f}**" if "pandas" in seconds else "-")
    print("| " + " | ".join(cells) + f" | {ALLOWED} |", flush=True)


def main():
    loader = Worker([f"{OUT}/load"])
    readers = {"table": (loader, "table "), "dataset": (loader, "dataset ")}
    for module in ("pandas", "numpy"):
        if has_module(module):
            readers[module] = (Worker([PYTHON, os.path.abspath(__file__), module]), "")
        else:
            print(f"{module} is not installed; `make bench-deps` installs it.\n")
    print("| CSV file | MB | columns of numbers, MB/s | dataset, MB/s | pandas, MB/s | numpy, MB/s | x pandas "
          "| at least |\n|---|--:|--:|--:|--:|--:|--:|--:|")
    folder = tempfile.mkdtemp(prefix="dnntui-bench-")
    try:
        size = min(MEGABYTES, shutil.disk_usage(folder).free / 4e6)
        for name, verb, megabytes in (("50 floats a row", "floats", size), ("785 bytes a row, as MNIST", "bytes", size / 2)):
            path = os.path.join(folder, verb + ".csv")
            loader.ask(f"{verb} {path} {megabytes}")
            print_row(name, os.path.getsize(path) / 1e6, measure(readers, path))
            os.unlink(path)
    finally:
        shutil.rmtree(folder)
    if subprocess.run(["dpkg-query", "-W", "dataset-fashion-mnist"], capture_output=True).returncode == 0:
        took = [int(loader.ask("dataset fashion")) / 1e6 for _ in range(ROUNDS)]
        print(f"\nFashion-MNIST, 70,000 pictures, packed: {statistics.median(took):.0f} ms")
    else:
        print("\nFashion-MNIST is not installed; `make bench-deps` installs it.")
    for worker, _ in readers.values():
        worker.close()


if len(sys.argv) > 1:
    answer_as(sys.argv[1])
else:
    main()
