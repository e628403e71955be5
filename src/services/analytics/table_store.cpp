#include "services/analytics/table_store.hpp"

#include "base/json_text.hpp"
#include "base/table_record.hpp"
#include "base/text_input.hpp"
#include "http/json_body.hpp"
#include "services/analytics/offset_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::analytics {
namespace {

constexpr std::string_view kTables = "tables";
constexpr std::string_view kContents = "table_contents";
constexpr std::size_t kTogether = 50;

struct TableDocument {
    std::string name;
    std::string sql;
    std::string created_at;
};
BOOST_DESCRIBE_STRUCT(TableDocument, (), (name, sql, created_at))

struct ContentDocument {
    std::string name;
    std::int64_t number = 0;
    std::string starts;
    std::string loaded_at;
    std::string csv;
};
BOOST_DESCRIBE_STRUCT(ContentDocument, (), (name, number, starts, loaded_at, csv))

std::string content_key(std::string_view name, std::uint64_t number) { return fmt::format("{} {:020}", name, number); }

template <class T>
Result<T> read_document(const database::Document& document) {
    std::string padded = document.json;
    padded.append(http::Body::kPadding, ' ');
    T object;
    const auto errors =
        http::read_members(std::string_view(padded).substr(0, document.json.size()), http::members_of(object));
    if (!errors.empty())
        return fail(ErrorCode::corrupt, "a document of reference table \"" + document.key + "\" can't be read",
                    errors.front().pointer + ": " + errors.front().detail);
    return object;
}

Result<> for_each_document(database::DocumentStore& documents, std::string_view collection,
                           const std::function<Result<>(const database::Document&)>& body) {
    std::string after;
    do {
        SF_ASSIGN(database::DocumentPage page, documents.list(collection, after, kTogether));
        for (const database::Document& document : page.documents) SF_TRY(body(document));
        after = page.next;
    } while (!after.empty());
    return {};
}

Result<std::vector<sql::ReferenceTable::Cell>> cells_of(const sql::TableDefinition& definition, std::string csv) {
    const auto refuse = [](std::uint64_t line, std::string message, std::string hint = {}) {
        return fail(ErrorCode::invalid_input, fmt::format("line {}: {}", line, message), "", std::move(hint));
    };
    TextInput input = TextInput::from_text(std::move(csv));
    sf::TableRecord record({});
    if (record.read(input) != sf::TableRecord::Read::record)
        return refuse(1, "there are no names of columns", "the first line of the CSV has them");
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < record.size(); ++i) {
        const auto column = definition.column(record[i]);
        if (!column) return refuse(1, fmt::format("{} has no column \"{}\"", definition.name, record[i]));
        if (std::ranges::find(places, *column) != places.end())
            return refuse(1, fmt::format("\"{}\" stands there twice", record[i]));
        places.push_back(*column);
    }
    std::vector<sql::ReferenceTable::Cell> cells;
    std::size_t rows = 0;
    while (true) {
        const auto read = record.read(input);
        if (read == sf::TableRecord::Read::end) break;
        if (read == sf::TableRecord::Read::broken) return refuse(input.line_number(), record.problem());
        if (record.size() != places.size())
            return refuse(input.line_number(),
                          fmt::format("{} fields, where the first line has {}", record.size(), places.size()));
        if (++rows > sql::kTableRowsMax)
            return refuse(input.line_number(),
                          fmt::format("a reference table has at most {} rows", sql::kTableRowsMax));
        cells.resize(rows * definition.columns.size());
        const auto row = std::span(cells).last(definition.columns.size());
        for (std::size_t i = 0; i < places.size(); ++i) {
            const std::string_view field = record[i];
            // An empty field is NULL but in columns of text that take none.
            const sql::TableColumn& column = definition.columns[places[i]];
            if (!field.empty() || (column.type == sql::Type::text && column.not_null))
                row[places[i]] = std::string(field);
        }
    }
    return cells;
}

}  // namespace

sql::ReferenceTablePtr TableStore::AsOf::table(std::string_view name) const {
    const auto found = store_.tables_.find(name);
    if (found == store_.tables_.end()) return nullptr;
    const std::vector<TableContent>& contents = found->second.contents;
    // What came after a table was first used was never without it: the oldest content that is left stands for those
    // before.
    sql::ReferenceTablePtr table = contents.front().table;
    for (const TableContent& content : contents) {
        if (content.number <= number_) table = content.table;
    }
    return table;
}

std::vector<std::string> TableStore::AsOf::table_names() const {
    std::vector<std::string> names;
    for (const auto& [name, record] : store_.tables_) names.push_back(name);
    return names;
}

