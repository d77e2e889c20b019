"""Files as they are downloaded: in parts where that is asked for."""

from starlette.responses import FileResponse, MalformedRangeHeader, RangeNotSatisfiable

from intel_pipeline.web.problems import Problem


class Download(FileResponse):
    """A file, whole or the parts that Range asks for; If-Range sees to it that they are of one file."""

    @classmethod
    def _parse_range_header(cls, http_range: str, file_size: int) -> list[tuple[int, int]]:
        """Return the parts; none, which is the whole, where nobody could tell which are meant (RFC 9110, 14.2)."""
        try:
            return super()._parse_range_header(http_range, file_size)
        except MalformedRangeHeader:
            return []
        except RangeNotSatisfiable as error:
            fix = f"the file has {file_size:,} bytes"
            headers = {"Content-Range": f"bytes */{file_size}"}
            raise Problem(416, "the file has no such part", fix, headers) from error
