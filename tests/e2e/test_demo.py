"""The demo as a user runs it: in a process of its own, with its output in a pipe."""

import json
import signal
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from sandbox.demo import CAST
from sandbox.story.story import read_stories
from tests.e2e.processes import finish, left_of, read_until, start, until_none_left


def test_the_demo_plays_every_story_to_its_end_and_leaves_nothing_running():
    process = start("-m", "sandbox.demo")
    status, out, err = finish(process)
    assert (status, err) == (0, "")
    for story in read_stories(CAST):
        assert f"✓ {story.row.invoice} · {story.title}" in out
        assert f"{story.row.invoice} · {story.row.customer} · {story.row.amount} · due {story.row.due}" in out
    assert "day +10 · " in out
    assert 'notice sent · "First Invoice Overdue Notice"' in out
    assert "waits until" in out
    assert "nobody can pay in our maintenance window" in out
    assert "✓ a subscription was renewed twice, and charged each time" in out
    assert "query=NextMilestone" in out
    assert until_none_left(process.pid) == []


def test_a_kept_demo_stays_up_until_it_is_told_to_stop_and_says_what_differs(tmp_path: Path):
    story = json.loads(CAST.read_text().splitlines()[0])
    story["ends"]["mails"] = ["A Love Notice"]
    cast = tmp_path / "cast.jsonl"
    cast.write_text(json.dumps(story))
    process = start("-m", "sandbox.demo", "--keep", "--cast", str(cast))
    out = read_until(process, "until Ctrl-C")
    assert "✗ INV-1001" in out
    assert "mails: expected A Love Notice, got Customer Invoice, Invoice Payment Confirmation" in out
    urls = [line.strip() for line in out.splitlines() if line.strip().startswith("http")]
    open_url = build_opener(ProxyHandler({})).open
    assert [open_url(url).status for url in urls] == [200] * len(urls)
    process.send_signal(signal.SIGINT)
    status, _, err = finish(process)
    assert (status, err) == (1, "")
    assert until_none_left(process.pid) == []


def test_nothing_outlives_a_demo_that_is_killed(tmp_path: Path):
    process = start("-m", "sandbox.demo", folder=tmp_path)
    read_until(process, "INV-10")  # the first case runs
    running = left_of(process.pid)
    process.kill()
    finish(process)
    assert len(running) == 5  # itself, Temporal, the companies, the worker, the portal
    assert until_none_left(process.pid) == []


def test_a_cast_that_cannot_be_read_is_refused(tmp_path: Path):
    cast = tmp_path / "cast.jsonl"
    cast.write_text('{"title": "no more"}')
    status, out, err = finish(start("-m", "sandbox.demo", "--cast", str(cast)))
    assert (status, out) == (2, "")
    assert str(cast) in err
