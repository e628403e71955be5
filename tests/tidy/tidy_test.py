#!/usr/bin/env python3
"""Each rule is shown one fault of each kind, in a small project of its own, and must find exactly that; and nothing in one without."""
import pathlib
import shutil
import sys
import tempfile
import unittest

import rules
import tidy

# A project without a fault.
CLEAN = {
    "src/base/clock.hpp": "// The clock.\n#pragma once\n\n#include <chrono>\n",
    "src/base/clock.cpp": '#include "base/clock.hpp"\n\nauto n() { return std::chrono::system_clock::now(); }\n',
    "src/base/README.md": "# base\n\nSee [the map](../../docs/ARCHITECTURE.md#the-map), [a setting](../../docs/ARCHITECTURE.md#flush_bytes).\n",
    "src/models/event.hpp": '// Events.\n#pragma once\n\n#include "base/clock.hpp"\n\n#include <fmt/format.h>\n',
    "src/models/json.cpp": '#include "models/event.hpp"\n\n#include <simdjson.h>\n',
    "src/models/README.md": "# models\n",
    "src/messaging/log.hpp": '// The log.\n#pragma once\n\n#include "models/event.hpp"\n',
    "src/messaging/embedded/segment.hpp": '// A segment.\n#pragma once\n\n#include "messaging/log.hpp"\n',
    "src/messaging/README.md": "# messaging\n",
    "src/services/storage/feeder.hpp": '// Feeds.\n#pragma once\n\n#include "messaging/log.hpp"\n',
    "src/services/storage/README.md": "# storage\n",
    "src/services/ingestion/intake.hpp": '// Takes.\n#pragma once\n\n#include "messaging/log.hpp"\n',
    "src/services/ingestion/README.md": "# ingestion\n",
    "src/app/run.cpp": '#include "messaging/embedded/segment.hpp"\n#include "services/storage/feeder.hpp"\n',
    "src/app/settings.cpp": 'Setting{"HOST", text, "", ""},\n',
    "src/app/README.md": "# app\n",
    "src/cli/main.cpp": '#include "app/run.hpp"\n',
    "src/cli/README.md": "# cli\n",
    "tests/unit/base/clock_test.cpp": '#include "base/clock.hpp"\n// It does not sleep_for(1s).\nconst char* text = "sleep_for(1)";\n',
    "docs/ARCHITECTURE.md": "# Architecture\n\n## The map\n\n### `FLUSH_BYTES`\n\n[base](../src/base/README.md), [out](https://example.com/x)\n",
    "docs/dependencies.md": "| library | why |\n|---|---|\n| simdjson | x |\n| fmt | x |\n",
    "docs/configuration.md": "| HOST | x |\n",
    "docs/decisions/README.md": "- [0001](0001-records.md)\n",
    "docs/decisions/0001-records.md": "# 0001. Records\n\nStatus: accepted\n",
    ".env.example": "# HOST=127.0.0.1\n",
    "scripts/setup.sh": "#!/usr/bin/env bash\nset -euo pipefail\n",
    "tests/tidy/sizes.txt": "# lines path\n",
}

