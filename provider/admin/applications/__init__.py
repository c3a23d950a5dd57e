"""Digital Learning Applications: the platforms that may reach the district, and what each may have (P-94 … P-104)."""
