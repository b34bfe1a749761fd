"""The C functions by ctypes, as the header declares them. Used where the extension is not built."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, Structure, c_char_p, c_double, c_float, c_int32, c_size_t, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from ._errors import HoloLoomError, error

ABI_VERSION = 1
ALL_BACKENDS = 2**64 - 1
OK = 0
ERROR_BUFFER = -8
ANSWERS = ("accepted", "duplicate", "expired", "unknown")
LIBRARY_NAME = "libhololoom_fast.so.1"


class DecisionStruct(Structure):
    _fields_ = [
        ("id", c_uint8 * 16),
        ("confidence", c_float),
        ("backend", c_uint16),
        ("query_type", c_uint16),
        ("variant", c_uint16),
        ("flags", c_uint16),
        ("reserved", c_uint32),
    ]


class OutcomeStruct(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("given", c_uint32),
        ("relevance", c_double),
        ("latency_ms", c_double),
        ("cost", c_double),
        ("feedback", c_double),
    ]


_TEXT_OUT = [c_void_p, c_size_t, POINTER(c_size_t)]

_SIGNATURES = {
    "hlf_router_create": [c_char_p, c_size_t, POINTER(c_void_p)],
    "hlf_router_open": [c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p)],
    "hlf_route": [c_void_p, c_char_p, c_size_t, c_uint64, c_void_p],
    "hlf_route_unit": [c_void_p, c_char_p, c_size_t, c_uint64, c_char_p, c_size_t, c_void_p],
    "hlf_route_batch": [c_void_p, c_void_p, c_void_p, c_size_t, c_uint64, c_void_p],
    "hlf_record_outcome": [c_void_p, c_void_p, POINTER(OutcomeStruct)],
    "hlf_record_batch": [c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, POINTER(c_size_t)],
    "hlf_save": [c_void_p, c_char_p, c_size_t],
    "hlf_load": [c_void_p, c_char_p, c_size_t],
    "hlf_flush": [c_void_p],
    "hlf_stats_json": [c_void_p, *_TEXT_OUT],
    "hlf_backend_count": [c_void_p, POINTER(c_uint32)],
    "hlf_query_type_count": [c_void_p, POINTER(c_uint32)],
    "hlf_backend_name": [c_void_p, c_uint32, *_TEXT_OUT],
    "hlf_query_type_name": [c_void_p, c_uint32, *_TEXT_OUT],
    "hlf_posterior": [c_void_p, c_uint32, c_uint32, POINTER(c_double), POINTER(c_double)],
    "hlf_last_error": _TEXT_OUT,
}


def _load() -> ctypes.CDLL:
    bundled = os.path.join(os.path.dirname(__file__), LIBRARY_NAME)
    path = os.environ.get("HOLOLOOM_FAST_LIBRARY") or (bundled if os.path.exists(bundled) else LIBRARY_NAME)
    try:
        library = ctypes.CDLL(path)
    except OSError as problem:
        raise ImportError(
            f"the native library cannot be loaded: {problem}. Install the wheel, or name the file in HOLOLOOM_FAST_LIBRARY."
        ) from None
    library.hlf_abi_version.restype = c_uint32
    if library.hlf_abi_version() != ABI_VERSION:
        raise ImportError(f"'{path}' has ABI version {library.hlf_abi_version()}; this package needs {ABI_VERSION}")
    for name, arguments in _SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, c_int32
    library.hlf_router_destroy.argtypes, library.hlf_router_destroy.restype = [c_void_p], None
    return library


lib = _load()


def text(function, *arguments) -> bytes:
    """What a function that fills a buffer gives."""
    required = c_size_t(0)
    capacity = 512
    while True:
        buffer = ctypes.create_string_buffer(capacity)
        status = function(*arguments, buffer, capacity, required)
        if status == OK:
            return buffer.raw[: required.value]
        if status != ERROR_BUFFER:
            raise failure(status)
        capacity = required.value + 256


def failure(status: int) -> HoloLoomError:
    """The exception for a status, with the library's message."""
    return error(status, text(lib.hlf_last_error).decode(errors="replace"))


def check(status: int) -> int:
    if status < 0:
        raise failure(status)
    return status
