"""Asking the API: a key, pages, and problems as errors of the family."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import requests
from pydantic import BaseModel

from intel_pipeline.errors import IntelError

Said = TypeVar("Said", bound=BaseModel)
SECONDS = 60
MOST = 500


class ApiError(IntelError):
    """What the API refuses, in its own words. `status`: HTTP's, `retry_after`: in how many seconds it may be otherwise."""

    exit_code = 19

    def __init__(self, problem: str, fix: str, status: int, retry_after: float | None = None) -> None:
        """Keep what a program decides by."""
        super().__init__(problem, fix)
        self.status, self.retry_after = status, retry_after


class Connection:
    """The way to one server."""

    def __init__(self, url: str, key: str | None = None, seconds: float = SECONDS) -> None:
        """Ask the server at `url` with `key`; wait for it for at most so many seconds."""
        self.root, self.seconds = f"{url.rstrip('/')}/api/v1", seconds
        self.session = requests.Session()
        if key:
            self.session.headers["Authorization"] = f"Bearer {key}"

    def send(  # noqa: PLR0913  what a request has
        self,
        method: str,
        path: str,
        asked: Mapping[str, Any] | None = None,
        body: BaseModel | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        stream: bool = False,
    ) -> requests.Response:
        """Return what the server answers; raise ApiError for a problem, and where there is no server."""
        sent = None if body is None else body.model_dump(mode="json", exclude_unset=True)
        known = {name: value for name, value in (asked or {}).items() if value is not None}
        try:
            answer = self.session.request(
                method, self.root + path, known, json=sent, headers=headers, timeout=self.seconds, stream=stream
            )
        except requests.RequestException as error:
            problem = f"the server at {self.root} does not answer"
            raise ApiError(
                problem, "see that `intel-pipeline serve` runs there, and that the address is right", 0
            ) from error
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise refused(answer)
        return answer

    def get(self, model: type[Said], path: str, /, **asked: Any) -> Said:  # noqa: ANN401  whatever a query takes
        """Return one thing."""
        return model.model_validate(self.send("GET", path, asked).json())

    def all(self, model: type[Said], path: str, /, **asked: Any) -> list[Said]:  # noqa: ANN401  whatever a query takes
        """Return a list that has no pages."""
        return [model.model_validate(one) for one in self.send("GET", path, asked).json()]

    def pages(self, model: type[Said], path: str, /, **asked: Any) -> Iterator[Said]:  # noqa: ANN401  whatever a query takes
        """Yield a list, page by page as it is used up."""
        cursor = None
        while True:
            page = self.send("GET", path, {"limit": MOST, **asked, "cursor": cursor}).json()
            yield from (model.model_validate(one) for one in page["items"])
            cursor = page["next"]
            if cursor is None:
                return


def refused(answer: requests.Response) -> ApiError:
    """Return a problem as the error that it is."""
    later = answer.headers.get("Retry-After")
    try:
        told = answer.json()
        problem, fix = told["detail"], told["fix"]
    except (ValueError, KeyError, TypeError):
        # Whatever stands between may answer in its own words.
        problem, fix = f"{answer.url} answers {answer.status_code} {answer.reason}", "see what answers there"
    return ApiError(problem, fix, answer.status_code, float(later) if later and later.isdigit() else None)
