"""What runs found over time, in one SQLite file: since when a finding stands, when it went, how often it came back."""
