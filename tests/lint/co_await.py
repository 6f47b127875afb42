# SPDX-License-Identifier: MIT
"""GCC 12 destroys some temporaries of a co_await statement twice (GCC PR 107288 is one of the reports).

The rule that keeps clear of every shape known to break: a statement that contains co_await holds one of it, its
operands are names, literals or function calls, and it has no braces, no capturing lambda, no ?:, no && and no ||.
All else goes into a statement before it.
"""

import re

import tree

TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.']*|\"\"|->|::|&&|\|\||\S")
HEADS = {"if", "while", "for", "switch"}
BEFORE_A_BLOCK = {")", ";", "{", "}", "else", "do", "try", "override", "final", "const", "noexcept", "mutable"}
PARTS_OF_A_TYPE = {"->", "::", "<", ">", "*", "&", ","}
TYPE_NAMED_IN_HEAD = {"namespace", "class", "struct", "union", "enum"}


class Code:
    """A file's tokens, and what each bracket among them is."""

    def __init__(self, text):
        text = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda d: "\n" * d.group().count("\n"), tree.bare_code(text),
                      flags=re.MULTILINE)
        self.tokens, self.lines = [], []
        line, last = 1, 0
        for match in TOKEN.finditer(text):
            line += text.count("\n", last, match.start())
            last = match.start()
            self.tokens.append(match.group())
            self.lines.append(line)
        self.partner = {}
        self.has_statements = set()  # opening braces with a semicolon of their own
        self._pair()

    def at(self, index):
        return self.tokens[index] if 0 <= index < len(self.tokens) else ""

    def _pair(self):
        open_ones = []
        for i, token in enumerate(self.tokens):
            if token in "([{":
                open_ones.append(i)
            elif token in ")]}" and open_ones:
                start = open_ones.pop()
                self.partner[start], self.partner[i] = i, start
            elif token == ";" and open_ones:
                self.has_statements.add(open_ones[-1])

    def captures(self, brace):
        """The token of the [ that introduces the lambda whose body begins at `brace`; -1 if it is no lambda."""
        i = brace - 1
        while self.at(i) in PARTS_OF_A_TYPE or self.at(i)[:1].isidentifier():
            if self.at(i) in HEADS | {"else", "do", "try", "return", "co_return"}:
                return -1
            i -= 1
        if self.at(i) == ")":
            i = self.partner.get(i, 0) - 1
            if self.at(i) == ">":  # [...]<typename T>(...)
                while i > 0 and self.at(i) != "]":
                    i -= 1
        return self.partner.get(i, -1) if self.at(i) == "]" and self.begins_lambda(self.partner.get(i, -1)) else -1

    def begins_lambda(self, bracket):
        """Whether the [ at `bracket` introduces a lambda, not a subscript, a structured binding or an attribute."""
        before = self.at(bracket - 1)
        if before in ("auto", "]", ")", "[") or self.at(bracket + 1) == "[":
            return False
        if before in ("&", "&&") and self.at(bracket - 2) == "auto":
            return False
        return not before[:1].isidentifier() or before in ("return", "co_return", "co_await", "co_yield", "else")

    def is_block(self, brace):
        """Whether the { at `brace` holds statements (or a type's members), rather than initialising something."""
        if brace in self.has_statements or self.at(brace - 1) in BEFORE_A_BLOCK or self.captures(brace) >= 0:
            return True
        i = brace - 1  # the head of a type or of a function with a trailing return type
        while i >= 0 and self.at(i) not in (";", "{", "}", ")", "(", "=", "return"):
            if self.at(i) in TYPE_NAMED_IN_HEAD or self.at(i) == "->":
                return True
            i -= 1
        return i < 0

    def is_head(self, paren):
        """Whether the ( at `paren` belongs to if, while, for or switch."""
        return self.at(paren - 1) in HEADS or (self.at(paren - 1) == "constexpr" and self.at(paren - 2) == "if")

    def statement(self, index):
        """(first, end) of the statement the token at `index` stands in. Lambda bodies inside it belong to it."""
        first, end = index, index
        while first > 0:
            i = first - 1
            token = self.at(i)
            if token == ";" or (token == "{" and self.is_block(i)) or (token == "(" and self.is_head(i)):
                break
            if token in ")]}" and token and i in self.partner:
                start = self.partner[i]
                if token == ")" and self.is_head(start):
                    break
                if token == "}" and self.is_block(start) and self.captures(start) < 0:
                    break
                i = start
            first = i
        while end < len(self.tokens):
            token = self.at(end)
            if token == ";" or (token == "{" and self.is_block(end) and self.captures(end) < 0):
                break
            if token == "}" and self.is_block(self.partner.get(end, 0)):
                break
            if token == ")" and self.is_head(self.partner.get(end, 0)):
                break
            end = self.partner[end] + 1 if token in "([{" and end in self.partner else end + 1
        return first, end

    def objections(self, first, end):
        """What is wrong with the statement [first, end), which contains co_await."""
        wrong, awaits, i = [], 0, first
        while i < end:
            token = self.at(i)
            if token == "co_await":
                awaits += 1
            elif token == "{":
                if self.captures(i) >= 0:  # what is inside are statements of their own
                    i = self.partner.get(i, i)
                elif "braces" not in wrong:
                    wrong.append("braces")
            elif token == "[" and self.begins_lambda(i) and self.at(i + 1) != "]":
                wrong.append("a capturing lambda")
            elif token == "?":
                wrong.append("?:")
            elif token in ("||", "or", "and") or (token == "&&" and self.at(i - 1) not in ("auto", ">")):
                wrong.append(token)
            i += 1
        if awaits > 1:
            wrong.append(f"{awaits} co_await")
        return wrong


