"""The routes of the service, each file one noun."""

from fastapi import APIRouter

from hpsearch.api.routes import events, offers, reports, studies, submitting, trials

ROUTERS: tuple[APIRouter, ...] = (
    submitting.router,
    studies.router,
    trials.router,
    reports.router,
    events.router,
    offers.router,
)
"""Everything under /v1."""
