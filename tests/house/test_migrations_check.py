"""The migrations check sees a model that has no migration, and a history that is not one line of sentences."""

import shutil
from pathlib import Path

from tools.checks import migrations

from tests.house.trees import plant, said


def test_it_holds_for_this_tree(project_root: Path) -> None:
    assert said(migrations.check(project_root), project_root) == ""


def test_it_sees_a_model_without_a_migration(project_root: Path, tmp_path: Path) -> None:
    for folder in ("src", "tools"):
        shutil.copytree(project_root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    models = tmp_path / "src" / "fullcircle" / "store" / "models"
    holder = models / "__init__.py" if models.is_dir() else models.with_suffix(".py")
    planted = (
        "\nfrom django.db import models as _models\n\n\nclass Planted(_models.Model):\n"
        "    class Meta:\n        app_label = 'store'\n"
    )
    holder.write_text(holder.read_text("utf-8") + planted, "utf-8")
    found = said(migrations.check(tmp_path), tmp_path)
    assert "Create model Planted" in found
    assert "Write the migration and name it as a sentence." in found


def test_it_refuses_two_migrations_of_one_number_and_a_name_that_says_nothing(tmp_path: Path) -> None:
    plant(tmp_path, "0001_the_first_tables_exist.py", "")
    plant(tmp_path, "0001_cases_have_a_version.py", "")
    plant(tmp_path, "0002_auto_20260501.py", "")
    found = said(migrations.check_names(tmp_path), tmp_path)
    assert "0001_the_first_tables_exist.py:1: has the number of 0001_cases_have_a_version" in found
    assert "0002_auto_20260501.py:1: is not named as a sentence" in found
    assert "0001_the_first_tables_exist.py:1: is not named" not in found
