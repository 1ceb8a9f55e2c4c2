"""python build.py: from plugin.py to build/<id>.wasm."""

import importlib
import os
import pathlib
import shutil
import subprocess
import sys

ENTRY = """\
import sidepane
from sidepane.component import exports

from plugin import plugin

globals().update(exports(plugin))
"""


def build(root, id):
    """Asks the plugin what it serves, and has the tools make the component."""
    os.chdir(root)
    sys.path.insert(0, str(root))
    try:
        plugin = importlib.import_module("plugin").plugin
    except (AttributeError, ImportError) as error:
        stop(f"plugin.py: {error}")
    if not plugin.serves:
        stop("the plugin serves nothing: mark a function with @plugin.card, @plugin.on or @plugin.action")
    folder = pathlib.Path("build")
    shutil.rmtree(folder / "app", ignore_errors=True)
    (folder / "app").mkdir(parents=True)
    (folder / "app/entry.py").write_text(ENTRY)
    wasm = folder / f"{id}.wasm"
    tool = pathlib.Path(sys.executable).with_name("componentize-py")
    world = "-".join(plugin.serves) + "-plugin"
    command = [str(tool) if tool.exists() else "componentize-py", "-q", "-d", "wit", "-w", world, "componentize"]
    try:
        made = subprocess.run(
            [*command, "-p", str(folder / "app"), "-p", ".", "entry", "-o", str(wasm)],
            env={**os.environ, "RUST_BACKTRACE": "0"},
        )
    except FileNotFoundError:
        stop("componentize-py is not there: pip install -r requirements.txt")
    if made.returncode != 0:
        stop("the component was not made; the reason stands above")
    print(f"{wasm}: {wasm.stat().st_size} bytes, serves {', '.join(plugin.serves)}")


def stop(why):
    """Ends the build."""
    print(f"error: {why}", file=sys.stderr)
    sys.exit(1)
