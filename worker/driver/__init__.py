"""The driver of a run: propose, assign, collect, record, until the budget is used."""
