"""How much one request may bring."""

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from intel_pipeline.web.guard.refusing import refuse
from intel_pipeline.web.problems import Problem

# A long query of the SQL console or of Dagster's UI is a tenth of that.
MOST_BYTES = 1_000_000


class BodyGuard:
    """Refuses with 413 what says that it is more; what turns out to be is cut off while it is read."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        """Guard `app` from bodies of more than `most` bytes."""
        self.counting, self.most = RequestBodyLimitMiddleware(app, most), most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what does not say that it is too much."""
        if scope["type"] == "http" and self.most < declared(scope):
            fix = "send less at once"
            await refuse(Problem(413, f"This is more than the {self.most:,} bytes taken", fix), scope, receive, send)
            return
        await self.counting(scope, receive, send)


def declared(scope: Scope) -> int:
    """Return how many bytes a request says that it brings."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length" and value.isdigit()]
    return max(map(int, lengths), default=0)
