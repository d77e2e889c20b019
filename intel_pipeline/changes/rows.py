"""The rows of a follower list's balance: what is entered, what is taken out again, and which of them are weighed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from operator import itemgetter

from intel_pipeline.changes.balance import BOUND, Weighing, counts_to_tell, weigh, weigh_all
from intel_pipeline.changes.entries import Entry
from intel_pipeline.changes.patience import counts_after, flicker_absences, missing_again
from intel_pipeline.changes.standing import Row, Since

# Complete captures that are weighed: older ones say little about who is missing now.
WEIGHED = 64
# Where more counts than this tell a loss from somebody's becoming hidden, so many rows are weighed instead, and kept.
ERRING_MUCH = 16
KEPT = 128
# From these chances on, that somebody who was let go had not left and that somebody else had, the counts before and after
# do not tell the same level.
DOUBTFUL = 0.01
OPEN = 0.1
NOTHING = Since()
PLACES = {name: place for place, name in enumerate(Row._fields)}
# Rows of which it is remembered how they are weighed: those of some targets that are learned from side by side.
REMEMBERED = 2048
ENTRIES: dict[int, tuple[Row, Entry]] = {}
# Of the losses that lasted k this share may be undecided.
BROKEN = 0.01


@dataclass(frozen=True, slots=True)
class Weighed:
    """The rows that were weighed, as `entries`, and what they came to.

    `counts`: how many of them tell a loss from somebody's becoming hidden.
    """

    rows: Sequence[Row]
    entries: tuple[Entry, ...]
    weighing: Weighing
    counts: float


def entered(balance: tuple[Row, ...], row: Row, since: Since) -> tuple[Row, ...]:
    """Return the balance with a row more, to which what incomplete captures taught since the last one is added."""
    # Most captures follow a complete one.
    return (*balance, with_since(row, since) if since != NOTHING else row)[-KEPT - 1 :]


def with_since(row: Row, since: Since) -> Row:
    """Return the row of a complete capture with what incomplete ones taught before it."""
    return row._replace(**asdict(since.plus(row)))


def less(balance: tuple[Row, ...], back: Counter[str], left: Counter[str]) -> tuple[Row, ...]:
    """Return the balance without those who are `back`, but for as many of them as had `left`.

    Both are numbers by the capture they went missing at. Those who had not left were not missing but `away`, from that
    capture on.
    """
    known = {row.capture_id for row in balance}
    away = sum(number - left[first] for first, number in back.items() if first not in known)
    rows = []
    for row in balance:
        flickered = back[row.capture_id] - left[row.capture_id]
        away += flickered
        rows.append(row._replace(missing=row.missing - flickered, away=row.away + away) if away else row)
    return tuple(rows)


def recent(balance: Sequence[Row]) -> Sequence[Row]:
    """Return the rows that are weighed where counts do not err much, and the one before them, to start from."""
    return balance[-WEIGHED - 1 :]


def flicker_patience(balance: Sequence[Row]) -> int:
    """Return how many absences it takes before somebody missing does not merely flicker, as `balance` has taught."""
    returned = lately(balance, "returned")
    # Where nobody has, as at most targets, nothing else is asked.
    others = (lately(balance, name) if returned else 0 for name in ("waited", "confirmed"))
    return flicker_absences(returned, *others)


def flickers_again(balance: Sequence[Row]) -> float:
    """Return the chance that somebody who flickers and is missing is missing the next time too, as `balance` has taught."""
    return missing_again(lately(balance, "returned"), lately(balance, "waited"))


def lately(balance: Sequence[Row], name: str) -> int:
    """Return the sum of a number over the recent rows."""
    number = itemgetter(PLACES[name])
    return sum(map(number, recent(balance)))


def needed(balance: Sequence[Row], flicker: int, counts: float) -> list[int | None]:
    """Return k for those who went missing at each row, as far as counts tell; None where no number decides 99 in 100.

    The level of the counts is known from the complete captures before a row, back to the last break, and from those
    after it up to the next one. It breaks where it is doubtful who of those who came back had left; and in a list
    without order whoever appears may have been there all along or may be new, until everybody who flickers has been
    seen, and whoever followed then may be unshown for as long as flickering explains.
    """
    broken = [row.let_go_doubt > DOUBTFUL or row.returned_doubt > OPEN for row in balance]
    sound = not any(broken)
    if sound and not any(map(itemgetter(PLACES["revealed"]), balance)):
        return [*needed_if_calm(len(balance), flicker, counts)]
    found: list[int | None] = []
    since = 0
    for number, row in enumerate(balance):
        if row.revealed and unordered_reveal(row):
            since = max(since, number + flicker)
        if broken[number]:
            since = max(since, number)
        after = counts_after(counts, number - since)
        # A capture before or after the break, all would have to be exact.
        if after is None or after > KEPT or not (sound or not any(broken[max(0, number - 1) : number + max(2, after)])):
            found.append(None)
        else:
            found.append(max(flicker, after))
    return found


@lru_cache(maxsize=256)
def needed_if_calm(rows: int, flicker: int, counts: float) -> tuple[int | None, ...]:
    """Return k as `needed` for a number of rows in which no level breaks and nobody was revealed."""
    known = (counts_after(counts, before) for before in range(rows))
    return tuple(None if after is None or after > KEPT else max(flicker, after) for after in known)


def kept_promises(absences: Sequence[int | None], found: Weighed) -> list[int | None]:
    """Return k for those who went missing at each row; None where it does not hold for those of the other rows.

    `absences`: as `needed` returns them. Of all others who were missing for their k captures at most one in 100 may be
    undecided still. How many of them are losses is expected; who is hidden is none. A row's own losses are not asked:
    k would hold by definition.
    """
    chances = found.weighing.chances

    def lost_at(number: int) -> float:
        k = absences[number]
        due = k is not None and len(found.rows) - number >= k
        return found.rows[number].missing * (1 - chances[number]) if due else 0.0

    undecided = {number: own for number, chance in enumerate(chances) if chance > BOUND and (own := lost_at(number))}
    # Where all are decided, as they mostly are, nothing is broken.
    if not undecided:
        return [*absences]
    lost = [lost_at(number) for number in range(len(absences))]
    whole, doubtful = sum(lost), sum(undecided.values())
    # Rounded, or what is left of a sum less all that is in it breaks a promise.
    broken = [
        round(doubtful - undecided.get(number, 0.0) - BROKEN * (whole - of), 6) > 0 for number, of in enumerate(lost)
    ]
    return [None if is_broken else k for k, is_broken in zip(absences, broken, strict=True)]


def weighed(balance: Sequence[Row]) -> Weighed:
    """Return what the recent rows come to, or all that are kept where the counts err much."""
    return weighed_all([balance])[0]


def weighed_all(balances: Sequence[Sequence[Row]]) -> list[Weighed]:
    """Return what the rows of each balance come to, as `weighed`: together they cost a third of what each costs alone."""
    found = weighed_as_given([recent(balance) for balance in balances])
    erring = [
        number
        for number, (balance, one) in enumerate(zip(balances, found, strict=True))
        if one.counts > ERRING_MUCH and len(one.rows) < len(balance)
    ]
    longer = dict(zip(erring, weighed_as_given([balances[number] for number in erring]), strict=True))
    return [longer.get(number, one) for number, one in enumerate(found)]


def weighed_as_given(balances: Sequence[Sequence[Row]]) -> list[Weighed]:
    """Return what all the rows of each balance come to, and how many counts tell a loss."""
    asked = [(entries_of(rows), round(flickers_again(rows), 2)) for rows in balances]
    # Of a single one it is remembered: who follows one target asks more than once.
    weighings = [weigh(*asked[0])] if len(asked) == 1 else weigh_all(asked)
    # As many as the capture before has found, as a rule.
    counts = counts_to_tell(weighings, [rows[-2].counts if len(rows) > 1 else None for rows in balances])
    return [
        Weighed(rows, entries, weighing, of_one)
        for rows, (entries, _), weighing, of_one in zip(balances, asked, weighings, counts, strict=True)
    ]


def weighing_of(rows: Sequence[Row]) -> Weighing:
    """Return what the rows come to."""
    return weigh(entries_of(rows), round(flickers_again(rows), 2))


def entries_of(rows: Sequence[Row]) -> tuple[Entry, ...]:
    """Return the rows as they are weighed; those missing for less than the patience with flickering may merely flicker."""
    # Of a window all but one are known: to call a function for each takes four times as long as to ask here.
    known = ENTRIES.get
    found = [one[1] if (one := known(id(row))) and one[0] is row else remembered(row) for row in rows]
    for age in range(1, min(flicker_patience(rows), len(found) + 1)):
        found[-age] = found[-age]._replace(ripe=False)
    return tuple(found)


def remembered(row: Row) -> Entry:
    """Return a row as it is weighed once those missing at it do not merely flicker, and remember that."""
    if len(ENTRIES) >= REMEMBERED:
        ENTRIES.clear()
    made = Entry(
        listed=row.listed,
        away=row.away,
        reported=row.reported,
        moved=row.moved,
        arrived=row.arrived,
        missing=row.missing,
        revealed=row.revealed,
        mixed=unordered_reveal(row),
        lower=round(row.let_go_doubt, 3),
        higher=round(row.returned_doubt, 3),
    )
    # Told by which row it is: to ask whether one is equal to another takes longer than to make an entry.
    ENTRIES[id(row)] = row, made
    return made


def unordered_reveal(row: Row) -> bool:
    """Tell whether somebody was revealed by a list without order, where nothing but the count tells who is new."""
    return row.revealed > 0 and not row.edges
