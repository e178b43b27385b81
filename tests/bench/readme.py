#!/usr/bin/env python3
"""readme.py: keeps what the last whole `make bench` said: all of it in docs/bench.md, with the picture of growth beside
it, and the parts that most people ask for in README.md, between its two markers."""
import os
import shutil

import figures

BEGIN, END = "<!-- make bench -->\n", "<!-- end of make bench -->\n"
README, ALL, PICTURE = "README.md", "docs/bench.md", "docs/growth.svg"
SHOWN = ("workloads", "cost", "screen", "start", "bounds")


def parts_of(said):
    """The parts by name, headings included, in their order."""
    return {part.split("\n", 1)[0]: f"### {part.strip()}\n" for part in said.split("### ")[1:]}


def main():
    try:
        with open(os.path.join(figures.OUT, "bench.md")) as file:
            said = file.read().strip("\n")
    except FileNotFoundError:
        raise SystemExit("bench: nothing whole was measured yet; `make bench` does") from None
    with open(README) as file:
        before, rest = file.read().split(BEGIN)
    parts = parts_of(said)
    with open(README, "w") as file:
        file.write(before + BEGIN + "\n" + "\n".join(parts[name] for name in SHOWN) + "\n" + END + rest.split(END)[1])
    with open(ALL, "w") as file:
        file.write("# What `make bench` said\n\n"
                   "README.md says what is compared. `make bench-readme` writes this page.\n\n"
                   f"![growth](growth.svg)\n\n{said}\n")
    shutil.copyfile(os.path.join(figures.OUT, "growth.svg"), PICTURE)


main()