# Rule: (files that replace or join those above (None: without it), part of the one finding).
FAULTS = {
    "layers": [
        ({"src/base/bad.cpp": '#include "models/event.hpp"\n'}, "base must not include models"),
        ({"src/models/bad.cpp": '#include "messaging/log.hpp"\n'}, "models must not include messaging"),
        ({"src/messaging/bad.cpp": '#include "services/storage/feeder.hpp"\n'}, "messaging must not include services"),
        ({"src/services/ingestion/bad.cpp": '#include "services/storage/feeder.hpp"\n'}, "the service ingestion must not include the service storage"),
        ({"src/services/storage/bad.cpp": '#include "messaging/embedded/segment.hpp"\n'}, "only app chooses it"),
        ({"src/messaging/bad.cpp": '#include "messaging/embedded/segment.hpp"\n'}, "only app chooses it"),
        ({"src/cli/bad.cpp": '#include "app/run.hpp"\n'}, "cli must not include app"),
        ({"src/cli/bad.cpp": '  #  include "database/query.hpp"\n'}, "cli must not include database"),
        ({"src/engine/bad.cpp": '#include "nothing/x.hpp"\n'}, "there is no folder src/nothing"),
        ({"src/base/bad.cpp": '#include "clock.hpp"\n'}, "not a full path from src/"),
        ({"src/models/bad.cpp": "#include <base/clock.hpp>\n"}, "use quotes"),
        ({"src/plugins/bad.cpp": "\n"}, "not in the table of layers"),
    ],
    "libraries": [
        ({"src/base/bad.cpp": "#include <simdjson.h>\n"}, "belongs to models"),
        ({"src/app/bad.cpp": "#include <boost/asio.hpp>\n"}, "belongs to http"),
        ({"src/database/bad.cpp": "#include <duckdb.h>\n"}, "belongs to database/lakehouse"),
        ({"src/base/bad.cpp": "#include <unknown/x.h>\n"}, "is of no library"),
        ({"src/models/event.hpp": "// Events.\n#pragma once\n#include <simdjson.h>\n"}, "keep simdjson in .cpp files"),
    ],
    "pure": [
        ({"src/models/bad.cpp": "#include <thread>\n"}, "models is pure"),
        ({"src/engine/bad.cpp": "#include <unistd.h>\n"}, "engine is pure"),
        ({"src/alerts/bad.cpp": "#include <mutex>\n"}, "alerts is pure"),
        ({"src/sql/bad.cpp": "#include <fstream>\n"}, "sql is pure"),
    ],
    "sizes": [
        ({"src/base/big.cpp": "\n" * 801}, "800 is the limit"),
        ({"src/base/big.cpp": "\n" * 501}, "over 500"),
        ({"src/base/big.cpp": "\n" * 700, "tests/tidy/sizes.txt": "690 src/base/big.cpp\n"}, "more than before"),
        ({"src/base/big.cpp": "\n" * 600, "tests/tidy/sizes.txt": "690 src/base/big.cpp\n"}, "write that down"),
        ({"src/base/big.cpp": "\n" * 400, "tests/tidy/sizes.txt": "690 src/base/big.cpp\n"}, "take it off the list"),
        ({"tests/tidy/sizes.txt": "690 src/base/gone.cpp\n"}, "take it off the list"),
        ({"src/base/big.cpp": "\n" * 801, "tests/tidy/sizes.txt": "801 src/base/big.cpp\n"}, "800 is the limit"),
    ],
    "banned": [
        ({"tests/unit/base/bad.cpp": "void f() { std::this_thread::sleep_for(1s); }\n"}, "sleep-in-tests"),
        ({"tests/unit/base/bad.cpp": "void f() { ::sleep(1); }\n"}, "sleep-in-tests"),
        ({"src/app/bad.cpp": "auto t = std::chrono::system_clock::now();\n"}, "clock"),
        ({"src/engine/bad.cpp": "auto t = steady_clock::now();\n"}, "pure-clock"),
        ({"src/app/bad.cpp": 'void f() { std::cout << "x"; }\n'}, "output"),
        ({"src/http/bad.cpp": 'void f() { fmt::print("x"); }\n'}, "output"),
        ({"src/app/bad.cpp": "int x = rand();\n"}, "random"),
        ({"src/app/bad.cpp": "std::random_device d;\n"}, "random"),
        ({"src/app/bad.cpp": "std::regex r;\n"}, "regex"),
        ({"src/app/bad.cpp": "void f(std::thread& t) { t.detach(); }\n"}, "detach"),
        ({"src/app/bad.cpp": "auto* p = dynamic_cast<X*>(q);\n"}, "dynamic-cast"),
        ({"src/app/bad.cpp": "void f() { strcpy(a, b); }\n"}, "c-string"),
        ({"tests/unit/base/bad.cpp": "TEST(A, DISABLED_b) {}\n"}, "disabled-test"),
        ({"src/base/bad.hpp": "// x\n#pragma once\nusing namespace std;\n"}, "using-namespace"),
        ({"src/base/bad.cpp": "// TO" + "DO: better\n"}, "wish"),
        ({"src/app/bad.cpp": "int n = 1'000; int x = rand(); char c = 'x';\n"}, "random"),
    ],
    "headers": [
        ({"src/base/bad.hpp": "#pragma once\n"}, "begins with a comment"),
        ({"src/base/bad.hpp": "// x\n"}, "#pragma once is missing"),
    ],
    "names": [
        ({"src/base/utils.hpp": "\n"}, "names no idea"),
        ({"tests/unit/base/helpers.cpp": "\n"}, "names no idea"),
        ({"src/base/BadName.cpp": "\n"}, "snake_case"),
    ],
    "links": [
        ({"docs/bad.md": "[x](nowhere.md)\n"}, "leads nowhere"),
        ({"docs/bad.md": "![x](images/none.svg)\n"}, "leads nowhere"),
        ({"docs/bad.md": "[x](ARCHITECTURE.md#no-such)\n"}, "has no heading"),
        ({"docs/bad.md": "# A\n[x](#b)\n"}, "has no heading"),
    ],
    "readmes": [
        ({"src/models/README.md": None, }, "src/models: has no README.md"),
        ({"src/services/storage/README.md": None}, "src/services/storage: has no README.md"),
    ],
    "decisions": [
        ({"docs/decisions/0003-gap.md": "# 0003. Gap\n\nStatus: accepted\n", "docs/decisions/README.md": "0001-records.md 0003-gap.md"}, "is 0002"),
        ({"docs/decisions/0001-twice.md": "# 0001. Twice\n\nStatus: accepted\n", "docs/decisions/README.md": "0001-records.md 0001-twice.md"}, "is 0002"),
        ({"docs/decisions/0001-records.md": "# Records\n\nStatus: accepted\n"}, "begins with"),
        ({"docs/decisions/0001-records.md": "# 0001. Records\n"}, "no line \"Status"),
        ({"docs/decisions/README.md": "\n"}, "is not listed"),
        ({"docs/decisions/zz.md": "\n"}, "is named"),
    ],
    "dependencies": [
        ({"docs/dependencies.md": "| fmt | x |\n"}, "simdjson has no line"),
        ({"docs/dependencies.md": None, "src/base/README.md": "\n"}, "is missing"),
    ],
    "settings": [
        ({".env.example": "# PORT=1\n# HOST=1\n"}, "there is no setting PORT"),
        ({".env.example": "\n"}, "the setting HOST is missing"),
        ({"docs/configuration.md": "\n"}, "the setting HOST is missing"),
    ],
    "foreign": [
        ({"docs/bad.md": "see /wo" + "rk/main\n"}, "path of somebody's machine"),
        ({"docs/bad.md": "see /ho" + "me/me/x\n"}, "path of somebody's machine"),
        ({"third_party/package-lock.json": '"resolved"' + ': "https://x/y.tgz"\n'}, "download address"),
        ({"scripts/bad.py": "x = 'registry.np" + "mjs.org'\n"}, "host of a package registry"),
    ],
    "scripts": [
        ({"scripts/setup.sh": "set -euo pipefail\n"}, "begins with #!"),
        ({"scripts/setup.sh": "#!/usr/bin/env bash\n"}, "set -euo pipefail"),
        ({".ci/run": "echo\n"}, "begins with #!"),
    ],
}


