"""What pyproject.toml cannot say: the extension of the stable ABI, linked to the native library that native-aot/publish puts beside it."""

import glob
import os
import sys

from setuptools import Extension, setup

LIBRARY = os.path.join("src", "hololoom_fast", "libhololoom_fast.so.1")
if not os.path.exists(LIBRARY):
    sys.exit(f"{LIBRARY} is not there: the wheel is built by native-aot/publish, which puts the native library and its header in place")

setup(
    ext_modules=[
        Extension(
            "hololoom_fast._native",
            sorted(glob.glob("native/*.c")),
            depends=["native/core.h"],
            include_dirs=["native"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            py_limited_api=True,
            extra_compile_args=["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"],
            extra_link_args=[LIBRARY, "-Wl,-rpath,$ORIGIN"],
            optional=True,  # without a compiler the package works by ctypes, only slower
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
