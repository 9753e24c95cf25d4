"""The triggers that move the version on PostgreSQL.

The tokens are in slots: a transaction writes the first slot that no other has locked, or adds one, so that
none ever waits for another. The version is the sum of all tokens. A trigger is defined without any column,
which would keep a migration from changing it. The functions run as their owner: whoever may write to a table
need not know of ours.

A transaction moves the version once. The mark for that is a setting of the transaction, which goes back with
a savepoint as the token does. It holds how often anybody has read the version within a transaction of their
own, from a sequence, which never goes back: what is written after such a reading moves the version again.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

from standfirst.cache import part_triggers
from standfirst.cache.classing import EVERY_EVENT, MOVES_TABLE, VERSION_TABLE, Classing, Rule
from standfirst.cache.part_triggers import PREFIX
from standfirst.triggers import execute, literal

READS = "standfirst_content_reads"
MARK = "standfirst.moved"
_CONTENT_FUNCTIONS = (f"{PREFIX}_changed", f"{PREFIX}_page_changed", f"{PREFIX}_of_page_changed")
FUNCTIONS = (*_CONTENT_FUNCTIONS, *part_triggers.FUNCTIONS)
#: Slots beyond these, which a crowd of transactions has left, are taken away by and by.
KEPT_SLOTS = 16
Trigger = tuple[str, str]
"""A table and a trigger's name."""

_FIND_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND has_table_privilege(c.oid, 'TRIGGER')
"""
_FIND_TRIGGERS = f"""
SELECT c.relname, t.tgname FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND NOT t.tgisinternal AND t.tgparentid = 0
  AND starts_with(t.tgname, '{PREFIX}_') AND t.tgenabled IN ('O', 'A')
