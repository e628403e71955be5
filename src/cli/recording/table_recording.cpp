// CSV and TSV files as recordings: a mapping says which column becomes what.
#include "cli/recording/field_text.hpp"
#include "cli/recording/recording_kinds.hpp"
#include "base/table_record.hpp"

#include "base/json_text.hpp"
#include "base/nearest_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::recording {
namespace {

constexpr std::size_t kConstant = static_cast<std::size_t>(-1);

// A rule with its column found: ready for every record. The key is JSON text: `"status":`.
struct BoundRule {
    std::string key;
    std::size_t column = kConstant;
    FieldRule rule;
    bool text = false;  // The value is a string even if its type is integer, which only drops the ".0" of 17850.0.
};

class TableRecording final : public Recording {
public:
    TableRecording(TextInput input, RecordingOptions options, TableSyntax syntax)
        : Recording(std::move(input), std::move(options)), record_(syntax) {}

    [[nodiscard]] Result<> bind();

private:
    Next read(std::string& out) override;
    [[nodiscard]] Result<std::vector<std::string>> read_columns();
    [[nodiscard]] Result<std::size_t> find(const std::string& column) const;
    [[nodiscard]] Result<> bind_field(std::string_view key, const FieldRule& rule, std::vector<BoundRule>& into);
    [[nodiscard]] Result<> bind_text(std::string_view key, const FieldRule& rule, std::vector<BoundRule>& into) {
        SF_TRY(bind_field(key, rule, into));
        into.back().text = true;
        return {};
    }
    [[nodiscard]] bool append_member(std::string& out, const BoundRule& bound, std::size_t list_begin);
    [[nodiscard]] bool is_empty(std::string_view text) const;
    [[nodiscard]] bool append_timestamp(std::string& out);
    Next unreadable(std::string why) {
        problem_ = std::move(why);
        return Next::unreadable;
    }

