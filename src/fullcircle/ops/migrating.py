"""Migrations that a kill at any statement cannot leave half done.

Django commits a migration first and writes down that it did afterwards, where it has statements to defer; killed in
between, every later start fails at a table that is there already. Here both are one transaction. What it does after the
last migration (content types, permissions) is one more, done again where its effect is missing.
"""

from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor


class WholeMigrations(MigrationExecutor):
    """Each migration is applied and written down in one transaction."""

    def apply_migration(self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False) -> Any:
        if not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        # SQLite heeds this only outside a transaction, and rebuilds tables only without it.
        connection.disable_constraint_checking()
        try:
            with transaction.atomic():
                return super().apply_migration(state, migration, fake, fake_initial)
        finally:
            connection.enable_constraint_checking()


def bring_up_to_date() -> list[str]:
    """The migrations that were applied, in order. Raises OperationalError where the database is away or busy."""
    connection.prepare_database()
    executor = WholeMigrations(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        _apply(executor, plan)
    elif _kinds_known() >= _kinds_wanted():
        return []
    with transaction.atomic():
        emit_post_migrate_signal(0, False, connection.alias, plan=plan)
    return [str(migration) for migration, _ in plan]


def _apply(executor: MigrationExecutor, plan: Any) -> None:
    state = executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]
    emit_pre_migrate_signal(0, False, connection.alias, apps=state.apps, plan=plan)
    executor.migrate(executor.loader.graph.leaf_nodes(), plan=plan, state=state.clone())


def _kinds_wanted() -> set[tuple[str, str]]:
    return {(model._meta.app_label, model._meta.model_name or "") for model in apps.get_models()}


def _kinds_known() -> set[tuple[str, str]]:
    return set(ContentType.objects.values_list("app_label", "model"))
