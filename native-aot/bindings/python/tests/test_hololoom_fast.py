"""What a Python programmer relies on. Run with both implementations: python -m unittest discover, and again with HOLOLOOM_FAST_CTYPES=1."""

import array
import concurrent.futures
import ctypes
import importlib.metadata
import math
import os
import tempfile
import unittest

import hololoom_fast
from hololoom_fast import (
    ArgumentError,
    ClosedError,
    ConfigurationError,
    HoloLoomError,
    LearnedRouter,
    NoBackendError,
    OffsetsError,
    RangeError,
    Router,
    RuleBasedRouter,
    StateError,
)

try:
    import numpy
except ImportError:
    numpy = None

QUERIES = ["who wrote this", "find similar papers", "my notes", "what happened today", "", "naïve café, 北京", "\ud800 alone"]
TYPES = ["relationship", "similarity", "personal", "temporal", "unknown", "unknown", "unknown"]
BACKENDS = ["neo4j", "qdrant", "mem0", "inmemory", "qdrant", "qdrant", "qdrant"]


class ArrowStrings:
    """A string array of the Arrow C data interface, made of ctypes: what any Arrow library hands over."""

    class Schema(ctypes.Structure):
        _fields_ = [("format", ctypes.c_char_p), *((f"rest{i}", ctypes.c_void_p) for i in range(8))]

    class Array(ctypes.Structure):
        _fields_ = [
            *((name, ctypes.c_int64) for name in ("length", "null_count", "offset", "n_buffers", "n_children")),
            ("buffers", ctypes.POINTER(ctypes.c_void_p)),
            *((f"rest{i}", ctypes.c_void_p) for i in range(4)),
        ]

    def __init__(self, texts, skip=0, kind=b"u", nulls=0):
        encoded = [text.encode() for text in texts]
        self.data = ctypes.create_string_buffer(b"".join(encoded))
        self.offsets = (ctypes.c_int32 * (len(texts) + 1))(*(sum(map(len, encoded[:i])) for i in range(len(texts) + 1)))
        self.buffers = (ctypes.c_void_p * 3)(1 if nulls else None, ctypes.addressof(self.offsets), ctypes.addressof(self.data))
        self.schema = self.Schema(kind)
        self.array = self.Array(len(texts) - skip, nulls, skip, 3, 0, self.buffers)

    def __arrow_c_array__(self, requested_schema=None):
        capsule = ctypes.pythonapi.PyCapsule_New
        capsule.argtypes, capsule.restype = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p], ctypes.py_object
        return (
            capsule(ctypes.addressof(self.schema), b"arrow_schema", None),
            capsule(ctypes.addressof(self.array), b"arrow_array", None),
        )


