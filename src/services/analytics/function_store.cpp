#include "services/analytics/function_store.hpp"

#include "base/json_text.hpp"
#include "base/logging.hpp"
#include "http/json_body.hpp"

#include <fmt/format.h>

namespace sf::analytics {
namespace {

constexpr std::string_view kFunctions = "functions";
constexpr std::size_t kFunctionsTogether = 200;

struct FunctionDocument {
    std::string name;
    std::string sql;
    std::string created_at;
};
BOOST_DESCRIBE_STRUCT(FunctionDocument, (), (name, sql, created_at))

}  // namespace

Result<> FunctionStore::load() {
    std::string after;
    do {
        SF_ASSIGN(database::DocumentPage page, documents_.list(kFunctions, after, kFunctionsTogether));
        for (const database::Document& document : page.documents) {
            std::string padded = document.json;
            padded.append(http::Body::kPadding, ' ');
            FunctionDocument stored;
            const auto errors =
                http::read_members(std::string_view(padded).substr(0, document.json.size()), http::members_of(stored));
            if (!errors.empty())
                return fail(ErrorCode::corrupt, "the document of function \"" + document.key + "\" can't be read",
                            errors.front().pointer + ": " + errors.front().detail);
            auto function = sql::read_function(stored.sql);
            if (!function) {
                // Written by another version of this program, most likely. Views have their own copies.
                logging::error("a stored function can't be read any more; it can be made again",
                               {{"function", stored.name}, {"error", function.error().line()}});
                continue;
            }
            functions_[stored.name] = {std::move(*function), parse_rfc3339(stored.created_at).value_or(Timestamp{})};
        }
        after = page.next;
    } while (!after.empty());
    return {};
}

Result<> FunctionStore::put(sql::UserFunctionPtr function, Timestamp now) {
    const std::string& name = function->name;
    const database::Document document{name, fmt::format(R"({{"name":{},"sql":{},"created_at":{}}})", json_string(name),
                                                        json_string(function->sql), json_string(format_rfc3339(now)))};
    SF_TRY(documents_.put(kFunctions, std::span(&document, 1), {}));
    functions_[name] = {std::move(function), now};
    return {};
}

Result<> FunctionStore::remove(std::string_view name) {
    const std::string key(name);
    SF_TRY(documents_.remove(kFunctions, std::span(&key, 1)));
    functions_.erase(key);
    return {};
}

sql::UserFunctionPtr FunctionStore::function(std::string_view name) const {
    const auto found = functions_.find(name);
    return found == functions_.end() ? nullptr : found->second.function;
}

std::vector<std::string> FunctionStore::function_names() const {
    std::vector<std::string> names;
    for (const auto& [name, record] : functions_) names.push_back(name);
    return names;
}

Result<> StatedFunctions::read(std::span<const std::string> statements) {
    for (const std::string& statement : statements) {
        SF_ASSIGN(sql::UserFunctionPtr function, sql::read_function(statement));
        add(std::move(function));
    }
    return {};
}

void StatedFunctions::add(sql::UserFunctionPtr function) {
    const std::string name = function->name;
    functions_[name] = std::move(function);
}

sql::UserFunctionPtr StatedFunctions::function(std::string_view name) const {
    const auto found = functions_.find(name);
    return found == functions_.end() ? others_.function(name) : found->second;
}

std::vector<std::string> StatedFunctions::function_names() const {
    std::vector<std::string> names = others_.function_names();
    for (const auto& [name, function] : functions_) names.push_back(name);
    return names;
}

sql::UserFunctionPtr AskedFunctions::function(std::string_view name) const {
    sql::UserFunctionPtr found = catalog_.function(name);
    if (found != nullptr) asked_.emplace(name, found);
    return found;
}

std::vector<std::string> AskedFunctions::statements() const {
    std::vector<std::string> all;
    for (const auto& [name, function] : asked_) all.push_back(function->sql);
    return all;
}

}  // namespace sf::analytics
