"""The Optuna dashboard over the views, in a process of its own: it costs 200 MB, and ends when nobody looks.

``process`` starts it and says where it listens; it imports nothing heavy. The other files run in that process:
``__main__`` > ``pages`` > ``server`` and ``session``. ``owner`` is how the two tell each other who asks.
"""
