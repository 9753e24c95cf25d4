"""A small browser without a browser: cookies, forms and their hidden fields over HTTP."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin


@dataclass
class Form:
    """A form of a page: where it goes and what its fields hold."""

    action: str
    attributes: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)


class _FormReader(HTMLParser):
    """Collects the forms of a page with the values that a browser would send unchanged."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._textarea: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(attributes.get("action", ""), attributes))
        if not self.forms or "disabled" in attributes:
            return
        values, name = self.forms[-1].values, attributes.get("name", "")
        if tag == "input" and name:
            kind = attributes.get("type", "text")
            if kind in {"checkbox", "radio"}:
                if "checked" in attributes:
                    values[name] = attributes.get("value", "on")
            elif kind not in {"submit", "button", "file", "image"}:
                values[name] = attributes.get("value", "")
        elif tag == "textarea" and name:
            self._textarea = name
            values[name] = ""
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select and ("selected" in attributes or self._select not in values):
            values[self._select] = attributes.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = None
        elif tag == "select":
            self._select = None


@dataclass(frozen=True)
class Answer:
    """What the server sent, after redirects."""

    status: int
    url: str
    text: str
    headers: Message

    @property
    def data(self) -> Any:
        """Return the JSON of the answer."""
        return json.loads(self.text)

    def forms(self) -> list[Form]:
        """Return the forms of the page."""
        reader = _FormReader()
        reader.feed(self.text)
        return reader.forms

    def form(self, **attributes: str) -> Form:
        """Return the first form with these attributes; raise ``LookupError`` when there is none."""
        for form in self.forms():
            if attributes.items() <= form.attributes.items():
                return form
        raise LookupError(f"no form with {attributes} in {self.url} (status {self.status})")


class HttpClient:
    """Keeps cookies and sends the headers that a browser sends with a form of the same site."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def get(self, address: str, **headers: str) -> Answer:
        """Return the answer to a GET of an address, relative to the site or absolute.

        Headers are written with underscores: ``If_None_Match``.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._send(urllib.request.Request(urljoin(self.base_url, address), headers=named))

    def submit(self, answer: Answer, form: Form, **values: str) -> Answer:
        """Return the answer to a form sent with its own values and these besides."""
        address = urljoin(answer.url, form.action)
        headers = {"Origin": self.base_url, "Referer": answer.url}
        data = urlencode({**form.values, **values}).encode()
        return self._send(urllib.request.Request(address, data=data, headers=headers))

    def _send(self, request: urllib.request.Request) -> Answer:
        try:
            response = self._opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            text = response.read().decode("utf-8", "replace")
            return Answer(response.status, response.url, text, response.headers)
