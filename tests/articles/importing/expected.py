"""What each sample file is to become, part by part."""

# The expected words stand on one line each, with the marks that they have in print.
# ruff: noqa: E501, RUF001

from datetime import UTC, datetime

from articles.importing import Heading, ImportedArticle, ListItem, ListPart, Paragraph, Quote, Table

EXPECTED = {
    "front_matter.md": ImportedArticle(
        title="Sunscreen under a cloud",
        parts=(
            Paragraph(
                "A thin cloud stops <b>less than half</b> of the ultraviolet light<sup>[1]</sup>. It may even add to it: the <i>edge</i> of a cloud reflects."
            ),
            Heading(2, "What a cloud does"),
            Quote("A grey day is a bright day to a skin.", attribution="Ilse Brandt"),
            ListPart(
                ordered=True,
                items=(
                    ListItem("Thin cloud: up to 80 %"),
                    ListItem(
                        "Thick cloud: about 30 %",
                        children=(ListPart(ordered=False, items=(ListItem("less before rain"),)),),
                    ),
                    ListItem('Fog: <a href="https://weather.example/fog">hardly less</a>'),
                ),
            ),
            Heading(3, "In numbers"),
            Table(rows=(("Sky", "UV index"), ("clear", "7"), ("thin", "5.5")), has_header_row=True),
            Heading(3, "A word on shade"),
            Paragraph("Shade halves it, says the same page and [a bad one](javascript:alert(2))."),
            ListPart(ordered=True, items=(ListItem("Measured at noon."),)),
        ),
        standfirst="How much of the sun a grey sky lets through.",
        authors=("Amara Okafor", "Ilse Brandt"),
        tags=("sunscreen", "weather"),
        published_at=datetime(2023, 6, 21, 6, 0, tzinfo=UTC),
        slug="sunscreen-under-a-cloud",
        notes=(
            "Not used from the front matter: layout.",
            "Left out: 1 image (A cloud).",
            "1 link had no full address outside the file; only the text was kept.",
        ),
    ),
    "generic_blog.html": ImportedArticle(
        title="Why vinegar does not clean a wound",
        parts=(
            Paragraph(
                "Acetic acid kills some bacteria in a dish. A wound is not a dish: it is living tissue, and the acid does not ask whose cells it meets. Concentrations that harm the one harm the other as well."
            ),
            Heading(2, "What the dish shows"),
            Paragraph(
                "At half a per cent the acid slowed the growth of <i>Pseudomonas</i> within thirty minutes."
            ),
            Paragraph(
                "At five per cent, the strength of table vinegar, skin cells in the next dish were dead within the hour."
            ),
            ListPart(
                ordered=False,
                items=(
                    ListItem("water: nothing happened to either"),
                    ListItem("acid, 0.5 %: bacteria slowed"),
                    ListItem("acid, 5 %: everything died"),
                ),
            ),
            Heading(2, "What to do instead"),
            Paragraph(
                "Clean running water, for as long as it takes. See a doctor when the edges gape — or when it smells."
            ),
        ),
        authors=("Tomas Lindqvist",),
        published_at=datetime(2021, 5, 3, 0, 0, tzinfo=UTC),
    ),
    "heading_first.markdown": ImportedArticle(
        title="Moisture and the outer layer",
        parts=(
            Paragraph("Skin that is kept wet swells."),
            ListPart(ordered=False, items=(ListItem("Fingers wrinkle"), ListItem("Feet follow"))),
            Paragraph("pH = 5.5"),
        ),
        notes=(
            "1 preformatted passage became plain text: check the line breaks.",
            "Left out at the end: the comment form.",
        ),
    ),
    "latin1.txt": ImportedArticle(
        title="Café au lait spots",
        parts=(
            Paragraph(
                "They are flat and the colour of coffee with milk: hence café au lait. A naïve eye takes them for moles."
            ),
            Heading(2, "When to worry"),
            Paragraph("Six or more of them, each past 5 mm, are a reason to ask. Señor Núñez did."),
        ),
        notes=("The file is not UTF-8 and was read as Windows-1252 (Western European): check its accents.",),
    ),
    "latin1_page.html": ImportedArticle(
        title="Über Nägel",
        parts=(
            Paragraph("Nägel wachsen im Sommer schneller als im Winter. Das weiß jeder, der sie schneidet."),
            Heading(2, "Größe"),
            Paragraph("Drei Millimeter im Monat – mehr nicht."),
        ),
    ),
    "lists_and_quotes.html": ImportedArticle(
        title="Lists and quotes",
        parts=(
            Paragraph("Bare words at the top, then <b>bold <i>both</i></b> and more."),
            ListPart(
                ordered=True,
                items=(
                    ListItem("First.<br/>Its second paragraph."),
                    ListItem(
                        "Second",
                        children=(
                            ListPart(
                                ordered=False,
                                items=(
                                    ListItem(
                                        "inner",
                                        children=(ListPart(ordered=True, items=(ListItem("innermost"),)),),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
            ListPart(
                ordered=False,
                items=(
                    ListItem(
                        "orphan",
                        children=(ListPart(ordered=False, items=(ListItem("child of the orphan"),)),),
                    ),
                ),
            ),
            Quote("Said without a paragraph.\nIn two lines."),
            Quote("One.\n\nTwo, in The Book.", attribution="A. Reader, 1999"),
            Quote("Words.", attribution="Somebody"),
            Paragraph("<b>Papule</b>"),
            Paragraph("A small bump."),
            Paragraph("<b>Aside</b>"),
            Paragraph("Folded text."),
            Paragraph('1 &lt; 2 &amp; 3 &gt; 2, <a href="https://ok.example/?a=1&amp;b=2">fine</a>.'),
            Paragraph("A note that belongs here."),
        ),
    ),
    "nested_headings.html": ImportedArticle(
        title="Layers",
        parts=(
            Heading(2, "Outer"),
            Paragraph("Cells."),
            Heading(3, "Dead and gone"),
            Paragraph("Flakes."),
            Heading(3, "Oddly deep"),
            Paragraph("Dust."),
            Heading(2, "Inner"),
            Paragraph("Vessels."),
        ),
    ),
    "pasted_windows.txt": ImportedArticle(
        title="Does cold water close pores?",
        parts=(
            Paragraph(
                "“Pores are not doors,” says every dermatologist I have asked. They have no muscle, so they can neither open nor close."
            ),
            Heading(2, "What cold water does do"),
            Paragraph(
                "It narrows the small vessels for a minute or two. The face looks paler, and so the pores look smaller. That’s all:"
            ),
            ListPart(
                ordered=False,
                items=(ListItem("the vessels narrow"), ListItem("the skin pales"), ListItem("both pass")),
            ),
            Heading(2, "Is it harmful?"),
            Paragraph("No. Cold water is as good as any other water &amp; costs nothing."),
            Paragraph("If you like it, go on."),
        ),
        authors=("Jane Roe",),
        published_at=datetime(2024, 3, 5, 0, 0, tzinfo=UTC),
        notes=("Left out at the end: the readers' comments and the comment form.",),
    ),
    "tables.html": ImportedArticle(
        title="Doses",
        parts=(
            Paragraph("Three tables, and one that only places things."),
            Table(
                rows=(("Age", "mg", "Times"), ("6", "2.5", "1"), ("12", "5", "2")),
                has_header_row=True,
                caption="By age",
            ),
            Table(rows=(("Morning", "cream"), ("Evening", "oil or wax")), has_header_column=True),
            Table(rows=(("Wash", "hands", ""), ("", "face", "H₂O"))),
            Paragraph("Placed left."),
            Paragraph("Placed right."),
        ),
    ),
    "toml_sections.md": ImportedArticle(
        title="Bandages, wet and dry",
        parts=(
            Heading(2, "Dry"),
            Paragraph("Old practice."),
            Heading(3, "Gauze"),
            Paragraph("It sticks."),
            Heading(2, "Wet"),
            Paragraph("New practice."),
        ),
        authors=("Nils Aas",),
        published_at=datetime(2022, 2, 3, 0, 0, tzinfo=UTC),
    ),
    "umlaute.txt": ImportedArticle(
        title="Müde Haut",
        parts=(
            Paragraph("Wer schlecht schläft, sieht müde aus. Das ist keine Überraschung."),
            Heading(2, "1. Was gemessen wurde"),
            Paragraph("Elf Freiwillige schliefen vier Stunden: ihre Haut verlor mehr Wasser."),
        ),
        authors=("Anja Müller",),
        published_at=datetime(2024, 3, 5, 0, 0, tzinfo=UTC),
        notes=("Left out at the end: the comment form.",),
    ),
    "utf16.txt": ImportedArticle(
        title="Warts come and go",
        parts=(
            Paragraph("Most warts leave without being asked. “Two years,” the textbooks say."),
            Heading(2, "Salicylic acid"),
            Paragraph("It helps a little more than nothing does."),
        ),
    ),
    "wordpress_post.html": ImportedArticle(
        title="Sleep and the skin barrier",
        parts=(
            Paragraph(
                "People who sleep badly say that their skin looks <i>tired</i>. Is that only the eyes of the beholder?"
            ),
            Heading(2, "What was measured"),
            Paragraph(
                'The volunteers slept <b>four hours</b> a night. Water loss was measured with <a href="https://doi.example/10.1/abc">a closed chamber</a> at 20 °C.'
            ),
            Paragraph("Short."),
            ListPart(
                ordered=False,
                items=(
                    ListItem(
                        "Water loss rose by a fifth",
                        children=(ListPart(ordered=False, items=(ListItem("most at the cheek"),)),),
                    ),
                    ListItem("Redness did not change"),
                ),
            ),
            Heading(3, "A caveat"),
            Quote("Eleven volunteers are not a population.", attribution="H. Marsh"),
            Table(
                rows=(("Night", "Loss (g/m²h)"), ("Eight hours", "9.8"), ("Four hours", "11.9")),
                has_header_row=True,
                caption="Means of eleven people",
            ),
            Paragraph(
                'Half of it is water 💧, as <a href="https://quiet.example/2023/11/water/">we wrote</a> and as note 1 says.'
            ),
            Heading(3, "Deeper still"),
            Paragraph("H<sub>2</sub>O matters.<br/>So do lines."),
            Paragraph("loss = flux * area<br/>print(loss)"),
            Heading(2, "References"),
            ListPart(
                ordered=True,
                items=(
                    ListItem(
                        '<a href="https://doi.example/10.1/abc">Marsh H. Sleep and water loss. 2019</a>'
                    ),
                    ListItem('<a href="https://doi.example/10.1/def">Osei K. Short nights. 2021</a>'),
                ),
            ),
        ),
        standfirst="What a short night does to the skin, and what a small trial can and cannot tell us.",
        authors=("Helen Marsh",),
        tags=("sleep", "barrier"),
        published_at=datetime(2024, 3, 5, 9, 30, tzinfo=UTC),
        notes=(
            "Left out: 1 image (A sleeping cat).",
            "Left out: 1 embedded object (https://video.example/embed/9).",
            "1 preformatted passage became plain text: check the line breaks.",
        ),
    ),
    "wrapped_mail.txt": ImportedArticle(
        title="Itch at night",
        parts=(
            Paragraph(
                "Many people itch more at night than by day. The reasons are known in part: the skin is warmer under a blanket, it loses more water, and there is nothing else to think of."
            ),
            Heading(2, "TEMPERATURE"),
            Paragraph(
                "Warm skin itches. A cool room helps more people than any cream that has been compared with it."
            ),
            Quote("I moved my bed to the window, and slept."),
            ListPart(ordered=True, items=(ListItem("Cool the room."), ListItem("Use a light blanket."))),
            Paragraph("Scratching is not a failure."),
            Paragraph("Jane Roe"),
        ),
    ),
}
