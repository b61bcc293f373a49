"""Maps: places shaded by a rate, schools by how full, lines and dots for children; still for paper, to explore in a page."""

from sufficiency.report.look.page_map import page_map
from sufficiency.report.look.picture import Dots, Picture
from sufficiency.report.look.scales import Scale, about_balance, darker
from sufficiency.report.look.still_map import still

__all__ = ["Dots", "Picture", "Scale", "about_balance", "darker", "page_map", "still"]