"""

# In REPEATABLE READ a slot that another has written since is an error, and not passed over: then a new one.
_MOVE = """
CREATE OR REPLACE FUNCTION {schema}.standfirst_version_move(mover_name text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    fresh CONSTANT bigint := hashtextextended(gen_random_uuid()::text, 0);
    mine bigint;
BEGIN
    IF current_setting('transaction_isolation') = 'read committed' THEN
        UPDATE {schema}.{version} SET token = fresh WHERE slot = (
            SELECT slot FROM {schema}.{version} ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED
        ) RETURNING slot INTO mine;
    ELSE
        BEGIN
            UPDATE {schema}.{version} SET token = fresh WHERE slot = (
                SELECT slot FROM {schema}.{version} ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED
            ) RETURNING slot INTO mine;
        EXCEPTION WHEN serialization_failure THEN
            mine := NULL;
        END;
    END IF;
    IF mine IS NULL THEN
        INSERT INTO {schema}.{version} (token) VALUES (fresh) RETURNING slot INTO mine;
        IF mine % {kept} = 0 THEN
            PERFORM {schema}.standfirst_version_prune(mine);
        END IF;
    END IF;
    -- Nobody else writes the counters of a slot that is locked.
    INSERT INTO {schema}.{moves} AS counted (slot, mover, number, last_at) VALUES (mine, mover_name, 1, now())
    ON CONFLICT (slot, mover) DO UPDATE SET number = counted.number + 1, last_at = now();
    PERFORM set_config('{mark}', pg_sequence_last_value('{schema}.{reads}'::regclass)::text, true);
END $$
"""

# What a slot has counted goes to the slot that the transaction holds.
_PRUNE = """
CREATE OR REPLACE FUNCTION {schema}.standfirst_version_prune(mine bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH kept AS (
        SELECT slot FROM {schema}.{version} ORDER BY slot LIMIT {kept}
    ), gone AS (
        DELETE FROM {schema}.{version} WHERE slot IN (
            SELECT slot FROM {schema}.{version} WHERE slot <> mine AND slot NOT IN (SELECT slot FROM kept)
            FOR UPDATE SKIP LOCKED
        ) RETURNING slot
    ), counted AS (
        DELETE FROM {schema}.{moves} WHERE slot IN (SELECT slot FROM gone) RETURNING mover, number, last_at
    )
    INSERT INTO {schema}.{moves} AS kept_count (slot, mover, number, last_at)
    SELECT mine, mover, sum(number), max(last_at) FROM counted GROUP BY mover
    ON CONFLICT (slot, mover) DO UPDATE SET number = kept_count.number + excluded.number,
        last_at = greatest(kept_count.last_at, excluded.last_at);
EXCEPTION WHEN serialization_failure THEN
    NULL;
END $$
"""

_BEGINNING = """
    IF current_setting('{mark}', true) = pg_sequence_last_value('{schema}.{reads}'::regclass)::text THEN
        RETURN NULL;
    END IF;
"""

# TG_ARGV holds the hidden columns.
_CHANGED = """
CREATE OR REPLACE FUNCTION {schema}.standfirst_version_changed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
{beginning}
    IF TG_OP = 'UPDATE' THEN
        IF OLD *= NEW THEN
            RETURN NULL;
        END IF;
        IF TG_NARGS > 0 AND (to_jsonb(NEW) - TG_ARGV::text[]) = (to_jsonb(OLD) - TG_ARGV::text[]) THEN
            RETURN NULL;
        END IF;
    END IF;
    PERFORM {schema}.standfirst_version_move(TG_TABLE_NAME);
    RETURN NULL;
END $$
"""

# Wagtail's sitemap shows the date of the last revision of a page that has no date of publishing.
_PAGE_CHANGED = """
CREATE OR REPLACE FUNCTION {schema}.standfirst_version_page_changed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
{beginning}
    IF TG_OP = 'INSERT' THEN
        IF NOT (NEW.live OR NEW.numchild > 0) THEN
            RETURN NULL;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF NOT (OLD.live OR OLD.numchild > 0) THEN
            RETURN NULL;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF NOT (OLD.live OR NEW.live OR OLD.numchild > 0 OR NEW.numchild > 0) THEN
            RETURN NULL;
        END IF;
        IF (to_jsonb(NEW) - TG_ARGV::text[]) = (to_jsonb(OLD) - TG_ARGV::text[]) AND NOT (
            NEW.last_published_at IS NULL
            AND OLD.latest_revision_created_at IS DISTINCT FROM NEW.latest_revision_created_at
        ) THEN
            RETURN NULL;
        END IF;
    END IF;
    PERFORM {schema}.standfirst_version_move(TG_TABLE_NAME);
    RETURN NULL;
END $$
"""

# TG_ARGV holds the column that says to which page a row belongs.
_OF_PAGE_CHANGED = """
CREATE OR REPLACE FUNCTION {schema}.standfirst_version_of_page_changed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before bigint;
    after bigint;
BEGIN
{beginning}
    IF TG_OP = 'UPDATE' AND OLD *= NEW THEN
        RETURN NULL;
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO before USING OLD;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO after USING NEW;
    END IF;
    IF TG_OP <> 'TRUNCATE' AND NOT EXISTS (
        SELECT 1 FROM {schema}.{page_table} WHERE {page_key} IN (before, after) AND (live OR numchild > 0)
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM {schema}.standfirst_version_move(TG_TABLE_NAME);
    RETURN NULL;
END $$
"""


def find_tables(connection: Any) -> list[str]:
    """Return the tables that we may give triggers; those of a partition come with its parent's."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_TABLES)
        return [name for (name,) in cursor.fetchall()]


def find_triggers(connection: Any) -> dict[Trigger, str]:
    """Return our triggers that are there and do their work. A name says what its trigger does."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_TRIGGERS)
        return dict.fromkeys(cursor.fetchall(), "")


def wanted_triggers(connection: Any, classing: Classing) -> dict[Trigger, str]:
    """Return the triggers that should be there, with the statements that make them."""
    quote = connection.ops.quote_name
    schema = quote(_find_schema(connection))
    tables = find_tables(connection)
    calls = [*_calls(tables, classing), *part_triggers.postgres_calls(tables)]
    wanted = {}
    for table, moment, function, arguments in calls:
        call = f"EXECUTE FUNCTION {schema}.{function}({', '.join(map(literal, arguments))})"
        each = "STATEMENT" if moment == "AFTER TRUNCATE" else "ROW"
        definition = f"{moment} ON {schema}.{quote(table)} FOR EACH {each} {call}"
        name = f"{PREFIX}_{each.lower()}_{blake2b(definition.encode(), digest_size=5).hexdigest()}"
        wanted[table, name] = f"CREATE TRIGGER {name} {definition}"
    return wanted


def _calls(tables: Iterable[str], classing: Classing) -> Iterator[tuple[str, str, str, Iterable[str]]]:
    """Yield the triggers that move the token: table, moment, function and its arguments."""
    for table in tables:
        rule = classing.find_rule(table)
        if rule is not None:
            events = " OR ".join(event for event in EVERY_EVENT if event in rule.events)
            for moment in (f"AFTER {events}", "AFTER TRUNCATE"):
                yield table, moment, *_choose_function(rule)


def drop_statement(connection: Any, trigger: Trigger) -> str:
    quote = connection.ops.quote_name
    return f"DROP TRIGGER IF EXISTS {quote(trigger[1])} ON {quote(trigger[0])}"


def make_tables(connection: Any, classing: Classing) -> None:
    """Make what the triggers share and write to: tables, the sequence of readings, and functions."""
    execute(
        connection,
        f"CREATE TABLE IF NOT EXISTS {VERSION_TABLE} (token bigint NOT NULL, "
        "slot bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY) WITH (fillfactor = 50)",
    )
    execute(
        connection,
        f"CREATE TABLE IF NOT EXISTS {MOVES_TABLE} (slot bigint NOT NULL, mover varchar(200) NOT NULL, "
        "number bigint NOT NULL, last_at timestamp with time zone, PRIMARY KEY (slot, mover)) "
        "WITH (fillfactor = 50)",
    )
    execute(connection, f"CREATE SEQUENCE IF NOT EXISTS {READS}")
    execute(
        connection,
        f"SELECT nextval('{READS}') WHERE pg_sequence_last_value('{READS}'::regclass) IS NULL",
    )
    for statement in missing_functions(connection, classing):
        execute(connection, statement)
    execute(
        connection,
        f"INSERT INTO {VERSION_TABLE} (token) SELECT hashtextextended(gen_random_uuid()::text, 0) "
        f"WHERE NOT EXISTS (SELECT 1 FROM {VERSION_TABLE})",
    )


def missing_functions(connection: Any, classing: Classing) -> list[str]:
    """Return the statements that make the functions which are not there as they should be."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            f"WHERE n.nspname = current_schema() AND starts_with(p.proname, '{PREFIX}_')"
        )
        present = {source for (source,) in cursor.fetchall()}
    statements = _function_statements(connection, classing)
    return [statement for statement in statements if statement.split("$$")[1] not in present]


def remove_what_is_shared(connection: Any) -> None:
    for function in (*FUNCTIONS, f"{PREFIX}_move(text)", f"{PREFIX}_prune(bigint)"):
        execute(connection, f"DROP FUNCTION IF EXISTS {function}")
    execute(connection, f"DROP TABLE IF EXISTS {VERSION_TABLE}, {MOVES_TABLE}")
    execute(connection, f"DROP SEQUENCE IF EXISTS {READS}")


def move(connection: Any, mover: str) -> None:
    """Move the token on behalf of somebody."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {PREFIX}_move(%s)", [mover])


def _choose_function(rule: Rule) -> tuple[str, Iterable[str]]:
    changed, page_changed, of_page_changed = _CONTENT_FUNCTIONS
    if rule.is_page:
        return page_changed, rule.hidden
    if rule.page_column:
        return of_page_changed, [rule.page_column]
    return changed, rule.hidden


def _function_statements(connection: Any, classing: Classing) -> list[str]:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        page_key = connection.introspection.get_primary_key_column(cursor, classing.page_table) or "id"
    names = {
        "schema": quote(_find_schema(connection)),
        "version": VERSION_TABLE,
        "moves": MOVES_TABLE,
        "reads": READS,
        "mark": MARK,
        "kept": str(KEPT_SLOTS),
        "page_table": quote(classing.page_table),
        "page_key": quote(page_key),
    }
    names["beginning"] = _BEGINNING.strip("\n").format(**names)
    texts = (_PRUNE, _MOVE, _CHANGED, _PAGE_CHANGED, _OF_PAGE_CHANGED)
    return [
        *(text.format(**names).strip() for text in texts),
        *part_triggers.postgres_functions(names["schema"]),
    ]


def _find_schema(connection: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])
