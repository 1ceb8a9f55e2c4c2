"""python build.py: makes build/{{id}}.wasm."""

import pathlib

from sidepane.build import build

build(pathlib.Path(__file__).resolve().parent, "{{id}}")
