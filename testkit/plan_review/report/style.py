"""The page's style sheet: light and dark by the reader's setting, from a phone's width up, no font from elsewhere."""

CSS = """
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #fff; --line: #dde1e7; --text: #1c2330; --soft: #5b6575; --code: #eef1f5;
  --ok: #14713d; --ok-ground: #e3f5ea; --wait: #8a5a00; --wait-ground: #fdf1d8; --no: #b0202a; --no-ground: #fde7e8;
  --create: #14713d; --update: #8a5a00; --replace: #8d2f9e; --destroy: #b0202a; --move: #1d5fae;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161d; --card: #1a2029; --line: #2d3644; --text: #e4e8ee; --soft: #9aa5b5; --code: #252d39;
    --ok: #5fd38d; --ok-ground: #14301f; --wait: #f0b84a; --wait-ground: #33270e; --no: #ff8088; --no-ground: #3a181b;
    --create: #5fd38d; --update: #f0b84a; --replace: #dd8eee; --destroy: #ff8088; --move: #79b2f5;
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
.soft, .note { color: var(--soft); }
.verdict { border: 1px solid var(--line); border-left: 6px solid var(--tone); border-radius: 10px;
  padding: 1rem 1.15rem; background: var(--tone-ground); }
.verdict .word { font-size: 1.9rem; line-height: 1.2; font-weight: 700; color: var(--tone); margin: .1rem 0 .35rem; }
.verdict ul { margin-bottom: 0; }
.ok { --tone: var(--ok); --tone-ground: var(--ok-ground); }
.needs-approval { --tone: var(--wait); --tone-ground: var(--wait-ground); }
.refused { --tone: var(--no); --tone-ground: var(--no-ground); }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: .9rem 0; }
.counts li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .4rem .8rem;
  min-width: 5.6rem; flex: 1; }
.counts b { display: block; font-size: 1.35rem; line-height: 1.25; color: var(--act, inherit); }
.counts .none b { color: var(--soft); font-weight: 400; }
.card, details.module { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0;
  padding: .7rem .9rem; }
.card { border-left: 4px solid var(--tone, var(--act, var(--line))); }
.card header { display: flex; flex-wrap: wrap; gap: .3rem .6rem; align-items: baseline; }
.badge { display: inline-block; font-size: .78rem; font-weight: 600; border-radius: 5px; padding: .05rem .45rem;
  color: var(--act, var(--tone)); border: 1px solid currentColor; white-space: nowrap; }
.holds { color: var(--no); font-weight: 600; }
.create { --act: var(--create); } .update { --act: var(--update); } .replace { --act: var(--replace); }
.destroy { --act: var(--destroy); } .move, .import, .forget { --act: var(--move); }
summary { cursor: pointer; overflow-wrap: anywhere; }
details.module > summary { font-weight: 600; }
details.module > summary .soft { font-weight: 400; margin-left: .3rem; }
details.change { border-top: 1px solid var(--line); padding: .35rem 0 .35rem .2rem; }
details.module > summary + details.change { margin-top: .6rem; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0; table-layout: fixed; }
td { padding: .25rem .5rem .25rem 0; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
td:first-child { width: 32%; }
tr:first-child td { border-top: 0; }
.soft + table, .note + table { margin-top: .1rem; }
.forces td:first-child code { font-weight: 700; color: var(--replace); }
del { text-decoration: none; color: var(--destroy); } ins { text-decoration: none; color: var(--create); }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .87rem; border-top: 1px solid var(--line);
  padding-top: .8rem; }
@media (max-width: 34rem) {
  main { padding: .7rem .6rem 2rem; }
  .counts li { min-width: 29%; padding: .3rem .6rem; }
  td, td:first-child { display: block; width: auto; padding: .1rem 0; }
  td + td { border-top: 0; }
  tr { display: block; padding: .2rem 0; }
}
"""
