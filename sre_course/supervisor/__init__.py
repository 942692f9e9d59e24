"""The detached process that keeps an embedded environment alive between commands."""
