"""What runs in containers beside the learner's app: the standard library only."""
