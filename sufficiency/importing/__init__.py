"""Files as a council has them, brought into an area folder: what was used, what was not, and why."""

from sufficiency.importing.from_downloads import from_downloads
from sufficiency.importing.from_sen2 import from_sen2
from sufficiency.importing.from_table import from_table
from sufficiency.importing.imported import Imported

__all__ = ["Imported", "from_downloads", "from_sen2", "from_table"]
