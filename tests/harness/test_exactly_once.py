# SPDX-License-Identifier: MIT
"""The ledger by which all suites judge: what is lost, twice, named or foreign, and what is none of these."""

import unittest

from harness import runner
from harness.exactly_once import SHORTLY, Account, ExactlyOnce

JUST = SHORTLY / 2


class Fixture(unittest.TestCase):
    def setUp(self):
        self.now = 100.0
        self.ledger = self.make()

    def make(self, **options):
        return ExactlyOnce(clock=lambda: self.now, **options)

    def post(self, *ids, status=200):
        """All are answered at once, or never where the status is None."""
        self.ledger.posted(ids)
        for name in ids:
            if status is not None:
                self.ledger.answered(name, status)

    def read(self, *ids, scraper="a"):
        """A whole reply of the server that lives now."""
        self.ledger.whole(scraper, [(name, 1, None) for name in ids], self.ledger.life)

    def account(self, **options):
        return self.ledger.account("a", **options)._asdict()

    def judged(self, scraper="a", **wanted):
        """Asserts what is lost, twice, named and foreign: what is not given is nothing."""
        self.assertEqual(self.ledger.account(scraper)._asdict(), {word: [] for word in Account._fields} | wanted)


class PostedTwice(Fixture):
    def make(self):
        return super().make(named=["a", "b"])

    def keyed(self, *ids):
        self.ledger.posted(ids, keyed=True)
        for name in ids:
            self.ledger.answered(name, 200)

    def test_what_all_scrapers_got_more_than_once_was_stored_more_than_once(self):
        self.keyed("1", "2")
        for scraper in "ab":
            self.read("1", "2", scraper=scraper)
            self.read("1", scraper=scraper)
        self.assertEqual(self.ledger.posted_twice(), ["1"])

    def test_what_one_scraper_got_again_and_what_has_no_key_was_not(self):
        self.keyed("1")
        self.post("2")
        for scraper in "ab":
            self.read("1", "2", "2", scraper=scraper)
        self.read("1", scraper="a")
        self.assertEqual(self.ledger.posted_twice(), [])

    def test_a_scraper_that_came_later_has_no_say(self):
        self.keyed("1")
        for scraper in "abab":
            self.read("1", scraper=scraper)
        self.ledger.whole("late", [])
        self.assertEqual(self.ledger.posted_twice(), ["1"])

    def test_what_was_never_answered_with_200_is_still_open(self):
        self.ledger.posted(["1"], keyed=True)
        self.post("2", status=None)
        self.assertEqual(self.ledger.still_open(), ["1"])


class Lost(Fixture):
    def test_an_accepted_event_in_no_whole_reply_is_lost_and_fails_the_check(self):
        self.post("x", "y")
        self.read("y")
        self.judged(lost=["x"])
        with self.assertRaisesRegex(AssertionError, r"scraper a: 1 lost \['x'\]"):
            self.ledger.check("a")

    def test_an_accepted_event_that_came_once_is_no_problem(self):
        self.post("x", "y")
        self.read("x")
        self.read("y")
        self.judged()
        self.ledger.check("a")

    def test_each_scraper_must_get_it_also_one_that_never_came(self):
        self.post("x")
        self.read("x")
        self.judged("b", lost=["x"])
        with self.assertRaises(AssertionError):
            self.ledger.check("a", "b")

    def test_what_was_refused_or_never_answered_is_not_lost(self):
        self.post("refused", status=503)
        self.post("unknown", status=None)
        self.judged()
        self.assertEqual((list(self.ledger.refused), list(self.ledger.unknown)), (["refused"], ["unknown"]))

    def test_the_lost_are_in_the_order_in_which_they_were_posted(self):
        for name in ("c", "a", "b"):
            self.now += 1
            self.ledger.posted([name])
        for name in ("a", "b", "c"):
            self.ledger.answered(name, 200)
        self.judged(lost=["c", "a", "b"])

    def test_what_the_server_says_it_dropped_is_the_oldest_and_what_is_missing_besides_is_lost(self):
        for name in ("x", "y", "z"):
            self.now += 1
            self.post(name)
        self.assertEqual(self.ledger.missing("a"), ["x", "y", "z"])
        self.assertEqual(self.account(dropped=2)["lost"], ["z"])
        self.assertEqual(self.account(dropped=3)["lost"], [])
        self.assertEqual(self.account(dropped=4)["lost"], [])

    def test_what_may_be_missing_is_not_lost_and_accounts_for_no_other(self):
        self.post("x", "y")
        self.assertEqual(self.account(may_miss={"x", "z"})["lost"], ["y"])


