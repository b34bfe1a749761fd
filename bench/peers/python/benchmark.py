"""Measures router.py on the shared queries, verifies its answers, or checks another router's answers against its own.

    python3 benchmark.py [--repeats N] [--passes N]     one line of JSON: nanoseconds per decision
    python3 benchmark.py --check DECISIONS.tsv          compares rule decisions line by line; exit code 1 on a difference

Only ASCII queries are measured and compared: on other text Python and .NET disagree here and there on what a word character is.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import random
import statistics
import sys
import time
from pathlib import Path

from router import BACKENDS, LearnedRouter, RuleBasedRouter

DATA = Path(__file__).resolve().parents[2] / "data"
AVAILABLE = ["neo4j", "qdrant", "mem0", "inmemory"]
COLUMNS = ["query_type", "backend", "confidence", "decision_id", "query"]

# The benchmarks of the engine train their routers alike, so that both draw from posteriors of the same kind.
TRAINING_OUTCOMES = 10_000


def read_queries(path: Path) -> list[str]:
    # Neither splitlines() nor text mode: they would also break lines at characters that are part of a query.
    lines = path.read_bytes().decode("utf-8").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def verify_counts(queries: list[str], path: Path) -> None:
    """Fails unless the rules find as many ASCII queries of each type as the file of expected counts says."""
    expected = {}
    for line in path.read_text(encoding="utf-8").split("\n")[1:]:
        if line:
            lines, query_type, count = line.split("\t")
            if lines == "ascii":
                expected[query_type] = int(count)
    router = RuleBasedRouter()
    found = dict.fromkeys(expected, 0)
    for query in queries:
        found[router.select_backend(query).query_type] += 1
    if found != expected:
        sys.exit(f"wrong answers: {path} expects {expected} but the rules found {found}")


def train(router: LearnedRouter, queries: list[str]) -> None:
    """Teaches the router that the backends differ a little, as they would after some use."""
    for number in range(TRAINING_OUTCOMES):
        decision = router.select_backend(queries[number % len(queries)])
        rewarded = random.random() < 0.5 + 0.08 * BACKENDS.index(decision.backend)
        router.record_outcome(decision, 1.0 if rewarded else 0.0, 20.0)


def measure(router, queries: list[str], passes: int, repeats: int) -> dict:
    select = router.select_backend
    samples = []
    gc.disable()
    try:
        for repeat in range(repeats + 2):
            start = time.perf_counter_ns()
            for _ in range(passes):
                for query in queries:
                    select(query, AVAILABLE)
            elapsed = time.perf_counter_ns() - start
            if repeat >= 2:  # the first two warm up
                samples.append(elapsed / (passes * len(queries)))
    finally:
        gc.enable()
    return {"best_ns": round(min(samples), 1), "median_ns": round(statistics.median(samples), 1)}


def benchmark(queries: list[str], passes: int, repeats: int) -> dict:
    random.seed(1)
    learned = LearnedRouter()
    train(learned, queries)
    return {
        "implementation": "python",
        "python": platform.python_version(),
        "queries": len(queries),
        "backends": len(AVAILABLE),
        "decisions": passes * repeats * len(queries),
        "rules": measure(RuleBasedRouter(), queries, passes, repeats),
        "learned": measure(learned, queries, passes, repeats),
    }


def unescape(text: str) -> str:
    escapes = {"\\": "\\", "t": "\t", "r": "\r", "n": "\n"}
    parts = []
    characters = iter(text)
    for character in characters:
        if character == "\\":
            escaped = next(characters, None)
            if escaped not in escapes:
                raise ValueError(f"'\\{escaped or ''}' is not an escape")
            character = escapes[escaped]
        parts.append(character)
    return "".join(parts)


def check(path: Path) -> int:
    router = RuleBasedRouter()
    compared = skipped = different = 0
    for number, line in enumerate(read_queries(path), 1):
        fields = line.rstrip("\r").split("\t")
        if number == 1 and fields == COLUMNS:
            continue
        if len(fields) != len(COLUMNS):
            sys.exit(f"{path}, line {number}: {len(fields)} columns; expected {len(COLUMNS)}: {' '.join(COLUMNS)}")
        try:
            query, confidence = unescape(fields[4]), float(fields[2])
        except ValueError as problem:
            sys.exit(f"{path}, line {number}: {problem}")
        if not query.isascii():
            skipped += 1
            continue
        compared += 1
        expected = router.select_backend(query)
        if (fields[0], fields[1]) != (expected.query_type, expected.backend) or abs(confidence - expected.confidence) > 1e-6:
            different += 1
            print(f"{path}, line {number}: {fields[0]} {fields[1]} {fields[2]}, here {expected.query_type} {expected.backend}"
                  f" {expected.confidence}: {query!r}", file=sys.stderr)
    print(f"{compared} compared, {different} different, {skipped} not ASCII and skipped", file=sys.stderr)
    if compared == 0:
        print(f"{path} holds no ASCII query to compare", file=sys.stderr)
    return 1 if different or compared == 0 else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=Path, default=DATA / "queries.txt", help="one query a line")
    parser.add_argument("--counts", type=Path, default=DATA / "query-counts.tsv", help="how many of each type there are")
    parser.add_argument("--passes", type=int, default=20, help="passes over the queries in a measurement")
    parser.add_argument("--repeats", type=int, default=9, help="measurements")
    parser.add_argument("--check", type=Path, metavar="FILE.tsv", help="decisions of `hololoom route --strategy rules --format tsv`")
    options = parser.parse_args()
    if options.check:
        return check(options.check)
    if options.passes < 1 or options.repeats < 1:
        parser.error("--passes and --repeats count from 1")
    queries = [query for query in read_queries(options.queries) if query.isascii()]
    verify_counts(queries, options.counts)
    print(json.dumps(benchmark(queries, options.passes, options.repeats)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
