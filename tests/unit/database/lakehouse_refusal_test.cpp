// What ad-hoc SQL must not do. Each refusal is tried for real, against a store beside which there are things worth
// reading.

#include "database/lakehouse/lakehouse.hpp"
#include "database/lakehouse/sql_gate.hpp"
#include "unit/database/stored_events.hpp"

#include <fstream>

namespace sf::database::testing {
namespace {

class LakehouseRefusal : public ::testing::Test {
protected:
    void SetUp() override {
        std::ofstream(folder_.path() / "admin.token") << "very-secret-token";
        LakehouseOptions options;
        options.dir = folder_.path() / "store";
        store_ = std::make_unique<Lakehouse>(std::move(options));
        SF_ASSERT_OK(store_->start());
        SF_ASSERT_OK(add(*store_, 0, 0, numbered("a", 3)));
        SF_ASSERT_OK(store_->flush());
        // Someone with access to the folder put links there.
        std::filesystem::create_directory_symlink("/etc", events() / "etc");
        std::filesystem::create_symlink(folder_.path() / "admin.token", events() / "token.csv");
        std::filesystem::create_symlink(folder_.path() / "admin.token", events() / "token.parquet");
    }

    [[nodiscard]] std::filesystem::path events() const { return folder_.path() / "store" / "events"; }

    // The query is refused as bad input, and nothing was read, written or changed.
    void expect_refused(const std::string& sql, const std::string& word = "") {
        const auto before = listing();
        const std::string answer = rows(*store_, sql);
        EXPECT_TRUE(answer.starts_with("error: invalid_input")) << sql << "\n" << answer;
        EXPECT_NE(answer.find(word), std::string::npos) << sql << "\n" << answer;
        EXPECT_EQ(answer.find("very-secret"), std::string::npos) << sql;
        EXPECT_EQ(answer.find("root:"), std::string::npos) << sql;
        EXPECT_EQ(listing(), before) << sql;
        EXPECT_EQ(rows(*store_, "SELECT count(*) FROM events"), "[[3]]") << "after " << sql;
    }

    [[nodiscard]] std::vector<std::string> listing() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
            // DuckDB makes its spill folder when it likes.
            if (entry.path().string().find("/tmp/") == std::string::npos) names.push_back(entry.path().string());
        }
        std::ranges::sort(names);
        return names;
    }

    TestFolder folder_;
    std::unique_ptr<Lakehouse> store_;
};

TEST_F(LakehouseRefusal, every_statement_but_select) {
    const std::string out = "'" + (events() / "out.csv").string() + "'";
    for (const std::string& sql : std::vector<std::string>{"COPY (SELECT 1) TO " + out,
                                                           "COPY events TO " + out,
                                                           "copy events to " + out,
                                                           "EXPORT DATABASE " + out,
                                                           "IMPORT DATABASE " + out,
                                                           "ATTACH " + out + " AS x",
                                                           "ATTACH ':memory:' AS x",
                                                           "DETACH memory",
                                                           "USE temp",
                                                           "INSERT INTO events SELECT * FROM events",
                                                           "CREATE TABLE t AS SELECT 1",
                                                           "CREATE TEMP TABLE t (a INT)",
                                                           "CREATE OR REPLACE TEMP VIEW events AS SELECT 1",
                                                           "CREATE MACRO f() AS 1",
                                                           "DROP VIEW events",
                                                           "DELETE FROM events",
                                                           "UPDATE events SET type = 'x'",
                                                           "ALTER VIEW events RENAME TO e",
                                                           "PRAGMA version",
                                                           "PRAGMA database_list",
                                                           "SET memory_limit = '100GB'",
                                                           "SET enable_external_access = true",
                                                           "RESET threads",
                                                           "CALL pragma_version()",
                                                           "CALL enable_logging()",
                                                           "INSTALL httpfs",
                                                           "LOAD httpfs",
                                                           "EXPLAIN SELECT 1",
                                                           "EXPLAIN ANALYZE SELECT 1",
                                                           "DESCRIBE events",
                                                           "SHOW TABLES",
                                                           "SUMMARIZE events",
                                                           "BEGIN",
                                                           "COMMIT",
                                                           "CHECKPOINT",
                                                           "VACUUM",
                                                           "ANALYZE",
                                                           "PREPARE p AS SELECT 1",
                                                           "EXECUTE p",
                                                           "DEALLOCATE p",
                                                           "PIVOT events ON type USING count(*)",
                                                           "SET VARIABLE x = 1",
                                                           "CREATE SECRET s (TYPE s3)",
                                                           "COMMENT ON VIEW events IS 'x'",
                                                           "MERGE INTO events USING events ON true",
                                                           "  /* a comment */ -- another\n COPY (SELECT 1) TO " + out,
                                                           ";COPY (SELECT 1) TO " + out,
                                                           "",
                                                           "   ",
                                                           "-- only a comment",
                                                           ";",
                                                           "$",
                                                           "\"events\"",
                                                           "FORCE CHECKPOINT",
                                                           "DO 1"}) {
        expect_refused(sql);
    }
    expect_refused("COPY events TO 'x'", "COPY is not allowed");
    expect_refused("ATTACH 'x'", "line 1, column 1\nATTACH 'x'\n^");
}

