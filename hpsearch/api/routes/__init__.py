"""The routes of the service, each file one noun."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
