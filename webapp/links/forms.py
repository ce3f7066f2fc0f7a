"""Forms of the pages. Rules live in `links.rules`; a form only turns their messages into fields'."""

from django import forms

from links import rules


class LinkForm(forms.Form):
    """Makes a link."""

    # No max_length: browsers cut what is pasted to it without a word, and the cut address would be saved.
    target = forms.CharField(
        label="Target",
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/a/long/address", "autocomplete": "off"}),
    )
    slug = forms.CharField(
        label="Slug",
        required=False,
        max_length=rules.SLUG_MAX,
        help_text="Letters, digits, hyphens, underscores. Left empty, one is made for you.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
    expires_at = forms.DateTimeField(
        label="Expires (UTC)",
        required=False,
        help_text="From this moment on it leads nowhere, and visitors are told so.",
        # With seconds: an expiry that the API set would otherwise come back changed when another field is saved.
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M:%S"),
    )


class ChangeForm(LinkForm):
    """Changes a link. Its slug stays: it is printed somewhere."""

    slug = None  # type: ignore[assignment]
    enabled = forms.BooleanField(
        label="On", required=False, help_text="Switched off, it leads nowhere, and visitors are told so."
    )
