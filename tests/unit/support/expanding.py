"""Which operations of a migration leave the version before it working, which still runs during a rollout and after a
rollback.

Expanding ones do. What takes something away, renames or narrows it, or runs code, is let through when the migration
says why nobody is hurt, which whoever wrote it has to know:

    class Migration(migrations.Migration):
        safe_because = "no version since 2026.11 reads the column"
"""

from collections.abc import Iterator

from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

_EXPANDING = (
    operations.CreateModel,
    operations.AddIndex,
    operations.RemoveIndex,
    operations.RemoveConstraint,
    operations.AlterModelManagers,
    operations.AlterModelOptions,
)


def breaking(migration: Migration) -> Iterator[str]:
    """Give what would break the version before, operation by operation; nothing where it says why not."""
    if getattr(migration, "safe_because", ""):
        return
    # No earlier version uses a table that this very migration makes.
    new: set[str] = set()
    for operation in migration.operations:
        if isinstance(operation, operations.CreateModel):
            new.add(operation.name_lower)
        table = getattr(operation, "model_name_lower", "")
        if (why := _why(operation)) and (table not in new or _takes_away(operation)):
            yield f"{migration.app_label}.{migration.name}: {operation.describe()}: {why}"


def _takes_away(operation: Operation) -> bool:
    return isinstance(operation, (operations.RemoveField, operations.RenameField, operations.AlterField))


def _why(operation: Operation) -> str:
    if isinstance(operation, _EXPANDING):
        return ""
    if isinstance(operation, operations.AddField):
        field = operation.field
        fits = field.null or field.many_to_many or field.db_default is not NOT_PROVIDED
        return "" if fits else "the old version inserts rows without it; it needs null=True or db_default"
    if isinstance(operation, operations.AddConstraint):
        return "the old version may write rows that it refuses"
    if isinstance(operation, (operations.RunPython, operations.RunSQL)):
        return "nobody but its author can say what it does to the old version"
    return "the old version still uses the old shape"
