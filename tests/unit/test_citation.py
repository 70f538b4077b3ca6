"""CITATION.cff: of the form that its schema asks for, and in line with the rest of the repository."""

import datetime
import tomllib

import pytest

yaml = pytest.importorskip("yaml", reason="needs the extra 'book'")
from tools import address  # noqa: E402

CITATION = yaml.safe_load((address.ROOT / "CITATION.cff").read_text("utf-8"))
# Version 1.2.0 of the schema: what has to be there, and what may.
REQUIRED = {"cff-version", "message", "title", "authors"}
ALLOWED = REQUIRED | {
    "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license",
    "license-url", "preferred-citation", "references", "repository", "repository-artifact",
    "repository-code", "type", "url", "version",
}  # fmt: skip
ENTITY = {"name", "address", "alias", "city", "country", "date-end", "date-start", "email", "fax",
          "location", "orcid", "post-code", "region", "tel", "website"}  # fmt: skip


def test_it_has_what_the_schema_requires_and_nothing_else():
    assert REQUIRED <= set(CITATION) <= ALLOWED
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["type"] in ("software", "dataset")
    assert all("name" in author and set(author) <= ENTITY for author in CITATION["authors"])
    assert datetime.date.fromisoformat(CITATION["date-released"])
    assert all(isinstance(word, str) for word in CITATION["keywords"])


def test_title_version_and_address_are_those_of_the_repository():
    project = tomllib.loads((address.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    book = yaml.safe_load((address.ROOT / "_config.yml").read_text("utf-8"))
    assert CITATION["title"] == book["title"]
    assert CITATION["version"] == project["version"]
    assert CITATION["repository-code"] == f"https://{address.current(address.ROOT).name}"


def test_authors_and_licences_are_those_of_the_licence_files():
    code, text = ((address.ROOT / name).read_text("utf-8") for name in ("LICENSE", "LICENSE-text"))
    [author] = CITATION["authors"]
    assert author["name"] in code and author["name"] in text
    assert CITATION["license"] == ["MIT", "CC-BY-4.0"]
    assert code.startswith("MIT License") and "CC BY 4.0" in text
