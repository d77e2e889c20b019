"""The API's client: `Client("http://127.0.0.1:3000", key="ip_…")`."""

from intel_pipeline.client.calls import Client
from intel_pipeline.client.connection import ApiError

__all__ = ["ApiError", "Client"]
