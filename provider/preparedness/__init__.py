"""The Preparedness report: the readiness checks of a district, made by a job and kept until the next one is made."""
