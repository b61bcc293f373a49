"""A figure as a file: the same bytes for the same figure."""

from __future__ import annotations

import io

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sufficiency.report.look.charts import STYLE


def as_svg(figure: Figure) -> str:
    """Return a figure as SVG to stand inside a page: no header, no date, the same bytes for the same figure."""
    with mpl.rc_context(STYLE):
        page = io.StringIO()
        FigureCanvasSVG(_set_out(figure)).print_svg(page, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    text = page.getvalue()
    return text[text.index("<svg") :]


def as_png(figure: Figure, dpi: int = 160) -> bytes:
    """Return a figure as PNG bytes."""
    with mpl.rc_context(STYLE):
        page = io.BytesIO()
        was = _set_out(figure).dpi
        figure.dpi = dpi
        FigureCanvasAgg(figure).print_png(page, metadata={"Software": None})  # type: ignore[no-untyped-call]
        figure.dpi = was
    return page.getvalue()


def _set_out(figure: Figure) -> Figure:
    """Return a figure whose parts have their places: found once, whatever it is then written as."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")
    return figure
