"""figures.py: what a part has found, as a list of figures in BENCH_OUT/PART.json for summary.py; bench.h does the same
for the parts in C."""
import json
import os

OUT = os.environ.get("BENCH_OUT", "build/bench")


def figure(what, value, unit, at_least=None, at_most=None):
    """A VALUE of UNIT and what it must be; None: anything."""
    bounds = {"at_least": at_least, "at_most": at_most}
    return {"what": what, "value": value, "unit": unit, **{k: v for k, v in bounds.items() if v is not None}}


def write(part, figures, **more):
    with open(os.path.join(OUT, part + ".json"), "w") as file:
        json.dump({"figures": figures, **more}, file, indent=1)
