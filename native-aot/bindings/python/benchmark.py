"""Nanoseconds per decision from Python, beside the plain-Python router of bench/peers/python, in one run; a line of JSON.

    python3 benchmark.py [--repeats N] [--ctypes] [--lines]
"""

from __future__ import annotations

import argparse
import array
import gc
import json
import os
import platform
import random
import statistics
import sys
import time
from pathlib import Path

BENCH = Path(__file__).resolve().parents[3] / "bench"
AVAILABLE = ["neo4j", "qdrant", "mem0", "inmemory"]
TRAINING_OUTCOMES = 10_000


def best(call, per_call: int, repeats: int) -> dict[str, float]:
    samples = []
    gc.disable()
    try:
        for repeat in range(repeats + 2):
            start = time.perf_counter_ns()
            call()
            elapsed = time.perf_counter_ns() - start
            if repeat >= 2:  # the first two warm up
                samples.append(elapsed / per_call)
    finally:
        gc.enable()
    return {"best_ns": round(min(samples), 1), "median_ns": round(statistics.median(samples), 1)}


def train(router, queries: list[str], backends: tuple[str, ...]) -> None:
    """Teaches a router that the backends differ a little, as they would after some use."""
    random.seed(1)
    for number in range(TRAINING_OUTCOMES):
        decision = router.select_backend(queries[number % len(queries)])
        rewarded = random.random() < 0.5 + 0.08 * backends.index(decision.backend)
        router.record_outcome(decision, 1.0 if rewarded else 0.0, 20.0)


def measure(router, queries: list[str], repeats: int, passes: int) -> dict:
    many = queries * passes
    data = "".join(many).encode()
    offsets = array.array("i", [0])
    for query in many:
        offsets.append(offsets[-1] + len(query.encode()))

    def single() -> None:
        select = router.select_backend
        for query in many:
            select(query)

    def available() -> None:
        select = router.select_backend
        for query in many:
            select(query, AVAILABLE)

    mask = (1 << len(AVAILABLE)) - 1
    return {
        "select_backend": best(single, len(many), repeats),
        "select_backend_with_available": best(available, len(many), repeats),
        "select_backends_batch": best(lambda: router.select_backends_batch(many, mask), len(many), repeats),
        "select_backends_batch_and_names": best(lambda: router.select_backends_batch(many, mask).backends, len(many), repeats),
        "select_backends_buffer": best(lambda: router.select_backends_buffer(data, offsets, mask), len(many), repeats),
    }


def measure_plain(router, queries: list[str], repeats: int) -> dict:
    def run() -> None:
        select = router.select_backend
        for query in queries:
            select(query, AVAILABLE)

    return best(run, len(queries), repeats)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--passes", type=int, default=100, help="passes over the queries in a measurement")
    parser.add_argument("--ctypes", action="store_true", help="the fallback instead of the extension")
    parser.add_argument("--lines", action="store_true", help="best times as lines of words, for ../../benchmark/run")
    options = parser.parse_args()
    if options.ctypes:
        os.environ["HOLOLOOM_FAST_CTYPES"] = "1"
    sys.path.insert(0, str(BENCH / "peers" / "python"))
    import router as plain

    import hololoom_fast

    lines = (BENCH / "data" / "queries.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    queries = [line for line in lines if line.isascii()]
    result = {"python": platform.python_version(), "implementation": hololoom_fast.IMPLEMENTATION, "queries": len(queries)}
    for name, ours, theirs in (
        ("rules", hololoom_fast.RuleBasedRouter(), plain.RuleBasedRouter()),
        ("learned", hololoom_fast.LearnedRouter(seed=1), plain.LearnedRouter()),
    ):
        if name == "learned":
            train(ours, queries, ours.backends)
            train(theirs, queries, plain.BACKENDS)
        for query in queries if name == "rules" else []:
            if tuple(ours.select_backend(query))[:2] != tuple(theirs.select_backend(query))[:2]:
                sys.exit(f"the two disagree on {query!r}")
        result[name] = measure(ours, queries, options.repeats, options.passes)
        result[name]["plain_python"] = measure_plain(theirs, queries, options.repeats)
        result[name]["batch_times_faster"] = round(
            result[name]["plain_python"]["best_ns"] / result[name]["select_backends_batch"]["best_ns"], 1
        )
    if options.lines:
        language = "python" if hololoom_fast.IMPLEMENTATION == "extension" else "python-ctypes"
        for name in ("rules", "learned"):
            times = [f"{what} {value['best_ns']}" for what, value in result[name].items() if isinstance(value, dict)]
            print(language, "thompson" if name == "learned" else name, *times)
        return 0
    print(json.dumps(result, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
