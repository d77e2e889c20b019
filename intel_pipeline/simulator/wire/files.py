"""Pictures and videos: every address on a file host answers the same single pixel."""

import base64

from intel_pipeline.simulator.wire.exchange import Reply
from intel_pipeline.simulator.wire.visit import Visit

PIXEL = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////"
    "////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)


def file(visit: Visit) -> Reply:
    """Answer a picture, or an empty video."""
    if visit.call.path.endswith(".mp4"):
        return Reply(200, b"", "video/mp4")
    return Reply(200, PIXEL, "image/jpeg")
