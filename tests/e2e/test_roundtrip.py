"""A history goes somewhere else and comes back, and nothing of it is lost on the way."""

import json
import sqlite3
from contextlib import closing

from harness.case import ProgramCase, S3Case, input_variables, sqlite_file
from test_layout import COLUMNS, FOREIGN_KEYS, INDEXES

COMMITS = [character * 40 for character in "abcdef"]
CHECKS = {
    "metric_definitions": ["CHECK (id GLOB '[a-z0-9-]*')", "CHECK (type IN ('numeric', 'label'))"],
    "metric_values": ["CHECK ((value_numeric IS NULL) <> (value_label IS NULL))"],
}
SEQUENCED = ("build_contexts", "metric_values")

# What a history says, without the ids that a file gives to its rows: table → query.
SAID = {
    "schema_version": "SELECT version, description FROM schema_version ORDER BY 1",
    "metric_definitions": "SELECT id, type, unit, description FROM metric_definitions ORDER BY 1",
    "build_contexts": "SELECT commit_sha, branch, run_id, run_number, event_name, timestamp FROM build_contexts"
    " ORDER BY 1, 3",
    "metric_values": "SELECT b.commit_sha, b.run_id, v.metric_id, v.value_numeric, v.value_label FROM metric_values v"
    " JOIN build_contexts b ON b.id = v.build_id ORDER BY 1, 2, 3",
}
SAID_BY_US = {
    "unentropy_build_origin": "SELECT b.commit_sha, b.run_id, o.attempt, o.measured_at, r.name"
    " FROM unentropy_build_origin o JOIN build_contexts b ON b.id = o.build_id"
    " LEFT JOIN unentropy_record r ON r.id = o.record_id ORDER BY 1, 2",
    "unentropy_value_origin": "SELECT b.commit_sha, b.run_id, o.metric_id, o.attempt, o.measured_at, r.name"
    " FROM unentropy_value_origin o JOIN build_contexts b ON b.id = o.build_id"
    " LEFT JOIN unentropy_record r ON r.id = o.record_id ORDER BY 1, 2, 3",
    "unentropy_metric_origin": "SELECT * FROM unentropy_metric_origin ORDER BY 1",
    "unentropy_tombstone": "SELECT commit_sha, run_id, removed_at FROM unentropy_tombstone ORDER BY 1, 2",
}


def statements_of_the_layout():
    """The tables as the independent description has them, which is how Unentropy for TypeScript makes them."""
    for table, columns in COLUMNS.items():
        parts = []
        for name, kind, required, default, key in columns:
            part = f"{name} {kind}"
            if key:
                part += " PRIMARY KEY" + (" AUTOINCREMENT" if table in SEQUENCED else "")
            parts.append(part + (" NOT NULL" if required else "") + (f" DEFAULT {default}" if default else ""))
        for name, _, origin, names in INDEXES[table]:
            if origin == "u":
                parts.append(f"UNIQUE ({', '.join(names)})")
        for column, parent, to, _, _ in FOREIGN_KEYS[table]:
            parts.append(f"FOREIGN KEY ({column}) REFERENCES {parent}({to})")
        yield f"CREATE TABLE {table} ({', '.join(parts + CHECKS.get(table, []))})"
        for name, _, origin, names in INDEXES[table]:
            if origin == "c":
                yield f"CREATE INDEX {name} ON {table} ({', '.join(names)})"


BUILDS = [
    (COMMITS[0], "main", "101", 1, "push", "2026-01-01T10:00:00.000Z"),
    (COMMITS[1], "main", "102", 2, "push", "2026-01-02T10:00:00.000Z"),
    (COMMITS[2], "refs/pull/7/merge", "103", 3, "pull_request", "2026-01-03T10:00:00.000Z"),
    (COMMITS[3], "release/ä 1", "104", 4, None, "2026-01-04T10:00:00.000Z"),
    (COMMITS[0], "main", f"import:manual:{COMMITS[0][:12]}", 0, "import", "2025-06-01T00:00:00.000Z"),
]
DEFINITIONS = [
    ("loc", "numeric", "integer", "lines, Ünïcode 😀"),
    ("license", "label", None, None),
    ("share", "numeric", "percent", None),
]
VALUES = [
    ("loc", 1, 1234.0, None),
    ("license", 1, None, "MIT"),
    ("share", 1, 0.1 + 0.2, None),
    ("loc", 2, -0.0, None),
    ("license", 2, None, ""),
    ("share", 2, 1.7976931348623157e308, None),
    ("loc", 3, 5e-324, None),
    ("license", 4, None, "=1+1, \"x\"\tß"),
    ("loc", 5, 7.0, None),
]


