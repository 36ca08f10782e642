"""The product's own settings, in a home made for this run and removed after it; each pytest worker has its own.

This is a settings module because pytest-django reads the settings before any conftest.py.
"""

import atexit
import os
import shutil
import tempfile

KEPT = {"FULLCIRCLE_DATABASE_URL"}

for name in [name for name in os.environ if name.startswith("FULLCIRCLE_") and name not in KEPT]:
    del os.environ[name]  # what a founder has set for their own work has no say in a test

HOME = tempfile.mkdtemp(prefix=f"fullcircle-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["FULLCIRCLE_HOME"] = HOME

from fullcircle.config.settings import *  # noqa: E402, F403

# Processes started by a test take the product's settings, in this same home.
os.environ["DJANGO_SETTINGS_MODULE"] = "fullcircle.config.settings"
