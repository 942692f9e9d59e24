"""Exercise services as containers of a Docker engine, found again by their labels."""