class Known(Fixture):
    def setUp(self):
        super().setUp()
        self.ledger = self.make(named=["a"])

    def test_a_named_scraper_must_get_everything(self):
        self.post("x")
        self.assertEqual(list(self.ledger.batches), ["a"])
        self.judged("a", lost=["x"])

    def test_another_one_must_get_what_was_posted_after_its_first_whole_reply(self):
        self.post("before")
        self.judged("b")  # it has never come
        self.now += 1
        self.read(scraper="b")
        self.now += 1
        self.post("after")
        self.judged("b", lost=["after"])

    def test_without_names_every_scraper_must_get_everything(self):
        self.ledger = self.make()
        self.post("before")
        self.now += 1
        self.read(scraper="b")
        self.judged("b", lost=["before"])


class Twice(Fixture):
    def test_what_comes_in_two_replies_is_twice_and_fails_the_check(self):
        self.post("x", "y")
        self.read("x", "y")
        self.read("x")
        self.judged(twice=["x"])
        with self.assertRaisesRegex(AssertionError, r"1 twice \['x'\]"):
            self.ledger.check("a")

    def test_equal_events_in_one_reply_are_twice(self):
        self.post("x")
        self.ledger.whole("a", [("x", 3.0, None)])
        self.assertEqual(self.ledger.seen["a"], {"x": 3})
        self.judged(twice=["x", "x"])

    def test_each_scraper_may_get_it(self):
        self.post("x")
        self.read("x", scraper="a")
        self.read("x", scraper="b")
        self.ledger.check("a", "b")

    def test_an_event_whose_answer_never_came_may_arrive_once(self):
        self.post("x", "y", status=None)
        self.post("z")
        self.read("x", "y", "z")
        self.assertEqual(self.ledger.unanswered_but_stored("a"), ["x", "y"])
        self.judged()
        self.read("x")
        self.judged(twice=["x"])

    def test_what_may_repeat_is_not_twice(self):
        self.post("x", "y")
        self.read("x", "y")
        self.read("x", "y")
        self.assertEqual(self.account(may_repeat={"y"})["twice"], ["x"])

    def test_with_times_of_their_own_the_same_sample_is_stored_once_and_another_one_is_twice(self):
        self.ledger = self.make(keeps_times=True)
        self.post("x")
        self.ledger.whole("a", [("x", 1.0, 5000)])
        self.ledger.whole("a", [("x", 1.0, 5000)])
        self.ledger.whole("b", [("x", 1.0, 5000)])
        self.ledger.check("a", "b")
        self.ledger.whole("a", [("x", 1.0, 5001)])
        self.judged(twice=["x"])


class Foreign(Fixture):
    def test_what_was_never_posted_or_was_refused_and_came_is_foreign(self):
        self.post("x")
        self.post("refused", status=503)
        self.read("x", "refused", "never")
        self.judged(foreign=["never", "refused"])
        with self.assertRaisesRegex(AssertionError, "2 foreign"):
            self.ledger.check("a")


