"""A made person-level return: seeded, realistic in shape, with the truth kept beside it and every fault to plant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sufficiency.words.school_year import ncy_of

CENSUS = {year: pd.Timestamp(year, 1, 16) for year in (2022, 2023, 2024, 2025)}
REGISTER = pd.DataFrame(
    {
        "urn": [str(100000 + i) for i in range(60)],
        "setting_type": ["mainstream"] * 40
        + ["special"] * 12
        + ["independent_special"] * 6
        + ["alternative_provision"] * 2,
        "closed": ["2020-08-31" if i == 39 else "" for i in range(60)],
    }
)
NEEDS = np.array(["ASD", "SLCN", "SEMH", "MLD", "SLD", "PD", "HI"])


@dataclass(frozen=True)
class Made:
    """Histories of children with plans: one row for each child, one for each placement spell."""

    children: pd.DataFrame
    spells: pd.DataFrame


def make(children: int = 12_000, seed: int = 11) -> Made:
    """Return histories of `children` plans, of which about 10,000 are held at some time from 2021 to January 2025."""
    rng = np.random.default_rng(seed)
    started = pd.Timestamp(2014, 9, 1) + pd.to_timedelta(rng.integers(0, 3_770, children), unit="D")
    age = rng.gamma(6.0, 1.4, children).clip(2.2, 17)
    born = (started - pd.to_timedelta((age * 365.25).astype(int), unit="D")).normalize()
    lasts = rng.exponential(3_000, children).astype(int) + 120
    ceased = started + pd.to_timedelta(lasts, unit="D")
    oldest = born + pd.to_timedelta(24 * 365, unit="D")
    ceased = ceased.where(ceased < oldest, oldest)
    number = np.arange(children)
    frame = pd.DataFrame(
        {
            "number": number,
            "surname": [f"Surname{n:05d}" for n in number],
            "forename": [f"Forename{n:05d}" for n in number],
            "born": born,
            "sex": rng.choice(["M", "F"], children, p=[0.7, 0.3]),
            "upn": [
                f"A940{2000 + n % 300:04d}{10 + n % 15:02d}{n % 1000:03d}".ljust(12, "0")[:12]
                + "ABCDEFGHJKLMNPQRTUVWXYZ"[n // 1000 % 23]
                for n in number
            ],
            "postcode": [f"NN{1 + n % 18} {n % 9 + 1}{chr(65 + n % 20)}{chr(65 + n // 20 % 20)}" for n in number],
            "received": started - pd.to_timedelta(rng.integers(80, 139, children), unit="D"),
            "started": started,
            "ceased": ceased,
            "reason": rng.integers(1, 10, children),
            "need": rng.choice(NEEDS, children),
        }
    )
    frame["upn"] = [f"A{n:011d}" + "ABCDEFGH"[n % 8] for n in number]
    moves = rng.random(children) < 0.35
    moved = started + pd.to_timedelta((lasts * rng.uniform(0.2, 0.8, children)).astype(int), unit="D")
    first = rng.choice(39, children)
    then = rng.choice(np.arange(40, 60), children)
    spells = pd.concat(
        [
            pd.DataFrame(
                {
                    "number": number,
                    "entered": started,
                    "left": moved.where(moves, pd.NaT),
                    "urn": [str(100000 + i) for i in first],
                    "code": "",
                    "unit": rng.random(children) < 0.08,
                }
            ),
            pd.DataFrame(
                {
                    "number": number,
                    "entered": moved,
                    "left": pd.NaT,
                    "urn": [str(100000 + i) for i in then],
                    "code": "",
                    "unit": False,
                }
            )[moves],
        ],
        ignore_index=True,
    )
    elsewhere = rng.random(len(spells)) < 0.05
    spells.loc[elsewhere, ["urn", "code", "unit"]] = ["", "EHE", False]
    alive = (frame["ceased"] > pd.Timestamp(2021, 1, 1)) & (frame["started"] <= CENSUS[2025])
    return Made(
        frame[alive].reset_index(drop=True),
        spells[spells["number"].isin(frame.loc[alive, "number"])].reset_index(drop=True),
    )


def truth(made: Made, year: int) -> pd.DataFrame:
    """Return each child's true state in January `year`: number, ncy, need, setting_type."""
    day = CENSUS[year]
    held = made.children[(made.children["started"] <= day) & (made.children["ceased"] > day)]
    spells = made.spells[
        (made.spells["entered"] <= day) & (made.spells["left"].isna() | (made.spells["left"] > day))
    ].set_index("number")
    types = dict(zip(REGISTER["urn"], REGISTER["setting_type"], strict=True))
    setting = [
        "elsewhere"
        if spells.at[n, "code"]
        else "sen_unit"
        if spells.at[n, "unit"] and types[spells.at[n, "urn"]] == "mainstream"
        else types[spells.at[n, "urn"]]
        for n in held["number"]
    ]
    return pd.DataFrame(
        {
            "number": held["number"],
            "ncy": [ncy_of(b, year) for b in held["born"]],
            "need": held["need"],
            "setting_type": setting,
        }
    )


