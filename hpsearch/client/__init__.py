"""The client of the service: typed calls over HTTP."""
