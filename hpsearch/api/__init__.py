"""The HTTP service. Imports neither torch nor ray: it parses, makes one call and returns."""