def make_history(path, more=()):
    with closing(sqlite3.connect(path)) as database:
        for statement in statements_of_the_layout():
            database.execute(statement)
        database.execute("INSERT INTO schema_version (version, description) VALUES ('2.0.0', 'Initial schema')")
        database.executemany("INSERT INTO metric_definitions VALUES (?, ?, ?, ?)", DEFINITIONS)
        database.executemany("INSERT INTO build_contexts VALUES (NULL, ?, ?, ?, ?, ?, ?)", BUILDS)
        database.executemany("INSERT INTO metric_values VALUES (NULL, ?, ?, ?, ?)", VALUES)
        for statement in more:
            database.execute(statement)
        database.commit()


# What only other tools know, and what old runs left behind.
OTHERS = [
    "ALTER TABLE build_contexts ADD COLUMN reviewer TEXT",
    "ALTER TABLE metric_values ADD COLUMN weight REAL NOT NULL DEFAULT 1.5",
    "UPDATE build_contexts SET reviewer = 'Zoë' WHERE id = 2",
    "UPDATE metric_values SET weight = 9 WHERE id = 3",
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, build INTEGER, text TEXT, picture BLOB)",
    "INSERT INTO notes VALUES (7, 2, 'slow machine', x'00FF'), (9, NULL, '', NULL)",
    "CREATE INDEX idx_notes ON notes (build)",
    "CREATE INDEX idx_reviewer ON build_contexts (reviewer)",
    "INSERT INTO schema_version (version, description) VALUES ('1.9.0', 'of another tool')",
    "INSERT INTO metric_definitions VALUES ('never-measured', 'numeric', 'bytes', 'no value yet')",
    "INSERT INTO build_contexts VALUES"
    f" (NULL, '{COMMITS[4]}', 'main', '105', 5, 'push', '2026-01-05T10:00:00.000Z', NULL),"
    f" (NULL, '{COMMITS[5]}', 'main', '106', 6, 'push', '2026-01-06T12:00:00+02:00', '')",
    "INSERT INTO metric_values VALUES (NULL, 'loc', 7, 9e999, NULL, 2)",
]


def everything(database):
    """Each row of each table that is not ours, with its number, and each table and index as it was declared."""
    names = "name NOT LIKE 'unentropy%' AND name NOT LIKE 'sqlite%' AND tbl_name NOT LIKE 'unentropy%'"
    schema = dict(database.execute(f"SELECT name, sql FROM sqlite_schema WHERE {names}").fetchall())
    tables = [row[0] for row in database.execute(f"SELECT name FROM sqlite_schema WHERE type = 'table' AND {names}")]
    rows = {}
    for table in tables:
        read = database.execute(f'SELECT rowid, * FROM "{table}"')
        columns = [column[0] for column in read.description]
        rows[table] = {row[0]: dict(zip(columns, row)) for row in read}
    return schema, rows


def said(database, queries):
    return {table: database.execute(query).fetchall() for table, query in queries.items()}


class RoundTripCase(ProgramCase):
    def run_done(self, *arguments, **options):
        run = self.workspace.run(*arguments, **options)
        self.assertEqual(run.exit_code, 0, str(run))
        return run

    def open(self, name):
        return closing(sqlite3.connect(self.workspace.work / name))

    def said_in(self, name, queries):
        with self.open(name) as database:
            return said(database, queries)


