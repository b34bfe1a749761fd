"""The system that the engine replaces, in plain Python: a regular expression after the other, and a Beta bandit per query type.

Standard library only, Python 3.11 or later. It is written as such a router is usually written, with its patterns compiled once, and
is neither tuned nor slowed down: it is what the engine is measured against, and a second opinion on its answers.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import NamedTuple

BACKENDS = ("neo4j", "qdrant", "mem0", "inmemory", "hybrid")
FALLBACK = ("qdrant", "neo4j", "mem0", "inmemory")
UNKNOWN = "unknown"

# Query type -> preferred backend. The order decides ties.
PREFERRED = {
    "relationship": "neo4j",
    "similarity": "qdrant",
    "personal": "mem0",
    "temporal": "inmemory",
    UNKNOWN: "qdrant",
}

PATTERNS = {
    "relationship": (
        r"\b(who|whom|whose)\b",
        r"\b(when|where)\b",
        r"\b(related|connected|between)\b",
        r"\b(relationship|connection)\b",
    ),
    "similarity": (
        r"\b(similar|like|resembles)\b",
        r"\b(find|search|look for)\b",
        r"\b(compare|comparison)\b",
    ),
    "personal": (
        r"\b(my|mine|i|me)\b",
        r"\b(personal|preference|favorite)\b",
        r"\b(user|profile)\b",
    ),
    "temporal": (
        r"\b(recent|latest|today|yesterday)\b",
        r"\b(this week|last week|past)\b",
        r"\b(now|current|currently)\b",
    ),
}

MATCH_CONFIDENCE = 0.8
DEFAULT_CONFIDENCE = 0.5
RELEVANCE_THRESHOLD = 0.7
LATENCY_LIMIT_MS = 2000.0


class Decision(NamedTuple):
    backend: str
    query_type: str
    confidence: float


@dataclass
class Counts:
    """What a router has done, per query type and backend."""

    decisions: dict[tuple[str, str], int] = field(default_factory=dict)
    outcomes: int = 0
    rewarded: int = 0

    def decided(self, query_type: str, backend: str) -> None:
        key = (query_type, backend)
        self.decisions[key] = self.decisions.get(key, 0) + 1

    def as_dict(self) -> dict:
        by_type: dict[str, dict[str, int]] = {}
        for (query_type, backend), count in self.decisions.items():
            by_type.setdefault(query_type, {})[backend] = count
        return {"decisions": by_type, "outcomes": self.outcomes, "rewarded": self.rewarded}


def is_rewarded(relevance: float, latency_ms: float) -> bool:
    return relevance > RELEVANCE_THRESHOLD and latency_ms < LATENCY_LIMIT_MS


class RuleBasedRouter:
    """Sends a query to the preferred backend of the type with the most matching patterns."""

    def __init__(self) -> None:
        self._patterns = {
            query_type: [re.compile(pattern, re.IGNORECASE) for pattern in patterns]
            for query_type, patterns in PATTERNS.items()
        }
        self._counts = Counts()

    def classify(self, query: str) -> tuple[str, float]:
        text = query.lower()
        best, best_score = UNKNOWN, 0
        for query_type, patterns in self._patterns.items():
            score = 0
            for pattern in patterns:
                if pattern.search(text):
                    score += 1
            if score > best_score:  # the first of equal scores stays
                best, best_score = query_type, score
        return best, MATCH_CONFIDENCE if best_score else DEFAULT_CONFIDENCE

    def select_backend(self, query: str, available: list[str] | None = None) -> Decision:
        query_type, confidence = self.classify(query)
        backend = self._choose(PREFERRED[query_type], BACKENDS if available is None else available)
        self._counts.decided(query_type, backend)
        return Decision(backend, query_type, confidence)

    def record_outcome(self, decision: Decision, relevance: float, latency_ms: float) -> None:
        self._counts.outcomes += 1
        self._counts.rewarded += is_rewarded(relevance, latency_ms)

    def get_statistics(self) -> dict:
        return {"strategy": "rules", **self._counts.as_dict()}

    @staticmethod
    def _choose(preferred: str, available) -> str:
        if preferred in available:
            return preferred
        for backend in FALLBACK:
            if backend in available:
                return backend
        if not available:
            raise ValueError("no backend is available")
        return available[0]


class BetaBandit:
    """Thompson sampling over the backends of one query type; the prior is Beta(1, 1)."""

    def __init__(self) -> None:
        self.alpha = {backend: 1.0 for backend in BACKENDS}
        self.beta = {backend: 1.0 for backend in BACKENDS}

    def select(self, available) -> str:
        samples = {backend: random.betavariate(self.alpha[backend], self.beta[backend]) for backend in available}
        return max(samples, key=samples.get)

    def update(self, backend: str, success: bool) -> None:
        if success:
            self.alpha[backend] += 1
        else:
            self.beta[backend] += 1

    def mean(self, backend: str) -> float:
        return self.alpha[backend] / (self.alpha[backend] + self.beta[backend])


class LearnedRouter:
    """Classifies by the rules, then lets the query type's bandit choose."""

    def __init__(self) -> None:
        self._rules = RuleBasedRouter()
        self._bandits = {query_type: BetaBandit() for query_type in PREFERRED}
        self._counts = Counts()

    def select_backend(self, query: str, available: list[str] | None = None) -> Decision:
        query_type, _ = self._rules.classify(query)
        bandit = self._bandits[query_type]
        choices = BACKENDS if available is None else available
        if not choices:
            raise ValueError("no backend is available")
        backend = bandit.select(choices)
        self._counts.decided(query_type, backend)
        return Decision(backend, query_type, bandit.mean(backend))

    def record_outcome(self, decision: Decision, relevance: float, latency_ms: float) -> None:
        success = is_rewarded(relevance, latency_ms)
        self._bandits[decision.query_type].update(decision.backend, success)
        self._counts.outcomes += 1
        self._counts.rewarded += success

    def get_statistics(self) -> dict:
        posteriors = {
            query_type: {backend: {"alpha": bandit.alpha[backend], "beta": bandit.beta[backend]} for backend in BACKENDS}
            for query_type, bandit in self._bandits.items()
        }
        return {"strategy": "thompson", **self._counts.as_dict(), "posteriors": posteriors}
