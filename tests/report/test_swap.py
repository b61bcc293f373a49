"""A report takes the place of an older one in one step, at whatever moment it is ended."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sufficiency.errors import OutputError
from sufficiency.report.writers import swap
from sufficiency.report.writers.swap import LIST, check_own_folder, in_place_of

OLD = {
    "report.html": "old",
    "charts/a.png": "old",
    "charts/only-old.png": "old",
    "notes.txt": "mine",
    "returns/sent.csv": "mine",
}
NEW = {"report.html": "new", "charts/a.png": "new", "returns/new.csv": "new"}
MINE = {"notes.txt": "mine", "returns/sent.csv": "mine"}
FIRST = {name: says for name, says in OLD.items() if says == "old"}

# Writes the new report, and ends without a word at the given event: a file opened, linked, moved, removed, a folder made …
WRITER = """
import json, os, sys
from pathlib import Path
from sufficiency.report.writers.swap import in_place_of
target, ends_at, files, seen = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]), [0]
WATCHED = ("open", "os.", "shutil.", "tempfile.", "ctypes.")
def end(event, _details):
    if event.startswith(WATCHED):
        seen[0] += 1
        if seen[0] == ends_at:
            os._exit(9)
sys.addaudithook(end)
with in_place_of(target, made_before=lambda _: []) as new:
    for name, says in files.items():
        (new / name).parent.mkdir(exist_ok=True)
        (new / name).write_text(says)
"""


def _fill(target: Path) -> None:
    with in_place_of(target, made_before=lambda _: []) as new:
        for name, says in FIRST.items():
            (new / name).parent.mkdir(exist_ok=True)
            (new / name).write_text(says)
    for name, says in MINE.items():
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_text(says)


def _read(target: Path) -> dict[str, str]:
    return {
        path.relative_to(target).as_posix(): path.read_text()
        for path in target.rglob("*")
        if path.is_file() and path.name != LIST
    }


def test_ended_at_any_event_of_the_writing_the_folder_holds_the_old_report_or_the_new_one(tmp_path: Path) -> None:
    seen = []
    for ends_at in range(1, 400):
        target = tmp_path / str(ends_at) / "report"
        target.parent.mkdir()
        _fill(target)
        done = subprocess.run([sys.executable, "-c", WRITER, str(target), str(ends_at), json.dumps(NEW)], check=False)
        found = _read(target)
        assert found in (OLD, NEW | MINE), ends_at
        assert set(json.loads((target / LIST).read_text())) == set(found) - set(MINE)
        seen.append("new" if found == NEW | MINE else "old")
        if done.returncode == 0:
            break
        assert done.returncode == 9
    assert done.returncode == 0, "it never came to its end"
    assert seen == sorted(seen, reverse=True), "once the new report is there it stays"
    assert seen.count("old") > 20
    assert seen.count("new") > 3


def test_what_a_killed_run_left_is_taken_away_in_time_and_the_old_report_put_back(tmp_path: Path) -> None:
    target = tmp_path / "report"
    _fill(target)
    left = tmp_path / ".report-being-written-x"
    left.mkdir()
    target.rename(left / "old")  # as a system without an exchange has it between its two moves
    long_ago = left.stat().st_mtime - 2 * swap.STALE_SECONDS
    os.utime(left, (long_ago, long_ago))
    with pytest.raises(ZeroDivisionError), in_place_of(target, made_before=lambda _: []):
        1 / 0  # noqa: B018
    assert _read(target) == OLD
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_system_without_an_exchange_moves_twice_and_goes_back_where_the_second_move_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_exchanged", lambda *_: False)
    target = tmp_path / "report"
    _fill(target)
    moves, rename = [], os.rename

    def second_fails(one: Path, other: Path) -> None:
        moves.append(other)
        if len(moves) == 2:
            raise PermissionError(errno.EACCES, "in use")
        rename(one, other)

    monkeypatch.setattr(os, "rename", second_fails)
    with pytest.raises(OutputError, match=r"in use; what was there before is whole\. Close its files"):
        _write_new(target)
    assert _read(target) == OLD
    _write_new(target)
    assert _read(target) == NEW | MINE


def _write_new(target: Path) -> None:
    with in_place_of(target, made_before=lambda _: []) as new:
        for name, says in NEW.items():
            (new / name).parent.mkdir(exist_ok=True)
            (new / name).write_text(says)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_a_full_disk_leaves_the_old_report_and_is_said(tmp_path: Path) -> None:
    target = tmp_path / "report"
    _fill(target)
    with (
        pytest.raises(OutputError, match="No space left on device; what was there before is whole"),
        in_place_of(target, made_before=lambda _: []),
        Path("/dev/full").open("w") as full,
    ):
        full.write("x" * 100_000)
    assert _read(target) == OLD


def test_a_folder_that_somebody_works_in_or_that_holds_much_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="it is the folder you work in"):
        check_own_folder(Path(), lambda _: [])
    full = tmp_path / "documents"
    full.mkdir()
    for number in range(swap.MOST_OTHERS + 1):
        (full / f"{number}.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds more than 500 files that aren't a report's"):
        check_own_folder(full, lambda _: [])


def test_the_new_folder_can_be_read_by_whom_the_old_one_could(tmp_path: Path) -> None:
    target = tmp_path / "report"
    _fill(target)
    target.chmod(0o755)
    _write_new(target)
    assert target.stat().st_mode & 0o777 == 0o755


def test_what_a_run_that_lives_no_more_left_is_taken_away_at_the_next_writing(tmp_path: Path) -> None:
    target = tmp_path / "report"
    _fill(target)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, lives = (tmp_path / f".report-being-written-{pid}-x" for pid in (dead.pid, os.getpid()))
    left.mkdir()
    lives.mkdir()
    _write_new(target)
    assert not left.exists()
    assert lives.exists()


def test_an_area_folder_and_a_folder_inside_a_report_are_refused(tmp_path: Path) -> None:
    (tmp_path / "area.toml").write_text("name = 'Ours'")
    with pytest.raises(OutputError, match="it is an area's folder"):
        check_own_folder(tmp_path, lambda _: [])
    _fill(tmp_path / "report")
    with pytest.raises(OutputError, match="it is inside another report"):
        check_own_folder(tmp_path / "report" / "charts", lambda _: [])
