"""Connections to OneRoster providers: address, version, credentials (sealed), active year."""

from consumer.connections.model import PAGE_LIMIT, Connection

__all__ = ["PAGE_LIMIT", "Connection"]
