"""A review for people: `terminal` for who waits, `markdown` for a pull request, `page` for who decides.

All three tell the same in the same order, from the same `views`: the verdict and the counts; what goes, and why; what
concerns security; all changes by module; drift; outputs. What stays unchanged is a number only.
"""
