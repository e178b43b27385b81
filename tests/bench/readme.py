#!/usr/bin/env python3
"""readme.py: puts what the last whole `make bench` said into README.md, between its two markers, and the picture of
growth beside the manual."""
import os
import shutil

import figures

BEGIN, END = "<!-- make bench -->\n", "<!-- end of make bench -->\n"
PAGE, PICTURE = "README.md", "man/growth.svg"


def main():
    with open(PAGE) as file:
        before, rest = file.read().split(BEGIN)
    after = rest.split(END)[1]
    try:
        with open(os.path.join(figures.OUT, "bench.md")) as file:
            said = file.read().strip("\n")
    except FileNotFoundError:
        raise SystemExit("bench: nothing whole was measured yet; `make bench` does") from None
    with open(PAGE, "w") as file:
        file.write(f"{before}{BEGIN}\n{said}\n\n{END}{after}")
    shutil.copyfile(os.path.join(figures.OUT, "growth.svg"), PICTURE)


main()
