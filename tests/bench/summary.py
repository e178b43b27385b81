#!/usr/bin/env python3
"""summary.py: what must hold and whether it does, of the parts that were measured (arguments: their names). Puts all
figures into BENCH_OUT/bench.json."""
import json
import os
import platform
import sys

import figures


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def held(figure):
    return figure.get("at_least", figure["value"]) <= figure["value"] <= figure.get("at_most", figure["value"])


def shown(figure):
    least = "at_least" in figure
    value, bound = figure["value"], figure["at_least" if least else "at_most"]
    return f"| {figure['what']} | {value:.3g} {figure['unit']} | {'at least' if least else 'at most'} {bound:g} |"


def main():
    parts = {}
    for part in sys.argv[1:]:
        path = os.path.join(figures.OUT, part + ".json")
        if os.path.exists(path):  # a part may have no figures
            with open(path) as file:
                parts[part] = json.load(file)
    machine = f"{processor()}, {os.cpu_count()} processors"
    with open(os.path.join(figures.OUT, "bench.json"), "w") as file:
        json.dump({"machine": machine, "parts": parts}, file, indent=1)
    bound = [f for part in parts.values() for f in part["figures"] if "at_least" in f or "at_most" in f]
    short = [figure for figure in bound if not held(figure)]
    print(f"{machine}. {len(bound) - len(short)} of {len(bound)} figures are within their bounds" +
          ("." if not short else "; these are not:\n\n| | found | bound |\n|---|--:|--:|"))
    for figure in short:
        print(shown(figure))


main()
