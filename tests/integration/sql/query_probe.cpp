// Runs ad-hoc queries over events in a store of its own, for tests that compare with PostgreSQL. A line of input is
//     {"batches": [{"partition": 0, "now": "2026-01-01T00:00:00Z", "events": [{...}, ...]}, ...], "queries": ["SELECT
//     ...", ...]}
// with functions and tables (probe_catalogs.hpp), and becomes a line of output, a result a query:
//     {"results": [{"columns": [{"name": "n", "type": "bigint"}], "rows": [[1]]}, {"error": "...", "detail": "..."}]}
// All batches but the last are written to files, so that queries read files and memory.
#include "base/json_text.hpp"
#include "database/lakehouse/lakehouse.hpp"
#include "probe_catalogs.hpp"
#include "probe_input.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace sf;

using probe::give_up;

// A folder that goes away.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "sf-query-probe-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

void must(const Result<>& done, const char* what) {
    if (!done) give_up(std::string(what) + ": " + done.error().text());
}

void fill(database::Lakehouse& store, const std::vector<probe::Batch>& batches) {
    std::map<messaging::Partition, messaging::Offset> offsets;
    for (std::size_t i = 0; i < batches.size(); ++i) {
        messaging::StoredRecord record;
        record.offset = offsets[batches[i].partition]++;
        record.record.batch = batches[i].events;
        const std::vector<messaging::StoredRecord> records = {record};
        must(store.add(batches[i].partition, records, std::chrono::steady_clock::now() + std::chrono::seconds{20}),
             "adding events");
        if (i + 2 == batches.size()) must(store.flush(), "writing events to files");
    }
}

void append_result(std::string& out, const Result<database::QueryResult>& result) {
    if (!result) {
        out += "{\"error\":" + json_string(result.error().message) +
               ",\"detail\":" + json_string(result.error().detail) + '}';
        return;
    }
    out += "{\"columns\":[";
    for (std::size_t i = 0; i < result->columns.size(); ++i) {
        out += (i > 0 ? ",{\"name\":" : "{\"name\":") + json_string(result->columns[i].name) +
               ",\"type\":" + json_string(result->columns[i].type) + '}';
    }
    out += "],\"rows\":" + result->rows_json + '}';
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        auto members = probe::members_of(line);
        const std::vector<probe::Batch> batches = probe::batches_of(members["batches"]);
        const probe::Catalogs catalogs = probe::catalogs_of(members);
        const Folder folder;
        database::LakehouseOptions options;
        options.dir = folder.path();
        database::Lakehouse store(std::move(options));
        must(store.start(), "starting the store");
        store.points().set_functions(std::make_shared<const sql::NamedFunctions>(catalogs.functions));
        store.points().set_reference_tables(catalogs.tables.all());
        fill(store, batches);
        std::string out = "{\"results\":[";
        for (const std::string& query : probe::elements_of(members["queries"])) {
            if (out.back() != '[') out += ',';
            append_result(out, store.query(probe::text_of(query), {}, {}));
        }
        out += "]}";
        for (char& c : out) {
            if (c == '\n') c = ' ';
        }
        std::cout << out << '\n' << std::flush;
        store.stop();
    }
    return 0;
}
