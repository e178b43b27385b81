#!/usr/bin/env python3
"""screen.py: training with the screen on (80 x 24, in a pseudo-terminal) against batch mode: W2 (784-256-128-10),
batches of 128 rows from a CSV file. A process makes few steps, another many; the difference is training alone. The two
modes take turns. PROGRAM names the binary."""
import fcntl
import os
import pty
import random
import statistics
import struct
import subprocess
import tempfile
import termios
import time

PROGRAM = os.path.abspath(os.environ.get("PROGRAM", "./dnntui"))
ROWS, COLUMNS, CLASSES = 1280, 784, 10
FEW, MANY, ROUNDS = 100, 900, 7
ALLOWED = 97  # per cent of the batch mode's throughput, at least


def write_table(path):
    noise = random.Random(1)
    places = [[noise.randrange(200) for _ in range(COLUMNS)] for _ in range(CLASSES)]
    with open(path, "w") as file:
        for row in range(ROWS):
            cells = (place + noise.randrange(56) for place in places[row % CLASSES])
            file.write(",".join(map(str, cells)) + f",class{row % CLASSES}\n")


def arguments(path, steps):
    words = [PROGRAM, "-n", "-c", "split 0", "-c", "net dense 256, relu, dense 128, relu", "-c", "batch 128"]
    return words + ["-c", f"step {steps}", "-c", "quit", path]


def run_screen(path, steps):
    process, terminal = pty.fork()
    if process == 0:
        os.environ["TERM"] = "xterm-256color"
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        words = arguments(path, steps)
        os.execv(words[0], words)
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:  # the program has left
        pass
    os.close(terminal)
    if os.waitpid(process, 0)[1] != 0:
        raise SystemExit("bench: the program failed on its screen")


def run_batch(path, steps):
    subprocess.run(arguments(path, steps) + ["--batch"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def seconds_a_step(run, path):
    times = []
    for steps in (FEW, MANY):
        begun = time.perf_counter()
        run(path, steps)
        times.append(time.perf_counter() - begun)
    return (times[1] - times[0]) / (MANY - FEW)


def main():
    with tempfile.TemporaryDirectory(prefix="dnntui-bench-") as folder:
        path = os.path.join(folder, "w2.csv")
        write_table(path)
        screen, batch = [], []
        for _ in range(ROUNDS):
            screen.append(seconds_a_step(run_screen, path))
            batch.append(seconds_a_step(run_batch, path))
    low, middle, high = statistics.quantiles([100 * b / s for s, b in zip(screen, batch)], n=4)
    print(f"W2, batch 128: a step on the screen {1e6 * statistics.median(screen):.0f} µs, in batch mode "
          f"{1e6 * statistics.median(batch):.0f} µs; throughput with the screen {middle:.1f} % ({low:.1f}-{high:.1f}) "
          f"of that without, at least {ALLOWED} %")


main()
