"""The same classes as the extension's, by ctypes: for where no compiler built it. Slower, never different."""

from __future__ import annotations

import ctypes
from ctypes import c_double, c_size_t, c_uint32, c_void_p
from itertools import accumulate

from ._library import ALL_BACKENDS, ANSWERS, DecisionStruct, OutcomeStruct, check, lib, text

_SIZE = ctypes.sizeof(DecisionStruct)


class Decision:
    __slots__ = ("_names", "_raw", "_value")

    def __init__(self, names, raw: bytes) -> None:
        self._names, self._raw = names, raw
        self._value = DecisionStruct.from_buffer_copy(raw)

    backend = property(lambda self: self._names[0][self._value.backend])
    query_type = property(lambda self: self._names[1][self._value.query_type])
    confidence = property(lambda self: self._value.confidence)
    decision_id = property(lambda self: self._raw[:16].hex())
    variant = property(lambda self: self._value.variant)
    flags = property(lambda self: self._value.flags)

    def __bytes__(self) -> bytes:
        return self._raw

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int):
        return (self.backend, self.query_type, self.confidence)[index]

    def __eq__(self, other: object):
        return self._raw == other._raw if isinstance(other, Decision) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._raw[:16])

    def __repr__(self) -> str:
        return (
            f"Decision(backend={self.backend!r}, query_type={self.query_type!r}, confidence={self.confidence!r}, "
            f"decision_id={self.decision_id!r})"
        )