class Deciding(unittest.TestCase):
    def test_the_implementation_is_the_one_that_was_asked_for(self):
        expected = "ctypes" if os.environ.get("HOLOLOOM_FAST_CTYPES") == "1" else "extension"
        self.assertEqual(expected, hololoom_fast.IMPLEMENTATION)

    def test_rules_send_each_type_to_its_backend(self):
        router = RuleBasedRouter()
        for query, query_type, backend in zip(QUERIES, TYPES, BACKENDS):
            decision = router.select_backend(query)
            self.assertEqual((backend, query_type), (decision.backend, decision.query_type), query)
            self.assertAlmostEqual(0.5 if query_type == "unknown" else 0.8, decision.confidence, 6)

    def test_a_decision_unpacks_compares_and_shows_itself(self):
        router = RuleBasedRouter()
        decision = router.select_backend("who")
        backend, query_type, confidence = decision
        self.assertEqual(("neo4j", "relationship"), (backend, query_type))
        self.assertEqual(confidence, decision.confidence)
        self.assertEqual(decision, decision)
        self.assertNotEqual(decision, router.select_backend("who"))
        self.assertEqual(1, len({decision, decision}))
        self.assertIn(decision.decision_id, repr(decision))
        self.assertRegex(decision.decision_id, "^[0-9a-f]{32}$")
        self.assertEqual(32, len(bytes(decision)))
        with self.assertRaises(IndexError):
            decision[3]

    def test_available_is_names_or_a_mask_and_decides_who_can_be_chosen(self):
        router = RuleBasedRouter()
        self.assertEqual("mem0", router.select_backend("who", ["mem0", "inmemory"]).backend)
        self.assertEqual("mem0", router.select_backend("who", available=("inmemory", "mem0")).backend)
        self.assertEqual("mem0", router.select_backend("who", {"mem0": 1}).backend)
        self.assertEqual("mem0", router.select_backend("who", 0b01100).backend)
        self.assertEqual(["mem0"] * 2, router.select_backends_batch(["who", "find"], ["mem0"]).backends)
        for wrong, error in ((["nowhere"], ValueError), ("mem0", TypeError), ([], NoBackendError), (0, NoBackendError), ([[]], TypeError)):
            with self.assertRaises(error, msg=wrong):
                router.select_backend("who", wrong)
            with self.assertRaises(error, msg=wrong):
                router.select_backends_batch(["who"], wrong)

    def test_a_batch_decides_as_single_calls_do(self):
        single, batch = LearnedRouter(seed=5), LearnedRouter(seed=5)
        many = QUERIES * 2000
        decisions = batch.select_backends_batch(many)
        self.assertEqual(len(many), len(decisions))
        self.assertEqual([single.select_backend(query) for query in many], list(decisions))
        self.assertEqual(decisions.backends, [decision.backend for decision in decisions])
        self.assertEqual(decisions.query_types, TYPES * 2000)

    def test_a_batch_is_a_sequence(self):
        decisions = RuleBasedRouter().select_backends_batch(iter(QUERIES))
        self.assertEqual(decisions[-1], decisions[len(QUERIES) - 1])
        self.assertEqual([decisions[4], decisions[2], decisions[0]], decisions[4::-2])
        self.assertEqual(0, len(RuleBasedRouter().select_backends_batch([])))
        for wrong in (len(QUERIES), -len(QUERIES) - 1):
            with self.assertRaises(IndexError):
                decisions[wrong]

    def test_queries_that_are_no_text_are_refused_before_any_is_decided(self):
        router = RuleBasedRouter()
        for wrong in (["who", 3], ["who", None], "who", b"who", 7):
            with self.assertRaises(TypeError):
                router.select_backends_batch(wrong)
        with self.assertRaises(TypeError):
            router.select_backend(None)
        with self.assertRaises(TypeError):
            router.select_backend()
        with self.assertRaises(TypeError):
            router.select_backend("who", nothing=1)
        with self.assertRaises(TypeError):
            router.select_backend("who", None, 3)
        self.assertEqual(0, router.get_statistics()["decisions"])

    def test_bytes_are_queries_also_when_they_are_no_utf8(self):
        router = RuleBasedRouter()
        self.assertEqual("neo4j", router.select_backend(b"\xffwho\xff").backend)
        self.assertEqual(["neo4j", "qdrant"], router.select_backends_batch([b"\xff who", b"\xc0"]).backends)

    def test_a_large_text_and_a_large_batch_are_decided(self):
        router = RuleBasedRouter()
        self.assertEqual("neo4j", router.select_backend("x " * 500_000 + "who").backend)
        self.assertEqual(["neo4j"] * 3, router.select_backends_batch(["x " * 500_000 + "who"] * 3).backends)

    def test_threads_share_a_router(self):
        router = LearnedRouter()

        def work(_):
            decisions = router.select_backends_batch(QUERIES * 300)
            return sum(router.record_outcome(decision, 0.9, 10.0) == "accepted" for decision in decisions)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            learned = sum(pool.map(work, range(8)))
        self.assertEqual(8 * 300 * len(QUERIES), learned)
        self.assertEqual(learned, router.get_statistics()["outcomes"])


