"""Pages from templates: everything a person wrote is escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from vendor_ai import __version__
from vendor_ai.web import display
from vendor_ai.web.headline import lead, tiles

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.globals.update(
    version=__version__,
    lead=lead,
    tiles=tiles,
    **{name: getattr(display, name) for name in display.__all__},
)


def render(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the given template."""
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(**values), status)


def error_page(status: int, sentence: str) -> HTMLResponse:
    """A page that says what is wrong."""
    return render("error.html", status=status, code=status, sentence=sentence)
