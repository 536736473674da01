"""Web archives: records, and the HTTP responses in them."""
