"""HoloLoom.Fast: classifies a query, picks a backend by rule or by Thompson sampling, and learns from the outcome.

    from hololoom_fast import LearnedRouter

    router = LearnedRouter()
    decision = router.select_backend("who wrote the paper on attention", ["neo4j", "qdrant"])
    router.record_outcome(decision, relevance=0.9, latency_ms=35)

``IMPLEMENTATION`` is ``"extension"``, or ``"ctypes"`` where the extension is not built (or HOLOLOOM_FAST_CTYPES=1 asks for it): the same
classes, slower. Both only call the native library.
"""

from ._core import IMPLEMENTATION, Decision, DecisionBatch
from ._errors import (
    ArgumentError,
    ClosedError,
    ConfigurationError,
    HoloLoomError,
    NoBackendError,
    OffsetsError,
    RangeError,
    StateError,
)
from ._routers import LearnedRouter, Router, RuleBasedRouter

__version__ = "0.1.0"

__all__ = [
    "IMPLEMENTATION",
    "ArgumentError",
    "ClosedError",
    "ConfigurationError",
    "Decision",
    "DecisionBatch",
    "HoloLoomError",
    "LearnedRouter",
    "NoBackendError",
    "OffsetsError",
    "RangeError",
    "Router",
    "RuleBasedRouter",
    "StateError",
]
