"""Who may read and write: connections of platforms, their credentials, tokens and scopes."""
