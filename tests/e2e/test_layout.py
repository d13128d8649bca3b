"""The file's layout against an independent description, and its life in the hands of other tools.

The description below is written from the documentation of the format (docs/formats/database.md), not from the
program. A file that satisfies it can be read and extended by the existing tool.
"""

import sqlite3

from harness.case import ONE_METRIC, S3Case, sqlite_file

# table → columns: name, declared type, not null, default, place in the primary key
COLUMNS = {
    "schema_version": [
        ("version", "TEXT", 0, None, 1),
        ("applied_at", "DATETIME", 1, "CURRENT_TIMESTAMP", 0),
        ("description", "TEXT", 0, None, 0),
    ],
    "metric_definitions": [
        ("id", "TEXT", 0, None, 1),
        ("type", "TEXT", 1, None, 0),
        ("unit", "TEXT", 0, None, 0),
        ("description", "TEXT", 0, None, 0),
    ],
    "build_contexts": [
        ("id", "INTEGER", 0, None, 1),
        ("commit_sha", "TEXT", 1, None, 0),
        ("branch", "TEXT", 1, None, 0),
        ("run_id", "TEXT", 1, None, 0),
        ("run_number", "INTEGER", 1, None, 0),
        ("event_name", "TEXT", 0, None, 0),
        ("timestamp", "DATETIME", 1, None, 0),
    ],
    "metric_values": [
        ("id", "INTEGER", 0, None, 1),
        ("metric_id", "TEXT", 1, None, 0),
        ("build_id", "INTEGER", 1, None, 0),
        ("value_numeric", "REAL", 0, None, 0),
        ("value_label", "TEXT", 0, None, 0),
    ],
}

# table → indexes: name (None: made by a constraint), unique, what made it, columns
INDEXES = {
    "schema_version": {(None, 1, "pk", ("version",))},
    "metric_definitions": {(None, 1, "pk", ("id",))},
    "build_contexts": {
        (None, 1, "u", ("commit_sha", "run_id")),
        ("idx_build_timestamp", 0, "c", ("timestamp",)),
        ("idx_build_branch", 0, "c", ("branch",)),
        ("idx_build_commit", 0, "c", ("commit_sha",)),
        ("idx_build_event_timestamp", 0, "c", ("event_name", "timestamp")),
    },
    "metric_values": {
        (None, 1, "u", ("metric_id", "build_id")),
        ("idx_metric_value_build", 0, "c", ("build_id",)),
    },
}

# table → foreign keys: column, table, column there, on update, on delete
FOREIGN_KEYS = {
    "schema_version": set(),
    "metric_definitions": set(),
    "build_contexts": set(),
    "metric_values": {
        ("metric_id", "metric_definitions", "id", "NO ACTION", "NO ACTION"),
        ("build_id", "build_contexts", "id", "NO ACTION", "NO ACTION"),
    },
}

BUILD = "INSERT INTO build_contexts (commit_sha, branch, run_id, run_number, event_name, timestamp) VALUES "
REFUSED = [
    "INSERT INTO metric_definitions (id, type) VALUES ('Upper', 'numeric')",
    "INSERT INTO metric_definitions (id, type) VALUES ('', 'numeric')",
    "INSERT INTO metric_definitions (id, type) VALUES ('x', 'text')",
    "INSERT INTO metric_definitions (id, type) VALUES ('x', NULL)",
    "INSERT INTO metric_definitions (id, type) VALUES ('answer', 'numeric')",
    BUILD + "(NULL, 'b', 'r', 1, 'push', 't')",
    BUILD + "('c', NULL, 'r', 1, 'push', 't')",
    BUILD + "('c', 'b', NULL, 1, 'push', 't')",
    BUILD + "('c', 'b', 'r', NULL, 'push', 't')",
    BUILD + "('c', 'b', 'r', 1, 'push', NULL)",
    "INSERT INTO build_contexts (commit_sha, branch, run_id, run_number, timestamp)"
    " SELECT commit_sha, 'b', run_id, 1, 't' FROM build_contexts",
    "INSERT INTO metric_values (metric_id, build_id, value_numeric) SELECT metric_id, build_id, 1 FROM metric_values",
    "INSERT INTO metric_values (metric_id, build_id) VALUES ('other', 1)",
    "INSERT INTO metric_values (metric_id, build_id, value_numeric, value_label) VALUES ('other', 1, 1, 'x')",
    "INSERT INTO metric_values (metric_id, build_id, value_numeric) VALUES ('nowhere', 1, 1)",
    "INSERT INTO metric_values (metric_id, build_id, value_numeric) VALUES ('other', 999, 1)",
    "INSERT INTO schema_version (version) VALUES ('2.0.0')",
    "INSERT INTO schema_version (version, applied_at) VALUES ('9', NULL)",
]
ACCEPTED = [
    "INSERT INTO metric_definitions (id, type, unit) VALUES ('9-x_ anything', 'label', 'no check')",
    BUILD + "('c', 'b', 'r', 0, NULL, 'any text')",
    "INSERT INTO metric_values (metric_id, build_id, value_label) VALUES ('other', 1, 'x')",
    "INSERT INTO schema_version (version) VALUES ('1.0.0')",
    # The conflict targets that the existing tool names.
    "INSERT INTO metric_definitions (id, type, unit) VALUES ('answer', 'numeric', 'bytes')"
    " ON CONFLICT (id) DO UPDATE SET unit = excluded.unit",
    "INSERT INTO build_contexts (commit_sha, branch, run_id, run_number, timestamp)"
    " SELECT commit_sha, 'b', run_id, 1, 't' FROM build_contexts WHERE true"
    " ON CONFLICT (commit_sha, run_id) DO UPDATE SET branch = excluded.branch",
    "INSERT INTO metric_values (metric_id, build_id, value_numeric) SELECT metric_id, build_id, 1 FROM metric_values"
    " WHERE true ON CONFLICT (metric_id, build_id) DO UPDATE SET value_numeric = excluded.value_numeric",
]


