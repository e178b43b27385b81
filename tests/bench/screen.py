#!/usr/bin/env python3
"""screen.py: training with the screen on (80 x 24, in a pseudo-terminal) against batch mode: W2 (784-256-128-10),
batches of 128 rows from a CSV file. Two processes stay alive, one of either mode, and take turns at `step N`; a turn
lasts from the command to the last the process says before it falls silent. PROGRAM names the binary."""
import fcntl
import os
import pty
import random
import select
import statistics
import struct
import subprocess
import tempfile
import termios
import time

import figures

PROGRAM = os.path.abspath(os.environ.get("PROGRAM", "./dnntui"))
ROWS, COLUMNS, CLASSES = 1280, 784, 10
STEPS, WARM_UP, TURNS = 200, 2, 24
SILENCE = 0.2  # seconds; while a run goes on the screen is drawn more often
ALLOWED = 97    # per cent of the batch mode's throughput, at least


def write_table(path):
    noise = random.Random(1)
    places = [[noise.randrange(200) for _ in range(COLUMNS)] for _ in range(CLASSES)]
    with open(path, "w") as file:
        for row in range(ROWS):
            cells = (place + noise.randrange(56) for place in places[row % CLASSES])
            file.write(",".join(map(str, cells)) + f",class{row % CLASSES}\n")


class Mode:
    def __init__(self, heard, typed, enter):
        self.heard, self.typed, self.enter, self.took = heard, typed, enter, []
        self.listen()
        for line in ("split 0", "net dense 256, relu, dense 128, relu", "batch 128"):
            self.say(line)
            self.listen()

    def say(self, line):
        os.write(self.typed, line.encode() + self.enter)

    def listen(self):
        """The time at which the process said its last for now."""
        last, patience = time.perf_counter(), 10
        while select.select([self.heard], [], [], patience)[0]:
            try:
                if not os.read(self.heard, 65536):
                    break
            except OSError:  # the program has left
                break
            last, patience = time.perf_counter(), SILENCE
        return last

    def turn(self):
        begun = time.perf_counter()
        self.say(f"step {STEPS}")
        self.took.append((self.listen() - begun) / STEPS)


def open_screen(path):
    process, terminal = pty.fork()
    if process == 0:
        os.environ["TERM"] = "xterm-256color"
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.execv(PROGRAM, [PROGRAM, "-n", path])
    return process, Mode(terminal, terminal, b"\r")


def main():
    with tempfile.TemporaryDirectory(prefix="dnntui-bench-") as folder:
        path = os.path.join(folder, "w2.csv")
        write_table(path)
        process, screen = open_screen(path)
        piped = subprocess.Popen([PROGRAM, "-n", "--batch", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT)
        batch = Mode(piped.stdout.fileno(), piped.stdin.fileno(), b"\n")
        for turn in range(WARM_UP + TURNS):
            if turn == WARM_UP:
                screen.took.clear()
                batch.took.clear()
            for mode in (screen, batch) if turn % 2 else (batch, screen):
                mode.turn()
        for mode in (screen, batch):
            mode.say("quit")
            mode.listen()
        piped.stdin.close()
        if piped.wait() != 0 or os.waitpid(process, 0)[1] != 0:
            raise SystemExit("bench: the program failed")
    low, middle, high = statistics.quantiles([100 * b / s for s, b in zip(screen.took, batch.took)], n=4)
    print(f"W2, batch 128: a step on the screen {1e6 * statistics.median(screen.took):.0f} µs, in batch mode "
          f"{1e6 * statistics.median(batch.took):.0f} µs; throughput with the screen {middle:.1f} % "
          f"({low:.1f} to {high:.1f}) of that without, at least {ALLOWED} %")
    figures.write("screen", [figures.figure("throughput with the screen", middle, "% of batch mode", ALLOWED)])


main()
