"""The shell lines of README.md, to be run as they are printed but for folders, ports and where the command is."""

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def shell_blocks() -> list[str]:
    """Every shell block, in order."""
    return _BLOCK.findall(README)


def make_commands() -> list[str]:
    """Every make command, in blocks and in sentences."""
    lines = [line for block in shell_blocks() for line in block.splitlines() if line.startswith("make ")]
    return lines + re.findall(r"`(make [^`]+)`", README)


def demo_blocks() -> list[str]:
    """The blocks for a running demo. They are one session: what one sets, the next uses."""
    blocks = shell_blocks()
    first = next(i for i, block in enumerate(blocks) if "demo.json" in block)
    last = max(i for i, block in enumerate(blocks) if "var/demo" in block)
    return blocks[first : last + 1]


def district_blocks() -> tuple[str, list[str]]:
    """The block that makes one's own district, and the lines that keep running."""
    blocks = shell_blocks()
    made = next(i for i, block in enumerate(blocks) if " generate " in block)
    return blocks[made], blocks[made + 1].splitlines()


def substitute(text: str, replacements: Mapping[str, str]) -> str:
    """The text with other folders and ports, and the command and Python that run these tests."""
    python = shlex.quote(sys.executable)
    for old, new in replacements.items():
        text = text.replace(old, new)
    commands = {".venv/bin/homeroom": f"{python} -m homeroom", ".venv/bin/python": python, "python3": python}
    return re.sub(r"\.venv/bin/homeroom\b|\.venv/bin/python\b|\bpython3\b", lambda found: commands[found[0]], text)


def run_shell(script: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script in the checkout; the first line that fails ends it."""
    return subprocess.run(
        ["sh", "-eu", "-c", script], cwd=ROOT, env=dict(environ), capture_output=True, text=True, timeout=300
    )
