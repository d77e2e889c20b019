import pytest

from intel_pipeline.instagram.errors import DriftError, GoneError
from intel_pipeline.instagram.readings import friendships_rest, interpret, posts_timeline, profile_by_id, profile_page
from intel_pipeline.instagram.readings.wording import well_formed
from intel_pipeline.instagram.source import Answer
from intel_pipeline_tests.sources import follower_page, media, post_page, user


def test_the_pieces_of_a_public_page_complete_each_other() -> None:
    whole = user()
    first = {name: value for name, value in whole.items() if name not in ("follower_count", "media_count")}
    later = {"pk": whole["pk"], "follower_count": 9, "all_media_count": 4}
    pieces = [
        {"other": 1},
        {"xig_user_by_username": first},
        {"xig_user_by_username": None},
        {"xig_user_by_username": later},
    ]
    reading = interpret.profile(Answer(profile_page.VIA, {"data": pieces}))
    assert (reading.username, reading.follower_count, reading.media_count) == ("museum_of_tea", 9, 4)


@pytest.mark.parametrize("shown", [None, {}, {"pk": None}, {"pk": "0", "username": ""}])
def test_nobody_behind_a_profile_is_gone_and_half_a_profile_is_drift(shown: dict[str, object] | None) -> None:
    expected = DriftError if shown and shown["pk"] else GoneError
    with pytest.raises(expected):
        interpret.profile(Answer(profile_by_id.VIA, {"data": {"user": shown}}))


@pytest.mark.parametrize("cursor", [None, ""])
def test_a_list_ends_where_there_is_no_cursor_and_not_by_has_more(cursor: str | None) -> None:
    page = {**follower_page([1], None), "has_more": True, "next_max_id": cursor}
    assert interpret.follow_list(Answer(friendships_rest.VIA["followers"], page)).next_cursor is None
    assert (
        interpret.follow_list(Answer(friendships_rest.VIA["followers"], follower_page([1], "QV"))).next_cursor == "QV"
    )
    assert (
        interpret.follow_list(Answer(friendships_rest.VIA["followers"], {**page, "next_max_id": 12})).next_cursor
        == "12"
    )


def test_posts_end_where_there_is_no_next_page_whatever_the_cursor() -> None:
    page = post_page([media(1)], "QV")
    assert interpret.posts(Answer(posts_timeline.VIA, page)).next_cursor == "QV"
    page["data"][posts_timeline.CONNECTION]["page_info"]["has_next_page"] = False
    assert interpret.posts(Answer(posts_timeline.VIA, page)).next_cursor is None


@pytest.mark.parametrize(
    ("shown", "likes", "views"),
    [
        ({"like_count": 5, "play_count": 9}, 5, 9),
        ({"like_count": 5, "view_count": 8}, 5, 8),
        ({"like_count": 0}, 0, None),
        ({"like_count": 5, "play_count": 9, "like_and_view_counts_disabled": True}, None, None),
    ],
)
def test_hidden_counts_are_unknown_whatever_number_stands_there(
    shown: dict[str, object], likes: int | None, views: int | None
) -> None:
    page = post_page([media(1, **shown)], None)
    (post,) = interpret.posts(Answer(posts_timeline.VIA, page)).posts
    assert (post.like_count, post.view_count) == (likes, views)


@pytest.mark.parametrize(
    ("text", "mended"),
    [(None, None), ("", ""), ("tea 🍵", "tea 🍵"), ("tea \ud83c", "tea \ufffd"), ("\udf75", "\ufffd")],
)
def test_a_text_is_mended_only_where_it_is_broken(text: str | None, mended: str | None) -> None:
    assert well_formed(text) == mended