class Layout(S3Case):
    def setUp(self):
        super().setUp()
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track_s3())

    def test_tables_are_ordinary_and_alone(self):
        with sqlite_file(self.stored()) as database:
            tables = {row[1]: row for row in database.execute("PRAGMA table_list") if row[0] == "main"}
            for name in COLUMNS:
                _, _, kind, _, without_rowid, strict = tables[name]
                self.assertEqual((kind, without_rowid, strict), ("table", 0, 0), name)
            kinds = {row[0] for row in database.execute("SELECT DISTINCT type FROM sqlite_schema")}
            self.assertEqual(kinds, {"table", "index"})
            self.assertEqual(database.execute("PRAGMA user_version").fetchone(), (0,))
            ours = {name for name in tables if name not in COLUMNS and not name.startswith("sqlite_")}
            self.assertEqual({name.split("_")[0] for name in ours} - {"unentropy"}, set())

    def test_columns(self):
        with sqlite_file(self.stored()) as database:
            for table, columns in COLUMNS.items():
                found = [row[1:6] for row in database.execute(f"PRAGMA table_info({table})")]
                self.assertEqual(found, columns, table)

    def test_indexes(self):
        with sqlite_file(self.stored()) as database:
            for table, indexes in INDEXES.items():
                found = set()
                for _, name, unique, origin, partial in database.execute(f"PRAGMA index_list({table})").fetchall():
                    columns = tuple(row[2] for row in database.execute(f'PRAGMA index_info("{name}")'))
                    found.add((name if origin == "c" else None, unique, origin, columns))
                    self.assertEqual(partial, 0, name)
                self.assertEqual(found, indexes, table)

    def test_foreign_keys(self):
        with sqlite_file(self.stored()) as database:
            for table, keys in FOREIGN_KEYS.items():
                rows = database.execute(f"PRAGMA foreign_key_list({table})").fetchall()
                found = {(column, parent, to, update, delete) for _, _, parent, column, to, update, delete, _ in rows}
                self.assertEqual(found, keys, table)

    def test_numbers_are_never_given_twice(self):
        with sqlite_file(self.stored()) as database:
            for table in ("build_contexts", "metric_values"):
                highest = database.execute(f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'").fetchone()[0]
                database.execute(f"DELETE FROM {table}")
                columns = "commit_sha, branch, run_id, run_number, timestamp" if table == "build_contexts" else (
                    "metric_id, build_id, value_numeric"
                )
                values = "'c', 'b', 'r', 1, 't'" if table == "build_contexts" else "'answer', 1, 1"
                added = database.execute(f"INSERT INTO {table} ({columns}) VALUES ({values})").lastrowid
                self.assertEqual(added, highest + 1)

    def test_constraints_hold(self):
        with sqlite_file(self.stored()) as database:
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("INSERT INTO metric_definitions (id, type) VALUES ('other', 'label')")
            database.commit()
            for statement in REFUSED:
                with self.subTest(statement), self.assertRaises(sqlite3.IntegrityError):
                    database.execute(statement)
                database.rollback()
            for statement in ACCEPTED:
                with self.subTest(statement):
                    database.execute(statement)
                database.rollback()

    def test_version_row(self):
        rows = self.rows("SELECT version, applied_at IS NOT NULL FROM schema_version")
        self.assertEqual(rows, [("2.0.0", 1)])

    def test_definitions_carry_type_unit_and_description(self):
        self.workspace.configure(
            {
                "a": {"type": "numeric", "unit": "bytes", "description": "d", "command": "echo 1"},
                "b": {"type": "label", "command": "echo x"},
                "c": {"$ref": "build-time", "command": "echo 2"},
            }
        )
        self.assert_done(self.track_s3(2))
        columns = "SELECT id, type, unit, description FROM metric_definitions"
        rows = self.rows(columns + " WHERE id IN ('a', 'b') ORDER BY id")
        self.assertEqual(rows, [("a", "numeric", "bytes", "d"), ("b", "label", None, None)])
        self.assertEqual(self.rows(columns + " WHERE id = 'c'")[0][:3], ("c", "numeric", "duration"))


class OtherWriters(S3Case):
    def _start(self):
        self.workspace.configure({"n": {"type": "numeric", "command": "echo $UNENTROPY_RUN_NUMBER"}})
        for number in (1, 2):
            self.assert_done(self.track_s3(number))

    def _edit(self, *statements: str) -> None:
        with sqlite_file(self.stored()) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()
            content = database.content()
        self.client.put(self.key, content)

    def test_build_added_by_another_tool_counts_and_stays(self):
        self._start()
        self._edit(
            BUILD + "('f00d', 'main', 'foreign', 3, 'push', '2099-01-02T03:04:05.000Z')",
            "INSERT INTO metric_values (metric_id, build_id, value_numeric)"
            " SELECT 'n', MAX(id), 55.5 FROM build_contexts",
            BUILD + "('f00e', 'main', 'empty', 4, NULL, '2026-01-02T03:04:05+02:00')",
            "INSERT INTO metric_definitions (id, type, unit, description) VALUES ('theirs', 'label', NULL, 'x')",
        )
        run = self.track_s3(5)
        self.assert_done(run)
        self.assertEqual(run.outputs["total-builds"], "5")
        self.assertEqual(
            self.rows(
                "SELECT b.run_id, v.value_numeric FROM build_contexts b"
                " LEFT JOIN metric_values v ON v.build_id = b.id ORDER BY b.id"
            ),
            [("9000001", 1.0), ("9000002", 2.0), ("foreign", 55.5), ("empty", None), ("9000005", 5.0)],
        )
        self.assertEqual(self.rows("SELECT description FROM metric_definitions WHERE id = 'theirs'"), [("x",)])

    def test_previous_value_may_come_from_another_tool(self):
        self._start()
        self._edit("UPDATE metric_values SET value_numeric = 20 WHERE build_id = 2")
        run = self.track_s3(3)
        self.assert_done(run)
        self.assertEqual(run.result["metrics"][0]["previous"], 20)

    def test_other_tables_and_page_sizes_survive(self):
        self._start()
        with sqlite_file(self.stored()) as database:
            database.execute("CREATE TABLE notes (text TEXT)")
            database.execute("INSERT INTO notes VALUES ('mine')")
            database.execute("ALTER TABLE build_contexts ADD COLUMN theirs TEXT")
            database.execute("UPDATE build_contexts SET theirs = 'kept'")
            database.commit()
            database.execute("PRAGMA page_size = 8192")
            database.execute("VACUUM")
            content = database.content()
        self.client.put(self.key, content)
        self.assert_done(self.track_s3(3))
        self.assertEqual(self.rows("SELECT text FROM notes"), [("mine",)])
        self.assertEqual(self.rows("SELECT theirs FROM build_contexts ORDER BY id"), [("kept",), ("kept",), (None,)])

    def test_write_ahead_log_mode_is_converted(self):
        self._start()
        with sqlite_file(self.stored()) as database:
            self.assertEqual(database.execute("PRAGMA journal_mode = WAL").fetchone(), ("wal",))
            database.commit()
            content = bytearray(database.content())
        self.assertEqual(bytes(content[18:20]), b"\x02\x02")
        self.client.put(self.key, bytes(content))
        run = self.track_s3(3)
        self.assert_done(run)
        self.assertEqual(run.outputs["total-builds"], "3")
        self.assertEqual(self.stored()[18:20], b"\x01\x01")

    def test_F018_newer_layout_is_refused_untouched(self):
        self._start()
        self._edit("UPDATE schema_version SET version = '10.0.0'")
        before = self.stored()
        run = self.track_s3(3)
        self.assert_failed(run, 2, "usage")
        self.assertIn("10.0.0", run.result["error"]["message"])
        self.assertIn("2.0.0", run.result["error"]["message"])
        self.assertEqual(self.stored(), before)

    def test_triggers_of_a_hostile_file_do_not_run(self):
        self._start()
        self._edit(
            "CREATE TRIGGER wipe AFTER INSERT ON build_contexts BEGIN DELETE FROM metric_values; END",
            "CREATE TRIGGER wipe2 BEFORE UPDATE ON build_contexts BEGIN DELETE FROM metric_values; END",
        )
        before = self.stored()
        run = self.track_s3(3)
        if run.exit_code == 0:
            self.assertEqual(self.rows("SELECT COUNT(*) FROM metric_values"), [(3,)])
        else:
            self.assert_failed(run, 3, "corrupt")
            self.assertEqual(self.stored(), before)

    def test_somebody_elses_database_is_refused_untouched(self):
        with sqlite_file(b"") as database:
            database.execute("CREATE TABLE people (name TEXT)")
            database.execute("INSERT INTO people VALUES ('x')")
            database.commit()
            content = database.content()
        self.client.put(self.key, content)
        self.workspace.configure(ONE_METRIC)
        self.assert_failed(self.track_s3(), 3, "corrupt")
        self.assertEqual(self.stored(), content)
