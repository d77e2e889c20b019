import json
import lzma
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from intel_pipeline.errors import ArchiveError, ContractError, DamagedFileError
from intel_pipeline.importers import instaloader_archive
from intel_pipeline.importers.instaloader_archive import Archive, capture_times, find_profiles, read_profile
from intel_pipeline_tests.importers.nodes import NODE_4_7, NODE_4_14, NODE_4_16, NODE_BARE, save, save_json

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NAME = "museum_of_tea_1000000001.json.xz"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("an import opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


def test_profiles_are_found_at_any_depth_packed_or_not_in_order(tmp_path: Path) -> None:
    later = save(tmp_path / "b" / "museum" / NAME, NODE_4_16)
    earlier = save(tmp_path / "a" / "museum_of_tea_1000000001.json", NODE_4_7)
    (tmp_path / "a" / "id").write_text("1000000001")
    assert find_profiles(tmp_path) == [earlier, later]


def test_posts_and_other_files_are_skipped_and_counted_by_kind(tmp_path: Path) -> None:
    profile = save(tmp_path / NAME, NODE_4_7)
    save(tmp_path / "2026-01-01_10-00-00_UTC.json.xz", {"shortcode": "AAAAAAAAAAA"}, kind="Post")
    save(tmp_path / "2026-01-02_10-00-00_UTC.json.xz", {"shortcode": "AAAAAAAAAAB"}, kind="Post")
    save(tmp_path / "iterator_abc.json.xz", {"total_index": 48}, kind="FrozenNodeIterator")
    save_json(tmp_path / "of_version_3.json", {"shortcode": "AAAAAAAAAAC"})
    save_json(tmp_path / "2026-01-01_10-00-00_UTC_comments.json", [{"id": 1}])
    save_json(tmp_path / "manifest.json", {".": "2026-01-01"})
    archive = Archive(tmp_path)
    assert archive.profiles == (profile,)
    assert archive.skipped == {"Post": 3, "FrozenNodeIterator": 1, "no file of instaloader's": 2}


def test_a_profile_becomes_one_row_of_the_contract(tmp_path: Path) -> None:
    profile = read_profile(save(tmp_path / NAME, NODE_4_14, version="4.14.1"))
    assert profile.path == tmp_path / NAME
    assert profile.instaloader_version == "4.14.1"
    assert profile.frame.to_dicts() == [
        {
            "user_id": 1_000_000_001,
            "username": "museum_of_tea",
            "full_name": "Museum of Tea",
            "biography": "Every day but Monday 🍵",
            "external_url": "https://museum.example/",
            "is_private": False,
            "is_verified": True,
            "is_business": False,
            "category": "Museum",
            "follower_count": 1204,
            "following_count": 80,
            "media_count": None,
            "picture": "adb1a783878526d6a05eefd54ef9cbc4",
        }
    ]


@pytest.mark.parametrize("node", [NODE_4_7, NODE_4_14, NODE_4_16, NODE_BARE])
def test_every_generation_says_the_same(tmp_path: Path, node: dict[str, Any]) -> None:
    first = read_profile(save(tmp_path / "first.json", NODE_4_7)).frame
    other = read_profile(save(tmp_path / NAME, node)).frame
    assert other.drop("media_count").equals(first.drop("media_count"))
    assert other.item(0, "media_count") == (37 if node in (NODE_4_16, NODE_BARE) else None)


def test_a_file_without_a_version_is_read(tmp_path: Path) -> None:
    assert read_profile(save(tmp_path / NAME, NODE_4_7, version=None)).instaloader_version is None


@pytest.mark.parametrize("kind", ["Post", "StoryItem", "Hashtag", "FrozenNodeIterator"])
def test_a_file_of_another_kind_is_no_profile(tmp_path: Path, kind: str) -> None:
    path = save(tmp_path / "some.json.xz", {"id": "1"}, kind=kind)
    with pytest.raises(ArchiveError, match=rf"some\.json\.xz holds a {kind} of instaloader, not a profile"):
        read_profile(path)
    with pytest.raises(ArchiveError, match=f"holds no profile, only: 1 x {kind}"):
        find_profiles(tmp_path)


@pytest.mark.parametrize("content", [[], 7, "text", {}, {"node": {}}, {"instaloader": {"node_type": "Profile"}}])
def test_json_without_the_envelope_is_no_profile(tmp_path: Path, content: object) -> None:
    path = save_json(tmp_path / "some.json", content)
    with pytest.raises(ArchiveError, match=r"some\.json holds no file of instaloader's, not a profile"):
        read_profile(path)


def test_a_file_cut_short_is_named_wherever_it_was_cut(tmp_path: Path) -> None:
    path = save(tmp_path / NAME, NODE_4_14)
    packed = path.read_bytes()
    for length in range(0, len(packed), 7):
        path.write_bytes(packed[:length])
        with pytest.raises(DamagedFileError, match=f"{NAME} .*cut short.*\n  What now: copy it anew"):
            read_profile(path)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\xff", b"[" * 200_000, b'{"a": ' + b"9" * 5000 + b"}"])
def test_bad_json_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"bad\.json is cut short or no JSON"):
        find_profiles(tmp_path)


