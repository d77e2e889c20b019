"""The process that learns for `learner`: asked and answering in pickles, by its input and output."""

import pickle
import signal
import sys

from intel_pipeline.warehouse.learner import learn

if __name__ == "__main__":
    # Whoever asks is interrupted as well, and ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    # Whatever is printed would come among the answers.
    sys.stdout = sys.stderr
    while True:
        try:
            asked, options = pickle.load(questions)  # noqa: S301  from the process that started this one
        except EOFError:
            break
        try:
            answer: object = learn(*asked, **options)
        except Exception as error:  # noqa: BLE001  it is raised where it was asked
            answer = error
        pickle.dump(answer, answers)
        answers.flush()
