"""A module whose import does not come to its end by itself."""

import time

time.sleep(600)
