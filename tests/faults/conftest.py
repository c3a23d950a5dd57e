"""The misbehaving provider, for every test below this folder."""

from tests.faults.fixtures import fault_provider, fault_provider_11

__all__ = ["fault_provider", "fault_provider_11"]
