"""What a review's page adds to the common style: a colour for each action, and changes that fold."""

CSS = """
:root { --create: #14713d; --update: #8a5a00; --replace: #8d2f9e; --destroy: #b0202a; --move: #1d5fae; }
@media (prefers-color-scheme: dark) {
  :root { --create: #5fd38d; --update: #f0b84a; --replace: #dd8eee; --destroy: #ff8088; --move: #79b2f5; }
}
.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: .9rem 0; }
.counts li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .4rem .8rem;
  min-width: 5.6rem; flex: 1; }
.counts b { display: block; font-size: 1.35rem; line-height: 1.25; color: var(--act, inherit); }
.counts .none b { color: var(--soft); font-weight: 400; }
details.module { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0;
  padding: .7rem .9rem; }
.holds { color: var(--no); font-weight: 600; }
.create { --act: var(--create); } .update { --act: var(--update); } .replace { --act: var(--replace); }
.destroy { --act: var(--destroy); } .move, .import, .forget { --act: var(--move); }
details.module > summary { font-weight: 600; }
details.module > summary .soft { font-weight: 400; margin-left: .3rem; }
details.change { border-top: 1px solid var(--line); padding: .35rem 0 .35rem .2rem; }
details.module > summary + details.change { margin-top: .6rem; }
.soft + table, .note + table { margin-top: .1rem; }
.forces td:first-child code { font-weight: 700; color: var(--replace); }
del { text-decoration: none; color: var(--destroy); } ins { text-decoration: none; color: var(--create); }
@media (max-width: 34rem) {
  .counts li { min-width: 29%; padding: .3rem .6rem; }
}
"""
