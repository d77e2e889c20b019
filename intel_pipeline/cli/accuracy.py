"""How right the changes are, measured against simulated targets that mislead."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from intel_pipeline.cli.console import AsJson, err, out, plain, print_json, print_table
from intel_pipeline.cli.progress import watching
from intel_pipeline.errors import IntelError

if TYPE_CHECKING:
    from intel_pipeline.accuracy.figures import Figures
    from intel_pipeline.accuracy.scores import Score, Scores
    from intel_pipeline.accuracy.trials import Trial

FULL_SEEDS, FULL_DAYS = 20, 180


class UntrueError(IntelError):
    """A loss was reported as confirmed that did not happen."""

    exit_code = 14


class UnknownFaultError(IntelError):
    """A fault that the simulator does not know."""

    exit_code = 2


def accuracy(  # noqa: PLR0913  the command's options
    fault: Annotated[
        list[str] | None, typer.Option(help="Only this way to mislead; several are combined. `--faults` lists them.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Worlds that each is tried in.")] = 2,
    days: Annotated[int, typer.Option(min=7, help="Simulated days, with a capture each.")] = 90,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help=f"The published figures: {FULL_SEEDS} worlds of {FULL_DAYS} days for each way and for all at once, one "
            "of these worlds for each pair of ways. More than an hour on two cores.",
        ),
    ] = False,
    faults: Annotated[bool, typer.Option("--faults", help="List the ways to mislead, and try nothing.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes at work.")] = os.cpu_count() or 1,
    as_json: AsJson = False,
) -> None:
    """Measure how often a confirmed change is true, and how many true ones are found, beside what people write instead.

    Targets of 300 followers are captured daily in a simulated Instagram that misleads in known ways: followers are
    hidden or flicker, lists are cut off or repeat themselves, counts lag or wobble. The captures go through the verdicts
    and the change code that real ones go through, and what comes out is compared with what happened.

    Without options each way is tried by itself, in two worlds for 90 days: a few minutes. Nothing is read or written.
    """
    from intel_pipeline.simulator.fault_names import FAULTS

    if faults:
        print_table(("fault", "what it does"), [(name, one.description) for name, one in FAULTS.items()])
        return
    for name in fault or ():
        if name not in FAULTS:
            problem = f"the simulator knows no fault '{name}'"
            raise UnknownFaultError(problem, "`intel-pipeline accuracy --faults` lists them")
    figures = measured(planned(fault or [], seeds, days, full=full), workers)
    if as_json:
        print_json(described(figures))
    else:
        report(figures)
    conclude(figures)


def planned(fault: Sequence[str], seeds: int, days: int, *, full: bool) -> "list[Trial]":
    """Return what is to be tried."""
    from intel_pipeline.accuracy.trials import Trial, all_at_once, combination, in_pairs, singly, trials

    if fault:
        chosen = {combination(fault): dict.fromkeys(fault, 1.0)}
        return list(trials(chosen, range(FULL_SEEDS if full else seeds), FULL_DAYS if full else days))
    if not full:
        return list(trials(singly(), range(seeds), days))
    whole = [*trials({**singly(), **all_at_once()}, range(FULL_SEEDS), FULL_DAYS)]
    pairs = enumerate(in_pairs().items())
    return [*whole, *(Trial(name, number % FULL_SEEDS, FULL_DAYS, faults) for number, (name, faults) in pairs)]


def measured(trials: "Sequence[Trial]", workers: int) -> "Figures":
    """Try everything, with a bar on standard error."""
    from intel_pipeline.accuracy.figures import Figures
    from intel_pipeline.accuracy.trying import tried_in_parallel

    figures = Figures()
    with watching("worlds", len(trials)) as watch:
        for number, (trial, found) in enumerate(tried_in_parallel(trials, workers), start=1):
            figures.add(trial.name, found)
            watch(f"worlds: {trial.name}", "step", number, None)
    return figures


def report(figures: "Figures") -> None:
    """Print a line for what was tried by itself, one for all pairs, and the baselines beside ours."""
    from intel_pipeline.accuracy.baselines import BASELINES
    from intel_pipeline.accuracy.trying import OURS

    names = list(dict.fromkeys(name for name, _ in figures.scores))
    pairs = [name for name in names if " + " in name]
    alone = [name for name in names if name not in pairs] if len(pairs) > 1 else names
    rows = {name: figures.total(OURS, [name]) for name in alone}
    if len(pairs) > 1:
        rows[f"{len(pairs)} pairs of these"] = figures.total(OURS, pairs)
    losses = (
        *("tried", "confirmed", "untrue", "true losses", "found", "lasted k", "recall", "provable", "recall"),
        *("days to it", "95 % in", "bounds h"),
    )
    print_table(losses, [(name, *loss_row(scores["left"])) for name, scores in rows.items()], title="Losses")
    others = ("tried", "followed", "untrue", "renames", "found", "untrue")
    out.print()
    print_table(others, [(name, *other_row(scores)) for name, scores in rows.items()], title="Follows and renames")
    out.print()
    compared = {claimant: figures.total(claimant, names) for claimant in (OURS, *BASELINES)}
    columns = ("on the same captures", "losses", "untrue", "precision", "found", "follows", "untrue", "precision")
    print_table(
        columns, [(name, *peer_row(scores)) for name, scores in compared.items()], title="Beside what people write"
    )


def loss_row(score: "Score") -> tuple[object, ...]:
    """Return what there is to say of losses."""
    return (
        *(score.claimed, score.untrue, score.happened, percent(score.confirmed)),
        *(score.lasting, percent(score.recall), score.provable, percent(score.recall_of_provable)),
        *(quantile(score.days, 0.5), quantile(score.days, 0.95), quantile(score.hours, 0.5)),
    )


def other_row(scores: "Scores") -> tuple[object, ...]:
    """Return what there is to say of follows and renames."""
    followed, renamed = scores["followed"], scores["renamed"]
    return followed.claimed, followed.untrue, renamed.happened, percent(renamed.confirmed), renamed.untrue


def peer_row(scores: "Scores") -> tuple[object, ...]:
    """Return what compares one claimant with another; losses found are those that lasted k."""
    left, followed = scores["left"], scores["followed"]
    return (
        *(left.claimed, left.untrue, percent(left.precision), percent(left.recall)),
        *(followed.claimed, followed.untrue, percent(followed.precision)),
    )


def percent(share: float | None) -> str | None:
    """Return a share in per cent; never 100 where something is missing, however little."""
    if share is None:
        return None
    return "100 %" if share == 1 else f"{min(share, 0.9999):.2%}".replace("%", " %")


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the value that `share` of the values do not exceed."""
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 1) if values else None


