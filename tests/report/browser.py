"""A real browser for the tests: what it says on its console, what it asks the network for, and what it draws."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)

# The browser asks these of itself, whatever page it shows.
BROWSERS_OWN = {
    "clients2.google.com",
    "update.googleapis.com",
    "accounts.google.com",
    "optimizationguide-pa.googleapis.com",
}


def need(program: str) -> str:
    """Return the path of a program, or skip and say why; in CI a missing one fails."""
    found = shutil.which(program)
    if found is None and os.environ.get("CI"):
        pytest.fail(f"{program} is missing in CI; `make system` installs it")
    if found is None:
        pytest.skip(f"{program} is not installed; `make system` installs it where it can")
    return found


@dataclass(frozen=True)
class Visit:
    """What a visit to a page showed."""

    document: str
    console: tuple[str, ...]
    requests: tuple[str, ...]


def visit(page: Path, scratch: Path, *, view: str = "") -> Visit:
    """Open a page, at a view of it if one is named, and return its document after its scripts have run, its console's errors, and its network requests."""
    log = scratch / "net.json"
    command = [
        need("chromium"),
        *FLAGS,
        f"--user-data-dir={scratch / 'profile'}",
        f"--log-net-log={log}",
        "--dump-dom",
        page.as_uri() + (f"#{view}" if view else ""),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    console = tuple(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    asked = {e["params"]["url"] for e in _events(log) if "url" in e.get("params", {})}
    outside = tuple(
        sorted(u for u in asked if re.match(r"(https?|wss?|ftp):", u) and urlsplit(u).hostname not in BROWSERS_OWN)
    )
    return Visit(done.stdout, console, outside)


def _events(log: Path) -> list[dict[str, dict[str, str]]]:
    text = log.read_text(encoding="utf-8")
    try:
        return list(json.loads(text)["events"])
    except json.JSONDecodeError:  # the browser may leave the last bracket out
        return list(json.loads(text.rstrip().rstrip(",") + "]}")["events"])


def picture(page: Path, to: Path, *, width: int = 1280, height: int = 2000) -> Path:
    """Take a screenshot of a page."""
    command = [
        need("chromium"),
        *FLAGS,
        f"--user-data-dir={to.parent / 'shot'}",
        f"--window-size={width},{height}",
        f"--screenshot={to}",
        page.as_uri(),
    ]
    subprocess.run(command, capture_output=True, timeout=180, check=True)
    return to