def test_a_file_that_is_not_packed_as_its_name_says_is_named(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps({"node": NODE_4_7}))
    with pytest.raises(DamagedFileError, match=f"{NAME} cannot be unpacked"):
        find_profiles(tmp_path)


def test_all_damaged_files_are_told_at_once(tmp_path: Path) -> None:
    save(tmp_path / NAME, NODE_4_7)
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text("{")
    with pytest.raises(DamagedFileError, match=r"2 files cannot be read:\n  - .*one\.json .*\n  - .*two\.json"):
        find_profiles(tmp_path)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    compressor = lzma.LZMACompressor(preset=0)
    path = tmp_path / NAME
    with path.open("wb") as file:
        for _ in range(65):
            file.write(compressor.compress(bytes(2**20)))
        file.write(compressor.flush())
    assert path.stat().st_size < 100_000
    with pytest.raises(ArchiveError, match=f"{NAME} holds more than 64 MB of JSON"):
        read_profile(path)


def test_a_huge_plain_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "huge.json", NODE_4_7)
    monkeypatch.setattr(instaloader_archive, "LARGEST_TEXT", 100)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(ArchiveError, match=r"huge\.json holds more than"):
        read_profile(path)


def test_a_dictionary_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / NAME, NODE_4_7)
    monkeypatch.setattr(instaloader_archive, "LARGEST_DICTIONARY", 2**20)
    with pytest.raises(DamagedFileError, match=f"{NAME} cannot be unpacked"):
        read_profile(path)


def test_a_folder_that_is_no_archive_is_told_apart_from_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"there is no folder .*absent"):
        find_profiles(tmp_path / "absent")
    (tmp_path / "notes.txt").write_text("tea")
    with pytest.raises(ArchiveError, match=r"no file in it ends in \.json or \.json\.xz"):
        find_profiles(tmp_path)


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match=r"gone\.json cannot be opened: No such file"):
        read_profile(tmp_path / "gone.json")


def test_a_number_that_no_profile_has_breaks_the_contract_by_file_name(tmp_path: Path) -> None:
    path = save(tmp_path / NAME, {**NODE_4_7, "edge_followed_by": {"count": -1}})
    with pytest.raises(ContractError, match=rf"the profile in .*{NAME} breaks .*\n  - follower_count: "):
        read_profile(path)


def test_each_generation_gets_the_time_of_its_folder(tmp_path: Path) -> None:
    for day in ("2021-04-13", "2025-02-28"):
        save(tmp_path / day / "museum" / NAME, NODE_4_7)
    manifest = save_json(tmp_path / "manifest.json", {"2021-04-13": "2021-04-13", "2025-02-28": "2025-02-28T06:00:00Z"})
    times = capture_times(find_profiles(tmp_path), None, manifest, folder=tmp_path, now=NOW)
    assert list(times.values()) == [datetime(2021, 4, 13, tzinfo=UTC), datetime(2025, 2, 28, 6, tzinfo=UTC)]


def test_an_account_cannot_have_been_captured_twice_at_one_time(tmp_path: Path) -> None:
    save(tmp_path / "a" / NAME, NODE_4_7)
    save(tmp_path / "b" / NAME, {**NODE_4_16, "username": "museum.of.tea"})
    save(tmp_path / "c" / "kettle.json", {**NODE_4_7, "id": "1000000002"})
    paths = find_profiles(tmp_path)
    with pytest.raises(ArchiveError, match=r"a.museum.* and .*b.museum.* same account.*2026-01-01T00:00:00Z"):
        capture_times(paths, datetime(2026, 1, 1, tzinfo=UTC), None, folder=tmp_path, now=NOW)
    assert len(capture_times(paths[1:], datetime(2026, 1, 1, tzinfo=UTC), None, folder=tmp_path, now=NOW)) == 2


def test_instaloader_itself_is_never_loaded(tmp_path: Path) -> None:
    path = save(tmp_path / NAME, NODE_4_7)
    code = (
        "import sys; from pathlib import Path; from intel_pipeline.importers.instaloader_archive import read_profile;"
        f"print('polars' in sys.modules); read_profile(Path({str(path)!r})); print('instaloader' in sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)  # noqa: S603  our own code
    assert loaded.stdout.split() == ["False", "False"]
