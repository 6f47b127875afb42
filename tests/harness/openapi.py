# SPDX-License-Identifier: MIT
"""docs/openapi.yaml, and whether an answer is what it says: the part of JSON Schema that is used there. A word of a
schema that is not known here fails, so that no check is passed over."""

import os
import re

from . import programs

PATH = os.path.join(programs.ROOT, "docs", "openapi.yaml")
_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
          "null": type(None)}
_OF_OBJECTS = {"properties", "required", "additionalProperties", "unevaluatedProperties"}
_OTHERS = {"type", "enum", "items", "maxItems", "minimum", "maximum", "pattern", "minLength", "maxLength", "allOf",
           "$ref"}
_WORDS = {"description", "default", "examples"}


class Description:
    def __init__(self, text):
        yaml = programs.need_module("yaml", "python3-yaml")
        self.document = yaml.safe_load(text)

    @classmethod
    def read(cls):
        with open(PATH, encoding="utf-8") as file:
            return cls(file.read())

    def operations(self):
        """(METHOD, path with {names}) of all."""
        return {(method.upper(), path) for path, item in self.document["paths"].items() for method in item}

    def check(self, method, path, status, body):
        """Fails unless the operation may answer so. `path` is the real one, without its query."""
        template = next(p for p in self.document["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", p), path))
        responses = self.document["paths"][template][method.lower()]["responses"]
        assert str(status) in responses, f"{method} {template} says nothing about status {status}"
        answer = self._resolved(responses[str(status)])
        self.match(answer["content"]["application/json"]["schema"], body, f"{method} {template} {status}")

    def match(self, schema, value, where):
        unknown = set(schema) - _OF_OBJECTS - _OTHERS - _WORDS
        assert not unknown, f"{where}: a schema with {unknown}, which harness/openapi.py does not know"
        for part in self._parts(schema):
            self._match_plain(part, value, where)
        if isinstance(value, dict):
            self._match_members(schema, value, where)

    def _resolved(self, node):
        while "$ref" in node:
            at = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                at = at[step]
            node = {**at, **{k: v for k, v in node.items() if k != "$ref"}}
        return node

    def _parts(self, schema):
        """The schema and those that it is made of."""
        schema = self._resolved(schema)
        return [schema, *(part for one in schema.get("allOf", ()) for part in self._parts(one))]

    def _match_plain(self, schema, value, where):
        def holds(word, good):
            assert word not in schema or good(schema[word]), f"{where}: {value!r} is not {word} {schema[word]!r}"
        holds("type", lambda types: any(_is(value, one) for one in ([types] if isinstance(types, str) else types)))
        holds("enum", lambda all_of_them: value in all_of_them)
        if isinstance(value, str):
            holds("pattern", lambda pattern: re.search(pattern, value))
            holds("minLength", lambda least: len(value) >= least)
            holds("maxLength", lambda most: len(value) <= most)
        if _is(value, "number"):
            holds("minimum", lambda least: value >= least)
            holds("maximum", lambda most: value <= most)
        if isinstance(value, list):
            holds("maxItems", lambda most: len(value) <= most)
            for i, one in enumerate(value):
                self.match(schema.get("items", {}), one, f"{where}[{i}]")

    def _match_members(self, schema, value, where):
        known = set()
        for part in self._parts(schema):
            missing = set(part.get("required", ())) - set(value)
            assert not missing, f"{where}: without {missing}"
            others = part.get("additionalProperties", True)
            for name, one in value.items():
                inside = f"{where}.{name}"
                if name in part.get("properties", {}):
                    known.add(name)
                    self.match(part["properties"][name], one, inside)
                elif isinstance(others, dict):
                    known.add(name)
                    self.match(others, one, inside)
                else:
                    assert others, f"{inside} is not described"
        if self._resolved(schema).get("unevaluatedProperties") is False:
            assert known >= set(value), f"{where}: {set(value) - known} is not described"


def _is(value, kind):
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
