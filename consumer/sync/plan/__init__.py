"""What a run would change, as rows: staged records and choices on one side, the platform on the other."""

from consumer.sync.plan.change import Change, Planning

__all__ = ["Change", "Planning"]