class Kills(Fixture):
    """The last whole reply shortly before a kill may come again; nothing else may."""

    def killed(self, after):
        self.now += after
        self.ledger.killed()

    def test_the_last_reply_shortly_before_a_kill_that_comes_again_is_named_and_not_twice(self):
        self.post("x", "y")
        self.read("x", "y")
        self.killed(JUST)
        self.read("x", "y")
        self.judged(named=["x", "y"])
        self.ledger.check("a")
        self.assertEqual(self.ledger.named_batches(), 1)

    def test_where_nothing_excuses_it_it_is_twice_after_a_kill_too(self):
        self.post("x")
        self.read("x")
        self.killed(JUST)
        self.read("x")
        found = self.account(kills_excuse=False)
        self.assertEqual((found["twice"], found["named"]), (["x"], []))

    def test_what_was_read_long_before_the_kill_is_twice(self):
        self.post("x")
        self.read("x")
        self.killed(2 * SHORTLY)
        self.read("x")
        self.judged(twice=["x"])

    def test_what_was_read_before_the_last_reply_is_twice(self):
        self.post("x", "y")
        self.read("x")
        self.read("y")
        self.killed(JUST)
        self.read("x", "y")
        self.judged(twice=["x"], named=["y"])

    def test_a_reply_without_events_after_it_changes_nothing(self):
        self.post("x")
        self.read("x")
        self.read()
        self.killed(JUST)
        self.read("x")
        self.judged(named=["x"])

    def test_what_comes_again_in_the_same_life_is_twice_whatever_ended_it(self):
        self.post("x")
        self.read("x")
        self.read("x")
        self.killed(JUST)
        self.judged(twice=["x"])

    def test_equal_events_in_the_last_reply_before_a_kill_are_twice(self):
        self.post("x")
        self.read("x", "x")
        self.killed(JUST)
        self.judged(twice=["x"])

    def test_after_a_stop_in_good_order_it_is_twice(self):
        self.post("x")
        self.read("x")
        self.now += JUST
        self.ledger.stopped()
        self.read("x")
        self.judged(twice=["x"])

    def test_a_kill_excuses_only_the_life_that_it_ended(self):
        self.post("x")
        self.read("x")
        self.ledger.stopped()
        self.killed(JUST)
        self.read("x")
        self.judged(twice=["x"])

    def test_a_kill_excuses_one_more_time_and_the_next_kill_another(self):
        self.post("x")
        self.read("x")
        self.killed(JUST)
        self.read("x")
        self.killed(JUST)
        self.read("x")
        self.judged(named=["x", "x"])
        self.assertEqual(self.ledger.named_batches(), 2)
        self.read("x")
        self.judged(named=["x", "x"], twice=["x"])

    def test_a_reply_that_was_read_after_the_kill_belongs_to_the_life_of_its_connection(self):
        self.post("x")
        self.ledger.killed(when=self.now - JUST)
        self.ledger.whole("a", [("x", 1, None)], life=0)
        self.read("x")
        self.judged(named=["x"])

    def test_the_time_of_the_kill_counts_and_not_when_it_was_written_down(self):
        self.post("x")
        self.read("x")
        when = self.now + JUST
        self.now += 10 * SHORTLY
        self.ledger.killed(when)
        self.read("x")
        self.judged(named=["x"])

    def test_a_kill_excuses_no_loss(self):
        self.post("x", "y")
        self.read("y")
        self.killed(JUST)
        self.judged(lost=["x"])

    def test_batches_that_came_again_are_counted_over_all_scrapers(self):
        self.post("x", "y", "z")
        for scraper in ("a", "b"):
            self.read("x", "y", scraper=scraper)
        self.killed(JUST)
        for scraper in ("a", "b"):
            self.read("x", "y", "z", scraper=scraper)
        self.assertEqual(self.ledger.named_batches(), 2)


class Moments(Fixture):
    def test_between_has_what_was_posted_before_the_end_and_not_answered_before_the_begin(self):
        for name, status in (("early", 200), ("inside", 200), ("refused", 503), ("open", None)):
            self.ledger.posted([name])
            self.now += 10
            if status:
                self.ledger.answered(name, status)
        # Posted at 100, 110, 120 and 130, answered at 110, 120, 130 and never.
        self.assertEqual(self.ledger.between(115, 125), {"inside", "refused"})
        self.assertEqual(self.ledger.between(110, 110), {"early", "inside"})
        self.assertEqual(self.ledger.between(1000, 1001), {"open"})
        self.assertEqual(self.ledger.between(0, 99), set())

    def test_without_scrapers_there_are_the_same_events_and_nobody_has_seen_one(self):
        self.post("x")
        self.post("refused", status=503)
        self.read("x")
        other = self.ledger.without_scrapers()
        self.assertEqual(other.account("a"), Account(["x"], [], [], []))
        other.whole("a", [("x", 1, None), ("refused", 1, None)])
        self.assertEqual(other.account("a"), Account([], [], [], ["refused"]))
        self.judged()

    def test_no_two_events_have_the_same_id_and_none_is_answered_twice_or_unasked(self):
        self.post("x")
        with self.assertRaises(AssertionError):
            self.ledger.posted(["x"])
        with self.assertRaises(KeyError):
            self.ledger.answered("x", 200)
        with self.assertRaises(KeyError):
            self.ledger.answered("never", 200)


if __name__ == "__main__":
    runner.main()
