"""Functions that reach files stay inside the scanned tree; the table of functions is complete; patterns are bounded."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from sumptuary.sources.terraform import functions
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.functions.documents import json_text
from sumptuary.sources.terraform.functions.linear import Program, matches
from sumptuary.sources.terraform.scope import Names, TreeFiles
from sumptuary.values import PartialMap, Unknown

ALL = (
    "abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt "
    "can ceil chomp chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact concat "
    "contains csvdecode dirname distinct element endswith ephemeralasnull file filebase64 filebase64sha256 "
    "filebase64sha512 fileexists filemd5 fileset filesha1 filesha256 filesha512 flatten floor format formatdate "
    "formatlist indent index issensitive join jsondecode jsonencode keys length log lookup lower matchkeys max "
    "md5 merge min nonsensitive one parseint pathexpand plantimestamp pow range regex regexall replace reverse "
    "rsadecrypt sensitive setintersection setproduct setsubtract setunion sha1 sha256 sha512 signum slice sort "
    "split startswith strcontains strrev substr sum templatefile templatestring textdecodebase64 textencodebase64 "
    "timeadd timecmp timestamp title tobool tolist tomap tonumber toset tostring transpose trim trimprefix "
    "trimspace trimsuffix try upper urlencode uuid uuidv5 values yamldecode yamlencode zipmap"
)
"""Every function of Terraform 1.17 but ``convert``, whose second argument is a type, and without list() and map()."""
OPENTOFU = (
    "assumeequal assumelistlength assumelistlengthmax assumelistlengthmin assumemaplength assumemaplengthmax "
    "assumemaplengthmin assumenotnull assumesetlength assumesetlengthmax assumesetlengthmin assumestringprefix "
    "base64gunzip cidrcontains urldecode"
)
"""The functions that OpenTofu 1.13 has beside them."""


@pytest.mark.parametrize("name", [*ALL.split(), *OPENTOFU.split()])
def test_every_function_is_there(name: str) -> None:
    assert name in ("try", "can") or functions.find(name) is not None


def test_no_other_function_is_there() -> None:
    assert {name for name in functions.FAMILY_OF if "::" not in name} <= {*ALL.split(), *OPENTOFU.split()}
    assert functions.find("list") is None


PROVIDER: list[tuple[str, str | None]] = json.loads(
    Path(__file__).with_name("provider_functions.json").read_text(encoding="utf-8")
)
"""Calls of functions of the built-in provider, with the JSON of what Terraform answers, null where it refuses."""


@pytest.mark.parametrize(("expression", "expected"), PROVIDER)
def test_functions_of_the_builtin_provider(expression: str, expected: str | None) -> None:
    found = Expression(expression).evaluate(Names({}))
    if expected is None:
        assert isinstance(found, Unknown)
    else:
        assert json_text(found) == expected


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "scanned"
    (root / "stack" / "files" / "deep").mkdir(parents=True)
    (root / "stack" / "files" / "a.txt").write_text("hello\n")
    (root / "stack" / "files" / "b.json").write_text('{"k": [1, 2]}')
    (root / "stack" / "files" / "deep" / "c.txt").write_text("c")
    (root / "stack" / "files" / "t.tftpl").write_text("%{ for x in xs ~}\n${x}-${y}\n%{ endfor ~}\n")
    (root / "stack" / "files" / "bad.tftpl").write_text("one\n${x")
    (root / "stack" / "files" / "loops.tftpl").write_text(
        '%{ for x in ["a"] }${templatestring("<$${x}>", { x = x })}%{ endfor }'
    )
    (root / "stack" / "files" / "loop.tftpl").write_text('${templatefile("files/loop.tftpl", {})}')
    (root / "stack" / "binary").write_bytes(b"\xff\xfe\x00")
    (root / "shared.txt").write_text("shared")
    (tmp_path / "secret.txt").write_text("secret")
    (root / "stack" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "stack" / "up").symlink_to(tmp_path)
    return root


def told(expression: str, tree: Path) -> object:
    names = {"u": Unknown("u is not known"), "p": PartialMap({"xs": [1], "y": "z"}, Unknown("u is not known"))}
    return Expression(expression).evaluate(Names(names, TreeFiles(str(tree), str(tree / "stack"))))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('file("files/a.txt")', "hello\n"),
        ('file("./files/../files/a.txt")', "hello\n"),
        ('file("../shared.txt")', "shared"),
        ('jsondecode(file("files/b.json")).k[1]', 2),
        ('fileexists("files/a.txt")', True),
        ('fileexists("files/none.txt")', False),
        ('fileexists("files")', False),
        ('fileset("files", "*.txt")', ["a.txt"]),
        ('fileset("files", "**/*.txt")', ["a.txt", "deep/c.txt"]),
        (
            'fileset("files", "**")',
            ["a.txt", "b.json", "bad.tftpl", "deep/c.txt", "loop.tftpl", "loops.tftpl", "t.tftpl"],
        ),
        ('fileset("files", "{a,b}.*")', ["a.txt", "b.json"]),
        ('fileset("files", "[ab].???")', ["a.txt"]),
        ('fileset("none", "*")', []),
        ('filemd5("files/a.txt")', "b1946ac92492d2347c6235b4d2611184"),
        ('filebase64("binary")', "//4A"),
        ('filesha256("files/a.txt") == sha256("hello\\n")', True),
        ('filebase64sha512("files/a.txt") == base64sha512("hello\\n")', True),
        ('templatefile("files/t.tftpl", {xs = ["a", "b"], y = 1})', "a-1\nb-1\n"),
        ('templatefile("files/t.tftpl", p)', "1-z\n"),
        ('templatestring("${"$"}{a}!", {a = 1})', "1!"),
        ('try(file("files/none.txt"), "none")', "none"),
        ('can(file("files/none.txt"))', False),
        ('abspath("/a/../b")', "/b"),
    ],
)
def test_files_inside_the_tree(expression: str, expected: object, tree: Path) -> None:
    assert told(expression, tree) == expected


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ('file("/etc/passwd")', "/etc/passwd lies outside the scanned tree"),
        ('file("../../secret.txt")', "outside the scanned tree"),
        ('file("link.txt")', "outside the scanned tree"),
        ('file("up/secret.txt")', "outside the scanned tree"),
        ('try(file("link.txt"), "hidden")', "outside the scanned tree"),
        ('filemd5("link.txt")', "outside the scanned tree"),
        ('fileexists("../../secret.txt")', "outside the scanned tree"),
        ('fileset("../..", "*")', "outside the scanned tree"),
        ('fileset("up", "*")', "outside the scanned tree"),
        ('file("~/.ssh/id_rsa")', "home directory"),
        ('pathexpand("~/x")', "depends on the machine"),
        ('abspath("x")', "depends on the machine"),
        ('file("files")', "there is no file files"),
        ('file("none")', "there is no file none"),
        ('file("binary")', "not UTF-8"),
        ('file("a\\u0000b")', "NUL"),
        ("file(u)", "u is not known"),
        ('templatefile("files/t.tftpl", {xs = []})', ""),
        ('templatefile("files/t.tftpl", {xs = ["a"]})', "not given the variable y"),
        ('templatefile("files/t.tftpl", {xs = u, y = 1})', "u is not known"),
        ('templatefile("files/bad.tftpl", {x = 1})', "line 2"),
        ('templatefile("files/loop.tftpl", {})', "a template calls another one"),
        ('try(templatefile("files/loops.tftpl", {}), "refused")', "a template calls another one"),
    ],
)
def test_what_lies_outside_or_cannot_be_read_is_unknown(expression: str, reason: str, tree: Path) -> None:
    found = told(expression, tree)
    if reason:
        assert isinstance(found, Unknown)
        assert reason in found.reason
    else:
        assert found == ""


EVIL = [
    ("(a+)+$", "a" * 5_000 + "b"),
    ("(a|aa)+$", "a" * 5_000 + "b"),
    ("(.*)*x", "y" * 5_000),
    ("^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 5_000),
    ("(.+)/(.+)/(.+)/(.+)x", "/" * 5_000),
    (".*.*.*.*.*.*=.*", "x" * 3_000),
    ("(x?){50}y", "x" * 500),
    ("(\\p{L}+)+$", "é" * 5_000 + "1"),
    ("(?i)([[:alpha:]]|[^\\P{L}])*!", "aé" * 2_000),
]


@pytest.mark.parametrize(("pattern", "text"), EVIL)
def test_no_pattern_takes_forever(pattern: str, text: str) -> None:
    started = time.process_time()
    Expression(f'can(regex(p, t)) || length(regexall(p, t)) > 0 || replace(t, "/{pattern}/", "") == ""').evaluate(
        Names({"p": pattern, "t": text})
    )
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a(b|c)*d", "xabcbcd"),
        ("(a|ab)(c|bcd)(d*)", "abcd"),
        ("^(.+?)-(.+)-(.+)$", "us-east-1-foo"),
        ("(a*)(b?)(b+)", "aabb"),
        ("(?i:Ab)c", "abC aBc"),
        ("\\bfoo\\b", "afoo foo"),
        ("[^:]+$", "a:b:c"),
        ("(?m:^x$)", "a\nx\nb"),
        ("(?s:a.b)", "a\nb"),
        ("a{2,3}?", "aaaa"),
        ("(x)|(y)", "zy"),
        ("", "ab"),
        ("\\d+|\\w+", "12ab 3"),
        ("[[:alpha:]\\-]+", "a-b1"),
        ("\\p{Lu}\\p{Ll}*", "Été à Aix"),
        ("(?i)[^é]+", "aÉb"),
    ],
)
def test_the_linear_matcher_finds_what_pythons_does(pattern: str, text: str) -> None:
    from sumptuary.sources.terraform.functions.go_patterns import translated
    from sumptuary.sources.terraform.functions.patterns import _Pattern  # pyright: ignore[reportPrivateUsage]

    translation = translated(pattern)
    assert list(matches(Program(translation.source), text)) == list(_Pattern(translation).found(text))
