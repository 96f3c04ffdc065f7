"""Saved texts, exercises and what mentors say of themselves, over HTTP."""

from typing import Any

import httpx
import pytest

from tests.chatserver.api.asking import as_

TEXT = {"kind": "text", "title": "Welcome", "body": "Hello {name}, I am {mentor}.", "folder": "Beginning"}
EXERCISE = {
    "kind": "exercise",
    "title": "A week",
    "body": "{name}, take a minute each evening.",
    "questions": [
        {"kind": "text", "text": "What do you want of it?"},
        {"kind": "scale", "text": "How was the day?", "days": 7, "high_word": "good"},
        {"kind": "choice", "text": "When do you write?", "options": ["In the morning", "In the evening"]},
    ],
}
_EMPTY = {"days": 1, "low": 1, "high": 10, "low_word": "", "high_word": "", "options": []}


def shown(item: dict[str, Any]) -> dict[str, Any]:
    """As the server tells of it, without id and instant."""
    questions = [_EMPTY | each for each in item.get("questions", [])]
    return {"folder": "", "body": ""} | item | {"questions": questions}


async def library(http: httpx.AsyncClient, mentor: str = "tom") -> dict[str, list[dict[str, Any]]]:
    """Without instants."""
    answer = await http.get(f"/v1/mentors/{mentor}/library", headers=as_(mentor))
    assert answer.status_code == 200, answer.text
    return {
        name: [{key: value for key, value in each.items() if key != "updated_at"} for each in items]
        for name, items in answer.json().items()
    }


async def test_a_mentor_keeps_texts_and_exercises(anyone: httpx.AsyncClient) -> None:
    """By folder and title; the same again changes nothing; nobody else has them."""
    for id, item in (("hello", TEXT), ("week", EXERCISE)):
        made = await anyone.put(f"/v1/mentors/tom/library/{id}", json=item, headers=as_("tom"))
        assert made.status_code == 201, made.text
        again = await anyone.put(f"/v1/mentors/tom/library/{id}", json=item, headers=as_("tom"))
        assert (again.status_code, again.json()) == (200, made.json())
    assert await library(anyone) == {
        "own": [{"id": "week"} | shown(EXERCISE), {"id": "hello"} | shown(TEXT)],
        "shared": [],
    }
    assert await library(anyone, "ann") == {"own": [], "shared": []}
    changed = await anyone.put("/v1/mentors/tom/library/hello", json=TEXT | {"title": "Hi"}, headers=as_("tom"))
    assert changed.json()["title"] == "Hi"
    for _ in range(2):
        gone = await anyone.delete("/v1/mentors/tom/library/hello", headers=as_("tom"))
        assert gone.status_code == 204
    assert [each["id"] for each in (await library(anyone))["own"]] == ["week"]


async def test_support_keeps_what_all_mentors_share(anyone: httpx.AsyncClient) -> None:
    sara = as_("support")
    assert (await anyone.put("/v1/library/hello", json=TEXT, headers=sara)).status_code == 201
    assert (await anyone.put("/v1/library/hello", json=TEXT, headers=as_("tom"))).status_code == 403
    expected = [{"id": "hello"} | shown(TEXT)]
    assert await library(anyone) == {"own": [], "shared": expected}
    assert [each["id"] for each in (await anyone.get("/v1/library", headers=sara)).json()["shared"]] == ["hello"]
    assert (await anyone.delete("/v1/library/hello", headers=sara)).status_code == 204
    assert await library(anyone, "ann") == {"own": [], "shared": []}


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        (TEXT | {"title": " "}, "title"),
        (TEXT | {"body": ""}, "body"),
        (TEXT | {"questions": EXERCISE["questions"]}, "questions"),
        (TEXT | {"kind": "song"}, "kind"),
        (EXERCISE | {"questions": []}, "questions"),
        (EXERCISE | {"questions": [{"kind": "scale", "text": "?", "low": 5, "high": 5}]}, "questions[0].high"),
        (EXERCISE | {"questions": [{"kind": "choice", "text": "?", "options": ["a"]}]}, "questions[0].options"),
        (EXERCISE | {"questions": [{"kind": "choice", "text": "?", "options": ["a", "a"]}]}, "questions[0].options"),
        (EXERCISE | {"questions": [{"kind": "text", "text": "?", "days": 32}]}, "questions[0].days"),
        (TEXT | {"body": "a\u0000b"}, "body"),
    ],
)
async def test_what_cannot_be_is_named(anyone: httpx.AsyncClient, item: dict[str, Any], wrong: str) -> None:
    answer = await anyone.put("/v1/mentors/tom/library/x", json=item, headers=as_("tom"))
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, [wrong])


async def test_a_library_has_bounds(anyone: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there may still be changed."""
    monkeypatch.setattr("chatserver.mentoring.library.MOST_ITEMS", 2)
    for id, status in (("a", 201), ("b", 201), ("c", 409)):
        answer = await anyone.put(f"/v1/mentors/tom/library/{id}", json=TEXT, headers=as_("tom"))
        assert answer.status_code == status
    changed = await anyone.put("/v1/mentors/tom/library/b", json=TEXT | {"title": "Hi"}, headers=as_("tom"))
    assert changed.status_code == 200


async def test_a_mentor_says_what_to_expect(anyone: httpx.AsyncClient) -> None:
    """Their members and support read it; a mentor's list names what each knows of."""
    said = {"expectations": "I answer on weekdays.\nYou write what you think.", "expertise": ["sleep", "Stress"]}
    assert (await anyone.get("/v1/mentors/tom/profile", headers=as_("kari"))).json() == {
        "mentor": "tom",
        "expectations": "",
        "expertise": [],
        "updated_at": None,
    }
    put = await anyone.put("/v1/mentors/tom/profile", json=said, headers=as_("tom"))
    assert put.status_code == 200, put.text
    again = await anyone.put("/v1/mentors/tom/profile", json=said, headers=as_("tom"))
    assert again.json() == put.json() == said | {"mentor": "tom", "updated_at": put.json()["updated_at"]}
    for reader in (as_("kari"), as_("support"), as_("tom")):
        assert (await anyone.get("/v1/mentors/tom/profile", headers=reader)).json() == put.json()
    assert (await anyone.get("/v1/mentors/tom/profile", headers=as_("ann"))).status_code == 404
    mentors = (await anyone.get("/v1/mentors", headers=as_("ann"))).json()["mentors"]
    assert {each["id"]: each["expertise"] for each in mentors} == {"ann": [], "tom": ["sleep", "Stress"]}
    nothing = await anyone.put("/v1/mentors/tom/profile", json={}, headers=as_("tom"))
    assert (nothing.json()["expectations"], nothing.json()["expertise"]) == ("", [])
    for wrong in (["a", "A"], [" "], ["x" * 41], [str(number) for number in range(21)]):
        answer = await anyone.put("/v1/mentors/tom/profile", json={"expertise": wrong}, headers=as_("tom"))
        assert answer.status_code == 422