TEST_F(LakehouseRefusal, more_than_one_statement) {
    expect_refused("SELECT 1; SELECT 2", "only one statement is allowed");
    expect_refused("SELECT 1; COPY (SELECT 1) TO '/tmp/x.csv'", "only one statement");
    expect_refused("SELECT 1;;DROP VIEW events;", "only one statement");
    EXPECT_EQ(rows(*store_, "SELECT 1;"), "[[1]]");
    EXPECT_EQ(rows(*store_, "SELECT ';' -- ; \n ;"), "[[\";\"]]");
}

TEST_F(LakehouseRefusal, statements_hidden_in_a_select) {
    const std::string out = (events() / "out.csv").string();
    expect_refused("WITH x AS (SELECT 1) INSERT INTO events SELECT * FROM x");
    expect_refused("FROM (COPY events TO '" + out + "')");
    expect_refused("SELECT * FROM query('COPY (SELECT 1) TO ''" + out + "''')");
    expect_refused("SELECT * FROM query('SELECT 1')");
    expect_refused("SELECT * FROM query_table('events')");
    expect_refused("SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))");
    expect_refused("SELECT 1 INTO t");
    expect_refused("(COPY (SELECT 1) TO '" + out + "')");
    expect_refused("VALUES (1), (2) ; COPY events TO '" + out + "'");
}

TEST_F(LakehouseRefusal, files) {
    const std::string token = (folder_.path() / "admin.token").string();
    const std::string up = (events() / "..").string();
    for (const std::string& path : std::vector<std::string>{
             "/etc/passwd", token, events().string() + "/../../admin.token", up + "/../admin.token",
             events().string() + "/etc/passwd", events().string() + "/token.csv", events().string() + "/token.parquet",
             "file:///etc/passwd", "/proc/self/environ", events().string() + "/*", events().string() + "/**", "/etc/*",
             up + "/*", "http://127.0.0.1:1/x.csv", "admin.token"}) {
        for (const char* function :
             {"read_text", "read_blob", "read_csv", "read_csv_auto", "read_json", "read_json_auto", "read_ndjson",
              "read_json_objects", "read_parquet", "parquet_scan", "parquet_metadata", "parquet_schema",
              "parquet_kv_metadata", "parquet_file_metadata", "glob", "sniff_csv"}) {
            expect_refused(std::string("SELECT * FROM ") + function + "('" + path + "')");
        }
        expect_refused("SELECT * FROM '" + path + "'");
        expect_refused("SELECT * FROM \"" + path + "\"");
        expect_refused("FROM '" + path + "'");
        expect_refused("TABLE '" + path + "'");
    }
    expect_refused("SELECT (SELECT content FROM read_text('" + token + "'))");
    expect_refused("SELECT * FROM events WHERE type IN (SELECT content FROM read_text('" + token + "'))");
    expect_refused("WITH t AS (SELECT * FROM read_text('" + token + "')) SELECT * FROM t");
    expect_refused("SELECT * FROM events, LATERAL (SELECT * FROM READ_TEXT('" + token + "'))");
    expect_refused("SELECT * FROM main.read_text('" + token + "')");
    expect_refused("SELECT * FROM system.main.read_text('" + token + "')");
    expect_refused("SELECT * FROM \"read_text\"('" + token + "')");
    expect_refused("SELECT * FROM parquet_bloom_probe('" + token + "', 'a', 1)");
}

TEST_F(LakehouseRefusal, the_state_of_duckdb) {
    for (const char* sql : {"SELECT * FROM enable_logging(storage='file', storage_path='/tmp/x')",
                            "SELECT * FROM disable_logging()",
                            "SELECT * FROM truncate_duckdb_logs()",
                            "SELECT * FROM checkpoint()",
                            "SELECT * FROM force_checkpoint()",
                            "SELECT * FROM arrow_scan(1, 2, 3)",
                            "SELECT * FROM arrow_scan_dumb(1, 2, 3)",
                            "SELECT * FROM duckdb_settings()",
                            "SELECT * FROM duckdb_secrets()",
                            "SELECT * FROM duckdb_views()",
                            "SELECT * FROM duckdb_views",
                            "SELECT * FROM duckdb_logs",
                            "SELECT * FROM duckdb_memory()",
                            "SELECT * FROM test_vector_types(NULL::INT)",
                            "SELECT * FROM streamflow_live()",
                            "SELECT * FROM seq_scan('events')",
                            "SELECT * FROM summary((SELECT 1))",
                            "SELECT * FROM which_secret('x', 'y')",
                            "SELECT * FROM pragma_database_size()",
                            "SELECT write_log('x')",
                            "SELECT nextval('s')",
                            "SELECT sqlite_master FROM sqlite_master",
                            "SELECT __internal_compress_integral_utinyint(1::BIGINT, 0::BIGINT)"}) {
        expect_refused(sql);
    }
}

