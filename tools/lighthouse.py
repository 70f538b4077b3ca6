"""Measure the built site with Lighthouse: the median of three runs, on a desktop and on a phone.

    python -m tools.lighthouse

Needs Node.js (npm) and Chromium. Lighthouse is installed in _build/lighthouse the first time.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from tools import browsers
from tools.build import BUILD, HTML
from tools.host import serve

LIGHTHOUSE = "lighthouse@12"
FOLDER = BUILD / "lighthouse"
PAGES = ["index", "notebooks/basics/05-softmax-regression-scratch"]
TARGETS = {
    "desktop": {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100},
    "mobile": {"performance": 85, "accessibility": 100, "best-practices": 100, "seo": 100},
}
RUNS = 3


def program() -> Path:
    """Return the path of Lighthouse, which is installed if it has to be."""
    path = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not path.exists():
        command = ["npm", "install", "--prefix", str(FOLDER), "--no-audit", "--no-fund"]
        subprocess.run([*command, LIGHTHOUSE], check=True)
    return path


def measure(address: str, device: str, report: Path) -> dict[str, float]:
    """Run Lighthouse once, keep its report as JSON, and return its scores from 0 to 100."""
    command = ["node", str(program()), address, "--quiet", "--output=json"]
    command += [f"--output-path={report}", "--chrome-flags=--headless=new --no-sandbox"]
    command += ["--preset=desktop"] if device == "desktop" else []
    subprocess.run(command, check=True)
    found = json.loads(report.read_text(encoding="utf-8"))
    return {name: 100 * (found["categories"][name]["score"] or 0) for name in TARGETS[device]}


def main() -> int:
    """Print the medians and return 1 if one misses its target, 2 if nothing can be measured."""
    browser = browsers.installed()
    if shutil.which("npm") is None or browser is None or not (HTML / "index.html").exists():
        print("It takes npm, Chromium, and a site built by make book.", file=sys.stderr)
        return 2
    os.environ.setdefault("CHROME_PATH", browser)
    FOLDER.mkdir(parents=True, exist_ok=True)
    missed = False
    with serve(HTML) as address:
        for page in PAGES:
            for device, targets in TARGETS.items():
                report = FOLDER / f"{Path(page).name}-{device}.json"
                runs = [measure(f"{address}{page}.html", device, report) for _ in range(RUNS)]
                scores = {name: statistics.median(run[name] for run in runs) for name in targets}
                missed |= any(scores[name] < targets[name] for name in targets)
                said = "  ".join(f"{name} {score:.0f}" for name, score in scores.items())
                print(f"{page:<50} {device:<8} {said}", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
