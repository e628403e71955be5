#include "services/analytics/rule_statement.hpp"

#include "sql/expression_tree.hpp"
#include "sql/fragment.hpp"
#include "sql/syntax/source_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace sf::analytics {
namespace {

using http::FieldError;

// "nothing is called x (line 1, column 5); is it y?"
std::string told(const Error& error, const std::optional<sql::SourcePlace>& place) {
    std::string text = error.message;
    if (place) text += fmt::format(" (line {}, column {})", place->line, place->column);
    if (!error.hint.empty()) text += "; " + error.hint;
    return text;
}

bool is_word(std::string_view text) {
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

std::string lower(std::string_view text) {
    std::string folded(text);
    for (char& c : folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return folded;
}

// A column, or a path into data: names with dots between. Capitals need no quotes here.
std::optional<std::string> written_field(std::string_view text) {
    std::string written;
    while (true) {
        const std::size_t dot = text.find('.');
        const std::string_view name = text.substr(0, dot);
        if (!is_word(name)) return std::nullopt;
        if (written.empty()) written = sql::written_identifier(lower(name));
        else written += '.' + sql::quoted_identifier(name);
        if (dot == std::string_view::npos) return written;
        text.remove_prefix(dot + 1);
    }
}

bool is_ordered_set(std::string_view function) {
    constexpr std::array<std::string_view, 3> kNames = {"percentile_cont", "percentile_disc", "mode"};
    return std::ranges::find(kNames, function) != kNames.end();
}

class Composer {
public:
    explicit Composer(const ProcessingRule& rule) : rule_(rule) {}

    std::expected<RuleStatement, std::vector<FieldError>> compose() {
        add("CREATE MATERIALIZED VIEW ");
        part("/name", sql::written_identifier(rule_.name));
        options();
        add(" AS\nSELECT ");
        select_list();
        add("\nFROM ");
        window();
        if (rule_.where) {
            add("\nWHERE ");
            expression("/where", *rule_.where);
        }
        group_by();
        if (rule_.having) {
            add("\nHAVING ");
            expression("/having", *rule_.having);
        }
        if (rule_.aggregations.empty()) refuse("/aggregations", "at least one is needed");
        if (!errors_.empty()) return std::unexpected(std::move(errors_));
        return std::move(made_);
    }

private:
    void add(std::string_view text) { made_.sql += text; }
    void part(std::string pointer, std::string_view text) {
        const std::size_t begin = made_.sql.size();
        add(text);
        made_.parts.push_back({std::move(pointer), begin, made_.sql.size()});
    }
    void refuse(std::string pointer, std::string detail) { errors_.push_back({std::move(pointer), std::move(detail)}); }

    void expression(const std::string& pointer, const std::string& text) {
        if (const auto checked = sql::check_expression(text); !checked)
            return refuse(pointer, told(checked.error(), sql::place_of(checked.error())));
        part(pointer, text);
        if (text.find("--") != std::string::npos) add("\n");  // A comment would go on.
    }

    void column_or_expression(const std::string& pointer, const std::string& text) {
        if (const auto field = written_field(text)) part(pointer, *field);
        else expression(pointer, text);
    }

    void options() {
        std::string_view separator = " WITH (";
        const auto option = [&](const std::string& name, const std::string& value) {
            add(separator);
            part('/' + name, name + " = " + value);
            separator = ", ";
        };
        if (rule_.emit) option("emit", sql::quoted_string(*rule_.emit));
        if (rule_.lateness) option("lateness", sql::quoted_string(*rule_.lateness));
        if (rule_.out_of_orderness) option("out_of_orderness", sql::quoted_string(*rule_.out_of_orderness));
        if (rule_.state_max) option("state_max", sql::quoted_string(*rule_.state_max));
        if (rule_.ttl) option("ttl", sql::quoted_string(*rule_.ttl));
        if (rule_.keys_max) option("keys_max", std::to_string(*rule_.keys_max));
        if (separator == ", ") add(")");
    }

    [[nodiscard]] bool has_window() const { return rule_.window.type != "none"; }

    void select_list() {
        constexpr std::string_view kBetween = ",\n       ";
        std::size_t index = 0;
        for (const RuleGroup& group : groups()) {
            const std::string pointer = fmt::format("/group_by/{}", index++);
            column_or_expression(pointer, group.expression);
            if (group.name) {
                add(" AS ");
                part(pointer + "/name", sql::quoted_identifier(*group.name));
            }
            add(kBetween);
        }
        if (has_window()) add(fmt::format("window_start, window_end{}", kBetween));
        for (std::size_t i = 0; i < rule_.aggregations.size(); ++i) {
            if (i > 0) add(kBetween);
            aggregation(rule_.aggregations[i], fmt::format("/aggregations/{}", i));
        }
    }

    void aggregation(const RuleAggregation& call, const std::string& pointer) {
        const std::string function = lower(call.function);
        if (function.empty()) return refuse(pointer + "/function", "a name is needed");
        if (call.name.empty()) return refuse(pointer + "/name", "a name is needed");
        if (call.field && call.expression) return refuse(pointer, "field and expression exclude each other");
        part(pointer + "/function", sql::written_identifier(function));
        add("(");
        const bool ordered = is_ordered_set(function);
        if (!ordered) argument(call, pointer, function);
        if (call.parameters) {
            bool first = ordered || (!call.field && !call.expression);
            for (std::size_t i = 0; i < call.parameters->size(); ++i) {
                if (!std::exchange(first, false)) add(", ");
                part(fmt::format("{}/parameters/{}", pointer, i), (*call.parameters)[i].sql);
            }
        }
        add(")");
        if (ordered) {
            add(" WITHIN GROUP (ORDER BY ");
            argument(call, pointer, function);
            add(")");
        }
        if (call.filter) {
            add(" FILTER (WHERE ");
            expression(pointer + "/filter", *call.filter);
            add(")");
        }
        add(" AS ");
        part(pointer + "/name", sql::quoted_identifier(call.name));
    }

    void argument(const RuleAggregation& call, const std::string& pointer, std::string_view function) {
        if (call.distinct.value_or(false)) add("DISTINCT ");
        if (call.expression) return expression(pointer + "/expression", *call.expression);
        if (call.field && *call.field != "*") {
            const auto field = written_field(*call.field);
            if (!field) return refuse(pointer + "/field", "a column, or data.name; anything else is an expression");
            return part(pointer + "/field", *field);
        }
        if (call.field || function == "count") part(pointer + "/function", "*");
    }

    void window() {
        const RuleWindow& window = rule_.window;
        struct Form {
            std::string_view type, function;
            bool size, slide, gap;
        };
        static constexpr std::array<Form, 4> kForms = {{{"tumbling", "TUMBLE", true, false, false},
                                                        {"sliding", "HOP", true, true, false},
                                                        {"session", "SESSION", false, false, true},
                                                        {"none", "", false, false, false}}};
        const auto* const form = std::ranges::find(kForms, window.type, &Form::type);
        if (form == kForms.end())
            return refuse("/window/type", "there is no such window; tumbling, sliding, session and none are");
        const bool none = form->function.empty();
        require("/window/size", window.size, form->size);
        require("/window/slide", window.slide, form->slide);
        require("/window/gap", window.gap, form->gap);
        if (none || form->gap) require("/window/offset", window.offset, false);
        if (none) require("/window/time", window.time, false);
        if (none) return part("/window", "events");
        const std::string time = window.time.value_or("timestamp");
        if (time != "timestamp" && time != "received_at")
            return refuse("/window/time", "must be timestamp or received_at");
        part("/window/type", form->function);
        add("(events, " + time);
        length("/window/slide", window.slide);
        length("/window/size", window.size);
        length("/window/gap", window.gap);
        length("/window/offset", window.offset);
        add(")");
    }

    void require(std::string pointer, const std::optional<std::string>& member, bool wanted) {
        if (wanted && !member) refuse(std::move(pointer), "is required for windows of this type");
        else if (!wanted && member) refuse(std::move(pointer), "does not belong to windows of this type");
    }

    void length(const char* pointer, const std::optional<std::string>& text) {
        if (!text) return;
        add(", ");
        part(pointer, "INTERVAL " + sql::quoted_string(*text));
    }

    void group_by() {
        std::string_view separator = "\nGROUP BY ";
        std::size_t index = 0;
        for (const RuleGroup& group : groups()) {
            add(std::exchange(separator, ", "));
            const std::string pointer = fmt::format("/group_by/{}", index++);
            const std::size_t known = errors_.size();
            column_or_expression(pointer, group.expression);
            errors_.resize(std::min(errors_.size(), known));  // Told of the SELECT list already.
        }
        if (has_window()) add(fmt::format("{}window_start, window_end", separator));
    }

    [[nodiscard]] std::span<const RuleGroup> groups() const {
        return rule_.group_by ? std::span<const RuleGroup>(*rule_.group_by) : std::span<const RuleGroup>();
    }

    const ProcessingRule& rule_;
    RuleStatement made_;
    std::vector<FieldError> errors_;
};

}  // namespace

FieldError RuleStatement::located(const Error& error) const {
    const auto place = sql::place_of(error);
    if (!place) return {"", told(error, std::nullopt)};
    const std::size_t at = sql::byte_at(sql, *place);
    const auto part = std::ranges::find_if(parts, [&](const Part& one) { return one.begin <= at && at < one.end; });
    if (part == parts.end()) return {"", told(error, std::nullopt)};
    const std::string_view text = std::string_view(sql).substr(part->begin, part->end - part->begin);
    return {part->pointer, told(error, sql::place_at(text, at - part->begin))};
}

std::expected<RuleStatement, std::vector<FieldError>> statement_of(const ProcessingRule& rule) {
    return Composer(rule).compose();
}

}  // namespace sf::analytics