def export(made: Made, year: int) -> dict[str, pd.DataFrame]:
    """Return the modules of the return of January `year`: plans open then, or ceased in the year before."""
    day = CENSUS[year]
    known = made.children[
        (made.children["started"] <= day) & (made.children["ceased"] > day - pd.Timedelta(days=365))
    ].reset_index(drop=True)
    row = known["number"].astype(str)
    is_open = known["ceased"] > day
    spells = made.spells[
        made.spells["number"].isin(known.loc[is_open, "number"]) & (made.spells["entered"] <= day)
    ].reset_index(drop=True)
    spells["left"] = spells["left"].where(spells["left"] <= day)
    named = pd.DataFrame(
        {
            "namedplantableid": "n" + row,
            "assessmenttableid": "a" + row,
            "startdate": _day(known["started"]),
            "ceasedate": _day(known["ceased"].where(~is_open)),
            "ceasereason": known["reason"].astype(str).where(~is_open, ""),
        }
    )
    active = known[is_open]["number"].astype(str)
    spell_row = spells["number"].astype(str)
    return {
        "sen2": pd.DataFrame({"sen2tableid": ["1"], "lea": ["940"], "year": [str(year)], "referencedate": [_day(pd.Series([day]))[0]]}),
        "person": pd.DataFrame({"persontableid": "p" + row, "surname": known["surname"], "forename": known["forename"], "personbirthdate": _day(known["born"]), "sex": known["sex"], "ethnicity": "WBRI", "postcode": known["postcode"], "upn": known["upn"], "uniquelearnernumber": "", "upnunknown": ""}),
        "requests": pd.DataFrame({"requeststableid": "r" + row, "persontableid": "p" + row, "receiveddate": _day(known["received"]), "requestsource": "1", "rya": "0", "requestoutcomedate": _day(known["received"] + pd.Timedelta(days=35)), "requestoutcome": "Y", "exported": ""}),
        "assessment": pd.DataFrame({"assessmenttableid": "a" + row, "requeststableid": "r" + row, "assessmentoutcome": "Y", "assessmentoutcomedate": _day(known["received"] + pd.Timedelta(days=70)), "week20": "0"}),
        "namedplan": named,
        "plandetail": pd.DataFrame({"plandetailtableid": "d" + row, "namedplantableid": "n" + row, "urn": "100001", "ukprn": "", "sensetting": "", "placementrank": "1", "senunitindicator": "0", "resourcedprovisionindicator": "0"}),
        "activeplans": pd.DataFrame({"activeplanstableid": "v" + active, "requeststableid": "r" + active, "transferla": "", "lastreview": ""}),
        "placementdetail": pd.DataFrame({"placementdetailtableid": [f"s{i}" for i in range(len(spells))], "activeplanstableid": "v" + spell_row, "urn": spells["urn"], "ukprn": "", "sensetting": spells["code"], "placementrank": "1", "entrydate": _day(spells["entered"]), "leavingdate": _day(spells["left"]), "senunitindicator": spells["unit"].map({True: "1", False: "0"}), "resourcedprovisionindicator": "0"}),
        "senneed": pd.DataFrame({"senneedtableid": "e" + active, "activeplanstableid": "v" + active, "sentype": known[is_open]["need"], "sentyperank": "1"}),
    }  # fmt: skip


