"""Facts for letters, reports, sheets and bundles, gathered across the folders."""
