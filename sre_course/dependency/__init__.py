"""A service that the learner's app depends on, and that misbehaves by its seed."""
