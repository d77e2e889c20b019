"""`python -m intel_pipeline` is `intel-pipeline`."""

from intel_pipeline.cli import main

main()
