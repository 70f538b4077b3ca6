"""What search engines and shared links say of a page."""

import pytest
from bs4 import BeautifulSoup
from conftest import contents
from test_extensions import build


def tags(site, name):
    soup = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
    found = {}
    for tag in soup.find_all("meta", content=True):
        key = tag.get("name") or tag.get("property")
        assert key == "viewport" or key not in found
        found[key] = tag["content"]
    return found


def test_a_page_is_described(site, name):
    found = tags(site, name)
    said = found["description"]
    assert 20 <= len(said) <= 160
    assert said.endswith((".", "?", "!", "…"))
    assert said == found["og:description"]
    assert not set(said) & set("$\\\0")
    assert found["og:title"] and "<" not in found["og:title"]
    assert found["og:site_name"] == "Deep Learning, One Dial at a Time"
    assert found["og:type"] == ("website" if name == "index" else "article")


@pytest.mark.parametrize("key", ["description", "og:title"])
def test_no_two_pages_are_described_alike(site, key):
    said = [tags(site, name)[key] for name in contents()]
    assert len(set(said)) == len(said)


CONF = "extensions = ['describe']\nhtml_theme = 'basic'\nproject = 'Book'\n"


def test_without_an_address_no_tag_needs_one(tmp_path):
    html, said, status = build(tmp_path, "A text.", CONF)
    assert (said, status) == ("", 0)
    assert "og:image" not in html and "og:url" not in html and "canonical" not in html


@pytest.mark.parametrize("end", ["", "/"])
def test_with_an_address_the_tags_name_what_is_there(tmp_path, end):
    address = f"https://example.org/book{end}"
    html, said, status = build(tmp_path, "A text.", f"{CONF}html_baseurl = '{address}'")
    assert (said, status) == ("", 0)
    soup = BeautifulSoup(html, "html.parser")
    page = "https://example.org/book/index.html"
    assert soup.find("link", rel="canonical")["href"] == page
    assert soup.find("meta", property="og:url")["content"] == page
    image = soup.find("meta", property="og:image")["content"]
    assert image.startswith("https://example.org/book/_static/")
    assert (tmp_path / "out" / image.removeprefix("https://example.org/book/")).is_file()


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("One sentence. Another one.", "One sentence. Another one."),
        (r"Plain. The loss is :math:`y^2` here.", "Plain."),
        (r"The loss is :math:`y^2` here. More.", "The loss is …"),
        (":math:`y^2` begins this.\n\nThe next one counts.", "The next one counts."),
        ("word " * 60, "word " * 31 + "…"),
        ('A "quote" & <sign>.', 'A “quote” & <sign>.'),
    ],
)
def test_a_description_is_whole_sentences_and_no_formula_is_cut(tmp_path, text, described):
    html, _, status = build(tmp_path, text, CONF)
    assert status == 0
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find("meta", attrs={"name": "description"})["content"] == described
