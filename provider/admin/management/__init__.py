"""Settings & Management: the district's switches, the refreshes of the OneRoster cache, and what they alert to."""
