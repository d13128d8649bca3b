"""Coverage reports of any size, made as the tools make them: many files, many lines, branches, functions."""

import random

LINES = 400  # of a file


def _files(bytes_wanted, write):
    """Calls `write(number of file, hits of its lines)` until enough is written; returns how many files."""
    chance = random.Random(1)
    number, written = 0, 0
    while written < bytes_wanted:
        hits = [chance.choice((0, 0, 1, 2, 7, 120)) for _ in range(LINES)]
        written += write(number, hits)
        number += 1
    return number


def _path(number):
    return f"src/module{number % 97}/part{number % 13}/unit_{number}"


def lcov(path, bytes_wanted):
    with open(path, "w", encoding="ascii") as file:

        def write(number, hits):
            text = [f"TN:\nSF:/builds/project/{_path(number)}.c\n"]
            text += [f"FN:{line + 1},function_{number}_{line}\n" for line in range(0, LINES, 20)]
            text += [f"FNDA:{hits[line]},function_{number}_{line}\n" for line in range(0, LINES, 20)]
            text += [f"BRDA:{line + 1},0,{branch},{hits[line] or '-'}\n" for line in range(0, LINES, 5) for branch in (0, 1)]
            text += [f"DA:{line + 1},{hit}\n" for line, hit in enumerate(hits)]
            covered = sum(hit > 0 for hit in hits)
            return file.write("".join(text) + f"LF:{LINES}\nLH:{covered}\nend_of_record\n")

        return _files(bytes_wanted, write)


def cobertura(path, bytes_wanted):
    with open(path, "w", encoding="ascii") as file:
        file.write('<?xml version="1.0" ?>\n<coverage line-rate="0.6" branch-rate="0.5" version="1" timestamp="1">\n')
        file.write("<sources><source>/builds/project</source></sources>\n<packages>\n<package name=\"p\"><classes>\n")

        def write(number, hits):
            text = [f'<class name="Unit{number}" filename="{_path(number)}.py" line-rate="0.6">\n<methods/>\n<lines>\n']
            for line, hit in enumerate(hits):
                if line % 5:
                    text.append(f'\t\t\t\t\t\t<line number="{line + 1}" hits="{hit}"/>\n')
                else:
                    rate = "100% (2/2)" if hit > 1 else "50% (1/2)"
                    text.append(f'\t\t\t\t\t\t<line number="{line + 1}" hits="{hit}" branch="true" ')
                    text.append(f'condition-coverage="{rate}" missing-branches="exit"/>\n')
            return file.write("".join(text) + "</lines>\n</class>\n")

        count = _files(bytes_wanted, write)
        file.write("</classes></package></packages></coverage>\n")
        return count


def jacoco(path, bytes_wanted):
    """As JaCoCo writes it: everything on one line."""
    with open(path, "w", encoding="ascii") as file:
        file.write('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>')
        file.write('<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="project">')

        def write(number, hits):
            text = [f'<package name="org/example/p{number}"><class name="org/example/p{number}/Unit" ']
            text.append('sourcefilename="Unit.java">')
            for line in range(0, LINES, 20):
                covered = int(hits[line] > 0)
                text.append(f'<method name="m{line}" desc="(ILjava/lang/String;)V" line="{line + 1}">')
                for kind in ("INSTRUCTION", "LINE", "COMPLEXITY", "METHOD"):
                    text.append(f'<counter type="{kind}" missed="{1 - covered}" covered="{covered}"/>')
                text.append("</method>")
            text.append('</class><sourcefile name="Unit.java">')
            for line, hit in enumerate(hits):
                branches = (int(not hit), int(hit > 0)) if line % 5 == 0 else (0, 0)
                text.append(f'<line nr="{line + 1}" mi="{3 if not hit else 0}" ci="{min(hit, 9)}" ')
                text.append(f'mb="{branches[0]}" cb="{branches[1]}"/>')
            return file.write("".join(text) + "</sourcefile></package>")

        count = _files(bytes_wanted, write)
        file.write("</report>\n")
        return count


def junit(path, tests):
    with open(path, "w", encoding="ascii") as file:
        file.write(f'<?xml version="1.0"?>\n<testsuites>\n<testsuite name="all" tests="{tests}">\n')
        for number in range(tests):
            body = "<failure>why</failure>" if number % 50 == 0 else ""
            file.write(f'<testcase classname="Unit{number % 97}" name="case {number}" time="0.012">{body}</testcase>\n')
        file.write("</testsuite>\n</testsuites>\n")
