"""Search spaces and configs of other tools, read to a draft of ours."""
