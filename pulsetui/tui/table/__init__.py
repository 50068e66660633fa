"""The live table: rows, columns, order, filter, views, and what stands around it."""
