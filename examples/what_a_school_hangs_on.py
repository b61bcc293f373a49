"""What the effect of a 120-place SEMH school in Kettering hangs on: `python examples/what_a_school_hangs_on.py [WORKERS]`.

Every assumption that a run asks for is put at both ends of its range: about fifteen minutes on one idle core, less with
workers. The same from the command:
`sufficiency sensitivity --scenario examples/semh_school_in_kettering.toml --workers 2 --out hangs-on`.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import sufficiency as sf
from sufficiency.report.look.pictures import as_png

MEASURES = ("high_needs_gbp", "transport_gbp", "both_gbp")


def main(workers: int = 1) -> None:
    school = sf.read_scenario(Path(__file__).with_name("semh_school_in_kettering.toml"))
    with ProcessPoolExecutor(workers) as pool:
        found = sf.sensitivity(sf.example_area(), school, against=sf.AS_AGREED, executor=pool)
    for measure in MEASURES:
        print(found.says(measure))
        print(found.share_of_range(measure).drop(columns=["scenario", "measure"]).round(2).to_string(index=False))
        print(
            found.flips(measure)[["assumption", "low", "high", "at_low", "at_high", "turns_at"]].to_string(index=False)
        )
        Path(f"{measure}.png").write_bytes(as_png(sf.report.tornado(found, measure)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
