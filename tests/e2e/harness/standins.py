"""What the guides call and what no test can have: `standins.py NAME ARGUMENT…`, started under NAME from the PATH.

Each one refuses every argument that the real program would not take in that place, and does what was asked for as far
as it can be done here: transfers go to the S3 server of the tests. What is known of the place is in the JSON file that
the variable STANDINS names. Exit code 64: the arguments are wrong.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.sax.saxutils
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness.s3 import Credentials, S3Client  # noqa: E402  (the path comes first)

KNOWN: Dict[str, Any] = json.loads(Path(os.environ["STANDINS"]).read_text()) if "STANDINS" in os.environ else {}


class Refused(Exception):
    pass


def demand(holds: Any, complaint: str) -> None:
    if not holds:
        raise Refused(complaint)


def typed_line() -> str:
    """One line of what is typed; the rest is for the next program."""
    line = b""
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    return line.decode().strip()


class Given(NamedTuple):
    words: List[str]
    options: Dict[str, str]


class Command(NamedTuple):
    act: Callable[[Given], None]
    words: int = 0  # how many beside the command's own
    needed: Sequence[str] = ()  # options with a value
    allowed: Sequence[str] = ()
    flags: Sequence[str] = ()


def parse(command: Command, arguments: Sequence[str]) -> Given:
    words, options, rest = [], {}, list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument in command.flags:
            options[argument] = "yes"
        elif argument in (*command.needed, *command.allowed):
            demand(rest and not rest[0].startswith("--"), f"{argument} has no value")
            demand(argument not in options, f"{argument} is there twice")
            options[argument] = rest.pop(0)
        else:
            demand(not argument.startswith("-"), f"there is no option {argument} here")
            words.append(argument)
    demand(len(words) == command.words, f"{command.words} words are wanted, not {words}")
    demand(set(command.needed) <= set(options), f"{sorted(set(command.needed) - set(options))} is missing")
    return Given(words, options)


# -- S3 ----------------------------------------------------------------------------------------------------------------


def store(bucket: str, given: Given) -> S3Client:
    endpoint = given.options.get("--endpoint-url", KNOWN["endpoint"])
    demand(endpoint == KNOWN["endpoint"], f"there is no store at {endpoint}")
    return S3Client(endpoint, bucket, Credentials(*KNOWN["credentials"]), KNOWN["region"])


def place(url: str) -> Tuple[str, str]:
    found = re.fullmatch(r"s3://([a-z0-9.-]{3,63})/(.*)", url)
    demand(found, f"{url} is no place in a bucket")
    return found.group(1), found.group(2)


def answered(response: Any) -> bytes:
    demand(response.status in (200, 204), f"the store says {response.status}: {response.body!r}")
    return response.body


def copy(given: Given) -> None:
    source, target = given.words
    demand(source.startswith("s3://") != target.startswith("s3://"), "one of the two must be in a bucket")
    if target.startswith("s3://"):
        bucket, key = place(target)
        demand(key and not key.endswith("/"), f"{target} names no object")
        kind = given.options.get("--content-type", "binary/octet-stream")
        store(bucket, given).put(key, Path(source).read_bytes(), kind)
        return
    bucket, key = place(source)
    there = store(bucket, given)
    if "--recursive" not in given.options:
        Path(target).write_bytes(there.get(key).body)
        return
    demand(key.endswith("/") and target.endswith("/"), "folders end with a slash here, so that no name is cut")
    for name in there.list(key):
        file = Path(target) / name[len(key) :]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(there.get(name).body)


def listing(given: Given) -> None:
    bucket, prefix = place(given.words[0])
    found = store(bucket, given).list(prefix)
    demand(found, f"nothing begins with {prefix}")
    folder = prefix[: prefix.rfind("/") + 1]
    for key in found:
        if "--recursive" in given.options:
            print("2026-01-01 00:00:00", 1, key)
        elif "/" not in key[len(folder) :]:
            print("2026-01-01 00:00:00", 1, key[len(folder) :])


def remove(given: Given) -> None:
    bucket, key = place(given.words[0])
    there = store(bucket, given)
    demand(there.find(key), f"there is no {key}")
    there.delete(key)


def versioning(given: Given) -> None:
    there = store(given.options["--bucket"], given)
    if "--versioning-configuration" not in given.options:
        print(answered(there.request("GET", query=[("versioning", "")])).decode())
        return
    state = re.fullmatch(r"Status=(Enabled|Suspended)", given.options["--versioning-configuration"])
    demand(state, "the state is Status=Enabled or Status=Suspended")
    body = f"<VersioningConfiguration><Status>{state.group(1)}</Status></VersioningConfiguration>"
    answered(there.request("PUT", query=[("versioning", "")], body=body.encode()))


def document(name: str) -> Any:
    demand(name.startswith("file://"), f"{name} is no file://")
    return json.loads(Path(name[len("file://") :]).read_text())


def as_xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{as_xml(inner)}</{name}>" for name, inner in value.items())
    return xml.sax.saxutils.escape(str(value))


def lifecycle(given: Given) -> None:
    rules = document(given.options["--lifecycle-configuration"])
    demand(set(rules) == {"Rules"}, "a lifecycle has Rules")
    body = "".join(f"<Rule>{as_xml(rule)}</Rule>" for rule in rules["Rules"])
    body = f"<LifecycleConfiguration>{body}</LifecycleConfiguration>"
    answered(store(given.options["--bucket"], given).request("PUT", query=[("lifecycle", "")], body=body.encode()))


def list_of_versions(there: S3Client, prefix: str) -> List[Dict[str, str]]:
    body = answered(there.request("GET", query=[("versions", ""), ("prefix", prefix)])).decode()
    return [
        {name: value.replace("&quot;", '"') for name, value in re.findall(r"<(\w+)>([^<]*)</\1>", entry)}
        for entry in re.findall(r"(?s)<Version>(.*?)</Version>", body)
    ]


def object_versions(given: Given) -> None:
    demand(given.options.get("--output") == "table", "people read a table")
    query = re.fullmatch(r"Versions\[\?Key==`([^`]+)`\]\.\[([\w,]+)\]", given.options["--query"])
    demand(query, f"cannot read the query {given.options['--query']}")
    for version in list_of_versions(store(given.options["--bucket"], given), given.options["--prefix"]):
        if version["Key"] == query.group(1):
            print("\t".join(version[name] for name in query.group(2).split(",")))


def get_object(given: Given) -> None:
    there = store(given.options["--bucket"], given)
    query = [("versionId", given.options["--version-id"])]
    Path(given.words[0]).write_bytes(answered(there.request("GET", given.options["--key"], query=query)))


def make_bucket(given: Given) -> None:
    region = given.options["--region"]
    configuration = given.options.get("--create-bucket-configuration")
    demand(configuration == f"LocationConstraint={region}", "outside us-east-1 the place is named twice")
    store(given.options["--bucket"], given).create_bucket()


def policy_given(given: Given, option: str) -> None:
    policy = document(given.options[option])
    demand(set(policy) == {"Version", "Statement"} and policy["Version"] == "2012-10-17", "this is no policy")
    for statement in policy["Statement"]:
        demand({"Effect", "Action", "Resource"} <= set(statement), f"something is missing in {statement}")
    print("attached")


ENDPOINT = ("--endpoint-url",)
AWS = {
    "s3 cp": Command(copy, 2, allowed=(*ENDPOINT, "--content-type"), flags=("--recursive",)),
    "s3 ls": Command(listing, 1, allowed=ENDPOINT, flags=("--recursive",)),
    "s3 rm": Command(remove, 1, allowed=ENDPOINT),
    "s3api get-bucket-versioning": Command(versioning, needed=("--bucket",), allowed=ENDPOINT),
    "s3api put-bucket-versioning": Command(
        versioning, needed=("--bucket", "--versioning-configuration"), allowed=ENDPOINT
    ),
    "s3api put-bucket-lifecycle-configuration": Command(
        lifecycle, needed=("--bucket", "--lifecycle-configuration"), allowed=ENDPOINT
    ),
    "s3api list-object-versions": Command(
        object_versions, needed=("--bucket", "--prefix", "--query"), allowed=(*ENDPOINT, "--output")
    ),
    "s3api get-object": Command(get_object, 1, needed=("--bucket", "--key", "--version-id"), allowed=ENDPOINT),
    "s3api create-bucket": Command(
        make_bucket, needed=("--bucket", "--region"), allowed=("--create-bucket-configuration",)
    ),
    "iam create-user": Command(lambda given: print("{}"), needed=("--user-name",)),
    "iam put-user-policy": Command(
        lambda given: policy_given(given, "--policy-document"),
        needed=("--user-name", "--policy-name", "--policy-document"),
    ),
    "iam create-access-key": Command(lambda given: print("{}"), needed=("--user-name",)),
}


def rclone_listing(given: Given) -> None:
    found = re.fullmatch(r"remote:([a-z0-9.-]{3,63})/(.*)", given.words[0])
    demand(found, f"{given.words[0]} is no place of the remote `remote`")
    demand("--s3-versions" in given.options, "without --s3-versions only the newest is listed")
    for version in list_of_versions(store(found.group(1), given), found.group(2)):
        print(version["Size"], version["LastModified"], version["Key"])


# -- GitHub ------------------------------------------------------------------------------------------------------------


def workflow(given: Given) -> None:
    demand(given.words[0] in KNOWN["workflows"], f"no workflow of the documents is called {given.words[0]}")


def secret(given: Given) -> None:
    demand(given.words[0] in KNOWN["secrets"], f"no workflow of the documents asks for the secret {given.words[0]}")
    demand(typed_line(), "the value is asked for, and none was typed")


GH = {
    "auth token": Command(lambda given: print(KNOWN["token"])),
    "secret set": Command(secret, 1),
    "workflow disable": Command(workflow, 1),
    "workflow enable": Command(workflow, 1),
    "workflow run": Command(workflow, 1),
}


# -- other programs ----------------------------------------------------------------------------------------------------


def minio_bucket(given: Given) -> None:
    found = re.fullmatch(r"minio/([a-z0-9.-]{3,63})", given.words[0])
    demand(found, f"{given.words[0]} is no bucket of the alias minio")
    store(found.group(1), given).create_bucket()


def minio_policy(given: Given) -> None:
    alias, name, file = given.words
    demand(alias == "minio" and re.fullmatch(r"[\w-]+", name), "the words are alias, name and file")
    policy_given(Given([], {"file": f"file://{file}"}), "file")


def minio_alias(given: Given) -> None:
    demand(given.words[0] == "minio" and re.match(r"https?://", given.words[1]), "the words are alias, address, user")
    demand(typed_line(), "the password is asked for, and none was typed")


def minio_user(given: Given) -> None:
    demand(given.words[0] == "minio" and len(given.words[2]) >= 8, "a password of eight characters or more")


def minio_attach(given: Given) -> None:
    demand(given.words[0] == "minio", f"there is no alias {given.words[0]}")


MC = {
    "alias set": Command(minio_alias, 3),
    "mb": Command(minio_bucket, 1),
    "admin policy create": Command(minio_policy, 3),
    "admin policy attach": Command(minio_attach, 2, needed=("--user",)),
    "admin user add": Command(minio_user, 3),
}

B2_CAPABILITIES = {"listBuckets", "listFiles", "readFiles", "writeFiles", "deleteFiles"}


def b2_bucket(given: Given) -> None:
    demand(given.words[1] == "allPrivate", "the words are name and allPrivate")
    rule = json.loads(given.options["--lifecycle-rule"])
    demand(set(rule) == {"daysFromHidingToDeleting", "daysFromUploadingToHiding", "fileNamePrefix"}, f"no rule: {rule}")
    store(given.words[0], given).create_bucket()


def b2_key(given: Given) -> None:
    wanted = given.words[1].split(",")
    demand(set(wanted) <= B2_CAPABILITIES, f"capabilities are {sorted(B2_CAPABILITIES)}, not {wanted}")
    print("0001 K001")


B2 = {
    "bucket create": Command(b2_bucket, 2, needed=("--lifecycle-rule",)),
    "key create": Command(b2_key, 2, needed=("--bucket",), allowed=("--name-prefix",)),
}


def as_root(given: Given) -> None:
    program, flag, source, target = given.words
    known = program == "cp" and flag == "dash-r" and target.startswith("/usr/local")
    demand(known, "only cp -r … /usr/local is known")
    shutil.copytree(source, KNOWN["root"] + target, dirs_exist_ok=True)


def dev(given: Given) -> None:
    text = subprocess.run([KNOWN["dev"], "help"], check=True, capture_output=True, text=True).stdout
    demand(re.search(rf"(?m)^  {re.escape(given.words[0])}\b", text), f"./dev has no command {given.words[0]}")


PROGRAMS: Dict[str, Dict[str, Command]] = {
    "aws": AWS,
    "b2": B2,
    "dev": {"": Command(dev, 1)},
    "gh": GH,
    "mc": MC,
    "rclone": {"lsl": Command(rclone_listing, 1, flags=("--s3-versions",))},
    "sudo": {"": Command(as_root, 4)},
}


def main(name: str, arguments: List[str]) -> int:
    try:
        if name == "sudo":
            arguments = ["dash-r" if argument == "-r" else argument for argument in arguments]
        for words, command in PROGRAMS[name].items():
            own = words.split()
            if arguments[: len(own)] == own:
                command.act(parse(command, arguments[len(own) :]))
                return 0
        raise Refused("there is no such command")
    except Refused as refused:
        print(f"stand-in for {name}: {' '.join(arguments)}: {refused}", file=sys.stderr)
        return 64


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
