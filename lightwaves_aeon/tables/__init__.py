"""Collections of series from tables: logs with times, recordings and labels."""

__all__ = ["TableCollection", "collection_from_table", "is_table_file"]

from lightwaves_aeon.tables.collection import TableCollection, collection_from_table
from lightwaves_aeon.tables.files import is_table_file
