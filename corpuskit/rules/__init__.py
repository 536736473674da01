"""Rules: bounds over signals, which are data, not code."""
