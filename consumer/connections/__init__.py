"""Connections to OneRoster providers: address, version, credentials (sealed), active year."""

from consumer.connections.model import PAGE_LIMIT, Connection
from consumer.connections.store import BadConnection, Details, Saved, find_connection, save_connection

__all__ = ["PAGE_LIMIT", "BadConnection", "Connection", "Details", "Saved", "find_connection", "save_connection"]
