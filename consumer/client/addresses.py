"""Which addresses may be called: https on public addresses, unless the operator allows others (C-08).

The name is checked when an address is saved, and the address that a connection really reached is checked each time
one is opened, before anything is sent: a name that is public today may point inside tomorrow.
"""

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from consumer.client.errors import AddressRefused


def check_url(url: str, allow_private: bool) -> None:
    """Raises AddressRefused unless `url` is https on public addresses; http and private ones with `allow_private`.

    A name that does not resolve passes: whether it can be reached is found out by calling it.
    """
    parts = urlsplit(url)
    schemes = ("http", "https") if allow_private else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise AddressRefused(f"{url!r} is not an address that begins with https://")
    if parts.username or parts.password:
        raise AddressRefused("An address must not contain a user name or password")
    if allow_private:
        return
    try:
        found = socket.getaddrinfo(parts.hostname, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    for *_, place in found:
        check_ip(str(place[0]), parts.hostname)


def why_refused(url: str, allow_private: bool) -> str | None:
    """What to tell a person who enters an address that may not be called; None for one that may."""
    try:
        check_url(url, allow_private)
    except AddressRefused as error:
        return f"{error}. {error.advice} (HOMEROOM_ALLOW_PRIVATE=1 allows http and private addresses)"
    return None


def check_ip(text: str, host: str) -> None:
    """Raises AddressRefused when the IP address `text`, which `host` led to, is not a public one."""
    address: Any = ipaddress.ip_address(text.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if not address.is_global or address.is_multicast:
        raise AddressRefused(f"{host} is at {address}, which is not a public address")


class _CheckedConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), self.host)


class _CheckedTlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), self.host)


def _checked(opened: socket.socket, host: str) -> socket.socket:
    try:
        check_ip(opened.getpeername()[0], host)
    except AddressRefused:
        opened.close()
        raise
    return opened


class _CheckedPool(HTTPConnectionPool):
    ConnectionCls = _CheckedConnection


class _CheckedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedTlsConnection


class PublicAdapter(HTTPAdapter):
    """Opens connections to public addresses only."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _CheckedPool, "https": _CheckedTlsPool}
