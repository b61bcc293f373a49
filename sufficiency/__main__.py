"""`python -m sufficiency` is `sufficiency`."""

from __future__ import annotations

from sufficiency.cli import main

if __name__ == "__main__":
    main()
