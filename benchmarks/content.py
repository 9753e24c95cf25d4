"""The texts of the measured articles and comments: invented, of typical length, the same in every run."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final, TypedDict
from uuid import UUID

from articles.enums import CalloutKind, Certainty, Direction, HeadingLevel, Relation

TREATMENTS: Final = (
    "a daily walk",
    "magnesium at bedtime",
    "cold showers",
    "rinsing the nose with salt water",
    "a standing desk",
    "fermented milk",
    "a dark bedroom",
    "yoga twice a week",
    "less coffee",
    "ginger tea",
    "breathing exercises",
    "a shorter working week",
    "vitamin D in winter",
    "lifting weights",
    "a light lamp at breakfast",
)
OUTCOMES: Final = (
    "sleep",
    "back pain",
    "colds",
    "blood pressure",
    "low mood",
    "headaches",
    "memory",
    "digestion",
    "hay fever",
    "stiff joints",
    "tiredness",
    "stress at work",
    "dry skin",
    "weight",
)
_GROUPS: Final = ("adults under forty", "people over sixty", "nurses on night shifts", "office workers")
_SENTENCES: Final = (
    "In {number} trials with {people} people, {treatment} was compared with doing nothing in particular.",
    "The difference was small: {percent} per cent of those who tried it noticed an effect on {outcome}.",
    "Most of the studies looked at {group}, so it is hard to say what they mean for anybody else.",
    "Nobody in these studies knew less about their treatment than those who handed it out.",
    "After {weeks} weeks the two groups could no longer be told apart.",
    "Those who had slept badly before gained the most, which may only mean that they had the most to gain.",
    "One review counted {number} studies and found {percent} of a hundred participants better off.",
    "The authors themselves call the result <i>encouraging</i>, a word that the numbers can hardly carry.",
    "What {treatment} does to {outcome} can be measured, but the measures differ from study to study.",
    "A diary is not a laboratory, and people who keep one tend to change what they do.",
    "Side effects were rare and mild; {number} people stopped for that reason.",
    "It costs little, and that is part of why so few companies have paid for a proper trial.",
    "The largest trial ran for {weeks} weeks in four countries and was stopped when the money ran out.",
    "Whoever wants to try {treatment} loses little by it, as long as nothing else is put off.",
    "There is a plausible mechanism, but plausible mechanisms are plentiful and cheap.",
    "For {group} the picture is <b>less clear</b>, because two of the trials contradict each other.",
    "Doctors who were asked about {outcome} mentioned it far more often than guidelines do.",
    "The effect on {outcome} was no larger than that of a friendly telephone call once a week.",
    "Higher doses did not help more, and in one study they helped less.",
    "Until the longer trial is published, {treatment} remains a reasonable guess.",
)
_CLAIMS: Final = (
    "{treatment} improves {outcome} in {group} over {weeks} weeks.",
    "{treatment} works better than advice alone for {outcome}.",
    "The effect of {treatment} on {outcome} is gone half a year after stopping.",
    "{treatment} has no serious side effects in {group}.",
    "About {percent} of a hundred people notice an effect of {treatment} on {outcome}.",
)
_CAVEATS: Final = (
    "The trials are small and short.",
    "Only healthy volunteers took part.",
    "Two of the trials were paid for by a manufacturer.",
    "",
)
_HEADINGS: Final = (
    "What is it supposed to do?",
    "What the trials found",
    "Who took part",
    "What could go wrong",
    "What we don't know",
    "How to try it",
)
_COMMENTS: Final = (
    "Thank you, this is the first text on {outcome} that I could follow to the end.",
    "I have tried {treatment} for {weeks} weeks and noticed nothing at all.",
    "Does this hold for {group} as well? The second source seems to say otherwise.",
    "My doctor recommended {treatment} without a word about the evidence.",
    "The table in the original paper has {people} participants, not the number given here.",
    "There is a newer review at https://example.org/reviews/{number} that finds even less.",
    "It would help to know how they measured {outcome} in the first place.",
    "I disagree: {percent} per cent is not small when there is nothing else to offer.",
    "What about people who take other medicines?",
    "Could you say more about the trial that was stopped?",
)
_NAMES: Final = ("Ada", "Björn", "Chidi", "Dolores", "Emre", "Fatima", "Gwen", "Hiroshi", "Ines", "Jürgen")


class CommentText(TypedDict):
    """What a reader fills in."""

    body: str
    author_name: str
    author_email: str
    author_url: str


class Writer:
    """Writes texts. Two writers with the same seed write the same; ``topic`` numbers the articles from 0."""

    def __init__(self, *, seed: int, topic: int = 0) -> None:
        self._random = Random(seed)  # noqa: S311 - texts, no secrets
        self.treatment = TREATMENTS[topic % len(TREATMENTS)]
        # The lengths of the two lists have no common divisor, so all pairs occur before the first one recurs.
        self.outcome = OUTCOMES[topic % len(OUTCOMES)]

    def title(self) -> str:
        """Return the title of an article."""
        return f"Does {self.treatment} help with {self.outcome}?"

    def standfirst(self) -> str:
        """Return the paragraph under the title."""
        return (
            f"Many people swear by {self.treatment}. We read the trials on {self.outcome}, and what they "
            "show is less than one hopes and more than nothing."
        )

    def body(self, *, source_ids: list[int], linked_page_id: int | None) -> list[dict[str, Any]]:
        """Return the blocks of an article of about 800 words, as a StreamField stores them."""
        blocks = [self._block("key_takeaways", self._items([self._sentence(plain=True) for _ in range(3)]))]
        link = ""
        if linked_page_id is not None:
            link = f' We have written <a linktype="page" id="{linked_page_id}">more about it</a> before.'
        blocks.append(self._paragraph(3, link))
        for number, heading in enumerate(_HEADINGS):
            level = HeadingLevel.H3 if number == 2 else HeadingLevel.H2
            blocks.append(self._block("heading", {"level": level.value, "text": heading}))
            blocks += [self._paragraph(3), self._paragraph(3)]
            if number in (0, 1, 3):
                blocks.append(self._claim(source_ids, count=(number + 1) // 2 + 1))
            if number == 2:
                quote = {"text": self._sentence(plain=True), "attribution": "A participant, in her diary"}
                blocks.append(self._block("quote", quote))
        note = {"kind": CalloutKind.SAFETY.value, "text": f"<p>{self._sentence()}</p>"}
        return [*blocks, self._block("callout", note)]

    def comment(self, number: int) -> CommentText:
        """Return text and author of a comment; ``number`` makes it differ from all others."""
        sentences = [self._fill(self._random.choice(_COMMENTS)) for _ in range(self._random.randint(2, 5))]
        middle = len(sentences) // 2
        parts = [" ".join(sentences[:middle]), " ".join(sentences[middle:]), f"({number})"]
        return CommentText(
            body="\n\n".join(part for part in parts if part),
            author_name=f"{self._random.choice(_NAMES)} {number}",
            author_email=f"reader{number}@example.org",
            author_url=f"https://reader{number}.example.org/" if number % 4 == 0 else "",
        )

    def choose_parent(self, number: int) -> int | None:
        """Return the number of the comment that comment ``number`` replies to, None for a new thread."""
        if number == 0 or self._random.random() < 0.35:
            return None
        return self._random.randrange(max(0, number - 12), number)

    def _claim(self, source_ids: list[int], *, count: int) -> dict[str, Any]:
        citations = [
            {"source": source, "relation": self._random.choice([Relation.EVIDENCE, Relation.SUPPORTS]).value}
            for source in self._random.sample(source_ids, count)
        ]
        statement = self._fill(self._random.choice(_CLAIMS))
        return self._block(
            "claim",
            {
                "statement": statement[:1].upper() + statement[1:],
                "certainty": self._random.choice([Certainty.LOW, Certainty.MODERATE, Certainty.HIGH]).value,
                "direction": self._random.choice([Direction.SUPPORTS, Direction.MIXED]).value,
                "citations": self._items(citations),
                "caveat": self._random.choice(_CAVEATS),
            },
        )

    def _paragraph(self, sentences: int, end: str = "") -> dict[str, Any]:
        text = " ".join(self._sentence() for _ in range(sentences))
        return self._block("paragraph", f"<p>{text}{end}</p>")

    def _sentence(self, *, plain: bool = False) -> str:
        patterns = [pattern for pattern in _SENTENCES if "<" not in pattern] if plain else _SENTENCES
        return self._fill(self._random.choice(patterns))

    def _fill(self, pattern: str) -> str:
        return pattern.format(
            treatment=self.treatment,
            outcome=self.outcome,
            group=self._random.choice(_GROUPS),
            number=self._random.randint(3, 19),
            people=self._random.randint(40, 900),
            percent=self._random.randint(4, 38),
            weeks=self._random.randint(4, 52),
        )

    def _block(self, block_type: str, value: Any) -> dict[str, Any]:
        return {"type": block_type, "value": value, "id": self._id()}

    def _items(self, values: list[Any]) -> list[dict[str, Any]]:
        return [{"type": "item", "value": value, "id": self._id()} for value in values]

    def _id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))


def write_sources(count: int) -> Iterator[dict[str, Any]]:
    """Yield the fields of invented sources."""
    random = Random(count)  # noqa: S311 - texts, no secrets
    for number in range(count):
        writer = Writer(seed=number, topic=number)
        yield {
            "title": f"{writer.treatment.capitalize()} and {writer.outcome}: a randomised trial",
            "authors": "Okafor, Ngozi\nLindqvist, Sara\nMoreau, Jean-Paul",
            "container_title": "Journal of Made-up Trials",
            "year": random.randint(1998, 2024),
            "volume": str(random.randint(1, 60)),
            "pages": f"{number * 10 + 1}-{number * 10 + 9}",
            # Prefix 10.5555 is set aside for examples: it is nobody's.
            "doi": f"10.5555/benchmark.{number}",
        }