class Lines(RoundTripCase):
    """`export` and `import`."""

    def assert_comes_back(self, queries):
        self.run_done("export", "--db", "a.db", "--output", "a.jsonl")
        self.run_done("import", "a.jsonl", "--into", "b.db")
        self.assertEqual(self.said_in("b.db", queries), self.said_in("a.db", queries))
        self.run_done("export", "--db", "b.db", "--output", "b.jsonl")
        exported = (self.workspace.work / "a.jsonl").read_bytes()
        self.assertGreater(exported.count(b"\n"), 5)
        self.assertEqual((self.workspace.work / "b.jsonl").read_bytes(), exported)

    def test_a_history_of_ours(self):
        metrics = {
            "answer": {"type": "numeric", "command": "echo 42", "unit": "integer", "description": "Ünïcode 😀"},
            "mood": {"type": "label", "command": "echo '=1+1, \"fine\"'"},
        }
        self.workspace.configure(metrics)
        inputs = {"database-key": "a.db"}
        for number, job in (
            (1, {}),
            (1, {"GITHUB_RUN_ATTEMPT": "2"}),
            (2, {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_EVENT_NAME": "pull_request"}),
            (3, {}),
            (4, {}),
        ):
            self.assert_done(self.track(inputs, run_number=number, job=job))
        self.workspace.configure({"other-job": {"type": "numeric", "command": "echo 0.1"}})
        self.assert_done(self.track(inputs, run_number=2))
        with self.open("a.db") as database:
            build = "(SELECT id FROM build_contexts WHERE run_number = 3)"
            database.execute(
                "INSERT INTO unentropy_tombstone SELECT commit_sha, run_id, 1767225600123 FROM build_contexts"
                " WHERE run_number = 3"
            )
            for table in ("metric_values", "unentropy_value_origin", "unentropy_build_origin"):
                database.execute(f"DELETE FROM {table} WHERE build_id = {build}")
            database.execute("DELETE FROM build_contexts WHERE run_number = 3")
            database.commit()
        self.assert_comes_back({**SAID, **SAID_BY_US})
        rows = self.said_in("b.db", SAID_BY_US)
        self.assertEqual([len(found) for found in rows.values()], [3, 2, 3, 1])

    def test_a_history_of_unentropy_for_typescript(self):
        make_history(self.workspace.work / "a.db")
        self.assert_comes_back({table: query for table, query in SAID.items() if table != "schema_version"})


class OtherStorage(S3Case, RoundTripCase):
    """A history of Unentropy for TypeScript moves to S3 and back, as docs/guide/migrate-from-artifacts.md says."""

    def setUp(self):
        super().setUp()
        self.workspace.configure({"loc": {"type": "numeric", "command": "echo 1"}})

    def assert_all_kept(self, before, database):
        (schema, rows), (schema_now, rows_now) = before, everything(database)
        self.assertEqual({name: schema_now.get(name) for name in schema}, schema)
        for table, kept in rows.items():
            self.assertEqual({number: rows_now[table].get(number) for number in kept}, kept, table)
        self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])

    def added(self, before, database):
        rows_now = everything(database)[1]
        return {
            table: len(rows_now[table]) - len(rows) for table, rows in before[1].items() if rows_now[table] != rows
        }

    def test_the_file_is_copied_and_continued_here_and_there(self):
        make_history(self.workspace.work / "old.db", OTHERS)
        with self.open("old.db") as database:
            before = everything(database)
        self.assertEqual([len(before[1][table]) for table in COLUMNS], [2, 4, 7, 10])

        self.client.put(self.key, (self.workspace.work / "old.db").read_bytes(), "application/vnd.sqlite3")
        run = self.track_s3(11)
        self.assert_done(run)
        self.assertEqual(run.outputs["total-builds"], "8")
        self.assert_done(self.track_s3(12))
        with sqlite_file(self.stored()) as database:
            self.assert_all_kept(before, database)
            self.assertEqual(self.added(before, database), {"build_contexts": 2, "metric_values": 2})

        (self.workspace.work / "back.db").write_bytes(self.stored())
        run = self.track({"storage-type": "sqlite-local", "database-key": "back.db"}, run_number=13)
        self.assert_done(run)
        self.assertEqual(run.outputs["total-builds"], "10")
        with self.open("back.db") as database:
            self.assert_all_kept(before, database)
            self.assertEqual(self.added(before, database), {"build_contexts": 3, "metric_values": 3})

    def test_its_builds_are_merged_there_and_back(self):
        make_history(self.workspace.work / "old.db")
        original = self.said_in("old.db", SAID)
        environment = {**self.workspace.job(9), **input_variables(self.s3_inputs())}
        run = self.run_done("merge", "old.db", environment=environment)
        self.assertIn("`old.db`: 5 builds and 9 values added", run.output)
        (self.workspace.work / "stored.db").write_bytes(self.stored())
        self.run_done("merge", "stored.db", "--into", "back.db")
        for name in ("stored.db", "back.db"):
            there = self.said_in(name, SAID)
            self.assertEqual([row[0] for row in there.pop("schema_version")], ["2.0.0"])
            self.assertEqual(there, {table: rows for table, rows in original.items() if table != "schema_version"})
        again = self.run_done("merge", "old.db", environment=environment)
        self.assertIn("`old.db`: nothing that is not there already", again.output)
        self.run_done("export", "--db", "old.db", "--output", "old.jsonl")
        self.run_done("export", "--output", "stored.jsonl", environment=environment)
        lines = []
        for name in ("old.jsonl", "stored.jsonl"):
            found = [json.loads(line) for line in (self.workspace.work / name).read_text().splitlines()]
            for line in found:
                del line["metadata"]  # which record it came in
            lines.append(sorted(found, key=lambda line: (line["commit_sha"], line["run_id"], line["metric_id"])))
        self.assertEqual(lines[0], lines[1])
        self.assertEqual(len(lines[0]), len(VALUES))
