"""The learner's home: their files, their progress, our records."""
