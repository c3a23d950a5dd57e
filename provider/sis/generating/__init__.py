"""Synthetic districts of any size, as SIS CSV files: seeded, so that the same call makes the same bytes."""

from provider.sis.generating.district import Plan, generate

__all__ = ["Plan", "generate"]
