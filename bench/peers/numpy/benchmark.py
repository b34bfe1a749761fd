"""Measures NumPy's samplers as SamplerBenchmarks measures the engine's: nanoseconds per draw of many at once, and per choice among arms.

    python3 benchmark.py [--export DIR]     prints a table; writes it, and the numbers as JSON, to DIR
"""

from __future__ import annotations

import argparse
import datetime
import gc
import json
import math
import platform
import statistics
import time
from pathlib import Path

import numpy

DRAWS = 100_000
CHOICES = 5_000
REPEATS = 15


def arms(count: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Posteriors after up to some hundred outcomes."""
    shapes = numpy.random.default_rng(1).integers(1, 400, size=(2, count)).astype(float)
    return shapes[0], shapes[1]


def operations(rng: numpy.random.Generator) -> dict:
    """Per name: a call, how many operations it is, and the mean that its draws have to have."""
    table = {
        "Normal": (lambda: rng.standard_normal(DRAWS), DRAWS, 0.0),
        "Gamma_20": (lambda: rng.standard_gamma(20.0, DRAWS), DRAWS, 20.0),
    }
    for name, alpha, beta in (("20_5", 20.0, 5.0), ("1_1", 1.0, 1.0), ("Half_Half", 0.5, 0.5), ("2000_500", 2000.0, 500.0)):
        table[f"Beta_{name}"] = (lambda a=alpha, b=beta: rng.beta(a, b, DRAWS), DRAWS, alpha / (alpha + beta))
    for count in (2, 4, 16, 64):
        alpha, beta = arms(count)
        table[f"Choose_{count}"] = (lambda a=alpha, b=beta: rng.beta(a, b, (CHOICES, len(a))).argmax(axis=1), CHOICES, None)
    return table


def verify(name: str, draws: numpy.ndarray, mean: float | None) -> None:
    if mean is not None and abs(draws.mean() - mean) > 6 * draws.std() / math.sqrt(len(draws)):
        raise SystemExit(f"wrong draws: the mean of {name} is {draws.mean()}, expected {mean}")


def measure() -> list[dict]:
    rng = numpy.random.default_rng(1)
    results = []
    gc.disable()
    for name, (call, count, mean) in operations(rng).items():
        verify(name, call(), mean)
        samples = []
        for repeat in range(REPEATS + 2):
            start = time.perf_counter_ns()
            call()
            elapsed = time.perf_counter_ns() - start
            if repeat >= 2:  # the first two warm up
                samples.append(elapsed / count)
        results.append({"method": name, "medianNs": round(statistics.median(samples), 2), "minNs": round(min(samples), 2), "samples": len(samples)})
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--export", type=Path, metavar="DIR", help="for example ../../results/amd-epyc")
    options = parser.parse_args()
    versions = {"numpy": numpy.__version__, "python": platform.python_version(), "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat()}
    results = measure()
    table = "| method | median, ns | best, ns |\n|---|---:|---:|\n"
    table += "".join(f"| {one['method']} | {one['medianNs']:.2f} | {one['minNs']:.2f} |\n" for one in results)
    print(table, end="")
    if options.export:
        options.export.mkdir(parents=True, exist_ok=True)
        heading = f"# NumPy\n\nNumPy {versions['numpy']}, Python {versions['python']}; {versions['date']}; `numpy.random.Generator`, PCG64\n\n"
        (options.export / "NumPy.md").write_text(heading + table, encoding="utf-8")
        (options.export / "NumPy.json").write_text(json.dumps({"name": "NumPy", **versions, "results": results}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
