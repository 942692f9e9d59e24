"""The names of the tiers; apart, since the quickest commands need no more of them."""

TIERS = ("beginner", "intermediate", "advanced")
