"""The routes of the service, each file one noun."""

from fastapi import APIRouter

from hpsearch.api.routes import offers, studies, trials

ROUTERS: tuple[APIRouter, ...] = (
    studies.router,
    trials.router,
    offers.router,
)
"""Everything under /v1."""
