import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from intel_pipeline.errors import ArchiveError
from intel_pipeline.importers.manifest import times_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
ONE, TWO, THREE = "a/one.json", "a/b/two.json", "c, d/three.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (ONE, TWO, THREE):
        path = tmp_path / "archive" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "archive"


def told(
    folder: Path, *, captured_at: datetime | None = None, csv: str | None = None, json: str | None = None
) -> dict[str, datetime]:
    manifest = None
    for suffix, text in ((".csv", csv), (".json", json)):
        if text is not None:
            manifest = folder.parent / f"times{suffix}"
            manifest.write_text(text, encoding="utf-8")
    paths = [folder / name for name in (ONE, TWO, THREE)]
    times = times_of(paths, captured_at, manifest, folder=folder, now=NOW)
    assert list(times) == paths
    return dict(zip((ONE, TWO, THREE), times.values(), strict=True))


def test_one_time_holds_for_all_in_utc(folder: Path) -> None:
    local = datetime(2026, 5, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    times = told(folder, captured_at=local)
    assert set(times.values()) == {MAY}
    assert times[ONE].tzinfo is UTC


def test_the_longest_path_wins_whatever_the_order_of_the_lines(folder: Path) -> None:
    expected = {ONE: MAY, TWO: JUNE, THREE: NOW}
    lines = [".,2026-11-23T12:00:00Z", "a,2026-05-01", "a/b/two.json,2026-06-01T02:00:00+02:00"]
    assert told(folder, csv="\n".join(["path,captured_at", *lines])) == expected
    assert told(folder, csv="\n".join(["path,captured_at", *reversed(lines)])) == expected


def test_both_shapes_say_the_same(folder: Path) -> None:
    csv = 'path,captured_at\n"c, d",2026-05-01\n\na/, 2026-06-01T00:00:00Z \n'
    json = '{"c, d": "2026-05-01", "a": "2026-06-01T00:00:00Z"}'
    assert told(folder, csv=csv) == told(folder, json=json) == {ONE: JUNE, TWO: JUNE, THREE: MAY}


def test_a_manifest_that_a_spreadsheet_wrote_on_windows_is_read(folder: Path) -> None:
    csv = "\ufeffpath,captured_at\r\na\\b,2026-05-01\r\n"
    assert told(folder, captured_at=JUNE, csv=csv) == {ONE: JUNE, TWO: MAY, THREE: JUNE}


def test_a_missing_time_is_asked_for_with_a_manifest_to_fill_in(folder: Path) -> None:
    with pytest.raises(ArchiveError) as caught:
        told(folder, json='{"a/one.json": "2026-05-01"}')
    assert caught.value.problem == (
        "nobody has said when 2 of 3 files were captured:\n  - a/b/two.json\n  - c, d/three.json"
    )
    skeleton = caught.value.fix.partition("\n")[2]
    assert skeleton == ('path,captured_at\na/b/two.json,YYYY-MM-DDThh:mm:ssZ\n"c, d/three.json",YYYY-MM-DDThh:mm:ssZ\n')
    with pytest.raises(ArchiveError, match="'YYYY-MM-DDThh:mm:ssZ', is not a moment"):
        told(folder, csv=skeleton)
    filled = skeleton.replace("YYYY-MM-DDThh:mm:ss", "2026-06-01T00:00:00")
    assert told(folder, captured_at=MAY, csv=filled) == {ONE: MAY, TWO: JUNE, THREE: JUNE}


def test_a_long_list_of_missing_times_is_cut(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.json" for number in range(25)]
    with pytest.raises(ArchiveError, match=r"(?s)25 of 25 files.*\n  - and 5 more\n") as caught:
        times_of(paths, None, None, folder=tmp_path, now=NOW)
    assert len(caught.value.problem.splitlines()) == 22


@pytest.mark.parametrize(
    "time", ["2021-04-13T00:00:00", "2021-04-13 00:00", "20210413", "2021-W15-2", "1618272000", ""]
)
def test_a_time_without_a_zone_is_refused_with_how_to_write_it(folder: Path, time: str) -> None:
    with pytest.raises(ArchiveError, match=r"(?s)the time of 'a' in .*times\.csv.*2021-04-13T00:00:00Z, or 2021-04-13"):
        told(folder, csv=f"path,captured_at\na,{time}\n")


def test_one_time_for_all_needs_its_zone_too(folder: Path) -> None:
    with pytest.raises(ArchiveError, match="the capture time, '2026-05-01 00:00:00', is not a moment"):
        told(folder, captured_at=datetime(2026, 5, 1))  # noqa: DTZ001  the very slip


def test_the_future_and_the_time_before_instagram_are_refused(folder: Path) -> None:
    with pytest.raises(ArchiveError, match="lies in the future"):
        told(folder, captured_at=NOW + timedelta(seconds=1))
    assert told(folder, captured_at=NOW)[ONE] == NOW
    for time in ("0021-04-13", "0001-01-01T00:00:00+23:59", "2010-01-01"):
        with pytest.raises(ArchiveError, match="before Instagram existed"):
            told(folder, json=f'{{".": "{time}"}}')
    with pytest.raises(ArchiveError, match="lies in the future"):
        told(folder, json='{".": "9999-12-31T23:59:59-23:59"}')


@pytest.mark.parametrize("path", ["b", "a/one", "../archive/a", "/a", "", "A/One.json"])
def test_a_path_that_is_not_there_is_refused_even_if_no_file_needs_it(folder: Path, path: str) -> None:
    with pytest.raises(ArchiveError, match=re.escape(f"names '{path}', which is not in")):
        told(folder, captured_at=MAY, json=f'{{"{path}": "2026-05-01"}}')


@pytest.mark.parametrize("shape", ["csv", "json"])
def test_a_path_that_is_named_twice_is_refused(folder: Path, shape: str) -> None:
    texts = {"csv": "path,captured_at\na,2026-05-01\na/,2026-06-01", "json": '{"a": "2026-05-01", "a": "2026-06-01"}'}
    with pytest.raises(ArchiveError, match=r"names 'a/?' twice"):
        told(
            folder,
            captured_at=MAY,
            csv=texts.get(shape) if shape == "csv" else None,
            json=texts["json"] if shape == "json" else None,
        )


@pytest.mark.parametrize(
    "text", ["", "a,2026-05-01", "path;captured_at\na;2026-05-01", "path,captured_at\na", 'path,captured_at\n"a']
)
def test_csv_of_another_shape_is_refused_with_an_example(folder: Path, text: str) -> None:
    with pytest.raises(
        ArchiveError, match=r"times\.csv cannot be read: .*\n  What now: write CSV such as\npath,captured_at"
    ):
        told(folder, csv=text)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[1]", '["a"]', "7", '{"a": 1}', '{"a": {"b": "c"}}', '{"a": null}', "[" * 200_000]
)
def test_json_of_another_shape_is_refused_with_an_example(folder: Path, text: str) -> None:
    with pytest.raises(ArchiveError, match=r"times\.json cannot be read: "):
        told(folder, json=text)


def test_a_manifest_that_cannot_be_opened_or_has_another_name_is_told(folder: Path) -> None:
    with pytest.raises(ArchiveError, match=r"absent\.csv cannot be opened: No such file"):
        times_of([], None, folder / "absent.csv", folder=folder, now=NOW)
    with pytest.raises(ArchiveError, match=r"times\.txt is no manifest: its name ends neither in \.csv nor in \.json"):
        times_of([], None, folder / "times.txt", folder=folder, now=NOW)
    (folder / "latin.csv").write_bytes(b"path,captured_at\n\xe9,2026-05-01\n")
    with pytest.raises(ArchiveError, match=r"latin\.csv cannot be read: 'utf-8' codec"):
        times_of([], None, folder / "latin.csv", folder=folder, now=NOW)
