"""The tables that the sources are checked against: who may include whom, which folder owns which library, what is not called where."""

# What a folder's files may include besides their own folder's. Arrows point down only; docs/ARCHITECTURE.md has the picture.
LAYERS = {
    "base": set(),
    "models": {"base"},
    "sql": {"models", "base"},
    "engine": {"sql", "models", "base"},           # It runs plans, and asks sql for the values of expressions.
    "alerts": {"models", "base"},
    "messaging": {"models", "base"},
    "database": {"messaging", "engine", "sql", "models", "base"},  # The log's port: what it stores is records of the log. SQL, for ad-hoc queries.
    "cache": {"models", "base"},
    "http": {"models", "base"},
    "security": {"http", "models", "base"},       # The port for looking tokens up is the server's.
    "observability": {"http", "models", "base"},  # Health and metrics are routes.
    "services": {"messaging", "database", "cache", "http", "security", "observability", "engine", "alerts", "sql", "models", "base"},
    "app": {"services", "messaging", "database", "cache", "http", "security", "observability", "engine", "alerts", "sql", "models", "base"},
    "cli": {"http", "models", "base"},
}

# Single files that may do more than their folder.
LAYER_EXCEPTIONS = {
    "src/cli/main.cpp": {"app"},  # Hands the program to the command line.
}

# Folders of adapters: only their own folder, its sibling for tests, and app (which chooses) may include them.
ADAPTERS = {
    "messaging/embedded": {"messaging/embedded", "messaging/testing", "app"},
    "messaging/rabbitmq": {"messaging/rabbitmq", "messaging/testing", "app"},
    "messaging/testing": {"messaging/testing"},
    "database/lakehouse": {"database/lakehouse", "database/testing", "app"},
    "database/postgres": {"database/postgres", "database/testing", "app"},
    "database/testing": {"database/testing"},
    "cache/memory": {"cache/memory", "cache/testing", "app"},
    "cache/redis": {"cache/redis", "cache/testing", "app"},
    "cache/testing": {"cache/testing"},
}

# The folders that own a library: nobody else includes its headers. The first match counts. Every name before the arrow has a line in
# docs/dependencies.md.
LIBRARIES = [
    # (beginning of the header's name, name in docs/dependencies.md, folders below src/)
    ("fmt/", "fmt", {""}),
    ("spdlog/", "spdlog", {"base"}),
    ("simdjson", "simdjson", {"models"}),
    ("flatbuffers/", "FlatBuffers", {"models"}),
    ("lz4", "LZ4", {"models"}),
    ("pg_query", "libpg_query", {"sql"}),
    ("protobuf-c/", "protobuf-c", {"sql"}),
    ("re2/", "RE2", {"sql"}),
    ("duckdb", "DuckDB", {"database/lakehouse"}),
    ("sqlite3", "SQLite", {"database/lakehouse"}),
    ("libpq-fe", "libpq", {"database/postgres"}),
    ("amqp", "librabbitmq", {"messaging/rabbitmq"}),
    ("hiredis/", "hiredis", {"cache/redis"}),
    ("boost/describe", "Boost", {"http", "services", "app"}),
    ("boost/mp11", "Boost", {"http"}),
    ("boost/", "Boost", {"http"}),
    ("zlib", "zlib", {"http"}),
    ("zstd", "zstd", {"http"}),
    ("openssl/", "OpenSSL", {"security"}),
    ("sodium", "libsodium", {"security"}),
    ("prometheus/", "prometheus-cpp", {"observability"}),
    ("curl/", "libcurl", {"services/alerting"}),
    ("CLI/", "CLI11", {"cli"}),
    ("yaml-cpp/", "yaml-cpp", {"cli", "app"}),
]

# A library whose headers may be seen by other folders through ours: these alone.
VISIBLE_LIBRARIES = {"fmt", "Boost.Describe"}

# Of the system and the compiler, not of a library.
SYSTEM_HEADERS = r"(sys|netinet|arpa|linux|net)/.*\.h|(unistd|fcntl|poll|pthread|signal|malloc|netdb|dirent|termios|dlfcn|sched|cpuid|[nxistew]mmintrin|immintrin|x86intrin)\.h"

# Folders that are pure: no input or output, no threads, no clocks. What gives them away is what they include.
PURE_FOLDERS = ("models", "sql", "engine", "alerts")
IMPURE_HEADERS = r"(fstream|iostream|filesystem|thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token)|" + SYSTEM_HEADERS

# (name, pattern, where: prefixes of paths, except there, what to do instead). Comments and strings are not looked at.
BANNED = [
    ("sleep-in-tests", r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(|::sleep\s*\(", ("tests/",), (),
     "wait on a condition with a deadline, or move the fake clock"),
    ("clock", r"\bsystem_clock::now\s*\(", ("src/", "tests/"), ("src/base/clock.cpp",), "take a Clock: tests need to say what time it is"),
    ("pure-clock", r"\b(steady_clock|high_resolution_clock)::now\s*\(|\bthis_thread::", tuple(f"src/{folder}/" for folder in (*PURE_FOLDERS, "services")), (),
     "take a Clock or a Deadline"),
    ("output", r"\bstd::(cout|cerr|clog)\b|\b(std::)?printf\s*\(|\bfmt::print\s*\(|\bputs\s*\(", ("src/",), ("src/cli/", "src/app/run.cpp", "src/base/logging.cpp", "src/base/assert.cpp"),
     "use sf::logging: only the command line talks to people"),
    ("random", r"\b(rand|drand48)\s*\(\s*\)|\bsrand\s*\(|\bstd::random_device\b", ("src/",), ("src/base/",), "take a generator: tests need a seed"),
    ("regex", r"\bstd::(basic_)?regex\b", ("src/",), (), "std::regex is slow and overflows the stack; use RE2 in sql, or plain code"),
    ("detach", r"\.detach\s*\(\s*\)", ("src/", "tests/"), (), "every thread is joined by the object that started it"),
    ("dynamic-cast", r"\bdynamic_cast\s*<", ("src/",), ("src/cli/",), "the interface lacks something: mend the interface"),
    ("c-string", r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok)\s*\(", ("src/", "tests/", "bench/"), (), "use std::string, std::string_view or fmt"),
    ("disabled-test", r"\bDISABLED_", ("tests/",), (), "assert today's wrong answer and say that it is wrong"),
    ("using-namespace", r"^\s*using\s+namespace\b", ("src/**.hpp", "tests/**.hpp"), (), "names of others stay where they are in a header"),
]

# Words that say a comment is a wish. In comments only.
WISHES = r"\b(TODO|FIXME|XXX|HACK)\b"

# Names of files that say that an idea has no name yet.
NAMELESS = r"(utils?|helpers?|common|misc|manager|types)\.(hpp|cpp)"

LINES_TOLD = 500  # From here on a file stands in sizes.txt, and only shrinks.
LINES_MAX = 800

# Nothing in the project may depend on the machine where it was written. Split, so that this file does not match.
FOREIGN = [
    (r"(?<![\w.])/(work|home|Users)" + r"/[A-Za-z]", "a path of somebody's machine"),
    (r"(?<![\w.])/tmp" + r"/(brief|bash_jobs|pkgs|build)", "a path of somebody's machine"),
    (r"registry\." + r"(npmjs|yarnpkg)\.|(deb|ftp|security)\." + r"debian\.org|pypi\." + r"org|proxy\." + r"golang\.org", "the host of a package registry"),
    (r'"resolved": ' + r'"https?:', "a download address in a lock file"),
]
FOREIGN_EXCEPT = ()
