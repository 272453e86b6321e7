"""The work of scripts/audit."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
HOME = ROOT / "build" / "audit"
TOOL = "pip-audit==2.10.1"
CLEAN, VULNERABLE, UNASKED = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Audit:
    """What the database said of the libraries.

    Attributes
    ----------
    asked
        How many it knows.
    unasked
        The libraries of which it said nothing, with the reason.
    found
        A line per vulnerability: library, version, its name, the versions that mend it.
    """

    asked: int
    unasked: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def code(self) -> int:
        """The exit code: what is found counts more than what is not known."""
        if self.found:
            return VULNERABLE
        return UNASKED if self.unasked or not self.asked else CLEAN


def read(report: dict[str, Any]) -> Audit:
    """What pip-audit's JSON says."""
    libraries = report["dependencies"]
    unasked = [each for each in libraries if "skip_reason" in each]
    found = [
        f"{each['name']} {each['version']}: {flaw['id']}, mended in "
        f"{', '.join(flaw['fix_versions']) or 'no version yet'}"
        for each in libraries
        for flaw in each.get("vulns", ())
    ]
    reasons = tuple(f"{each['name']}: {each['skip_reason']}" for each in unasked)
    return Audit(len(libraries) - len(unasked), reasons, tuple(found))


def tool() -> Path:
    """pip-audit in a virtual environment of its own, installed if need be."""
    program = HOME / "bin" / "pip-audit"
    if not program.exists():
        venv.create(HOME, with_pip=True)
        pip = [str(HOME / "bin" / "python"), "-m", "pip", "install", "--quiet", TOOL]
        subprocess.run(pip, check=True, stdout=sys.stderr)
    return program


def ask(service: str) -> Audit | str:
    """What the service knows of `LOCK`; where it was not reached, why."""
    lock = ["--requirement", str(LOCK), "--require-hashes", "--no-deps", "--disable-pip"]
    options = ["--vulnerability-service", service, "--format", "json", "--progress-spinner", "off"]
    run = subprocess.run(
        [str(tool()), *lock, *options], capture_output=True, text=True, check=False
    )
    try:
        return read(json.loads(run.stdout))
    except (ValueError, KeyError):
        said = run.stderr.strip().splitlines()
        return said[-1] if said else f"pip-audit ended with exit code {run.returncode}"


def main(arguments: list[str] | None = None) -> int:
    """Ask, tell, and give the exit code."""
    parser = argparse.ArgumentParser(description="Known vulnerabilities of the pinned libraries.")
    parser.add_argument("--service", choices=("pypi", "osv"), default="pypi")
    audit = ask(parser.parse_args(arguments).service)
    if isinstance(audit, str):
        print(f"not reached: {audit}", file=sys.stderr)
        return UNASKED
    for line in (*audit.found, *audit.unasked[:3]):
        print(line)
    print(
        f"{audit.asked} audited, {len(audit.found)} vulnerabilities, {len(audit.unasked)} not asked"
    )
    return audit.code