class Buffers(unittest.TestCase):
    DATA = b"whofindmy"
    OFFSETS = (0, 3, 7, 9)

    def test_text_in_one_buffer_with_offsets(self):
        router = RuleBasedRouter()
        for data in (self.DATA, bytearray(self.DATA), memoryview(self.DATA)):
            decisions = router.select_backends_buffer(data, array.array("i", self.OFFSETS), available=None)
            self.assertEqual(["neo4j", "qdrant", "mem0"], decisions.backends)
        self.assertEqual(0, len(router.select_backends_buffer(b"", b"")))
        self.assertEqual(["qdrant"], router.select_backends_buffer(self.DATA, array.array("i", (3, 7))).backends)

    def test_wrong_offsets_are_refused(self):
        router = RuleBasedRouter()
        for wrong in ((0, 10), (0, -1)):
            with self.assertRaises(ValueError):
                router.select_backends_buffer(self.DATA, array.array("i", wrong))
        for wrong in ((0, 5, 3), (-1, 3)):
            with self.assertRaises(OffsetsError):
                router.select_backends_buffer(self.DATA, array.array("i", wrong))
        for wrong in (array.array("q", (0, 3)), array.array("f", (0, 3)), b"abc"):
            with self.assertRaises(TypeError):
                router.select_backends_buffer(self.DATA, wrong)
        with self.assertRaises(TypeError):
            router.select_backends_buffer("text", array.array("i", (0, 3)))
        self.assertEqual(0, router.get_statistics()["decisions"])

    def test_arrow_arrays_are_read_where_they_are(self):
        router = RuleBasedRouter()
        self.assertEqual(["neo4j", "qdrant"], router.select_backends_batch(ArrowStrings(["who", "find"])).backends)
        self.assertEqual(["qdrant"], router.select_backends_batch(ArrowStrings(["who", "find"], skip=1)).backends)
        self.assertEqual([], router.select_backends_batch(ArrowStrings([])).backends)
        with self.assertRaises(TypeError):
            router.select_backends_batch(ArrowStrings(["who"], kind=b"U"))
        with self.assertRaises(ValueError):
            router.select_backends_batch(ArrowStrings(["who"], nulls=1))

    def test_outcomes_of_a_batch(self):
        router = LearnedRouter()
        decisions = router.select_backends_batch(["who", "find", "my"])
        self.assertEqual(3, router.record_outcomes_batch(decisions, [0.9, 0.1, 0.9], array.array("d", [1, 2, 3])))
        self.assertEqual(0, router.record_outcomes_batch(list(decisions), [0.9] * 3, [1.0] * 3))
        with self.assertRaises(ArgumentError):
            router.record_outcomes_batch(router.select_backends_batch(["who"]), [2.0], [1.0])
        for relevance, latency in (([0.9], [1.0] * 3), ([0.9] * 3, array.array("d")), (array.array("f", [1] * 3), [1.0] * 3)):
            with self.assertRaises(ValueError):
                router.record_outcomes_batch(decisions, relevance, latency)
        with self.assertRaises(TypeError):
            router.record_outcomes_batch(decisions, ["much"] * 3, [1.0] * 3)
        self.assertEqual(3, router.get_statistics()["outcomes"])

    @unittest.skipIf(numpy is None, "needs NumPy")
    def test_numpy_in_and_out_without_a_copy(self):
        router = RuleBasedRouter()
        data, offsets = numpy.frombuffer(self.DATA, dtype=numpy.uint8), numpy.array(self.OFFSETS, dtype=numpy.int32)
        decisions = router.select_backends_buffer(data, offsets)
        fields = numpy.asarray(decisions)
        self.assertEqual([0, 1, 2], fields["backend"].tolist())
        self.assertEqual([decision.confidence for decision in decisions], fields["confidence"].tolist())
        self.assertEqual(decisions[1].decision_id, fields["id"][1].tobytes().hex())
        self.assertFalse(fields.flags.owndata)
        self.assertEqual(3, router.record_outcomes_batch(fields, numpy.full(3, 0.9), numpy.zeros(3)))
        with self.assertRaises((BufferError, ValueError)):
            router.select_backends_buffer(data, numpy.array([0, 0, 3, 3], dtype=numpy.int32)[::2])


class Learning(unittest.TestCase):
    def test_an_outcome_is_learned_once(self):
        router = LearnedRouter()
        decision = router.select_backend("who wrote this", ["neo4j"])
        self.assertEqual("accepted", router.record_outcome(decision, relevance=0.9, latency_ms=35))
        self.assertEqual("duplicate", router.record_outcome(decision.decision_id, 0.9, 35))
        self.assertEqual("duplicate", router.record_outcome(bytes.fromhex(decision.decision_id), 0.9))
        self.assertEqual("unknown", router.record_outcome("0" * 32, 0.9, 35))
        self.assertEqual((2.0, 1.0), router.posterior("relationship", "neo4j"))
        cell = router.get_statistics()["query_types"]["relationship"]["backends"]["neo4j"]
        self.assertEqual((2, 1, 1), (cell["alpha"], cell["beta"], cell["outcomes"]))

    def test_cost_and_feedback_count(self):
        router = LearnedRouter()
        first, second = (router.select_backend("who", ["neo4j"]) for _ in range(2))
        router.record_outcome(first, 0.1, 35, feedback=1.0)
        router.record_outcome(second, 0.9, 35, cost=0.01, feedback=0.0)
        self.assertEqual((2.0, 2.0), router.posterior(0, 0))

    def test_wrong_outcomes_are_refused(self):
        router = LearnedRouter()
        decision = router.select_backend("who")
        for relevance, latency in ((1.1, 1), (-0.1, 1), (math.nan, 1), (0.5, -1), (0.5, math.inf)):
            with self.assertRaises(ArgumentError):
                router.record_outcome(decision, relevance, latency)
        for wrong, error in (("abc", ValueError), (b"abc", ValueError), ("z" * 32, ValueError), (3, TypeError), (None, TypeError)):
            with self.assertRaises(error):
                router.record_outcome(wrong, 0.9, 1)
        with self.assertRaises(TypeError):
            router.record_outcome(decision, "good", 1)
        self.assertEqual("accepted", router.record_outcome(decision, 0.9, 1))

    def test_training_teaches_what_happened_before(self):
        router = LearnedRouter(seed=2)
        history = [("who wrote this", backend, 0.9 if backend == "mem0" else 0.1, 40.0) for backend in router.backends for _ in range(200)]
        self.assertEqual(1000, router.train(history))
        self.assertEqual(1, router.train([{"query": "my notes", "backend": "qdrant", "relevance": 0.9}]))
        self.assertEqual((201.0, 1.0), router.posterior("relationship", "mem0"))
        self.assertEqual(["mem0"] * 50, router.select_backends_batch(["who wrote that"] * 50).backends)
        self.assertEqual(0, router.train([]))
        with self.assertRaises(ValueError):
            router.train([("who", "nowhere", 0.9, 1.0)])

    def test_saved_and_loaded(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "a", "state")
            router = LearnedRouter()
            decision, pending = router.select_backend("who", ["neo4j"]), router.select_backend("my", ["mem0"])
            router.record_outcome(decision, 0.9, 10)
            router.save(path)
            other = LearnedRouter()
            other.load(path)
            self.assertEqual((2.0, 1.0), other.posterior("relationship", "neo4j"))
            self.assertEqual("duplicate", other.record_outcome(decision, 0.9, 10))
            self.assertEqual("accepted", other.record_outcome(pending.decision_id, 0.9, 10))

    def test_a_state_directory_is_kept_from_router_to_router(self):
        with tempfile.TemporaryDirectory() as directory:
            with LearnedRouter(state_directory=directory) as router:
                decision = router.select_backend("who", ["neo4j"])
                router.record_outcome(decision, 0.9, 10)
                router.flush()
                with self.assertRaises(StateError):
                    LearnedRouter(state_directory=directory)
                with self.assertRaises(ArgumentError):
                    router.load(directory)
            with LearnedRouter(state_directory=directory) as router:
                self.assertEqual("duplicate", router.record_outcome(decision, 0.9, 10))


