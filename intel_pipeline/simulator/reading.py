"""A follower list read as a patient client reads it, without a wire in between."""

from collections.abc import Iterator

from intel_pipeline.simulator.listing import ListedPage, ListingCursor
from intel_pipeline.simulator.world import World

LARGEST_PAGE = 50


def listing(world: World, target_id: int, page_size: int = LARGEST_PAGE) -> Iterator[ListedPage]:
    """Yield the pages of one whole listing, begun now.

    The last one is the end of the list, or an empty page that promises another, or one whose cursor has been there
    before. Whether a client may look at the list, or whether the target exists, is not asked.
    """
    seen: set[ListingCursor | None] = {None}
    cursor: ListingCursor | None = None
    while True:
        page = world.listing_page(target_id, page_size, cursor)
        yield page
        cursor = page.next_cursor
        if cursor in seen or not page.people:
            return
        seen.add(cursor)
