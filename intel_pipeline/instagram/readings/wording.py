"""Texts that people wrote, as Instagram hands them over."""


def well_formed(text: str | None) -> str | None:
    """Return `text` in well-formed Unicode: one that was cut in the middle of an emoji ends in half of it."""
    return None if text is None else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
