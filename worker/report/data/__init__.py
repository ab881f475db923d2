"""What results say: pure functions from the trials of a run to tables, series and sentences."""
