"""The order of rows: by the columns that make a row unique, so that the order in a file changes nothing."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa


def in_key_order(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return a table's rows by its key, the first column first, blanks last; rows that are alike keep their order."""
    key = [column for column in schema.unique or [] if column in frame]
    return frame.sort_values(key, kind="stable", ignore_index=True) if key else frame.reset_index(drop=True)
