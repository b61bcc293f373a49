"""The files of a SEN2 return as text: a folder or zip of CSVs (one file for each module), or one XML file."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.parsers import expat

import pandas as pd

from sufficiency.errors import InputError, MissingError
from sufficiency.inputs.council.sen2 import modules
from sufficiency.inputs.files.packed import BROKEN
from sufficiency.inputs.files.text import decoded, parsed

MOST_BYTES: Final = 2_000_000_000
MOST_SWELLING: Final = 200


def read_modules(path: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield (module, frame of text) from a folder, a zip or an XML file."""
    if path.is_dir():
        for file in sorted(path.iterdir()):
            if (name := _module_of(file.name)) is not None:
                yield name, parsed(decoded(file.read_bytes(), source=file.name), source=file.name)
    elif path.suffix.lower() == ".xml" and path.is_file():
        yield from _xml_modules(path)
    elif path.suffix.lower() == ".zip" and path.is_file():
        yield from _zip_modules(path)
    else:
        raise MissingError(f"there is no SEN2 return at {path}: a folder or zip of CSVs, or an XML file, is needed")


def _module_of(file: str) -> str | None:
    stem = re.sub(r"[^a-z0-9]", "", Path(file).stem.lower())
    named = [m for m in modules.MODULES if stem.endswith(m)]
    return max(named, key=len) if file.lower().endswith(".csv") and named else None


def _zip_modules(path: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(i.file_size for i in packed.infolist())
            if size > MOST_BYTES or size > MOST_SWELLING * max(path.stat().st_size, 1):
                raise InputError(f"{path.name} unpacks to {size:,} bytes, which no return does; it was not opened")
            for info in packed.infolist():
                if (name := _module_of(info.filename)) is not None:
                    yield (
                        name,
                        parsed(decoded(packed.read(info), source=info.filename), source=info.filename),
                    )
    except BROKEN as caught:
        raise InputError(f"{path.name} can't be unpacked: {type(caught).__name__}; export it again") from caught


def _xml_modules(path: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield a frame a module: each element that is one is a row, linked to the module elements that enclose it."""
    _refuse_document_type(path)
    rows: dict[str, list[dict[str, str]]] = {m: [] for m in modules.MODULES}
    open_rows: list[tuple[str, dict[str, str]]] = []
    try:
        for event, element in ElementTree.iterparse(path, events=("start", "end")):
            tag = _xml_tag(element.tag)
            if event == "start" and tag in modules.MODULES and tag != "sen2":
                row = {f"{tag}tableid": str(len(rows[tag]) + 1)} | {
                    f"{outer}tableid": held[f"{outer}tableid"] for outer, held in open_rows
                }
                rows[tag].append(row)
                open_rows.append((tag, row))
            elif event == "end":
                if open_rows and tag == open_rows[-1][0]:
                    open_rows.pop()
                    element.clear()
                elif len(element) == 0:
                    _xml_value(tag, (element.text or "").strip(), open_rows, rows)
    except ElementTree.ParseError as caught:
        raise InputError(
            f"{path.name} is not whole XML: line {caught.position[0]}, column {caught.position[1]}"
        ) from None
    except (ValueError, LookupError):
        raise InputError(f"{path.name} is in an encoding that can't be read; save it as UTF-8") from None
    for name, found in rows.items():
        columns = list(dict.fromkeys([*modules.needed(name), *(c for row in found for c in row)]))
        yield name, pd.DataFrame(found, columns=columns, dtype=object).fillna("").astype("str")


def _refuse_document_type(path: Path) -> None:
    """Refuse XML with a document type, in any encoding, before an entity of it could be expanded."""
    declared: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: declared.append(True)
    parser.StartElementHandler = lambda *_: declared.append(False)  # none can follow the first element
    try:
        with path.open("rb") as file:
            while not declared and (part := file.read(1_024)):
                parser.Parse(part)
    except (expat.ExpatError, ValueError, LookupError):
        pass  # the reading says what is wrong, and no entity is known by then
    if declared and declared[0]:
        raise InputError(f"{path.name} declares a document type, which no return does; it was not opened")


def _xml_tag(tag: str) -> str:
    name = tag.rsplit("}", 1)[-1].lower()
    return {
        "request": "requests",
        "activeplan": "activeplans",
        "placementdetails": "placementdetail",
        "plandetails": "plandetail",
    }.get(name, name)


def _xml_value(
    tag: str, value: str, open_rows: list[tuple[str, dict[str, str]]], rows: dict[str, list[dict[str, str]]]
) -> None:
    if open_rows:
        open_rows[-1][1][tag] = value
    elif tag in modules.MODULES["sen2"]:
        if not rows["sen2"]:
            rows["sen2"].append({"sen2tableid": "1"})
        rows["sen2"][0][tag] = value
