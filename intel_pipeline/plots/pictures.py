"""A chart as a file of its own: SVG with what the document around it would have said, or PNG."""

from collections.abc import Callable, Mapping
from importlib.resources import as_file, files
from importlib.util import find_spec
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from intel_pipeline.errors import IntelError
from intel_pipeline.plots.strokes import circle, path, words
from intel_pipeline.plots.timelines import HEIGHT, STYLE, WIDTH

Form = Literal["svg", "png"]
MARGIN, HEAD = 16, 72
HEADING, KEYS = 28, 54
SAMPLE, LETTER, BETWEEN = 18, 6, 18
# A pixel of a chart is four of its picture: screens of today have twice as many to the inch as charts are drawn for.
ZOOM = 2
OWN_STYLE = ".plot .h{font-size:17px;font-weight:600;fill:#1b2230}.plot .k{font-size:11px}"
# In it is what dates, numbers, labels and usernames are written with, so that a picture looks alike on every machine.
FAMILY, FONT = "DejaVu Sans", "DejaVuSans.ttf"


class PictureError(IntelError):
    """A chart that cannot be had in this form, or at all."""

    exit_code = 2


def picture(heading: str, chart: str, keys: Mapping[str, str]) -> str:
    """Return an SVG of `timelines` as a file that needs no other: heading, what is what (`keys` by class), the chart."""
    size = f"width='{WIDTH}' height='{HEAD + HEIGHT}' viewBox='0 0 {WIDTH} {HEAD + HEIGHT}'"
    title = f"role='img' aria-label={quoteattr(heading)}"
    # A chart within another has its own place, and no style of a page's to grow to.
    inside = chart.replace("<svg class='plot'", f"<svg y='{HEAD}' width='{WIDTH}' height='{HEIGHT}'", 1)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' {size} {title}><title>{escape(heading)}</title>"
        f"<style>{STYLE}{OWN_STYLE}</style><rect width='100%' height='100%' fill='#fff'/>"
        f"<g class='plot'>{words(MARGIN, HEADING, heading, 'h')}{legend(keys)}{inside}</g></svg>\n"
    )


def legend(keys: Mapping[str, str]) -> str:
    """Return a sample of each kind of mark, and what it is."""
    parts, left = [], MARGIN
    for kind, said in keys.items():
        parts += [sample(kind, left), words(left + SAMPLE + 6, KEYS, said, "k")]
        left += SAMPLE + 6 + LETTER * len(said) + BETWEEN
    return "".join(parts)


def sample(kind: str, left: int) -> str:
    """Return a mark of a kind as it is in the chart: a line, a ring, or something filled."""
    middle = KEYS - 4
    if kind in ("r", "l"):
        return path([(left, middle), (left + SAMPLE, middle)], kind)
    if kind == "n":
        return circle(left + SAMPLE // 2, middle, kind, 4)
    corners = [(left, middle - 5), (left + SAMPLE, middle - 5), (left + SAMPLE, middle + 5), (left, middle + 5)]
    return path(corners, kind, closed=True)


def png(svg: str) -> bytes:
    """Return an SVG of `picture` as PNG; raise PictureError where the library is not installed."""
    draw = renderer()
    with as_file(files(__package__) / "fonts" / FONT) as font:
        return draw(
            svg_string=svg,
            zoom=ZOOM,
            skip_system_fonts=True,
            font_files=[str(font)],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
        )


def renderer() -> Callable[..., bytes]:
    """Return what draws; raise PictureError where it is not installed."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        problem = "PNG files need a library that is not installed"
        raise PictureError(
            problem, "pip install 'intel-pipeline[charts]', or take SVG, which always can be had"
        ) from error
    return svg_to_bytes


def draws() -> bool:
    """Tell whether PNG can be had."""
    return find_spec("resvg_py") is not None


def drawn(svg: str, form: Form) -> bytes:
    """Return an SVG of `picture` as a file of a form."""
    return png(svg) if form == "png" else svg.encode()
