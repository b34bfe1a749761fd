"""The routers: the native core, with configuration, statistics and training as Python people expect them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from ._core import Core

Path = str | os.PathLike[str]

# What is trained at a time: enough to hide the cost of a call, little enough to stay in the cache.
_TRAINING_CHUNK = 4096


class Router(Core):
    """A router of any configuration. Threads may share it.

    ``select_backend``, ``select_backends_batch``, ``select_backends_buffer``, ``record_outcome``, ``record_outcomes_batch``, ``flush``,
    ``close``, ``backends`` and ``query_types`` are the core's: see the type hints in ``_native.pyi``.
    """

    def __init__(self, config: Mapping[str, Any] | str | bytes | None = None, *, state_directory: Path | None = None) -> None:
        """``config``: what differs from the defaults, as a mapping or as JSON text (comments allowed). With ``state_directory`` the router
        goes on from that directory and writes to it what it learns, in the background and at ``flush`` and ``close``."""
        if config is None:
            text = b""
        elif isinstance(config, (str, bytes)):
            text = config.encode() if isinstance(config, str) else config
        else:
            text = json.dumps(config).encode()
        self._open(text, None if state_directory is None else os.fsencode(state_directory))

    def save(self, path: Path) -> None:
        """Writes all that was learned to a directory, made if missing; on return it is on disk."""
        self._save(os.fsencode(path))

    def load(self, path: Path) -> None:
        """Replaces what was learned by what ``save`` wrote; decisions of that state can then be reported here."""
        self._load(os.fsencode(path))

    def get_statistics(self) -> dict[str, Any]:
        """Counts, and per query type and backend ``alpha``, ``beta``, ``mean``, its 95 % ``interval``, outcomes and latencies."""
        return json.loads(self._stats_json())

    def posterior(self, query_type: int | str, backend: int | str) -> tuple[float, float]:
        """Alpha and beta of a query type and backend, each by name or index."""
        return self._posterior(_index(self.query_types, query_type, "query type"), _index(self.backends, backend, "backend"))

    def train(self, history: Iterable[tuple[str, str, float, float] | Mapping[str, Any]]) -> int:
        """Learns from what happened before: (query, backend, relevance, latency_ms) each, or mappings with these keys (``latency_ms`` may
        be missing: 0). Every one is routed to its backend and its outcome recorded, so it counts as a decision. Returns how many were
        learned from."""
        learned = 0
        chunk: dict[str, list[tuple[str, float, float]]] = {}
        size = 0
        for item in history:
            if isinstance(item, Mapping):
                query, backend, relevance, latency = item["query"], item["backend"], item["relevance"], item.get("latency_ms", 0.0)
            else:
                query, backend, relevance, latency = item
            chunk.setdefault(backend, []).append((query, relevance, latency))
            size += 1
            if size == _TRAINING_CHUNK:
                learned += self._train(chunk)
                chunk, size = {}, 0
        return learned + self._train(chunk)

    def _train(self, chunk: dict[str, list[tuple[str, float, float]]]) -> int:
        learned = 0
        for backend, examples in chunk.items():
            queries, relevance, latency = zip(*examples)
            decisions = self.select_backends_batch(queries, [backend])
            learned += self.record_outcomes_batch(decisions, relevance, latency)
        return learned

    def __enter__(self) -> Router:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _NamedRouter(Router):
    _strategy = ""

    def __init__(
        self, config: Mapping[str, Any] | None = None, *, seed: int | None = None, state_directory: Path | None = None
    ) -> None:
        """``config``: what differs from the defaults. ``seed`` makes decisions reproducible. ``state_directory``: as for ``Router``."""
        settings = {"strategy": self._strategy, **(config or {})}
        if seed is not None:
            settings["seed"] = seed
        super().__init__(settings, state_directory=state_directory)


class RuleBasedRouter(_NamedRouter):
    """Sends a query to the preferred backend of its type."""

    _strategy = "rules"


class LearnedRouter(_NamedRouter):
    """Draws from what it has learned of each backend for this type of query, and takes the best draw (Thompson sampling)."""

    _strategy = "thompson"


def _index(names: tuple[str, ...], value: int | str, what: str) -> int:
    if isinstance(value, str):
        if value not in names:
            raise ValueError(f"{value!r} is not a {what} of this router; it has {', '.join(names)}")
        return names.index(value)
    return value