def described(figures: "Figures") -> list[dict[str, Any]]:
    """Return the figures for scripts."""
    return [
        {"tried": tried, "claimant": claimant, **{kind: numbers(score) for kind, score in scores.items()}}
        for (tried, claimant), scores in sorted(figures.scores.items())
    ]


def numbers(score: "Score") -> Mapping[str, Any]:
    """Return a score with its lists summed up."""
    counted = {name: getattr(score, name) for name in score.__slots__ if name not in ("days", "hours")}
    times = {"days_median": quantile(score.days, 0.5), "days_95": quantile(score.days, 0.95)}
    return {**counted, **times, "hours_median": quantile(score.hours, 0.5)}


def conclude(figures: "Figures") -> None:
    """Say what falls short of the promise; raise UntrueError where a confirmed loss did not happen."""
    from intel_pipeline.accuracy.figures import shortcomings
    from intel_pipeline.accuracy.trying import OURS

    names = list(dict.fromkeys(name for name, _ in figures.scores))
    short = [line for name in names for line in shortcomings(name, figures.total(OURS, [name]))]
    for line in short:
        err.print(f"[yellow]falls short[/] {plain(line)}")
    total = figures.total(OURS, names)["left"]
    if total.untrue:
        problem = f"{total.untrue} of {total.claimed:,} confirmed losses did not happen"
        raise UntrueError(problem, "docs/accuracy.md says in which cases that is known, and why; report any other")
    err.print(
        f"[bold green]none untrue[/]: {total.claimed:,} confirmed losses, all of them happened within their bounds"
    )
