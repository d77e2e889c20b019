"""Alembic's entry: migrates through the connection that the registry hands over."""

from alembic import context

from intel_pipeline.registry.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
