"""CPU per message as bars: an SVG without a library, readable on light and dark pages."""

from html import escape

from benchmarks.contenders import RELAY
from benchmarks.rows import Row

WIDTH, LABEL, FIGURE = 860, 190, 70
BAR, STEP, TOP = 18, 30, 56
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.quiet { fill: #59636e }
.server { fill: #0969da } .store { fill: #8250df } .product { font-weight: 700 }
line { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .quiet { fill: #9198a1 } .server { fill: #4493f8 } .store { fill: #ab7df8 }
  line { stroke: #3d444d }
}
"""


def svg(rows: list[Row]) -> str:
    """A bar for each server: its own part, then the store's. The background is the page's."""
    longest = max((row.cpu for row in rows), default=1.0)
    scale = (WIDTH - LABEL - FIGURE) / longest
    height = TOP + STEP * len(rows) + 12
    bars = "\n".join(_bar(row, TOP + STEP * place, scale) for place, row in enumerate(rows))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">
<title>CPU per message of server and store</title>
<style>{STYLE}</style>
<text class="title" x="0" y="18">CPU of one complete message, µs (shorter is better)</text>
<rect class="server" x="{LABEL}" y="30" width="12" height="12"/><text x="{LABEL + 18}" y="41">server</text>
<rect class="store" x="{LABEL + 90}" y="30" width="12" height="12"/><text x="{LABEL + 108}" y="41">store</text>
<text class="quiet" x="{LABEL + 180}" y="41">names in grey only relay</text>
<line x1="{LABEL}" y1="{TOP - 6}" x2="{LABEL}" y2="{height - 8}"/>
{bars}
</svg>
"""


def _bar(row: Row, y: int, scale: float) -> str:
    name = row.server if row.durability == "off" else f"{row.server}, AOF {row.durability}"
    kind = "product" if row.server == "product" else "quiet" if row.does == RELAY else ""
    server, store = row.server_cpu * scale, row.store_cpu * scale
    end = LABEL + server + store + 6
    return (
        f'<text class="{kind}" x="{LABEL - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="server" x="{LABEL}" y="{y}" width="{server:.1f}" height="{BAR}"/>'
        f'<rect class="store" x="{LABEL + server:.1f}" y="{y}" width="{store:.1f}" height="{BAR}"/>'
        f'<text x="{end:.1f}" y="{y + 14}">{row.cpu:.1f}</text>'
    )
