"""Fields of forms as a browser sends them: what nobody has filled in is there, and empty."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator

Blank = Literal[""]


def filled(value: object) -> object:
    """Return None for a field that was left empty."""
    return None if value == "" else value


Day = Annotated[date | None, BeforeValidator(filled)]
