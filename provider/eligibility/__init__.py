"""The P rules, pure: plain rows in, decisions out. One row per rule; refresh and explain read the same rows."""
