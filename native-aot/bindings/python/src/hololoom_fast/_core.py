"""Chooses between the extension and ctypes. What comes from here is all that the rest of the package knows of either."""

import os

if os.environ.get("HOLOLOOM_FAST_CTYPES") == "1":
    from ._ctypes import Core, Decision, DecisionBatch

    IMPLEMENTATION = "ctypes"
else:
    try:
        from ._native import Core, Decision, DecisionBatch

        IMPLEMENTATION = "extension"
    except ImportError:
        from ._ctypes import Core, Decision, DecisionBatch

        IMPLEMENTATION = "ctypes"

__all__ = ["IMPLEMENTATION", "Core", "Decision", "DecisionBatch"]