class DecisionBatch:
    def __init__(self, names, values) -> None:
        self._names, self._values = names, values

    @property
    def __array_interface__(self):
        return {
            "version": 3,
            "shape": (len(self._values),),
            "typestr": f"|V{_SIZE}",
            "descr": [("id", "|u1", (16,)), ("confidence", "<f4"), ("backend", "<u2"), ("query_type", "<u2"), ("variant", "<u2"),
                      ("flags", "<u2"), ("reserved", "<u4")],
            "data": (ctypes.addressof(self._values), True),
        }

    @property
    def backends(self) -> list[str]:
        return [self._names[0][value.backend] for value in self._values]

    @property
    def query_types(self) -> list[str]:
        return [self._names[1][value.query_type] for value in self._values]

    def __bytes__(self) -> bytes:
        return bytes(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError("no decision with this index")
        return Decision(self._names, bytes(self._values[index]))


def _encode(query, what="a query") -> bytes:
    if isinstance(query, str):
        return query.encode("utf-8", "surrogatepass")
    if isinstance(query, bytes):
        return query
    raise TypeError(f"{what} is str or bytes, not {type(query).__name__}")


def _id(decision) -> bytes:
    if isinstance(decision, Decision):
        return decision._raw[:16]
    if isinstance(decision, str) and len(decision) == 32 and all(c in "0123456789abcdefABCDEF" for c in decision):
        return bytes.fromhex(decision)
    if isinstance(decision, bytes) and len(decision) == 16:
        return decision
    kind = ValueError if isinstance(decision, (str, bytes)) else TypeError
    raise kind("a decision is a Decision, or its id as 32 hexadecimal digits or 16 bytes")


class _BufferStruct(ctypes.Structure):
    """Py_buffer, as the stable ABI lays it out since Python 3.11."""

    _fields_ = [
        ("buf", c_void_p),
        ("obj", c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", c_void_p),
        ("strides", c_void_p),
        ("suboffsets", c_void_p),
        ("internal", c_void_p),
    ]


_WITH_SHAPE_AND_FORMAT = 0x0008 | 0x0004
_get_buffer = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer.argtypes, _get_buffer.restype = [ctypes.py_object, ctypes.POINTER(_BufferStruct), ctypes.c_int], ctypes.c_int
_release_buffer = ctypes.pythonapi.PyBuffer_Release
_release_buffer.argtypes, _release_buffer.restype = [ctypes.POINTER(_BufferStruct)], None


class _Address:
    """The memory of a buffer, for as long as this object lives."""

    def __init__(self, buffer) -> None:
        self._view = None
        view = _BufferStruct()
        _get_buffer(buffer, view, _WITH_SHAPE_AND_FORMAT)
        self._view = view
        self.value, self.size, self.itemsize = view.buf, view.len, view.itemsize
        self.format = (view.format or b"B").decode().lstrip("<=@")

    def __del__(self) -> None:
        if self._view is not None:
            _release_buffer(self._view)


def _doubles(numbers, count: int, what: str):
    try:
        memory = _Address(numbers)
    except TypeError:
        numbers = tuple(numbers)
        if len(numbers) != count:
            raise ValueError(f"{what} has {len(numbers)} numbers for {count} decisions") from None
        return (c_double * count)(*numbers)
    if memory.format != "d" or memory.size != 8 * count:
        raise ValueError(f"{what} must hold {count} doubles, one for each decision")
    return memory


def _pointer(memory):
    return memory.value if isinstance(memory, _Address) else memory


class _ArrowSchema(ctypes.Structure):
    _fields_ = [("format", ctypes.c_char_p)]


class _ArrowArray(ctypes.Structure):
    _fields_ = [
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.POINTER(c_void_p)),
    ]


_capsule = ctypes.pythonapi.PyCapsule_GetPointer
_capsule.argtypes, _capsule.restype = [ctypes.py_object, ctypes.c_char_p], c_void_p


class Core:
    _router: c_void_p | None = None
    _names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    backends = property(lambda self: self._names[0])
    query_types = property(lambda self: self._names[1])

    def _open(self, config: bytes, state_directory: bytes | None) -> None:
        self.close()
        router = c_void_p()
        if state_directory is None:
            check(lib.hlf_router_create(config, len(config), router))
        else:
            check(lib.hlf_router_open(config, len(config), state_directory, len(state_directory), router))
        self._router = router
        self._names = (
            self._read_names(lib.hlf_backend_count, lib.hlf_backend_name),
            self._read_names(lib.hlf_query_type_count, lib.hlf_query_type_name),
        )
        self._bits = {name: 1 << i for i, name in enumerate(self._names[0])}

    def _read_names(self, count_of, name_of) -> tuple[str, ...]:
        count = c_uint32()
        check(count_of(self._router, count))
        return tuple(text(name_of, self._router, i).decode() for i in range(count.value))

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        router, self._router = self._router, None
        if router is not None:
            lib.hlf_router_destroy(router)

    def flush(self) -> None:
        check(lib.hlf_flush(self._router))

    def _save(self, path: bytes) -> None:
        check(lib.hlf_save(self._router, path, len(path)))

    def _load(self, path: bytes) -> None:
        check(lib.hlf_load(self._router, path, len(path)))

    def _stats_json(self) -> bytes:
        return text(lib.hlf_stats_json, self._router)

    def _posterior(self, query_type: int, backend: int) -> tuple[float, float]:
        alpha, beta = c_double(), c_double()
        limit = 2**32 - 1
        at = [index if 0 <= index <= limit else limit for index in (query_type, backend)]
        check(lib.hlf_posterior(self._router, *at, alpha, beta))
        return alpha.value, beta.value

    def _mask(self, available) -> int:
        if available is None:
            return ALL_BACKENDS
        if isinstance(available, int):
            return available & ALL_BACKENDS
        if isinstance(available, str):
            raise TypeError("available is a sequence of names, not one name")
        mask = 0
        for name in available:
            if name not in self._bits:
                raise ValueError(f"{name!r} is not a backend of this router; it has {self._names[0]!r}")
            mask |= self._bits[name]
        return mask

    def select_backend(self, query, available=None, unit=None) -> Decision:
        data = _encode(query)
        raw = ctypes.create_string_buffer(_SIZE)
        mask = self._mask(available)
        if unit is None:
            check(lib.hlf_route(self._router, data, len(data), mask, raw))
        else:
            sticky = _encode(unit, "a unit")
            check(lib.hlf_route_unit(self._router, data, len(data), mask, sticky, len(sticky), raw))
        return Decision(self._names, raw.raw)

    def select_backends_batch(self, queries, available=None) -> DecisionBatch:
        mask = self._mask(available)
        if isinstance(queries, (str, bytes)):
            raise TypeError("queries is a sequence of queries, not one query")
        if not isinstance(queries, (list, tuple)) and hasattr(queries, "__arrow_c_array__"):
            return self._arrow_batch(queries, mask)
        texts = [_encode(query) for query in queries]
        data = b"".join(texts)
        if len(data) > 2**31 - 1:
            raise OverflowError("the text of a batch is 2 GiB at most")
        offsets = (ctypes.c_int32 * (len(texts) + 1))(0, *accumulate(map(len, texts)))
        return self._batch(data, offsets, len(texts), mask)

    def _batch(self, data, offsets, count: int, mask: int) -> DecisionBatch:
        values = (DecisionStruct * count)()
        check(lib.hlf_route_batch(self._router, data, offsets, count, mask, values))
        return DecisionBatch(self._names, values)

    def _arrow_batch(self, queries, mask: int) -> DecisionBatch:
        capsules = queries.__arrow_c_array__()
        schema = _ArrowSchema.from_address(_capsule(capsules[0], b"arrow_schema"))
        array = _ArrowArray.from_address(_capsule(capsules[1], b"arrow_array"))
        if schema.format != b"u":
            raise TypeError(f"an Arrow array of queries has type utf8 (format 'u'), not '{schema.format.decode()}'; cast it")
        if array.null_count != 0 and array.buffers[0]:
            raise ValueError("an Arrow array of queries has no nulls; fill them first")
        if array.length == 0:
            return self._batch(None, None, 0, mask)
        return self._batch(array.buffers[2], array.buffers[1] + 4 * array.offset, array.length, mask)

    def select_backends_buffer(self, data, offsets, available=None) -> DecisionBatch:
        mask = self._mask(available)
        memory, at = _Address(data), _Address(offsets)
        if at.format not in ("i", "l", "B", "b", "c") or at.itemsize not in (1, 4) or at.size % 4 != 0:
            raise TypeError("offsets are signed integers of 32 bits")
        count = max(0, at.size // 4 - 1)
        if at.size:
            last = ctypes.c_int32.from_address(at.value + 4 * count).value
            if not 0 <= last <= memory.size:
                raise ValueError(f"the last offset is {last}, but data has {memory.size} bytes")
        return self._batch(memory.value, at.value, count, mask)

    def record_outcome(self, decision, relevance, latency_ms=0.0, cost=None, feedback=None) -> str:
        given = (1 if cost is not None else 0) | (2 if feedback is not None else 0)
        outcome = OutcomeStruct(ctypes.sizeof(OutcomeStruct), given, relevance, latency_ms, cost or 0.0, feedback or 0.0)
        return ANSWERS[check(lib.hlf_record_outcome(self._router, _id(decision), outcome))]

    def record_outcomes_batch(self, decisions, relevance, latency_ms) -> int:
        if isinstance(decisions, (list, tuple)):
            ids = b"".join(map(_id, decisions))
        else:
            records = bytes(decisions) if isinstance(decisions, DecisionBatch) else memoryview(decisions).tobytes()
            if len(records) % _SIZE:
                raise ValueError("decisions are records of 32 bytes")
            ids = b"".join(records[at : at + 16] for at in range(0, len(records), _SIZE))
        count = len(ids) // 16
        first, second = _doubles(relevance, count, "relevance"), _doubles(latency_ms, count, "latency_ms")
        accepted = c_size_t(0)
        check(lib.hlf_record_batch(self._router, ids, _pointer(first), _pointer(second), count, accepted))
        return accepted.value