def findings(text):
    """(line, what) of each co_await statement that breaks the rule."""
    code, seen = Code(text), set()
    for index, token in enumerate(code.tokens):
        if token == "co_await":
            span = code.statement(index)
            if span not in seen:
                seen.add(span)
                wrong = code.objections(*span)
                if wrong:
                    yield code.lines[index], ", ".join(wrong)


BAD = [
    "co_await f([s] { return s; });",
    "co_await co_spawn(executor, [s]() -> awaitable<void> { co_return; }, token);",
    "co_spawn(co_await asio::this_coro::executor, [s]() -> awaitable<void> { co_return; }, handler);",
    "co_await [k]() -> awaitable<void> { co_return; }();",
    "co_await call(std::function<int()>([s] { return 1; }));",
    "co_await f(A{x, y});",
    "co_await f({.a = x});",
    "co_await f(std::array<std::string, 2>{a, b});",
    "use(A{x, y}, co_await v());",
    "auto a = A{co_await v(), co_await v(), 2};",
    "A a{co_await v(), 2};",
    "auto s = c ? co_await v() : std::string();",
    "co_return c ? co_await v() : std::string();",
    "co_await f(std::vector<std::string>{a});",
    "if (ready(std::string()) || co_await v()) { go(); }",
    "while (a && co_await v()) go();",
    "auto s = co_await a() + co_await b();",
    "for (auto x : A{co_await v()}) go(x);",
    "if (auto x = co_await f(A{}); x) go();",
    "co_await f(\n    // a remark\n    [=] { return 1; });",
]
GOOD = [
    "co_await f(a, std::move(b));",
    "auto [ec, n] = co_await socket.async_read_some(buffer, token);",
    "auto&& [ec, n] = co_await read(buffer);",
    "if (auto x = co_await f(); x) { go(A{x}); }",
    "if (a && b) co_await f();",
    "if (const auto x = a ? b : c; x) co_await f();",
    "if constexpr (a && b) { co_await f(); }",
    "while (co_await next()) { use(a || b); }",
    "for (auto x : co_await f()) { use(A{x}); }",
    "for (auto i = a && b; co_await f(i); ++i) go();",
    "switch (co_await f()) { case 1: co_await g(); break; default: break; }",
    "A a{1, 2}; co_await f(a);",
    "auto l = [s] { return s; }; co_await f(std::move(l));",
    "auto l = [&]() -> awaitable<void> { co_await f(); }; A a{1};",
    "co_await f([] { return a && b; });",
    "co_return R(co_await f());",
    "try { co_return co_await v(); } catch (...) { use(A{}); }",
    "auto n = table[i] + co_await f();",
    'log("co_await a ? b : c {"); co_await f(1\'000, \'?\', "||");',
    "auto&& x = co_await f();",
    "do { co_await f(); } while (a && b);",
    "if (a) { go(A{}); } else co_await f();",
    "const auto n = f(c ? 1 : 2); co_await g(n);",
]


def self_test():
    for shape in BAD:
        for frame in "awaitable<int> f(int x) { %s }", "struct S : B { auto f() const -> int { one(); %s } };":
            assert list(findings(frame % shape)), f"not found: {shape}"
    for shape in GOOD:
        for frame in "awaitable<int> f(int x) { %s }", "namespace a { int b = 1; auto l = [x] { go(); %s }; }":
            assert not list(findings(frame % shape)), f"wrongly found: {shape}: {list(findings(frame % shape))}"
    assert next(findings("awaitable<int> f() {\n  /* a\n b */\n  co_await f(A{});\n}"))[0] == 4


def main():
    self_test()
    sources = tree.files("src", "tests", ends=(".cpp", ".hpp"))
    tree.verdict([f"{path}:{line}: {what} in a co_await statement; GCC 12 miscompiles it: use a statement before"
                  for path in sources for line, what in findings(tree.read(path))], len(sources))


main()
