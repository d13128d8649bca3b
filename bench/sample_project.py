"""A project of usual size for benchmarks: 10,000 files, the reports of its tests, and sixteen metrics over them."""

import shutil

import reports
import source_trees

FILES = 10_000
METRICS = {
    "loc": "loc src",
    "loc-java": "loc src -l java",
    "loc-c": "loc src -l c,c++",
    "loc-scripts": "loc src -l shell,python,makefile",
    "loc-without-tests": "loc src --exclude test",
    "files": "count src",
    "java-files": "count 'src/**/*.java'",
    "source-bytes": "size src",
    "report-bytes": "size reports",
    "lines-covered": "coverage reports/jacoco.xml",
    "branches-covered": "coverage reports/jacoco.xml --type branch",
    "functions-covered": "coverage reports/jacoco.xml --type function",
    "tests": "junit reports/junit.xml",
    "failures": "junit reports/junit.xml --type failures",
    "test-time": "junit reports/junit.xml --type duration",
    "bundle": "json reports/stats.json /bundle/bytes",
}
# The same number, with coverage reports of three tools, which share nothing.
METRICS_OF_THREE_TOOLS = {
    **{name: command for name, command in METRICS.items() if not name.endswith("-covered") and name != "test-time"},
    "lines-covered": "coverage-lcov reports/lcov.info",
    "branches-covered": "coverage-lcov reports/lcov.info --type branch",
    "python-covered": "coverage-cobertura reports/cobertura.xml",
    "java-covered": "coverage reports/jacoco.xml",
}


def repository(folder):
    """The first files of a large tree, and reports of the size that such a project has."""
    tree = source_trees.fetch("openjdk-17", "openjdk-21", "openjdk-25")
    count = 0
    for name in source_trees.files(tree):
        if count == FILES:
            break
        if (tree / name).is_symlink():
            continue
        copy = folder / "src" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(tree / name, copy)
        count += 1
    target = folder / "reports"
    target.mkdir()
    reports.lcov(target / "lcov.info", 5_000_000)
    reports.cobertura(target / "cobertura.xml", 5_000_000)
    reports.jacoco(target / "jacoco.xml", 5_000_000)
    reports.junit(target / "junit.xml", 10_000)
    (target / "stats.json").write_text('{"bundle": {"bytes": 182044}}')
