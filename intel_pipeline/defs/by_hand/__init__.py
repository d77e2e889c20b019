"""Jobs that people launch, from the UI or with `dagster job launch`: each with defaults that do what is usually meant."""
