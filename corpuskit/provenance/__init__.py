"""What is known of a document's origin and rights."""
