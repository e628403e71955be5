#include "database/lakehouse/sql_gate.hpp"

#include "base/ascii.hpp"
#include "database/lakehouse/sql_error.hpp"
#include "models/json_strict.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

namespace sf::database {
namespace {

constexpr std::array<std::string_view, 6> kTableFunctions = {"range",     "generate_series", "unnest",
                                                             "json_each", "json_tree",       "repeat_row"};

// Of DuckDB's own, on the way to other states, files or crashes.
constexpr std::array<std::string_view, 10> kFunctionsRefused = {"write_log",
                                                                "nextval",
                                                                "currval",
                                                                "combine",
                                                                "finalize",
                                                                "create_sort_key",
                                                                "json_execute_serialized_sql",
                                                                "getvariable",
                                                                "current_query",
                                                                "current_setting"};

// Functions whose result can be of any size, outside the memory limit, and which argument says so (from 0; -1: each).
struct Amplifier {
    std::string_view name;
    int argument;
    std::uint64_t most;
};
constexpr std::array<Amplifier, 10> kAmplifiers = {{{"range", -1, 100'000},
                                                    {"generate_series", -1, 100'000},
                                                    {"repeat", 1, 10'000},
                                                    {"lpad", 1, 10'000},
                                                    {"rpad", 1, 10'000},
                                                    {"list_resize", 1, 100'000},
                                                    {"array_resize", 1, 100'000},
                                                    {"bitstring", 1, 100'000},
                                                    {"bar", 3, 10'000},
                                                    {"left_pad", 1, 10'000}}};

constexpr std::array<std::string_view, 2> kFormatters = {"printf", "format"};

// Past spaces and comments.
std::size_t skip_blank(std::string_view sql) {
    std::size_t at = 0;
    while (at < sql.size()) {
        if (is_space(sql[at])) {
            ++at;
        } else if (sql.substr(at).starts_with("--")) {
            at = std::min(sql.find('\n', at), sql.size());
        } else if (sql.substr(at).starts_with("/*")) {
            std::size_t depth = 1;
            for (at += 2; at < sql.size() && depth > 0;) {
                const std::string_view two = sql.substr(at, 2);
                depth += two == "/*" ? 1 : two == "*/" ? std::size_t(-1) : 0;
                at += two == "/*" || two == "*/" ? 2 : 1;
            }
        } else {
            break;
        }
    }
    return at;
}

// A value of the tree, as far as it is looked at.
struct Node {
    std::string type;
    std::string node_class;
    std::string name;  // function_name or table_name.
    std::string schema;
    std::string catalog;
    std::optional<std::size_t> position;
    std::vector<Node> arguments;          // Of a function.
    std::optional<std::uint64_t> number;  // Of a constant that is a whole number of zero or more.
    std::optional<std::string> text;      // Of a constant that is text.
};

// Walks the JSON of the tree.
class Walk {
public:
    Walk(std::string_view sql, std::string_view tree) : sql_(sql), padded_(tree) {
        padded_.append(models::JsonIndex::kPadding, '\0');
        text_ = std::string_view(padded_).substr(0, tree.size());
    }

    Result<SqlTables> run() {
        models::JsonError error;
        if (!index_.build(text_, error)) return broken();
        json_.start(text_, index_);
        Node root;
        const bool walked = value(root, {}, 0);
        if (refusal_) return fail(std::move(*refusal_));
        if (!walked) return broken();
        return std::move(tables_);
    }

private:
    static constexpr std::size_t kDepthMax = 6000;

    static std::unexpected<Error> broken() {
        return fail(ErrorCode::internal, "the query's syntax tree could not be read");
    }

    bool refuse(const Node& node, std::string message, std::string hint = {}) {
        refusal_ = sql_error(sql_, node.position, std::move(message), std::move(hint));
        return false;
    }

    // False: stop, with or without a refusal.
    bool value(Node& node, std::string_view parent_type, std::size_t depth) {
        if (depth > kDepthMax) {
            refusal_ = sql_error(sql_, {}, "the query is nested too deeply");
            return false;
        }
        switch (json_.peek()) {
            case '{': return object(node, parent_type, depth);
            case '[': {
                json_.take();
                while (json_.peek() != ']') {
                    Node element;
                    if (!value(element, {}, depth + 1)) return false;
                    node.arguments.push_back(std::move(element));
                    if (json_.peek() == ',') json_.take();
                }
                scalar_ = {};
                return json_.expect(']', "");
            }
            default: return json_.skip_value(scalar_, depth, complaints_);
        }
    }

    bool object(Node& node, std::string_view parent_type, std::size_t depth) {
        json_.take();
        std::string_view key;
        while (json_.peek() == '"') {
            if (!json_.raw_string(key) || !json_.expect(':', "")) return false;
            const std::string name(key);
            if (json_.peek() == '"') {
                if (!member_text(node, name)) return false;
            } else {
                Node child;
                if (!value(child, name == "function" ? std::string_view(node.type) : std::string_view(), depth + 1))
                    return false;
                if (name == "children") node.arguments = std::move(child.arguments);
                if (name == "query_location") node.position = whole_number();
                if (name == "value" && json_scalar_is_number()) node.number = whole_number();
                if (name == "value" && child.number) node.number = child.number;
                if (name == "value" && child.text) node.text = std::move(child.text);
            }
            if (json_.peek() == ',') json_.take();
        }
        scalar_ = {};
        return json_.expect('}', "") && check(node, parent_type);
    }

    bool member_text(Node& node, std::string_view name) {
        std::string_view raw;
        if (!json_.raw_string(raw)) return false;
        std::string text;
        models::unescape(text, raw);
        if (name == "type") node.type = std::move(text);
        else if (name == "class") node.node_class = std::move(text);
        else if (name == "function_name" || name == "table_name") node.name = std::move(text);
        else if (name == "schema_name" || name == "schema") node.schema = std::move(text);
        else if (name == "catalog_name" || name == "catalog") node.catalog = std::move(text);
        else if (name == "value") node.text = std::move(text);
        return true;
    }

    bool json_scalar_is_number() const { return !scalar_.empty() && scalar_[0] >= '0' && scalar_[0] <= '9'; }

    std::optional<std::uint64_t> whole_number() const {
        std::uint64_t number = 0;
        const char* const end = scalar_.data() + scalar_.size();
        if (std::from_chars(scalar_.data(), end, number).ptr != end || scalar_.empty()) return std::nullopt;
        return number;
    }

    bool check(const Node& node, std::string_view parent_type) {
        if (node.type == "BASE_TABLE") return check_table(node);
        if (node.node_class != "FUNCTION" && node.node_class != "WINDOW") return true;
        const std::string name = ascii_lower(node.name);
        if (parent_type == "TABLE_FUNCTION") {
            if (std::ranges::find(kTableFunctions, name) != kTableFunctions.end()) return true;
            return refuse(node, "table function \"" + node.name + "\" is not allowed", kTablesHint);
        }
        const bool ours = name.starts_with("streamflow_") && !name.starts_with("streamflow_eval_") &&
                          !name.starts_with("streamflow_agg_");
        if (name.starts_with("__internal") || ours ||
            std::ranges::find(kFunctionsRefused, name) != kFunctionsRefused.end()) {
            return refuse(node, "function \"" + node.name + "\" is not allowed");
        }
        return check_size(node, name);
    }

    bool check_table(const Node& node) {
        const std::string name = ascii_lower(node.name);
        const std::string schema = ascii_lower(node.schema);
        const bool schema_known = schema.empty() || schema == "main" || schema == "temp" || schema == "memory";
        if (schema_known && node.catalog.empty() && name.find_first_of("/\\.*?:[") == std::string::npos &&
            !name.starts_with("duckdb_") && !name.starts_with("sqlite_") && !name.starts_with("pragma_")) {
            tables_.names.push_back(node.name);
            return true;
        }
        const std::string full = (node.schema.empty() ? "" : node.schema + ".") + node.name;
        return refuse(node, "table \"" + full + "\" is not allowed", kTablesHint);
    }

    bool check_size(const Node& node, const std::string& name) {
        if (std::ranges::find(kFormatters, name) != kFormatters.end()) {
            const bool plain =
                !node.arguments.empty() && node.arguments[0].text && !asks_for_width(*node.arguments[0].text);
            if (!plain) return refuse(node, name + "() needs a literal format, with widths below 1000");
        }
        for (const Amplifier& amplifier : kAmplifiers) {
            if (amplifier.name != name) continue;
            for (std::size_t i = 0; i < node.arguments.size(); ++i) {
                if (amplifier.argument >= 0 && static_cast<std::size_t>(amplifier.argument) != i) continue;
                const auto& number = node.arguments[i].number;
                if (number && *number <= amplifier.most) continue;
                return refuse(node.arguments[i].position ? node.arguments[i] : node,
                              name + "() needs literal numbers of at most " + std::to_string(amplifier.most) + " here",
                              amplifier.argument < 0 ? "in FROM, " + name + "() takes any numbers" : "");
            }
        }
        return true;
    }

    // A number of four digits or more, or a width that comes from an argument.
    static bool asks_for_width(std::string_view format) {
        std::size_t digits = 0;
        for (const char c : format) {
            digits = c >= '0' && c <= '9' ? digits + 1 : 0;
            if (digits >= 4 || c == '*') return true;
        }
        return format.find(":{") != std::string_view::npos || format.find(".{") != std::string_view::npos;
    }

    std::string_view sql_;
    std::string padded_;
    std::string_view text_;
    models::JsonIndex index_;
    models::StrictJson json_;
    std::string_view scalar_;  // The last scalar that was no string.
    std::vector<models::JsonComplaint> complaints_;
    std::optional<Error> refusal_;
    SqlTables tables_;
};

}  // namespace

Result<> check_sql_begin(std::string_view sql) {
    const std::string hint = "a query is one SELECT; it may begin with SELECT, WITH, VALUES, TABLE or a bracket";
    if (sql.size() > kSqlBytesMax) {
        return fail(ErrorCode::invalid_input,
                    "the query is longer than " + std::to_string(kSqlBytesMax >> 10) + " KiB");
    }
    if (sql.find('\0') != std::string_view::npos)
        return fail(sql_error(sql, sql.find('\0'), "a query has no NUL byte"));
    const std::size_t at = skip_blank(sql);
    if (at == sql.size()) return fail(ErrorCode::invalid_input, "the query is empty", "", hint);
    if (sql[at] == '(') return {};
    std::size_t end = at;
    while (end < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[end])) || sql[end] == '_')) ++end;
    std::string word(sql.substr(at, end - at));
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::toupper(c); });
    for (const std::string_view allowed : {"SELECT", "WITH", "VALUES", "TABLE"}) {
        if (word == allowed) return {};
    }
    if (word.empty()) return fail(sql_error(sql, at, "the query does not begin like a query", hint));
    return fail(sql_error(sql, at, word + " is not allowed: queries are read-only", hint));
}

Result<SqlTables> check_sql_tree(std::string_view sql, std::string_view tree) { return Walk(sql, tree).run(); }

}  // namespace sf::database
