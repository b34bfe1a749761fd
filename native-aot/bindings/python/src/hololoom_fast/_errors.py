"""The library's errors as exceptions. Each also is of the built-in type that a Python programmer would catch."""


class HoloLoomError(Exception):
    """A call that failed. ``status`` is the number of the C header."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class ArgumentError(HoloLoomError, ValueError):
    """A number that is not allowed, text that is not valid UTF-8, or a call that this router does not allow."""


class ClosedError(HoloLoomError, ValueError):
    """The router is closed."""


class ConfigurationError(HoloLoomError, ValueError):
    """A configuration that cannot be used; the message names path and reason."""


class NoBackendError(HoloLoomError, ValueError):
    """None of the router's backends is available."""


class OffsetsError(HoloLoomError, ValueError):
    """Offsets of a batch that are negative or decrease."""


class RangeError(HoloLoomError, IndexError):
    """An index that the router does not have, or more than a call can take."""


class StateError(HoloLoomError, OSError):
    """A directory of saved state that is missing, in use, not accessible, full, or holds nothing intact."""


_TYPES = {
    -1: ArgumentError,
    -2: ClosedError,
    -3: ConfigurationError,
    -4: ArgumentError,
    -5: NoBackendError,
    -6: OffsetsError,
    -7: RangeError,
    -9: StateError,
}


def error(status: int, message: str) -> HoloLoomError:
    """The exception for a status and the library's message."""
    return _TYPES.get(status, HoloLoomError)(message, status)
