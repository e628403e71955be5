// What the columns of a CSV or TSV file mean: which one is the time, which become members of `data`, and as what type.
// Read from a YAML file; docs/import.md describes it.
#pragma once

#include "cli/recording/field_value.hpp"
#include "cli/recording/time_format.hpp"

#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sf::recording {

/// What an empty field becomes.
struct WhenEmpty {
    bool absent = true;  // The member is left out.
    std::string json;    // Else this: "null", "0", "\"none\"".
};

/// Where a value comes from: a column, or the mapping itself.
struct FieldRule {
    std::string column;         // Empty: a constant.
    std::string constant_json;  // A JSON value.
    ValueType type = ValueType::string;
    WhenEmpty when_empty;
};

struct DataRule {
    std::string member;
    FieldRule value;
};

struct TimeRule {
    std::string column;
    TimeFormat format;
};

enum class TableFormat : std::uint8_t { csv, tsv };

struct Mapping {
    std::optional<TableFormat> format;
    std::optional<char> delimiter;         // Else a comma in CSV, a tab in TSV.
    std::optional<bool> quotes;            // Fields may stand in double quotes: CSV does, TSV does not.
    std::vector<std::string> columns;      // Their names where the file has no header line.
    std::vector<std::string> empty_texts;  // Read as empty: "-", "NULL".
    std::optional<FieldRule> type;
    std::optional<FieldRule> source;
    std::optional<FieldRule> user_id;
    std::optional<FieldRule> correlation_id;
    std::optional<FieldRule> severity;
    std::optional<TimeRule> timestamp;
    std::vector<FieldRule> tags;
    std::vector<DataRule> data;
};

/// `invalid_input` with file and line for anything that is not understood: unknown names are never ignored.
[[nodiscard]] Result<Mapping> read_mapping(const std::filesystem::path& file);
[[nodiscard]] Result<Mapping> parse_mapping(const std::string& yaml, const std::string& name);

/// The mapping for a file that comes without one: every column becomes a string in `data`, except those named type,
/// source, timestamp (RFC 3339), user_id, correlation_id and severity.
[[nodiscard]] Mapping mapping_of_columns(const std::vector<std::string>& columns);

}  // namespace sf::recording
