#!/usr/bin/env python3
"""screen.py: training with the screen on (80 x 24, in a pseudo-terminal) against batch mode: W2 (784-256-128-10),
batches of 128 rows from a CSV file. Two processes stay alive, one of either mode, and take turns at `step N`; a turn
lasts from the command to the last the process says before it rests. Of one thread the time of the processor counts,
which other programs disturb little, and both processes have the same one, since one is often slower than another; of
two threads that of the clock. Each turn is compared with its neighbour, and the median told, of several pairs of
processes: where its memory came to lie makes one process some per cent faster than the next. PROGRAM names the
binary."""
import fcntl
import os
import pty
import random
import select
import statistics
import struct
import tempfile
import termios
import time

import figures

PROGRAM = os.path.abspath(os.environ.get("PROGRAM", "./dnntui"))
ROWS, COLUMNS, CLASSES = 1280, 784, 10
PAIRS = 3
STEPS, WARM_UP, TURNS = 400, 3, 15 # a turn takes some tenths of a second: what begins and ends it weighs little
SILENCE = 0.1  # seconds; a run that draws nothing for so long is at work all the same, and known by that
RESTING = 0.01 # seconds of the processor meanwhile, at most
ALLOWED = 97   # per cent of the batch mode's throughput, at least


def write_table(path):
    noise = random.Random(1)
    places = [[noise.randrange(200) for _ in range(COLUMNS)] for _ in range(CLASSES)]
    with open(path, "w") as file:
        for row in range(ROWS):
            cells = (place + noise.randrange(56) for place in places[row % CLASSES])
            file.write(",".join(map(str, cells)) + f",class{row % CLASSES}\n")


class Mode:
    """A process that is told to make steps: what it says is HEARD, what it is told is TYPED and ends in ENTER."""

    def __init__(self, process, heard, typed, enter):
        self.process, self.heard, self.typed, self.enter = process, heard, typed, enter
        self.clock, self.processor = [], []
        self.listen()
        for line in ("split 0", "net dense 256, relu, dense 128, relu", "batch 128"):
            self.say(line)
            self.listen()

    def say(self, line):
        os.write(self.typed, line.encode() + self.enter)

    def listen(self):
        """The time at which the process said its last before it came to rest. While it speaks it is heard and no more:
        the listener takes a processor from it."""
        last, busy = time.perf_counter(), float("-inf")
        while True:
            if select.select([self.heard], [], [], SILENCE)[0]:
                try:
                    if not os.read(self.heard, 65536):
                        return last
                except OSError:  # the program has left
                    return last
                last = time.perf_counter()
                continue
            before, busy = busy, self.on_processor()
            if busy - before < RESTING:
                return last

    def on_processor(self):
        """Seconds of its first thread."""
        with open(f"/proc/{self.process}/schedstat") as first:
            return int(first.read().split()[0]) * 1e-9

    def turn(self):
        before, begun = self.on_processor(), time.perf_counter()
        self.say(f"step {STEPS}")
        self.clock.append((self.listen() - begun) / STEPS)
        self.processor.append((self.on_processor() - before) / STEPS)

    def leave(self):
        self.say("quit")
        self.listen()
        if os.waitpid(self.process, 0)[1] != 0:
            raise SystemExit("bench: the program failed")


def open_screen(arguments):
    process, terminal = pty.fork()
    if process == 0:
        os.environ["TERM"] = "xterm-256color"
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.execv(PROGRAM, arguments)
    return Mode(process, terminal, terminal, b"\r")


def open_batch(arguments):
    told, typed = os.pipe()
    heard, said = os.pipe()
    process = os.posix_spawn(PROGRAM, arguments + ["--batch"], os.environ, file_actions=[
        (os.POSIX_SPAWN_DUP2, told, 0), (os.POSIX_SPAWN_DUP2, said, 1), (os.POSIX_SPAWN_DUP2, said, 2),
        (os.POSIX_SPAWN_CLOSE, typed), (os.POSIX_SPAWN_CLOSE, heard)])
    os.close(told)
    os.close(said)
    return Mode(process, heard, typed, b"\n")


def compare(path, threads):
    """Seconds a step on the screen and in batch mode, turn by turn, of one pair of processes."""
    arguments = [PROGRAM, "-n", "--threads", str(threads), path]
    screen, batch = open_screen(arguments), open_batch(arguments)
    for mode in (screen, batch) if threads == 1 else ():
        os.sched_setaffinity(mode.process, {max(os.sched_getaffinity(0))})
    for turn in range(TURNS):
        for mode in (screen, batch) if turn % 2 else (batch, screen):
            mode.turn()
    screen.leave()
    batch.leave()
    return [(mode.processor if threads == 1 else mode.clock)[WARM_UP:] for mode in (screen, batch)]


def measure(path, threads):
    took = [sum(turns, []) for turns in zip(*(compare(path, threads) for _ in range(PAIRS)))]
    on, off = (1e6 * statistics.median(turns) for turns in took)
    low, middle, high = statistics.quantiles([100 * b / s for s, b in zip(*took)], n=4)
    print(f"| {threads} | {on:.0f} | {off:.0f} | {middle:.1f} ({low:.1f} to {high:.1f}) | {ALLOWED} |", flush=True)
    return figures.figure(f"threads: {threads}, throughput with the screen", middle, "% of batch mode", ALLOWED)


def main():
    print("W2, batch 128.\n\n| threads | a step on the screen, µs | in batch mode, µs | throughput, % (quartiles) | "
          "at least % |\n|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(prefix="dnntui-bench-") as folder:
        path = os.path.join(folder, "w2.csv")
        write_table(path)
        figures.write("screen", [measure(path, threads) for threads in (1, 2)])


main()
