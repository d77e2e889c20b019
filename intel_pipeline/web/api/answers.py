"""What every route may answer besides what was asked for: problems, as of RFC 9457."""

from typing import Any

from intel_pipeline.web.models.base import ProblemDocument

MEDIA = "application/problem+json"
WORDS = {
    400: "The body cannot be read",
    401: "Nobody is signed in, or the key is not known or has expired",
    403: "It takes a scope that who asks has not",
    404: "There is no such thing",
    406: "Not to be had in that form",
    409: "It contradicts what there is already",
    413: "The body is too large",
    416: "The file has no such part",
    422: "Something in it is not as the description says",
    429: "Who asks asks too often; Retry-After says in how many seconds again",
    500: "A defect, or a file that is damaged",
    503: "Not at this moment; Retry-After says in how many seconds again",
}
LATER = (429, 503)
RETRY = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}}
EVERYWHERE = (401, 403, 422, 429, 500, 503)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how these are described, for the `responses` of a route."""
    return {
        status: {
            "description": WORDS[status],
            "content": {MEDIA: {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}}},
            **({"headers": RETRY} if status in LATER else {}),
        }
        for status in statuses
    }
