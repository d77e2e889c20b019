"""The routes that there are."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import compile_path


def routes_of(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """Yield the routes of `app` and of all that it includes, each with its whole path."""
    for one in iter_route_contexts(app.routes):
        if isinstance(one.original_route, APIRoute):
            yield one.path or "", one.original_route


def methods_at(app: FastAPI, path: str) -> list[str]:
    """Return the methods by which `path` can be asked; Starlette names those of the first route only that it fits."""
    found = [route.methods or () for pattern, route in routes_of(app) if compile_path(pattern)[0].match(path)]
    return sorted({method for methods in found for method in methods})
