"""Home: what is published of the district, whether the refreshes and the platforms are well, and what to do next."""