    TableRecord record_;
    std::vector<std::string> columns_;
    std::vector<BoundRule> fields_;  // type, source, user_id, ...
    std::vector<BoundRule> tags_;
    std::vector<BoundRule> data_;
    std::size_t time_column_ = kConstant;
};

Result<std::vector<std::string>> TableRecording::read_columns() {
    if (options_.mapping && !options_.mapping->columns.empty()) return options_.mapping->columns;
    switch (record_.read(input_)) {
        case TableRecord::Read::record: break;
        case TableRecord::Read::broken:
            return fail(ErrorCode::invalid_input, "the header line can't be read", record_.problem());
        case TableRecord::Read::end:
            return std::vector<std::string>{};  // An empty file has no events and is no mistake.
    }
    std::vector<std::string> columns;
    std::string scratch;
    for (std::size_t i = 0; i < record_.size(); ++i) columns.emplace_back(as_utf8(record_[i], scratch, mended_));
    return columns;
}

Result<std::size_t> TableRecording::find(const std::string& column) const {
    const auto found = std::find(columns_.begin(), columns_.end(), column);
    if (found != columns_.end()) return static_cast<std::size_t>(found - columns_.begin());
    const auto near = nearest_name(column, std::vector<std::string_view>(columns_.begin(), columns_.end()));
    return fail(ErrorCode::invalid_input, fmt::format("there is no column \"{}\"", column),
                fmt::format("the columns are: {}", fmt::join(columns_, ", ")),
                near ? fmt::format("did you mean \"{}\"?", *near) : "change the mapping, or choose another delimiter");
}

Result<> TableRecording::bind_field(std::string_view key, const FieldRule& rule, std::vector<BoundRule>& into) {
    BoundRule bound{.rule = rule};
    if (!key.empty()) {
        append_json_string(bound.key, key);
        bound.key += ':';
    }
    if (!rule.column.empty()) {
        SF_ASSIGN(bound.column, find(rule.column));
    }
    into.push_back(std::move(bound));
    return {};
}

Result<> TableRecording::bind() {
    SF_ASSIGN(columns_, read_columns());
    if (input_.error()) return fail(*input_.error());
    if (columns_.empty()) return {};
    if (!options_.mapping) options_.mapping = mapping_of_columns(columns_);
    Mapping& mapping = *options_.mapping;
    const auto constant = [](std::string_view text) {
        FieldRule rule;
        append_json_string(rule.constant_json, text);
        return rule;
    };
    if (options_.type) mapping.type = constant(*options_.type);
    if (options_.source) mapping.source = constant(*options_.source);
    if (!mapping.source) mapping.source = constant(default_source());
    if (!mapping.type) {
        return fail(ErrorCode::invalid_input, "nothing says what type the events have",
                    "the file has no column \"type\"", "add --type web.click, or a mapping file with --mapping");
    }
    SF_TRY(bind_text("type", *mapping.type, fields_));
    SF_TRY(bind_text("source", *mapping.source, fields_));
    if (mapping.user_id) SF_TRY(bind_text("user_id", *mapping.user_id, fields_));
    if (mapping.correlation_id) SF_TRY(bind_text("correlation_id", *mapping.correlation_id, fields_));
    if (mapping.severity) SF_TRY(bind_text("severity", *mapping.severity, fields_));
    for (BoundRule& field : fields_) field.key.insert(0, ",");
    for (const FieldRule& tag : mapping.tags) SF_TRY(bind_text("", tag, tags_));
    for (const DataRule& rule : mapping.data) SF_TRY(bind_field(rule.member, rule.value, data_));
    if (mapping.timestamp) {
        SF_ASSIGN(time_column_, find(mapping.timestamp->column));
    }
    return {};
}

bool TableRecording::is_empty(std::string_view text) const {
    if (text.empty()) return true;
    const auto& texts = options_.mapping->empty_texts;
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool TableRecording::append_timestamp(std::string& out) {
    const std::string_view text = record_[time_column_];
    const auto time = options_.mapping->timestamp->format.parse(text);
    if (time) {
        append_time(out, *time);
        return true;
    }
    problem_ = fmt::format("\"{}\" in column \"{}\" is not a time of the given format", text.substr(0, 40),
                           columns_[time_column_]);
    return false;
}

// Members that are left out leave no comma behind: one goes before every member but the first since `list_begin`.
bool TableRecording::append_member(std::string& out, const BoundRule& bound, std::size_t list_begin) {
    const FieldRule& rule = bound.rule;
    const bool constant = bound.column == kConstant;
    const std::string_view text = constant ? std::string_view{} : record_[bound.column];
    const bool empty = !constant && is_empty(text);
    if (empty && rule.when_empty.absent) return true;
    if (out.size() > list_begin) out += ',';
    out += bound.key;
    if (constant || empty) {
        out += constant ? rule.constant_json : rule.when_empty.json;
        return true;
    }
    const bool quoted = bound.text && rule.type != ValueType::string;
    if (quoted) out += '"';
    if (!append_value(out, text, rule.type, mended_)) {
        problem_ = fmt::format("\"{}\" in column \"{}\" is no {}", text.substr(0, 40), columns_[bound.column],
                               to_string(rule.type));
        return false;
    }
    if (quoted) out += '"';
    return true;
}

Next TableRecording::read(std::string& out) {
    if (columns_.empty()) return Next::end;
    switch (record_.read(input_)) {
        case TableRecord::Read::record: break;
        case TableRecord::Read::broken: text_ = record_.text(); return unreadable(record_.problem());
        case TableRecord::Read::end: return Next::end;
    }
    text_ = record_.text();
    if (record_.size() != columns_.size()) {
        return unreadable(fmt::format("{} field{} where the header has {}", record_.size(),
                                      record_.size() == 1 ? "" : "s", columns_.size()));
    }
    append_id(out);
    for (const BoundRule& field : fields_) {
        if (!append_member(out, field, out.size())) return Next::unreadable;
    }
    if (time_column_ != kConstant && !append_timestamp(out)) return Next::unreadable;
    if (!tags_.empty()) {
        out += R"(,"tags":[)";
        const std::size_t begin = out.size();
        for (const BoundRule& tag : tags_) {
            if (!append_member(out, tag, begin)) return Next::unreadable;
        }
        out += ']';
    }
    out += R"(,"data":{)";
    const std::size_t begin = out.size();
    for (const BoundRule& member : data_) {
        if (!append_member(out, member, begin)) return Next::unreadable;
    }
    out += "}}";
    return Next::event;
}

}  // namespace

Result<std::unique_ptr<Recording>> open_table(TextInput input, RecordingOptions options) {
    TableSyntax syntax{.delimiter = options.format == Format::tsv ? '\t' : ',',
                       .quotes = options.format == Format::csv};
    if (options.mapping) {
        syntax.delimiter = options.mapping->delimiter.value_or(syntax.delimiter);
        syntax.quotes = options.mapping->quotes.value_or(syntax.quotes);
    }
    auto recording = std::make_unique<TableRecording>(std::move(input), std::move(options), syntax);
    SF_TRY(recording->bind());
    return recording;
}

}  // namespace sf::recording
