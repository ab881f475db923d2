"""The page without a server, and a form of which it makes a command."""

from __future__ import annotations

from app import create_app
from app.environment import Settings

CLIENT = create_app(Settings()).test_client()
GOOD = {
    "projectname": "first",
    "partition": "romeo",
    "objective_program": "python3 train.py --lr ($lr)",
    "param_0_name": "lr",
    "param_0_type": "hp.uniform",
    "param_0_value_min": "0",
    "param_0_value_max": "1",
}
