"""jsonb: containment, existence, computed steps and paths, and what is made of values."""
from generator_types import BIGINT, BOOLEAN, DOUBLE, Expression, INTEGER, JSONB, NUMERIC, TEXT, TIME, UUID, makes, quoted

PARTS = ["'{}'", "'[]'", "'1'", "'\"a\"'", "'[1]'", "'{\"a\": 1}'", "'[{\"a\": 1}]'", "'[\"x\"]'", "'{\"o\": {\"a\": 1}}'", "'[[2, [3]]]'", "'{\"k\": 1.0}'", "'null'", "'[null]'",
         "'{\"bb\":2,\"c\":{\"y\":null}}'"]
KEYS = ["a", "b", "userId", "s p", "zz", "x", "1", "0"]
STEPS = ["a", "b", "c", "o", "l", "k", "0", "1", "-1", "-2", "5", "-9", " 1", "+0", "NULL", '"s p"', "zz", "99999999999"]
TO_JSON = [BOOLEAN, INTEGER, BIGINT, NUMERIC, DOUBLE, TEXT, TIME, UUID, JSONB, TEXT + "[]", INTEGER + "[]", TIME + "[]", JSONB + "[]"]


class Json:
    def json_part(self, depth):
        if self.random.random() < 0.6:
            text = self.random.choice(PARTS)
            return Expression(text, text + "::jsonb", JSONB, True)
        return self.make(JSONB, depth)

    def json_keys(self):
        keys = self.random.sample(KEYS, self.random.randrange(0, 4))
        return self.random.choice([f"ARRAY[{', '.join(quoted(key) for key in keys)}]::text[]", "tags", quoted("{" + ",".join(f'"{key}"' for key in keys) + "}")])

    @makes(BOOLEAN)
    def json_asked(self, wanted, depth):
        random = self.random
        value = self.make(JSONB, depth, constant=False)
        form = random.randrange(3)
        if form == 0:
            return self.join("({} " + random.choice(["@>", "<@"]) + " {})", [value, self.json_part(depth)], wanted)
        if form == 1:
            return self.join("({} " + random.choice(["?|", "?&"]) + " " + self.json_keys().replace("{", "{{").replace("}", "}}") + ")", [value], wanted)
        return self.join("({} ? {})", [value, self.make(TEXT, 0)], wanted)

    @makes(JSONB)
    def json_followed(self, wanted, depth):
        random = self.random
        value = self.make(JSONB, depth, constant=False)
        form = random.randrange(4)
        if form == 0:
            return self.join("({} -> {})", [value, self.make(random.choice([TEXT, INTEGER]), 0)], wanted)
        if form == 1:
            return self.join("({} #> {})", [value, self.make(TEXT + "[]", 0, constant=False)], wanted)
        steps = [Expression(quoted(random.choice(KEYS)), "", TEXT, True) if random.random() < 0.7 else self.column(TEXT) for _ in range(random.randrange(1, 3))]
        for step in steps:
            step.postgres = step.postgres or step.ours
        return self.join("jsonb_extract_path({}" + ", {}" * len(steps) + ")", [value, *steps], wanted)

    @makes(TEXT)
    def json_text_of(self, wanted, depth):
        value = self.make(JSONB, depth, constant=False)
        form = self.random.randrange(3)
        if form == 0:
            return self.join("({} ->> {})", [value, self.make(self.random.choice([TEXT, INTEGER]), 0)], wanted)
        if form == 1:
            return self.join("({} #>> {})", [value, self.make(TEXT + "[]", 0, constant=False)], wanted)
        return self.join("jsonb_extract_path_text({}, " + quoted(self.random.choice(KEYS)) + ")", [value], wanted)

    @makes(JSONB)
    def json_changed(self, wanted, depth):
        random = self.random
        value = self.make(JSONB, depth, constant=False)
        form = random.randrange(6)
        if form == 0:
            return self.join("({} || {})", random.choice([[value, self.json_part(depth)], [self.json_part(depth), value]]), wanted)
        if form == 1:
            return self.join("({} - " + random.choice(["1", "0", "-1", "'a'::text", "'x'::text", "cardinality(tags)", "source"]) + ")", [value], wanted)
        if form == 2:
            return self.join("({} - {})", [value, self.make(TEXT + "[]", 0, constant=False)], wanted)
        if form == 3:
            return self.join("jsonb_strip_nulls({})", [value], wanted)
        if form == 4:
            parts = [self.make(random.choice(TO_JSON), depth) for _ in range(random.randrange(1, 4))]
            return self.join("jsonb_build_array(" + ", ".join(["{}"] * len(parts)) + ")", parts, wanted)
        parts = []
        for _ in range(random.randrange(1, 3)):
            parts += [self.make(random.choice([TEXT, INTEGER, BOOLEAN]), 0), self.make(random.choice(TO_JSON), depth)]
        return self.join("jsonb_build_object(" + ", ".join(["{}"] * len(parts)) + ")", parts, wanted)

    @makes(JSONB)
    def json_changed_at_path(self, wanted, depth):
        """jsonb_set(), jsonb_insert() and #-."""
        random = self.random
        value = self.make(JSONB, depth, constant=False) if random.random() < 0.7 else self.same("data", JSONB)
        path = "{" + ",".join(random.choice(STEPS) for _ in range(random.choice([0, 1, 1, 1, 2, 2, 3]))) + "}"
        path = random.choice(["tags", "ARRAY[source, '0']"]) if random.random() < 0.1 else quoted(path).replace("{", "{{").replace("}", "}}")
        if random.random() < 0.3:
            return self.join("({} #- " + path + random.choice(["", "::text[]"]) + ")", [value], wanted)
        function, more = random.choice(["jsonb_set", "jsonb_insert"]), random.choice(["", "", ", true", ", false", ", severity = 'high'"])
        return self.join(function + "({}, " + path + ", {}" + more + ")", [value, self.json_part(0)], wanted)

    @makes(BOOLEAN)
    def json_contains_most(self, wanted, depth):
        """A value and what is nearly it: with a member more or less, or another one in a member's place."""
        random = self.random
        value = self.same("data", JSONB) if random.random() < 0.5 else self.make(JSONB, 0, constant=False)
        key, other = quoted(random.choice(KEYS)), quoted(random.choice(KEYS))
        near = random.choice(["({} - " + key + "::text)", "({} || '{{\"zz\": 1}}'::jsonb)", "jsonb_build_object(" + key + ", {}->" + key + ")", "jsonb_build_object(" + key + ", {}->" + other + ")",
                              "jsonb_build_array({})", "({0} - " + key + "::text || jsonb_build_object(" + other + ", {0}->" + key + "))"])
        form = random.choice(["({0} @> " + near + ")", "(" + near + " @> {0})", "({0} <@ " + near + ")"])
        return self.join(form.replace("{}", "{0}"), [value], wanted)

    @makes(JSONB)
    def json_of(self, wanted, depth):
        return self.join("to_jsonb({})", [self.make(self.random.choice(TO_JSON), depth, constant=False)], wanted)

    @makes(INTEGER)
    def json_length(self, wanted, depth):
        return self.join("jsonb_array_length({})", [self.make(JSONB, depth, constant=False)], wanted)
