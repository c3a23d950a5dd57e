"""School years: which one is active, the dates in force, and what another one would publish."""
