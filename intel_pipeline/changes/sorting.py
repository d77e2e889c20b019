"""Who is back: how many had left and followed again, and how many were merely not shown, by what the counts say."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp, isfinite, lgamma, log

from intel_pipeline.changes.rows import entered, flickers_again, lately, less, recent, weighing_of
from intel_pipeline.changes.standing import Case, Row

# Beforehand so many are believed to flicker for one who has left and is back at the old place within ten captures, times
# the ten: whoever has left is as likely to be back at each of them, while whoever flickers is mostly back at the first.
ODDS = 60.0
LIMITS = 1e-3, 1e4
EVEN = 0.5
# A doubt smaller than exp of minus this is none; exp of more would not be a number.
SURELY = 30


@dataclass(frozen=True, slots=True)
class Sorting:
    """How many had left of each cohort, those who went missing at one capture and are back at another.

    `left_doubt`: the chance that one of them had not; `flickered_doubt`: how many more are expected to have left.
    """

    left: Counter[str]
    left_doubt: float
    flickered_doubt: float


def learned_odds(balance: tuple[Row, ...], absences: int) -> float:
    """Return how many to one it is beforehand that somebody back after so many absences had flickered and not left.

    ODDS, times as many as flickered at this target for each whom the counts had let go, times the chance that somebody
    who flickers is back just then; within LIMITS.
    """
    flickered, left, again = lately(balance, "returned"), lately(balance, "let_go"), flickers_again(balance)
    odds = ODDS * (1 + flickered) / (1 + left) * (1 - again) * again ** (absences - 1)
    return float(min(max(odds, LIMITS[0]), LIMITS[1]))


def by_counts_before(case: Case, cohorts: Counter[str], odds: Mapping[str, float]) -> Sorting:
    """Sort out `cohorts`, numbers by the capture they went missing at, by the counts so far: all had left, or none."""
    window = recent(case.balance)
    hidden = dict(zip((row.capture_id for row in window), weighing_of(window).chances, strict=True))
    flickered = {cohort: flickered_after(hidden.get(cohort, 1.0), most) for cohort, most in odds.items()}
    left = Counter({cohort: cohorts[cohort] for cohort, chance in flickered.items() if chance < EVEN})
    more = sum((1 - chance) * cohorts[cohort] for cohort, chance in flickered.items() if cohort not in left)
    return Sorting(left, joint_doubt(case, {cohort: flickered[cohort] for cohort in left}), more)


def flickered_after(hidden: float, odds: float) -> float:
    """Return the chance of having flickered, where the counts make that of being `hidden` and nothing else is known."""
    return hidden * odds / (1 - hidden + hidden * odds)


def best_explained(case: Case, cohorts: Counter[str], row: Row, odds: Mapping[str, float]) -> Sorting:
    """Sort out `cohorts`, numbers by the capture they went missing at, so that the counts up to `row` are explained best.

    `row`: of the complete capture that they are back at.
    """

    @cache
    def fit(left: frozenset[tuple[str, int]]) -> float:
        numbers = Counter(dict(left))
        balance = entered(less(case.balance, cohorts, numbers), supposed(row, numbers), case.since)
        surprises = (surprise(cohorts[cohort], number, odds[cohort]) for cohort, number in left)
        return weighing_of(recent(balance)).evidence - sum(surprises)

    def fits(left: Counter[str]) -> float:
        return fit(frozenset((+left).items()))

    left: Counter[str] = Counter()
    while rest := cohorts - left:
        all_of_one = [Counter({cohort: number}) for cohort, number in rest.items()]
        one_of_several = [Counter([cohort]) for cohort, number in rest.items() if number > 1]
        # The ones that explain most first: others may look likelier only while that is not known.
        chosen = max(all_of_one + one_of_several, key=lambda others: fits(left + others))
        if fits(left + chosen) <= fits(left):
            break
        left += chosen
    best = fits(left)
    doubts = {cohort: likelihood(fits(left - Counter([cohort])) - best) for cohort in left}
    others = (likelihood(fits(left + Counter([cohort])) - best) for cohort in cohorts - left)
    return Sorting(left, joint_doubt(case, doubts), sum(others))


def joint_doubt(case: Case, doubts: Mapping[str, float]) -> float:
    """Return the chance that not all of them had left, by the doubt in each cohort.

    Where it is doubtful that others who came back when these went missing had left, it is doubtful of these: the counts
    would be the same if neither had.
    """
    before = {row.capture_id: row.let_go_doubt for row in case.balance}
    sure = 1.0
    for cohort, doubt in doubts.items():
        sure *= (1 - doubt) * (1 - min(1.0, before.get(cohort, 0.0)))
    return 1 - sure


def likelihood(advantage: float) -> float:
    """Return how likely the one of two is that fits better by so much, as a logarithm; 0 where nothing fits."""
    return 1 / (1 + exp(-advantage)) if isfinite(advantage) and advantage > -SURELY else 0.0


def surprise(whole: int, left: int, odds: float) -> float:
    """Return how unlikely it is beforehand, as a logarithm, that so many of a cohort had left."""
    return left * log(odds) - log_choices(whole, left)


def log_choices(whole: int, part: int) -> float:
    """Return the logarithm of how many ways there are to choose a part of so many."""
    return lgamma(whole + 1) - lgamma(part + 1) - lgamma(whole - part + 1)


def supposed(row: Row, left: Counter[str]) -> Row:
    """Return the row where those who had `left` have followed again."""
    return row._replace(arrived=row.arrived + left.total())
