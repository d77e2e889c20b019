"""A page: one answer as received, and the record that keeps it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from intel_pipeline.instagram.source import Answer


@dataclass(frozen=True, slots=True)
class Page:
    """One answer as received. `key` names the request within its capture."""

    key: str
    received_at: datetime
    answer: Answer


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of a page. `body`: JSON, byte for byte as received, where that is what was received."""

    key: str
    received_at: datetime
    via: str
    body: bytes


def record_of(page: Page) -> bytes:
    """Return what is kept of a page: a line about it, and its body."""
    head = {"key": page.key, "received_at": page.received_at.isoformat(), "via": page.answer.via}
    return written(head) + b"\n" + (page.answer.received or written(page.answer.body))


def opened(record: bytes) -> Record:
    """Return the parts of a record."""
    # JSON has line breaks between its values only, and the line about the page is written without any.
    line, _, body = record.partition(b"\n")
    head = json.loads(line)
    # Before bodies were kept as received, they were written into the line.
    body = body or written(head["body"])
    return Record(head["key"], datetime.fromisoformat(head["received_at"]), head["via"], body)


def page_of(record: Record) -> Page:
    """Return the page that a record keeps."""
    return Page(record.key, record.received_at, Answer(record.via, json.loads(record.body), record.body))


def written(body: dict[str, Any]) -> bytes:
    """Return the body as JSON, as `json.dumps` writes it, at a third of the cost where every text is well-formed."""
    try:
        return to_json(body)
    except PydanticSerializationError:
        # Instagram cuts texts in the middle of an emoji, and half of one is kept as it came.
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
