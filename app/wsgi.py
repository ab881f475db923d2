"""The application that gunicorn serves."""

from __future__ import annotations

import sys

from app import create_app
from app.catalogue import CatalogueError
from app.environment import SettingsError
from app.site_file import SiteFileError

try:
    application = create_app()
except (SettingsError, CatalogueError, SiteFileError) as error:
    sys.exit(f"The page cannot start: {error}")