class Rules(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="streamflow-tidy-"))
        self.addCleanup(shutil.rmtree, self.root)

    def project(self, changes):
        for name, text in {**CLEAN, **changes}.items():
            if text is not None:
                path = self.root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                if name.endswith(".sh") or name == ".ci/run":
                    path.chmod(0o755)
        return tidy.Tree(self.root)

    def test_a_clean_project_has_no_findings(self):
        tree = self.project({})
        for name, rule in tidy.RULES.items():
            self.assertEqual(list(rule(tree)), [], name)

    def test_every_rule_has_faults_here(self):
        self.assertEqual(set(FAULTS), set(tidy.RULES))
        told = {wanted for _, wanted in FAULTS["banned"]}
        self.assertEqual({name for name, *_ in rules.BANNED} - told, set(), "banned calls that are not shown to be found")

    def test_a_script_that_can_not_be_run(self):
        self.project({})
        (self.root / "scripts/setup.sh").chmod(0o644)
        self.assertEqual(len(list(tidy.scripts(tidy.Tree(self.root)))), 1)


def add_fault(rule, number, changes, wanted):
    def test(self):
        findings = list(tidy.RULES[rule](self.project(changes)))
        self.assertEqual(len(findings), 1, findings)
        self.assertIn(wanted, findings[0])

    setattr(Rules, f"test_{rule}_finds_fault_{number:02d}", test)


for _rule, _faults in FAULTS.items():
    for _number, (_changes, _wanted) in enumerate(_faults, 1):
        add_fault(_rule, _number, _changes, _wanted)

if __name__ == "__main__":
    unittest.main(verbosity=1, argv=[sys.argv[0], *sys.argv[1:]])
