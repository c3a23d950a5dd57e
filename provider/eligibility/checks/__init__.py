"""The readiness checks by theme. They tell of causes in the SIS data; what is published, the rules alone decide."""
