"""What drives the runs: the job, the schedule, the planner."""
