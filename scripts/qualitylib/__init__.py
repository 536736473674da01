"""What scripts/fit_quality and scripts/quality_outcome are made of."""
