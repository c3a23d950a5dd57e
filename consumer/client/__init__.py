"""Calls OneRoster providers: transport with retries, OAuth 2, walks of collections, records of both versions.

Knows no database and no connection row; `consumer.client.caller.Target` is all it is told.
"""
