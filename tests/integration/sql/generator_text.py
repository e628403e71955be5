"""Functions of text: those that make texts, and those that take pieces out by regular expressions."""
from generator_types import BOOLEAN, DOUBLE, Expression, INTEGER, NUMERIC, TEXT, TIME, BIGINT, makes, quoted

SMALL = ["0", "1", "2", "3", "5", "-1", "10"]
SIMILAR = ["'web%'", "'%(click|login)'", "'a_c'", "'[a-z]+'", "'%b_?%'", "'(a|b)*'", "'%.%'", "'web.click'", "'x!%y'", "'50!%!_off\\'", "'^a$'", "'_{3}'"]
# The whole match is the same in both with any of these,
PLACES = ["'e'", "'[aeiou]+'", "'\\.'", "'[a-z]*'", "'\\s+'", "'^'", "'$'", "'[^.]+'", "'é|日'", "'x*'", "'\\d+'", "'a|ab|abc'", "'(web|api)\\.'", "'.'", "'\\yshop\\y'",
          "'o?e'", "'(a|b)+'", "''", "'[[:alpha:]]{2}'", "'b*$'", "'.*e'", "'\\W'"]
# and groups are, too, with these.
GROUPS = ["'(.)(.)'", "'([a-z]+)\\.([a-z]+)'", "'^(web|api)'", "'(a)?(b)?'", "'([^.]*)$'", "'(\\d+)'", "'(?:web|api)\\.(.*)'", "'(.*)(e)'", "'((.)e)'", "'e'", "'()'", "'(o*)(.)'"]
FORMATS = ["'%s'", "'%s-%s'", "'[%10s|%-6s]'", "'%2$s %1$s %s'", "'%I.%L'", "'%%%s'", "'%L'", "'%s %'", "'%5$s'", "'%x'", "'%1$s%1$s'", "'%-3L|%I'", "'plain'"]


