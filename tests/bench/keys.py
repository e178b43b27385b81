#!/usr/bin/env python3
"""keys.py: how long a key takes to come back from the screen, while the program trains, evaluates, or waits.

A pseudo-terminal of 80 x 24 is typed into, one letter at a time. Prints median and maximum in milliseconds; a person
notices some 100, and the program means to stay under 50. PROGRAM names the binary."""
import fcntl
import os
import pty
import select
import struct
import termios
import time

import figures

PROGRAM = os.path.abspath(os.environ.get("PROGRAM", "./dnntui"))
MEANT = 50  # milliseconds
WIDE = ["-c", "net dense 1024, relu, dense 1024, relu", "-c", "batch 256", "digits"]
CONVOLUTION = ["-c", "shape 1x8x8", "-c", "net conv 64 3x3, relu, conv 64 3x3, relu, pool max 2, dense 128, relu",
               "-c", "batch 128", "digits"]


def read(terminal, seconds):
    """What comes within SECONDS."""
    end, out = time.time() + seconds, b""
    while time.time() < end:
        if select.select([terminal], [], [], 0.01)[0]:
            try:
                out += os.read(terminal, 65536)
            except OSError:  # the program has left
                break
    return out


def measure(name, arguments, line):
    process, terminal = pty.fork()
    if process == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(PROGRAM, [PROGRAM, "-n"] + arguments)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    read(terminal, 1.5)
    os.write(terminal, line.encode() + b"\r")
    read(terminal, 1)
    took = []
    for letter in "abcdefghijklmnopqrstuvwxyz":
        begun, seen = time.time(), b""
        os.write(terminal, letter.encode())
        while letter.encode() not in seen and time.time() - begun < 5:
            if select.select([terminal], [], [], 0.2)[0]:
                seen += os.read(terminal, 65536)
        took.append((time.time() - begun) * 1000)
        read(terminal, 0.05)
    os.write(terminal, b"\x03\x15quit\r")
    read(terminal, 0.5)
    os.close(terminal)
    os.waitpid(process, 0)
    took.sort()
    middle = took[len(took) // 2]
    print(f"| {name} | {middle:.1f} | {took[-1]:.1f} | {MEANT} |", flush=True)
    return figures.figure(f"a key, {name}", middle, "ms", at_most=MEANT)


def main():
    print("| while | a key takes, ms, median | most | at most (median) |\n|---|--:|--:|--:|")
    figures.write("keys", [measure("at rest", ["iris"], "stop"),
                           measure("iris, run", ["iris"], "run"),
                           measure("1024-1024 dense, run", WIDE, "run"),
                           measure("64-64 convolution, run", CONVOLUTION, "run"),
                           measure("64-64 convolution, until", CONVOLUTION, "until val.acc > 1")])


main()
