"""The provider's database object. A district is a database; every table of the provider hangs on this object."""

from shared.database import new_database

db = new_database()

#: Bind of the database that readers write to (kept walks, traces): apart, so that no read waits for a SIS write.
TRAFFIC = "traffic"
