"""Carries out a plan, batch by batch: parents first, removals last; may be stopped and taken up again anywhere."""

from consumer.sync.apply.batches import apply_plan

__all__ = ["apply_plan"]
