"""Writes what the library decides, learns and refuses, in the form that every language's conformance program writes: see ../../README.md."""

import ctypes
import json
import math
import struct
import sys

from hololoom_fast import HoloLoomError, Router
from hololoom_fast._core import IMPLEMENTATION

ANSWERS = {"accepted": 0, "duplicate": 1, "expired": 2, "unknown": 3}


def show(label, decisions):
    for decision in decisions:
        (confidence,) = struct.unpack("<I", struct.pack("<f", decision.confidence))
        print(label, decision.decision_id, decision.backend, decision.query_type, f"{confidence:08x}", decision.variant, decision.flags)


def record(router, decision, relevance=1.0, latency_ms=1.0):
    return ANSWERS[router.record_outcome(decision, relevance, latency_ms)]


def show_error(name, call, with_message=False):
    try:
        call()
    except HoloLoomError as problem:
        assert str(problem), f"{name} left no message"
        print("error", name, problem.status, *([problem] if with_message else []))
    else:
        raise AssertionError(f"{name} was accepted")


def buffer_too_small():
    from hololoom_fast import _library

    router = ctypes.c_void_p()
    _library.check(_library.lib.hlf_router_create(None, 0, router))
    try:
        _library.check(_library.lib.hlf_backend_name(router, 0, ctypes.create_string_buffer(1), 1, ctypes.c_size_t()))
    finally:
        _library.lib.hlf_router_destroy(router)


def main(config, file, directory):
    with open(file, encoding="utf-8", newline="\n") as lines:
        queries = lines.read().removesuffix("\n").split("\n")
    router = Router(json.loads(config))
    single = [router.select_backend(query) for query in queries]
    show("single", single)
    for i, decision in enumerate(single):
        print("record", record(router, decision, i * 7 % 11 / 10, 2500.0 if i % 3 == 0 else 40.0))
    batch = router.select_backends_batch(queries, router.backends[1:])
    show("batch", batch)
    print("again", record(router, single[0].decision_id))
    forged = bytearray.fromhex(batch[0].decision_id)
    forged[3] ^= 4
    print("forged", record(router, bytes(forged)))
    units = [router.select_backend(query, unit=f"användare {i % 40}") for i, query in enumerate(queries)]
    show("unit", units)
    reported = [*units, single[0]]
    relevance, latency = zip(*((i * 3 % 11 / 10, 2500.0 if i % 4 == 0 else 40.0) for i in range(len(reported))))
    print("several", router.record_outcomes_batch(reported, relevance, latency))
    for query_type in router.query_types:
        for backend in router.backends:
            alpha, beta = struct.unpack("<QQ", struct.pack("<dd", *router.posterior(query_type, backend)))
            print("posterior", query_type, backend, f"{alpha:016x} {beta:016x}")

    router.save(directory)
    loaded = Router(config)
    loaded.load(directory)
    print("earlier", record(loaded, single[0]))
    print("later", record(loaded, batch[0]))
    show("loaded", loaded.select_backends_batch(queries))
    hybrid = loaded.select_backend("who", ["hybrid"])
    loaded.save(directory)
    smaller = Router({"backends": ["neo4j", "qdrant", "mem0", "inmemory"]})
    smaller.load(directory)
    print("expired", record(smaller, hybrid))

    show_error("config", lambda: Router({"strategy": "best"}), with_message=True)
    show_error("utf8", lambda: Router(b"\xff"))
    show_error("no_backend", lambda: loaded.select_backend("who", []))
    show_error("argument", lambda: loaded.record_outcome(hybrid, math.nan, 1.0))
    show_error("offsets", lambda: loaded.select_backends_buffer(b"who", struct.pack("<3i", 0, 3, 2)))
    show_error("range", lambda: loaded.posterior(99, 0))
    show_error("state", lambda: loaded.load(f"{directory}/missing"))
    if IMPLEMENTATION == "ctypes":
        show_error("buffer", buffer_too_small)
    loaded.close()
    show_error("handle", lambda: loaded.select_backend("who"))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    main(*sys.argv[1:])
