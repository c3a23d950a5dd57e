"""The P rules, pure: plain rows in, decisions out. One row per rule; refresh, explain and preparedness read the same."""