def save(modules: dict[str, pd.DataFrame], folder: Path) -> Path:
    """Write the modules as a folder of CSVs, named as the export names them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in modules.items():
        frame.to_csv(folder / f"Blade-Export_16-01-2025_{name}.csv", index=False)
    return folder


def save_xml(modules: dict[str, pd.DataFrame], path: Path) -> Path:
    """Write the modules as one XML file, each record inside the one that it belongs to."""
    inside = {
        "person": [("requests", "persontableid")],
        "requests": [("assessment", "requeststableid"), ("activeplans", "requeststableid")],
        "assessment": [("namedplan", "assessmenttableid")],
        "namedplan": [("plandetail", "namedplantableid")],
        "activeplans": [("placementdetail", "activeplanstableid"), ("senneed", "activeplanstableid")],
    }
    groups = {
        (parent, child): dict(list(modules[child].groupby(key)))
        for parent, children in inside.items()
        for child, key in children
    }

    def record(name: str, row: dict[str, str]) -> str:
        fields = "".join(f"<{k}>{v}</{k}>" for k, v in row.items() if not k.endswith("tableid") and v)
        nested = "".join(
            record(child, r)
            for child, key in inside.get(name, [])
            for r in groups[name, child].get(row[key], pd.DataFrame()).to_dict("records")
        )
        return f"<{name}>{fields}{nested}</{name}>"

    head = "".join(f"<{k}>{v}</{k}>" for k, v in modules["sen2"].iloc[0].items() if not k.endswith("tableid"))
    body = "".join(record("person", r) for r in modules["person"].to_dict("records"))
    path.write_text(
        f'<?xml version="1.0" encoding="utf-8"?><Message><Header>{head}</Header><SEN2><Persons>{body}</Persons></SEN2></Message>',
        encoding="utf-8",
    )
    return path


def plant(modules: dict[str, pd.DataFrame]) -> dict[str, set[str]]:
    """Plant one of every fault in the modules, in place, and return the rows at fault by check."""
    planted = Planter(modules)
    for code in [name for name in dir(Planter) if re.fullmatch(r"[a-z]\d\d", name)]:
        getattr(planted, code)()
    return planted.found


class Planter:
    """Plants each fault in a child of its own, so that none hides or makes another."""

    def __init__(self, modules: dict[str, pd.DataFrame]) -> None:
        self.modules = modules
        self.found: dict[str, set[str]] = {}
        named = modules["namedplan"]
        spells = modules["placementdetail"]["activeplanstableid"].value_counts()
        steady = {v[1:] for v in spells.index[spells == 1]}
        self._open = iter(
            [r[1:] for r in named.loc[named["ceasedate"] == "", "namedplantableid"] if r[1:] in steady][50:]
        )
        self._ended = iter([r[1:] for r in named.loc[named["ceasedate"] != "", "namedplantableid"]][10:])

    def _set(self, code: str, module: str, key: str, **values: str) -> None:
        frame = self.modules[module]
        frame.loc[frame.iloc[:, 0] == key, list(values)] = list(values.values())
        self.found.setdefault(code, set()).add(key)

    def _quietly(self, module: str, column: str, key: str, **values: str) -> None:
        frame = self.modules[module]
        frame.loc[frame[column] == key, list(values)] = list(values.values())

    def _add(self, module: str, key: str, **values: str) -> None:
        frame = self.modules[module]
        row = dict(frame.iloc[0]) | values | {frame.columns[0]: key}
        self.modules[module] = pd.concat([frame, pd.DataFrame([row])], ignore_index=True)

    def _drop(self, module: str, column: str, key: str) -> None:
        frame = self.modules[module]
        self.modules[module] = frame[frame[column] != key].reset_index(drop=True)

    def _placement(self, child: str) -> str:
        spells = self.modules["placementdetail"]
        return str(spells.loc[spells["activeplanstableid"] == f"v{child}", "placementdetailtableid"].iloc[0])

    def p01(self) -> None:
        a, b = next(self._open), next(self._open)
        person = self.modules["person"]
        upn = person.loc[person["persontableid"] == f"p{a}", "upn"].iloc[0]
        self._set("P01", "person", f"p{b}", upn=upn)
        self.found["P01"].add(f"p{a}")

    def p02(self) -> None:
        self._set("P02", "person", f"p{next(self._open)}", upn="")

    def p03(self) -> None:
        self._set("P03", "person", f"p{next(self._open)}", upn="I123")

    def p04(self) -> None:
        self._set("P04", "person", f"p{next(self._open)}", personbirthdate="")

    def p05(self) -> None:
        self._set("P05", "person", f"p{next(self._open)}", personbirthdate="1990-Mar-01 00:00:00")

    def p06(self) -> None:
        self._set("P06", "person", f"p{next(self._open)}", postcode="")

    def r01(self) -> None:
        self._add("requests", "r-orphan", persontableid="nobody")
        self.found["R01"] = {"r-orphan"}

    def r02(self) -> None:
        self._set("R02", "requests", f"r{next(self._open)}", requestoutcomedate="2000-Jan-01 00:00:00")

    def r03(self) -> None:
        self._set("R03", "requests", f"r{next(self._open)}", receiveddate="2024-13-45")

    def a01(self) -> None:
        self._add("assessment", "a-orphan", requeststableid="nothing")
        self.found["A01"] = {"a-orphan"}

    def n01(self) -> None:
        self._add("namedplan", "n-orphan", assessmenttableid="nothing", ceasedate="", ceasereason="")
        self.found["N01"] = {"n-orphan"}

    def n02(self) -> None:
        self._set("N02", "namedplan", f"n{next(self._ended)}", ceasedate="2001-Jan-01 00:00:00")

    def n03(self) -> None:
        self._set("N03", "namedplan", f"n{next(self._ended)}", startdate="")

    def n04(self) -> None:
        self._set("N04", "namedplan", f"n{next(self._ended)}", ceasereason="")

    def n05(self) -> None:
        self._set("N05", "namedplan", f"n{next(self._open)}", ceasereason="2")

    def n06(self) -> None:
        self._set("N06", "namedplan", f"n{next(self._ended)}", ceasereason="12")

    def n07(self) -> None:
        child = next(self._open)
        self._quietly(
            "requests",
            "requeststableid",
            f"r{child}",
            receiveddate="2024-Nov-01 00:00:00",
            requestoutcomedate="2024-Dec-01 00:00:00",
        )
        self._set("N07", "namedplan", f"n{child}", startdate="2025-Feb-01 00:00:00")

    def n08(self) -> None:
        child = next(self._open)
        named = self.modules["namedplan"]
        row = dict(named[named["namedplantableid"] == f"n{child}"].iloc[0])
        self._add("namedplan", "n-second", **{k: v for k, v in row.items() if k != "namedplantableid"})
        self.found["N08"] = {f"n{child}", "n-second"}

    def n09(self) -> None:
        child = next(self._open)
        self._drop("activeplans", "activeplanstableid", f"v{child}")
        self._drop("placementdetail", "activeplanstableid", f"v{child}")
        self._drop("senneed", "activeplanstableid", f"v{child}")
        self.found["N09"] = {f"n{child}"}

    def n10(self) -> None:
        child = next(self._open)
        self._quietly("requests", "requeststableid", f"r{child}", receiveddate="2010-Jan-01 00:00:00")
        self.found["N10"] = {f"n{child}"}

    def v01(self) -> None:
        self._active("v-orphan", "nothing")
        self.found["V01"] = {"v-orphan"}

    def v02(self) -> None:
        self._active("v-ceased", f"r{next(self._ended)}")
        self.found["V02"] = {"v-ceased"}

    def _active(self, key: str, request: str) -> None:
        self._add("activeplans", key, requeststableid=request)
        self._add("placementdetail", f"s-{key}", activeplanstableid=key, leavingdate="")
        self._add("senneed", f"e-{key}", activeplanstableid=key)

    def v03(self) -> None:
        child = next(self._open)
        self._drop("placementdetail", "activeplanstableid", f"v{child}")
        self.found["V03"] = {f"v{child}"}

    def v04(self) -> None:
        child = next(self._open)
        self._drop("senneed", "activeplanstableid", f"v{child}")
        self.found["V04"] = {f"v{child}"}

    def v05(self) -> None:
        child = next(self._open)
        self._add("senneed", "e-second", activeplanstableid=f"v{child}", sentype="VI", sentyperank="1")
        self.found["V05"] = {f"v{child}"}

    def v06(self) -> None:
        child = next(self._open)
        self._quietly("senneed", "activeplanstableid", f"v{child}", sentyperank="2")
        self.found["V06"] = {f"v{child}"}

    def s01(self) -> None:
        self._set("S01", "senneed", f"e{next(self._open)}", sentype="XYZ")

    def s02(self) -> None:
        child = next(self._open)
        need = self.modules["senneed"].set_index("activeplanstableid").at[f"v{child}", "sentype"]
        self._add("senneed", "e-again", activeplanstableid=f"v{child}", sentype=need, sentyperank="2")
        self.found["S02"] = {f"e{child}", "e-again"}

    def d01(self) -> None:
        self._set("D01", "placementdetail", self._placement(next(self._open)), urn="100001", sensetting="EHE")

    def d02(self) -> None:
        self._set("D02", "placementdetail", self._placement(next(self._open)), urn="", sensetting="")

    def d03(self) -> None:
        self._set("D03", "placementdetail", self._placement(next(self._open)), urn="", sensetting="ABC")

    def d04(self) -> None:
        self._set("D04", "placementdetail", self._placement(next(self._open)), urn="999999", sensetting="")

    def d05(self) -> None:
        self._set("D05", "placementdetail", self._placement(next(self._open)), urn="100039", sensetting="")

    def d06(self) -> None:
        self._set(
            "D06",
            "placementdetail",
            self._placement(next(self._open)),
            senunitindicator="1",
            resourcedprovisionindicator="1",
        )

    def d07(self) -> None:
        child = next(self._open)
        self._add(
            "placementdetail",
            "s-second",
            activeplanstableid=f"v{child}",
            urn="100002",
            sensetting="",
            placementrank="1",
            leavingdate="",
            senunitindicator="0",
        )
        self.found["D07"] = {self._placement(child), "s-second"}

    def d08(self) -> None:
        child = next(self._open)
        key = self._placement(child)
        self._quietly("placementdetail", "placementdetailtableid", key, leavingdate="2001-Jan-01 00:00:00")
        self._add(
            "placementdetail",
            "s-still",
            activeplanstableid=f"v{child}",
            urn="100002",
            sensetting="",
            placementrank="1",
            leavingdate="",
            senunitindicator="0",
        )
        self.found["D08"] = {key}


def _day(dates: pd.Series) -> pd.Series:
    return pd.Series(dates).dt.strftime("%Y-%b-%d 00:00:00").fillna("").reset_index(drop=True)
