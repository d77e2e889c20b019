"""Draw how precision falls with the strength of a fault: `python -m benchmarks.strengths docs/images/precision.png`."""

import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from intel_pipeline.accuracy.baselines import BASELINES
from intel_pipeline.accuracy.figures import Figures
from intel_pipeline.accuracy.trials import trials
from intel_pipeline.accuracy.trying import OURS, tried_in_parallel

FAULTS = ("flickering", "hiding", "renaming", "cut", "cut_slightly", "duplicated")
STRENGTHS = (0.25, 0.5, 1.0, 2.0, 4.0)
SEEDS, DAYS, WORKERS = 3, 120, 2
# Told apart by colour, by dash and by marker.
LOOKS: dict[str, dict[str, Any]] = {
    OURS: {"color": "#0b6e4f", "linestyle": "-", "marker": "o", "linewidth": 2.5, "zorder": 5},
    BASELINES[0]: {"color": "#b3261e", "linestyle": "--", "marker": "s"},
    BASELINES[1]: {"color": "#8a5a00", "linestyle": "-.", "marker": "^"},
    BASELINES[2]: {"color": "#3b4f9b", "linestyle": ":", "marker": "D"},
}


def measured() -> Figures:
    """Try each fault at each strength."""
    plan = {f"{fault} {strength}": {fault: strength} for fault in FAULTS for strength in STRENGTHS}
    figures = Figures()
    for trial, found in tried_in_parallel(trials(plan, range(SEEDS), DAYS), WORKERS):
        figures.add(trial.name, found)
    return figures


def drawn(figures: Figures) -> Figure:
    """Return a panel for each fault: the share of reported losses that are true, by strength."""
    mpl.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False})
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    panels = figure.subplots(2, 3, sharex=True, sharey=True)
    for place, (panel, fault) in enumerate(zip(panels.flat, FAULTS, strict=True)):
        for claimant, look in LOOKS.items():
            scores = [figures.total(claimant, [f"{fault} {strength}"])["left"] for strength in STRENGTHS]
            # A strength at which nothing is claimed has no precision, and no point.
            shown = [
                (strength, 100 * one.precision)
                for strength, one in zip(STRENGTHS, scores, strict=True)
                if one.precision is not None
            ]
            panel.plot(*zip(*shown, strict=True), label=claimant, markersize=5, **look)
        panel.set_xscale("log", base=2)
        panel.set_xticks(STRENGTHS, [f"{strength:g}" for strength in STRENGTHS])
        panel.set_title(fault.replace("_", " "), loc="left", fontweight="bold")
        panel.set_ylim(-3, 104)
        panel.grid(axis="y", alpha=0.3)
        if place >= 3:  # noqa: PLR2004  the lower row
            panel.set_xlabel("strength of the fault")
        if place % 3 == 0:
            panel.set_ylabel("true, % of reported losses")
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, frameon=False)
    return figure


if __name__ == "__main__":
    drawn(measured()).savefig(Path(sys.argv[1]), dpi=110)
