"""Everything of OmniOpt that runs on the cluster: the run's specification, its search, driver, agents and reports."""

__version__ = "0.1.0"