class Texts:
    def small(self):
        return self.random.choice(SMALL)

    @makes(TEXT)
    def text_made(self, wanted, depth):
        random = self.random
        text = self.operand(TEXT, depth)
        form = random.randrange(9)
        if form == 0:
            return self.join(random.choice(["initcap({})", "reverse({})", "md5({})", "quote_literal({})", "quote_ident({})"]), [text], wanted)
        if form == 1:
            return self.join(f"repeat({{}}, {self.small()})", [text], wanted)
        if form == 2:
            fill = random.choice(["", ", 'xy'", ", ''", ", 'é'", ", '日本'"])
            return self.join(random.choice(["lpad", "rpad"]) + f"({{}}, {self.small()}{fill})", [text], wanted)
        if form == 3:
            return self.join("chr({})", [self.make(INTEGER, depth, constant=False)], wanted)
        if form == 4:
            return self.join("translate({}, " + random.choice(["'abc', 'x'", "'e.é', '3-E'", "'', 'a'", "'aab', 'xyz'", "source, 'q'"]) + ")", [text], wanted)
        if form == 5:
            length = random.choice(["", f" for {self.small()}"])
            return self.join(f"overlay({{}} placing {{}} from {self.small()}{length})", [text, self.make(TEXT, 0)], wanted)
        if form == 6:
            return self.join("to_hex({})", [self.make(random.choice([INTEGER, BIGINT]), depth, constant=False)], wanted)
        parts = [self.make(random.choice([TEXT, TEXT, INTEGER, BOOLEAN, NUMERIC, DOUBLE, TIME]), depth - 1) for _ in range(random.randrange(1, 4))]
        if form == 7:
            return self.join("concat_ws({}, " + ", ".join(["{}"] * len(parts)) + ")", [self.make(TEXT, 0, constant=False), *parts], wanted)
        form = random.choice(FORMATS)
        return self.join("format(" + form + ", {}" * len(parts) + ")", parts, wanted)

    @makes(TEXT)
    def text_of_bytes(self, wanted, depth):
        random = self.random
        text = self.text_as_it_came(depth)
        form = random.randrange(3)
        if form == 0:
            code = random.choice(["hex", "base64"])
            source = random.choice([f"decode({{}}, '{code}')", f"decode(encode(convert_to({{}}, 'UTF8'), '{code}'), '{code}')"])
            return self.join(f"convert_from({source}, 'UTF8')", [text], wanted)
        inner = random.choice(["convert_to({}, 'UTF8')", "({})::bytea", "sha256(convert_to({}, 'UTF8'))", "sha256(({})::bytea)", "decode({}, 'base64')", "decode({}, 'hex')"])
        return self.join(f"encode({inner}, '{random.choice(['hex', 'base64'])}')", [text], wanted)

    @makes(TEXT)
    def text_limited(self, wanted, depth):
        """varchar is text here."""
        value = self.make(self.random.choice([TEXT, TEXT, INTEGER, NUMERIC, TIME]), depth, constant=False)
        limit = self.random.choice(["", "(1)", "(2)", "(5)", "(100)"])
        return Expression(f"({value.ours})::varchar{limit}", f"(({value.postgres})::varchar{limit})::text", wanted, value.constant)

    @makes(INTEGER)
    def text_measured(self, wanted, depth):
        random = self.random
        text = self.operand(TEXT, depth)
        if random.random() < 0.5:
            return self.join(random.choice(["ascii({})", "octet_length({})", "bit_length({})"]), [text], wanted)
        start = random.choice(["", "", ", 1", ", 2", ", 5", ", 0"])
        flags = ", 'i'" if start and random.random() < 0.3 else ""
        if random.random() < 0.5:
            more = random.choice(["", ", 1", ", 3", ", 1, 2", ", 2, 1, 0", ", 1, 1, 1", ", 1, 2, 1, 'i'", ", 0", ", 1, 1, 2"])
            return self.join("regexp_instr({}, " + self.pattern(PLACES) + more + ")", [self.text_as_it_came(depth)], wanted)
        return self.join("regexp_count({}, " + self.pattern(PLACES) + start + flags + ")", [self.text_as_it_came(depth)], wanted)

    def pattern(self, patterns):
        return self.random.choice(patterns).replace("{", "{{").replace("}", "}}")

    @makes(BOOLEAN)
    def text_matched(self, wanted, depth):
        random = self.random
        text = self.text_as_it_came(depth)
        form = random.randrange(3)
        if form == 0:
            return self.join("({} " + random.choice(["SIMILAR TO", "NOT SIMILAR TO"]) + " " + self.pattern(SIMILAR) + random.choice(["", "", " ESCAPE '!'"]) + ")", [text], wanted)
        if form == 1:
            return self.join("regexp_like({}, " + self.pattern(PLACES) + random.choice(["", ", 'i'", ", ''"]) + ")", [text], wanted)
        return self.join("({} ^@ {})", [text, self.make(TEXT, 0)], wanted)

    @makes(TEXT)
    def text_piece(self, wanted, depth):
        random = self.random
        text = self.text_as_it_came(depth)
        form = random.randrange(5)
        if form == 0:
            more = random.choice(["", ", 1", ", 3", ", 1, 2", ", 2, 1, 'i'"])
            return self.join("regexp_substr({}, " + self.pattern(PLACES) + more + ")", [text], wanted)
        if form == 1:
            return self.join(random.choice(["substring({} from {})", "substring({}, {})"]).format("{}", self.pattern(GROUPS)), [text], wanted)
        more = random.choice(["", ", 'g'", ", 'gi'", ", 'i'", ", 2", ", 1, 2", ", 1, 0", ", 3, 1, 'i'"])
        if form == 2:
            by = random.choice(["'x'", "'[\\&]'", "''", "'\\\\'", "'\\0'", "'é'", "'\\'"])
            return self.join("regexp_replace({}, " + self.pattern(PLACES) + ", " + by + more + ")", [text], wanted)
        by = random.choice(["'\\1'", "'<\\2|\\1>'", "'\\1\\1'", "'\\9x'"])
        return self.join("regexp_replace({}, " + self.pattern(GROUPS) + ", " + by + more + ")", [text], wanted)

    @makes(TEXT + "[]")
    def text_pieces(self, wanted, depth):
        text = self.text_as_it_came(depth)
        flags = self.random.choice(["", "", ", 'i'"])
        if self.random.random() < 0.5:
            return self.join("regexp_match({}, " + self.pattern(GROUPS) + flags + ")", [text], wanted)
        return self.join("regexp_split_to_array({}, " + self.pattern(PLACES) + flags + ")", [text], wanted)
