"""Bring the notebooks into the form in which they are committed: python -m tools.tidy

Outputs and numbers of executed cells go, and what Jupyter notes of the machine. Sources, tags and
ids stay.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tools.environment import write_at_once

ROOT = Path(__file__).resolve().parent.parent
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3",
    },
    "language_info": {"name": "python"},
}  # fmt: skip


def tidied(text: str) -> str:
    """Return the text of a notebook's file without what an execution has left in it."""
    notebook = json.loads(text)
    # What a page reads stays: tools/execution.py.
    own = {k: v for k, v in notebook["metadata"].items() if k == "d2lutils"}
    notebook["metadata"] = own | METADATA
    for cell in notebook["cells"]:
        cell["metadata"] = {k: v for k, v in cell["metadata"].items() if k in ("jupyter", "tags")}
        if cell["cell_type"] == "code":
            cell |= {"execution_count": None, "outputs": []}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def main(root: Path = ROOT) -> int:
    """Write the notebooks that are not in that form, and say which; return the exit status."""
    for path in sorted((root / "notebooks").glob("*/*.ipynb")):
        text = path.read_text(encoding="utf-8")
        if (better := tidied(text)) != text:
            write_at_once(path, better)
            print(f"tidied {path.relative_to(root).as_posix()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
