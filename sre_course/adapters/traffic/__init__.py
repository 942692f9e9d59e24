"""Requests to the learner's app, and what came back."""
