# SPDX-License-Identifier: MIT
"""Whether the checker of answers finds what is wrong with one."""

import unittest

from harness import runner
from harness.openapi import Description

TEXT = """
paths:
  /thing/{name}:
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/schemas/Thing"}}}}}}
schemas:
  Named: {type: object, required: [name], properties: {name: {type: string, pattern: "^[a-z]+$", maxLength: 3}}}
  Thing:
    allOf: [{$ref: "#/schemas/Named"}]
    type: object
    required: [size]
    unevaluatedProperties: false
    properties:
      size: {type: integer, minimum: 1}
      kind: {enum: [a, b]}
      parts: {type: array, maxItems: 2, items: {type: ["string", "null"]}}
      counts: {type: object, additionalProperties: {type: integer}}
"""
GOOD = {"name": "abc", "size": 1, "kind": "a", "parts": ["x", None], "counts": {"any": 2}}


class Checker(unittest.TestCase):
    def setUp(self):
        self.description = Description(TEXT)

    def check(self, body, status=200):
        self.description.check("GET", "/thing/x", status, body)

    def test_what_is_described_is_good(self):
        self.check(GOOD)
        self.check({"name": "a", "size": 9})

    def test_what_is_not_is_named(self):
        bad = ({"size": 0}, {"size": True}, {"size": "1"}, {"name": "abcd"}, {"name": "A"}, {"kind": "c"},
               {"parts": [1]}, {"parts": ["x"] * 3}, {"counts": {"any": "2"}}, {"more": 1})
        for change in bad:
            with self.subTest(change=change), self.assertRaisesRegex(AssertionError, "GET /thing"):
                self.check({**GOOD, **change})
        for name in ("name", "size"):
            with self.subTest(missing=name), self.assertRaisesRegex(AssertionError, name):
                self.check({n: v for n, v in GOOD.items() if n != name})

    def test_a_status_that_is_not_described_is_bad(self):
        with self.assertRaisesRegex(AssertionError, "status 404"):
            self.check(GOOD, 404)

    def test_a_word_that_the_checker_does_not_know_fails(self):
        with self.assertRaisesRegex(AssertionError, "oneOf"):
            self.description.match({"oneOf": []}, 1, "here")


if __name__ == "__main__":
    runner.main()
