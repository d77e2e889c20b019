import signal
import subprocess
import sys

LONG = """
from intel_pipeline.accuracy.trials import Trial
from intel_pipeline.accuracy.trying import tried_in_parallel

if __name__ == "__main__":
    trials = [Trial("short", 1, 7, {}), *(Trial(f"long {number}", number, 3_000, {}) for number in (2, 3))]
    for trial, _ in tried_in_parallel(trials, 2):
        print(trial.name, flush=True)
"""


def test_workers_end_with_the_process_that_started_them_whatever_ended_it(tmp_path):
    script = tmp_path / "long.py"
    script.write_text(LONG)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:  # noqa: S603  our own interpreter
        assert run.stdout.readline() == b"short\n"
        run.send_signal(signal.SIGKILL)
        # The workers hold the other end of the pipe: it is only closed when the last of them has ended.
        assert run.stdout.read() == b""
