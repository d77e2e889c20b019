"""How right the changes are beside what people write instead: `intel-pipeline accuracy` in small."""

from benchmarks.report import Report
from intel_pipeline.accuracy.baselines import BASELINES
from intel_pipeline.accuracy.figures import Figures, shortcomings
from intel_pipeline.accuracy.trials import singly, trials
from intel_pipeline.accuracy.trying import OURS, tried_in_parallel
from intel_pipeline.cli.accuracy import peer_row

SEEDS, DAYS, WORKERS = 2, 90, 2


def run() -> Report:
    """Return precision and recall over each fault by itself; an untrue loss of ours breaks the run."""
    figures = Figures()
    for trial, found in tried_in_parallel(trials(singly(), range(SEEDS), DAYS), WORKERS):
        figures.add(trial.name, found)
    names = list(singly())
    rows = [(claimant, *peer_row(figures.total(claimant, names))) for claimant in (OURS, *BASELINES)]
    columns = ("claimant", "losses", "untrue", "precision", "recall", "follows", "untrue", "precision")
    broken = [line for name in names for line in shortcomings(name, figures.total(OURS, [name])) if "untrue" in line]
    return Report(f"Accuracy, {len(names)} x {SEEDS} worlds of {DAYS} days", columns, rows, broken)
