"""Taking in what merchants have: tables and JSON in many shapes, and whole shops written as folders."""