class Experiments(unittest.TestCase):
    CONFIG = {"experiment": {"name": "colours", "variants": [{"name": "red", "strategy": "rules"}, {"name": "blue", "strategy": "uniform"}]}}

    def test_a_unit_keeps_its_variant_in_every_router(self):
        first, second = Router(self.CONFIG), Router(self.CONFIG)
        units = [f"user {i}" for i in range(200)]
        variants = [first.select_backend("who", unit=unit).variant for unit in units]
        self.assertEqual({0, 1}, set(variants))
        self.assertEqual(variants, [second.select_backend("other", None, unit.encode()).variant for unit in units])

    def test_a_unit_is_text(self):
        for wrong in (7, ["user"]):
            with self.assertRaises(TypeError):
                Router(self.CONFIG).select_backend("who", unit=wrong)
        Router().select_backend("who", unit="")


class Errors(unittest.TestCase):
    def test_each_has_a_status_a_message_and_a_built_in_type(self):
        router = RuleBasedRouter()
        with tempfile.TemporaryDirectory() as directory:
            calls = [
                (ConfigurationError, ValueError, -3, lambda: LearnedRouter({"strategy": "best"})),
                (ArgumentError, ValueError, -4, lambda: Router(b"\xff")),
                (NoBackendError, ValueError, -5, lambda: router.select_backend("who", [])),
                (OffsetsError, ValueError, -6, lambda: router.select_backends_buffer(b"abc", array.array("i", (0, 3, 2)))),
                (RangeError, IndexError, -7, lambda: router.posterior(-1, 0)),
                (RangeError, IndexError, -7, lambda: router.posterior(0, 2**40)),
                (StateError, OSError, -9, lambda: router.load(os.path.join(directory, "missing"))),
                (StateError, OSError, -9, lambda: router.save("/dev/null/state")),
            ]
            for error, built_in, status, call in calls:
                with self.assertRaises(error) as caught:
                    call()
                self.assertIsInstance(caught.exception, built_in)
                self.assertIsInstance(caught.exception, HoloLoomError)
                self.assertEqual(status, caught.exception.status)
                self.assertGreater(len(str(caught.exception)), 10)

    def test_a_closed_router_refuses_everything(self):
        router = LearnedRouter()
        decision = router.select_backend("who")
        router.close()
        router.close()
        for call in (
            lambda: router.select_backend("who"),
            lambda: router.select_backends_batch(["who"]),
            lambda: router.select_backends_batch([]),
            lambda: router.select_backends_buffer(b"", b""),
            lambda: router.record_outcome(decision, 0.9, 1),
            lambda: router.record_outcomes_batch([decision], [0.9], [1.0]),
            router.get_statistics,
            router.flush,
            lambda: router.save("x"),
            lambda: router.load("x"),
        ):
            with self.assertRaises(ClosedError):
                call()

    def test_json_text_may_have_comments(self):
        router = Router('{"strategy": "rules" /* no learning */ }')
        self.assertEqual("rules", router.get_statistics()["strategy"])

    def test_versions_agree(self):
        self.assertEqual(importlib.metadata.version("hololoom_fast"), hololoom_fast.__version__)


if __name__ == "__main__":
    unittest.main()
