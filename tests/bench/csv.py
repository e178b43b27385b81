#!/usr/bin/env python3
"""csv.py: how fast delimited files are read, beside libcsv, pandas and numpy where they are installed.

Every reader is a process that stays alive, and finds the file in the page cache; they take turns, and the least time
of each counts. "ours" is what `data FILE` does first: typed columns in memory; "one" the same with one thread; "libcsv"
the same with libcsv cutting the cells, as for files with quotes; "raw" libcsv alone with callbacks that only count.
Prints a table in Markdown."""
import os
import subprocess
import tempfile

import figures

PYTHON = "/usr/bin/python3"  # the one that Debian's packages are for
# What it is, significant digits (0: pixels), rows, columns, whether numpy, which is slow, reads it too.
FILES = [("floats of 4 digits", 4, 60000, 50, True), ("floats of 9 digits", 9, 60000, 50, True),
         ("floats of 17 digits", 17, 60000, 50, True), ("212 MB of floats", 9, 349000, 50, False),
         ("pixels, 60,000 x 785", 0, 60000, 785, False)]
ROUNDS = {"ours": 5, "one": 5, "libcsv": 2, "raw": 2, "pandas": 3, "numpy": 1}
MUST = 2.5  # times pandas' C engine

OTHER = """
import sys, time
name = sys.argv[1]
if name == "pandas":
    import pandas
    read = lambda path: pandas.read_csv(path, engine="c", header="infer" if path.endswith("-0") else None).size
else:
    import numpy
    read = lambda path: numpy.loadtxt(path, delimiter=",", dtype=numpy.float32).size
print("ready", flush=True)
for line in sys.stdin:
    start, processor = time.perf_counter(), time.process_time()
    cells = read(line.split()[1])
    print(time.perf_counter() - start, time.process_time() - processor, cells, flush=True)
"""


class Reader:
    def __init__(self, command, greets=False):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL if greets else None, text=True)
        self.there = not greets or self.process.stdout.readline() == "ready\n"

    def ask(self, order):
        """Seconds of the clock, of the processor, and cells."""
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if len(answer) != 3:
            raise SystemExit(f"bench: no answer to {order}")
        return float(answer[0]), float(answer[1]), int(answer[2])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(readers, path, cells, with_numpy):
    """The least seconds of each reader."""
    best = {}
    for turn in range(max(ROUNDS.values())):
        for name, reader in readers.items():
            if turn >= ROUNDS[name] or (name == "numpy" and not with_numpy):
                continue
            took, _, found = reader.ask(f"{name} {path}")
            if found != cells and name != "raw":  # which counts the header's cells too
                raise SystemExit(f"bench: {name} found {found} cells, expected {cells}")
            best[name] = min(took, best.get(name, took))
    return best


def main():
    ours = Reader([os.path.join(figures.OUT, "csv")])
    readers = {name: ours for name in ("ours", "one", "libcsv", "raw")}
    others = {name: Reader([PYTHON, "-c", OTHER, name], greets=True) for name in ("pandas", "numpy")}
    readers.update({name: reader for name, reader in others.items() if reader.there})
    print("| MB/s | MB | " + " | ".join(readers) + " | x pandas | at least |")
    print("|---|" + "--:|" * (len(readers) + 3))
    found = []
    with tempfile.TemporaryDirectory(prefix="dnntui-bench-") as folder:
        for what, digits, rows, columns, with_numpy in FILES:
            path = os.path.join(folder, f"file-{digits}")
            _, _, cells = ours.ask(f"make {digits} {rows} {columns} {path}")
            megabytes = os.path.getsize(path) * 1e-6
            best = measure(readers, path, cells, with_numpy)
            os.remove(path)
            speed = {name: megabytes / seconds for name, seconds in best.items()}
            ratio = speed["ours"] / speed["pandas"] if "pandas" in speed else None
            found += [figures.figure(f"{what}, {name}", rate, "MB/s") for name, rate in speed.items()]
            if ratio:
                found.append(figures.figure(f"{what}, over pandas", ratio, "x", MUST))
            print(f"| {what} | {megabytes:.0f} | " +
                  " | ".join(f"{speed[name]:.0f}" if name in speed else "-" for name in readers) +
                  (f" | **{ratio:.1f}** | {MUST} |" if ratio else " | - | - |"), flush=True)
    figures.write("csv", found)
    for reader in {id(r): r for r in [ours, *others.values()]}.values():
        reader.close()


main()
