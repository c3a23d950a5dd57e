"""Preparedness: what should be mended before platforms read the district, from the last report."""