Result<> TableStore::load() {
    SF_TRY(for_each_document(documents_, kTables, [&](const database::Document& document) -> Result<> {
        SF_ASSIGN(TableDocument table, read_document<TableDocument>(document));
        SF_ASSIGN(sql::TableDefinition definition, sql::plan_table(table.sql));
        TableRecord record{.name = table.name, .sql = table.sql, .definition = definition, .contents = {}};
        SF_ASSIGN(sql::ReferenceTablePtr empty, sql::ReferenceTable::from_text(std::move(definition), "0", {}));
        record.contents.push_back({0, {}, parse_rfc3339(table.created_at).value_or(Timestamp{}), std::move(empty)});
        tables_.emplace(table.name, std::move(record));
        return {};
    }));
    std::vector<std::string> orphans;
    SF_TRY(for_each_document(documents_, kContents, [&](const database::Document& document) -> Result<> {
        SF_ASSIGN(ContentDocument content, read_document<ContentDocument>(document));
        const auto number = static_cast<std::uint64_t>(content.number);
        last_number_ = std::max(last_number_, number);
        const auto found = tables_.find(content.name);
        if (found == tables_.end()) {
            orphans.push_back(document.key);  // Left by a drop that did not come to its end.
            return {};
        }
        SF_ASSIGN(auto cells, cells_of(found->second.definition, std::move(content.csv)));
        SF_ASSIGN(sql::ReferenceTablePtr table,
                  sql::ReferenceTable::from_text(found->second.definition, std::to_string(number), cells));
        found->second.contents.push_back({number, read_offsets(content.starts),
                                          parse_rfc3339(content.loaded_at).value_or(Timestamp{}), std::move(table)});
        return {};
    }));
    return orphans.empty() ? Result<>() : documents_.remove(kContents, orphans);
}

Result<const TableRecord*> TableStore::create(const std::string& sql, Timestamp now) {
    SF_ASSIGN(sql::TableDefinition definition, sql::plan_table(sql));
    if (tables_.contains(definition.name))
        return fail(ErrorCode::conflict, "there is a table \"" + definition.name + "\" already", "",
                    "its rows can be replaced; to change its columns, drop it first");
    const std::string name = definition.name;
    TableRecord record{.name = name, .sql = sql, .definition = definition, .contents = {}};
    SF_ASSIGN(sql::ReferenceTablePtr empty, sql::ReferenceTable::from_text(std::move(definition), "0", {}));
    record.contents.push_back({0, {}, now, std::move(empty)});
    const database::Document document{name, fmt::format(R"({{"name":{},"sql":{},"created_at":{}}})", json_string(name),
                                                        json_string(sql), json_string(format_rfc3339(now)))};
    SF_TRY(documents_.put(kTables, std::span(&document, 1), {}));
    return &tables_.emplace(name, std::move(record)).first->second;
}

Result<TableContent> TableStore::read_csv(std::string_view name, std::string csv, Timestamp now) {
    const auto found = tables_.find(name);
    if (found == tables_.end())
        return fail(ErrorCode::not_found, "there is no table \"" + std::string(name) + "\"", "",
                    "CREATE TABLE makes one");
    SF_ASSIGN(auto cells, cells_of(found->second.definition, std::move(csv)));
    const std::uint64_t number = last_number_ + 1;
    SF_ASSIGN(sql::ReferenceTablePtr table,
              sql::ReferenceTable::from_text(found->second.definition, std::to_string(number), cells));
    return TableContent{number, {}, now, std::move(table)};
}

Result<> TableStore::put(std::string_view name, TableContent content, const std::string& csv) {
    const database::Document document{
        content_key(name, content.number),
        fmt::format(R"({{"name":{},"number":{},"starts":{},"loaded_at":{},"csv":{}}})", json_string(name),
                    content.number, json_string(offsets_text(content.starts)),
                    json_string(format_rfc3339(content.loaded_at)), json_string(csv))};
    SF_TRY(documents_.put(kContents, std::span(&document, 1), {}));
    last_number_ = content.number;
    tables_.find(name)->second.contents.push_back(std::move(content));
    return {};
}

Result<> TableStore::forget_before(const std::map<engine::Partition, engine::Offset>& floor) {
    for (auto& [name, record] : tables_) {
        while (record.contents.size() > 1) {
            const bool needed = std::ranges::any_of(record.contents[1].starts, [&](const auto& start) {
                const auto found = floor.find(start.first);
                return found == floor.end() || found->second < start.second;
            });
            if (needed) break;
            const std::string key = content_key(name, record.contents.front().number);
            SF_TRY(documents_.remove(kContents, std::span(&key, 1)));
            record.contents.erase(record.contents.begin());
        }
    }
    return {};
}

Result<> TableStore::drop(std::string_view name) {
    const auto found = tables_.find(name);
    if (found == tables_.end()) return fail(ErrorCode::not_found, "there is no table \"" + std::string(name) + "\"");
    const std::string key(name);
    SF_TRY(documents_.remove(kTables, std::span(&key, 1)));
    std::vector<std::string> contents;
    for (const TableContent& content : found->second.contents) contents.push_back(content_key(name, content.number));
    tables_.erase(found);
    return documents_.remove(kContents, contents);
}

}  // namespace sf::analytics
