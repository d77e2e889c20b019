"""One post in full."""

from typing import Any

from intel_pipeline.simulator.posts import media_id
from intel_pipeline.simulator.wire import shapes
from intel_pipeline.simulator.wire.exchange import Reply, json_reply, number_of, please_log_in, refusal
from intel_pipeline.simulator.wire.visit import Visit


def by_code(visit: Visit) -> Reply:
    """Answer the post with a shortcode; no items if there is none or the viewer may not look at it."""
    pk = media_id(str(visit.variables.get("shortcode", "")))
    item = None if pk is None else _item(visit, pk)
    info = None if item is None else {"items": [item]}
    content: dict[str, Any] = {"data": {"xdt_api__v1__media__shortcode__web_info": info}}
    if visit.call.path == "/graphql/query":  # api/graphql answers without a status
        content["status"] = "ok"
    return json_reply(content)


def info(visit: Visit) -> Reply:
    """Answer the post with a media id to the iPhone app."""
    if visit.viewer is None:
        return please_log_in()
    pk = number_of(visit.part)
    item = None if pk is None else _item(visit, pk)
    if item is None:
        return refusal(404, "Media not found or unavailable")
    return json_reply({"items": [item], "num_results": 1, "more_available": False, "status": "ok"})


def _item(visit: Visit, pk: int) -> dict[str, Any] | None:
    found = visit.world.post(pk)
    profile = None if found is None else visit.world.profile(found[0])
    if found is None or profile is None or not visit.may_see(profile):
        return None
    return shapes.media(found[1], profile, visit.now)
