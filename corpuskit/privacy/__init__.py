"""Personal information: found by form, check digit and context, masked before it is written."""
