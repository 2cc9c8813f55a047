"""What the random configurations say beside typed expressions: uses of what is not known, calls of every function."""

from __future__ import annotations

import json
from pathlib import Path

UNKNOWN_FORMS = r"""
@
"${@}-x"
[@, "a"]
{ k = @, l = 1 }
length([@, @])
upper(@)
merge({ a = 1 }, { b = @ })
try(@, "x")
can(@)
coalesce("x", @)
[for x in [@, "a"] : x]
[for x in [@, "a"] : "<${x}>"]
{ for k, v in { a = @, b = "c" } : k => v if k != "a" }
concat([@], ["a"])
keys({ a = @ })
values({ a = @, b = "x" })
lookup({ a = @, b = "x" }, "b", "")
jsonencode({ a = @ })
tolist([@, "a"])[1]
toset([@])
element([@, "a"], 1)
zipmap(["a", "b"], [@, "x"])
reverse([@, "a"])
slice([@, "a", "b"], 1, 3)
join(",", ["a", @])
format("%s", @)
one([@])
setproduct(["a"], [@])
chunklist([@, "a", "b"], 2)
(@ == "x")
(@ == "x" ? { a = 1 } : { a = 2 })
(true ? "known" : @)
(false ? @ : "7")
(true || @ == "x")
[@][*]
{ a = { b = @, c = 1 } }.a.c
tomap({ a = @ })
[[@]][0]
"%{ if true }a%{ else }${@}%{ endif }"
"%{ for x in ["a", @] }${x}%{ endfor }"
contains([@], "a")
length(toset([@]))
length({ a = @ })
distinct([@])
sort([@, "a"])
coalescelist([@], [])
range(length([@]))
try({ a = @ }.b, 1)
(@ != @ ? 1 : 1)
can({ a = @ }.b)
matchkeys([@], ["a"], ["a"])
compact([@, ""])
trimprefix(@, "x")
tolist(["a", @])
concat([], [{ n = @ }])[0]
merge({ a = @ }, { a = 2 })
""".strip().splitlines()
"""What is done to an expression that only an apply settles, which stands for ``@``."""
FUNCTIONS = [
    expression
    for rows in json.loads(Path(__file__).with_name("expressions.json").read_text(encoding="utf-8")).values()
    for expression, value in rows
    if value is not None
]
"""Calls of every function there is, that have a value."""
