locals {
  values = {
    arithmetic  = [7 / 2, 7 % 3, -7 % 3, 1 / 3, 2 * 3.5, 10 - 4 * 2, -(3)]
    logic       = [true && !false, 1 == 1.0, "1" == 1, null == null, 3 >= 3, "a" != "b"]
    template    = "%{if 1 > 2}no%{else}yes%{endif} $${literal} %%{x} ${"nested ${"deep"}"}"
    splat       = [{ a = 1 }, { a = 2 }][*].a
    none        = null[*]
    one         = "x"[*]
    grouped     = { for x in ["ab", "ac", "bd"] : substr(x, 0, 1) => x... }
    filtered    = [for i, x in ["a", "b", "c"] : "${i}${x}" if i != 1]
    merged      = merge({ a = 1, b = 2 }, null, { b = 3 })
    looked      = [lookup({ a = 1 }, "b", 9), try({}.missing, "tried"), can({}.missing), coalesce(null, "", "c")]
    flat        = flatten([["a", ["b"]], [], [["c"]]])
    sets        = [setunion(["b", "a"], ["c"]), setsubtract(["a", "b"], ["a"]), tolist(toset(["z", "y", "z"]))]
    formats     = [format("%05.1f|%-5s|%+d|%q|%t|%x", 3.14159, "ab", 7, "q\"", true, 255), formatlist("%s-%d", ["a", "b"], 3)]
    encoded     = [jsonencode({ b = [1, true, null], a = "<é>" }), base64encode("hi"), urlencode("a b&c")]
    decoded     = [jsondecode("{\"a\":[1,2.5,null]}"), yamldecode("a: [1, true, 'x']\nb: {c: 2}")]
    networks    = [cidrsubnet("10.0.0.0/8", 8, 2), cidrhost("10.0.0.0/24", -2), cidrsubnets("10.0.0.0/16", 4, 4, 8)]
    numbers     = [ceil(1.2), floor(-1.2), max(1, 5, 3), min(4, 2), parseint("ff", 16), pow(2, 10), signum(-3), abs(-4.5), log(8, 2)]
    texts       = [title("ab cd"), trimprefix("abc", "a"), replace("a1b22", "/[0-9]+/", "#"), regex("([a-z])(\\d)", "x9"), split(",", "a,,b"), join("-", ["a", "b"]), strrev("añb"), trim("xxaxx", "x"), indent(2, "a\nb")]
    collections = [chunklist([1, 2, 3], 2), slice(["a", "b", "c"], 1, 2), zipmap(["a", "b"], [1, 2]), distinct([1, 1, 2]), range(1, 10, 4), reverse([1, 2]), sort(["b", "B", "a"]), element(["a", "b"], 5), index(["a", "b"], "b"), transpose({ a = ["x", "y"], b = ["y"] }), setproduct(["a", "b"], [1, 2]), keys({ b = 1, a = 2 }), values({ b = 1, a = 2 }), compact(["a", "", null]), contains(["a"], "a"), one([]), sum([1, 2.5]), alltrue([]), anytrue([])]
    conversions = [tonumber("0x"=="0x" ? "10" : "1"), tobool("true"), tomap({ a = 1, b = "x" }), tolist([1, "2"])]
    hashes      = [md5("a"), sha256("a"), base64sha256("a")]
    conditional = [true ? 1 : "a", false ? [] : ["x"], true ? null : 1]
    large       = [9007199254740993, 12345678901234567890, 0.1 + 0.2]
    indexes     = [{ a = { "b c" = [10, 20] } }.a["b c"][1], ["x", "y"].1]
    dates       = [timeadd("2026-01-31T00:00:00Z", "36h"), formatdate("YYYY-MM-DD hh:mm EEE", "2026-11-21T08:05:00Z")]
  }
}

resource "terraform_data" "value" {
  for_each = local.values_by_name
  input    = each.value
}

locals {
  values_by_name = { for name, value in local.values : name => jsonencode(value) }
}
