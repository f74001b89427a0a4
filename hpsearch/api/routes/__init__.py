"""The routes of the service, each file one noun."""

from fastapi import APIRouter

from hpsearch.api.routes import checks, events, offers, reports, studies, submitting, trials

ROUTERS: tuple[APIRouter, ...] = (
    submitting.router,
    studies.router,
    trials.router,
    reports.router,
    checks.router,
    events.router,
    offers.router,
)
"""Everything under /v1."""