// Functions that make texts and lists of any length outside DuckDB's memory limit are none of the dialect's.
TEST_F(LakehouseRefusal, texts_and_lists_of_any_length) {
    for (const char* sql : {"SELECT len(range(400000000))", "SELECT generate_series(1, 400000000)",
                            "SELECT length(bar(1, 0, 1, 2000000000))", "SELECT len(list_resize([1], 2000000000))",
                            "SELECT list_transform([1], x -> x)", "SELECT [1, 2]", "SELECT {'a': 1}", "SELECT x: 1",
                            "SELECT * EXCLUDE (id) FROM events", "SELECT COLUMNS(*) FROM events"}) {
        expect_refused(sql);
    }
    EXPECT_EQ(rows(*store_, "SELECT count(*) FROM generate_series(1, 3000000)"), "[[3000000]]");
}

TEST_F(LakehouseRefusal, what_is_allowed_looks_ordinary) {
    EXPECT_EQ(rows(*store_, "select count(*) from events"), "[[3]]");
    EXPECT_EQ(rows(*store_, "  /* a /* nested */ comment */ WITH t AS (SELECT 1 AS a) SELECT a FROM t"), "[[1]]");
    EXPECT_EQ(rows(*store_, "TABLE events LIMIT 0"), "[]");
    EXPECT_EQ(rows(*store_, "VALUES (1, 'a')"), "[[1, \"a\"]]");
    EXPECT_EQ(rows(*store_, "(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1"), "[[1],[2]]");
    EXPECT_EQ(rows(*store_,
                   "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT sum(n) FROM t"),
              "[[6]]");
    EXPECT_EQ(rows(*store_, "SELECT e.data->>'n' FROM events e JOIN events f USING (id) ORDER BY 1"),
              "[[\"0\"],[\"1\"],[\"2\"]]");
    EXPECT_EQ(rows(*store_, "SELECT row_number() OVER (ORDER BY id) FROM events"), "[[1],[2],[3]]");
    EXPECT_EQ(rows(*store_, "SELECT count(*) FROM information_schema.tables WHERE table_name = 'events'"), "[[1]]");
}

TEST_F(LakehouseRefusal, errors_show_their_place) {
    const std::string answer = rows(*store_, "SELECT *\nFROM events\nWHERE tpye = 'x'");
    EXPECT_NE(answer.find("tpye"), std::string::npos) << answer;
    EXPECT_NE(answer.find("line 3, column 7\nWHERE tpye = 'x'\n      ^"), std::string::npos) << answer;
    EXPECT_NE(rows(*store_, "SELECT * FORM events").find("line 1, column 10\nSELECT * FORM events\n         ^"),
              std::string::npos);
    EXPECT_NE(rows(*store_, "SELECT type,\n  type + 1 FROM events").find("line 2, column 8"), std::string::npos);
    EXPECT_NE(rows(*store_, "SELECT * FROM nothing").find("nothing"), std::string::npos);
    expect_refused("SELECT $1", "");
    expect_refused("SELECT ?", "");
}

TEST(SqlGate, deep_nesting_and_long_texts_are_refused_not_crashed_on) {
    TestFolder folder;
    LakehouseOptions options;
    options.dir = folder.path();
    Lakehouse store(std::move(options));
    SF_ASSERT_OK(store.start());
    EXPECT_TRUE(
        rows(store, "SELECT " + std::string(100'000, '(') + "1" + std::string(100'000, ')')).starts_with("error: "));
    std::string sum = "SELECT 1";
    for (int i = 0; i < 20'000; ++i) sum += "+1";
    EXPECT_TRUE(rows(store, sum).starts_with("error: "));
    std::string nested = "SELECT 1";
    for (int i = 0; i < 2'000; ++i) nested = "SELECT * FROM (" + nested + ")";
    EXPECT_TRUE(rows(store, nested).starts_with("error: "));
    EXPECT_TRUE(rows(store, "SELECT '" + std::string(kSqlBytesMax, 'x') + "'")
                    .starts_with("error: invalid_input: the query is longer"));
    EXPECT_TRUE(rows(store, std::string("SELECT 1\0, 2", 12)).starts_with("error: invalid_input"));
    EXPECT_TRUE(rows(store, "SELECT '\xFF\xFE'").starts_with("error: "));
    EXPECT_EQ(rows(store, "SELECT 1"), "[[1]]");
}

}  // namespace
}  // namespace sf::database::testing
