"""Connections to OneRoster providers: address, version, credentials (sealed), active year, Acting User."""

from consumer.connections.entered import BadConnection, Details
from consumer.connections.model import PAGE_LIMIT, Connection
from consumer.connections.store import Saved, find_connection, save_connection

__all__ = ["PAGE_LIMIT", "BadConnection", "Connection", "Details", "Saved", "find_connection", "save_connection"]
