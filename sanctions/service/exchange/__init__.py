"""Files of other systems, out and in, each with a receipt."""
