"""worker.py: a process that answers a line with a line, and how to find out what else is installed."""
import os
import subprocess
import sys

PYTHON = "/usr/bin/python3"  # the one that Debian's packages are for


def has_module(name):
    return os.access(PYTHON, os.X_OK) and subprocess.run(
        [PYTHON, "-c", f"import {name}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


class Worker:
    def __init__(self, command, environment=None):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **(environment or {})})

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line):
        self.send(line)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"bench: no answer to `{line}`")
        return answer.rstrip("\n")

    def close(self):
        self.process.stdin.close()
        self.process.wait()
