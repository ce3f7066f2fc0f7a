"""What the HTML pages of this package share: one file each, that needs no script, no font, no picture, no network.

    html_page.render("title", css, body)      # css comes after CSS, which every page has

Colours follow the reader's setting, light or dark; the layout holds from a phone's width up. `ok`, `wait` and `no` are
the tones: an element of that class, and what is in it, has `--tone` and `--tone-ground`.
"""

from collections.abc import Iterable
from html import escape

CSS = """
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #fff; --line: #dde1e7; --text: #1c2330; --soft: #5b6575; --code: #eef1f5;
  --ok: #14713d; --ok-ground: #e3f5ea; --wait: #8a5a00; --wait-ground: #fdf1d8; --no: #b0202a; --no-ground: #fde7e8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161d; --card: #1a2029; --line: #2d3644; --text: #e4e8ee; --soft: #9aa5b5; --code: #252d39;
    --ok: #5fd38d; --ok-ground: #14301f; --wait: #f0b84a; --wait-ground: #33270e; --no: #ff8088; --no-ground: #3a181b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
main { max-width: 62rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
h1 { font-size: 1.1rem; margin: 0; font-weight: 600; }
h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
h2 small { color: var(--soft); font-weight: 400; margin-left: .4rem; }
code { font: .875em/1.45 ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
ul { margin: .35rem 0; padding-left: 1.2rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.soft, .note { color: var(--soft); }
.ok { --tone: var(--ok); --tone-ground: var(--ok-ground); }
.wait { --tone: var(--wait); --tone-ground: var(--wait-ground); }
.no { --tone: var(--no); --tone-ground: var(--no-ground); }
.verdict { border: 1px solid var(--line); border-left: 6px solid var(--tone); border-radius: 10px;
  padding: 1rem 1.15rem; background: var(--tone-ground); }
.verdict .word { font-size: 1.9rem; line-height: 1.2; font-weight: 700; color: var(--tone); margin: .1rem 0 .35rem; }
.verdict ul { margin-bottom: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0;
  padding: .7rem .9rem; border-left: 4px solid var(--tone, var(--act, var(--line))); }
.card header { display: flex; flex-wrap: wrap; gap: .3rem .6rem; align-items: baseline; }
.badge { display: inline-block; font-size: .78rem; font-weight: 600; border-radius: 5px; padding: .05rem .45rem;
  color: var(--act, var(--tone)); border: 1px solid currentColor; white-space: nowrap; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0; table-layout: fixed; }
td { padding: .25rem .5rem .25rem 0; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
td:first-child { width: 32%; }
tr:first-child td { border-top: 0; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .87rem; border-top: 1px solid var(--line);
  padding-top: .8rem; }
@media (max-width: 34rem) {
  main { padding: .7rem .6rem 2rem; }
  td, td:first-child { display: block; width: auto; padding: .1rem 0; }
  td + td { border-top: 0; }
  tr { display: block; padding: .2rem 0; }
}
"""
"""The style of every page."""


def render(title: str, css: str, body: Iterable[str]) -> str:
    """Return a page. `body` is markup, `title` is text."""
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            # Whatever may have slipped in from the texts that are shown: nothing is fetched, nothing runs.
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{escape(title)}</title>\n<style>{CSS}{css}</style>\n</head>\n<body>\n<main>",
            *body,
            "</main>\n</body>\n</html>\n",
        ]
    )
