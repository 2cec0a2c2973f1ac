"""Credit: entities, records in two times, scores that explain themselves, and the kernel under everything."""
