"""Estimates by small areas of 2011 taken to those of 2021, by the lookup between them."""

from __future__ import annotations

import pandas as pd


def with_new_codes(people: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return estimates by every code that they stand under, and by the LSOA of 2021 that an older one became.

    Parameters
    ----------
    people
        code, mid_year, age, children. [people]
    links
        before, after: one row for each pair of LSOAs of 2011 and 2021; may be empty. One that was divided is shared
        evenly among its parts; those that were merged are summed.
    """
    if links.empty:
        return people
    moved = links[links["before"].ne(links["after"]) | links["before"].duplicated(keep=False)]
    new = moved[~moved["after"].isin(set(people["code"]))].drop_duplicates(["before", "after"])
    share = 1.0 / links.drop_duplicates(["before", "after"]).groupby("before")["after"].transform("size")
    parts = new.assign(share=share.reindex(new.index)).merge(people, left_on="before", right_on="code")
    parts["children"] = parts["children"] * parts["share"]
    summed = parts.groupby(["after", "mid_year", "age"], as_index=False)["children"].sum()
    return pd.concat([people, summed.rename(columns={"after": "code"})], ignore_index=True)
