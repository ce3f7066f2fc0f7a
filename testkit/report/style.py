"""What the report adds to the common style: a bar for each run of tests, and failures that unfold."""

CSS = """
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .15em; }
.verdict li { overflow-wrap: anywhere; }
.run { display: grid; grid-template-columns: 13rem 1fr 10.5rem; gap: .1rem 1rem; align-items: center;
  background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--tone); border-radius: 8px;
  padding: .5rem .9rem; margin: .4rem 0; }
.run b { display: block; }
.run .asks { grid-column: 1 / -1; font-size: .87rem; display: flex; flex-wrap: wrap; gap: 0 1rem; }
.run .asks span:first-child { overflow-wrap: anywhere; }
.run .asks .soft { margin-left: auto; }
.run .told { text-align: right; }
.state { color: var(--tone); font-weight: 600; }
.bar { display: flex; height: .85rem; border-radius: 5px; overflow: hidden; background: var(--code); gap: 1px; }
.bar i { display: block; flex: 0 1 auto; min-width: 0; background: var(--tone); }
/* One failure of two thousand must be seen. */
.bar i.no, .bar i.wait { flex-shrink: 0; min-width: 8px; }
.bar i.rest { background: repeating-linear-gradient(135deg, var(--line) 0 3px, transparent 3px 6px); }
.key { font-size: .87rem; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; }
.key .bar { display: inline-flex; width: 1.4rem; vertical-align: -.1rem; margin-right: .35rem; }
.key .bar i { width: 100%; }
pre { font: .84em/1.45 ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace; margin: .5rem 0;
  background: var(--code); border-radius: 6px; padding: .5rem .7rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.card pre.said { border-left: 3px solid var(--tone); }
.slow { --tone: var(--soft); }
.slow .bar { height: .3rem; margin-top: .55rem; }
.slow td:first-child { width: 5.5rem; white-space: nowrap; }
details.layer { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0;
  padding: .5rem .9rem; }
details.layer > summary { font-weight: 600; }
details.layer h3 { font-size: .95rem; margin: 1rem 0 .2rem; }
details.layer li { overflow-wrap: anywhere; }
.mark { font-weight: 700; color: var(--tone); }
@media (max-width: 34rem) {
  .run { grid-template-columns: 1fr auto; padding: .45rem .65rem; }
  .run .bar { grid-column: 1 / -1; grid-row: 2; }
  .run .asks .soft { margin-left: 0; }
  .slow td:first-child { width: auto; }
  .slow .bar { margin-top: .2rem; }
}
"""
