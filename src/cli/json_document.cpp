#include "cli/json_document.hpp"

#include "models/json_index.hpp"
#include "models/json_strict.hpp"

#include <charconv>

namespace sf::cli {
namespace {

using models::StrictJson;

class Builder {
public:
    explicit Builder(StrictJson& json, std::size_t depth_max) : json_(json), depth_max_(depth_max) {}

    bool value(JsonNode& node, std::size_t depth) {
        const char first = json_.peek();
        switch (first) {
            case '{': node.kind = JsonNode::Kind::object; break;
            case '[': node.kind = JsonNode::Kind::array; break;
            case '"': node.kind = JsonNode::Kind::string; break;
            case 't':
            case 'f': node.kind = JsonNode::Kind::boolean; break;
            case 'n': node.kind = JsonNode::Kind::null; break;
            default: node.kind = JsonNode::Kind::number;
        }
        const bool inside = (first == '{' || first == '[') && depth < depth_max_;
        if (!inside) return json_.skip_value(node.raw, 0, complaints_);
        const std::size_t begin = json_.position();
        json_.take();
        const char closing = first == '{' ? '}' : ']';
        while (json_.peek() != closing) {
            if (first == '{') {
                std::string_view key;
                if (!json_.raw_string(key) || !json_.expect(':', "expected a colon after a key")) return false;
                std::string name;
                if (models::check_escapes(key) == nullptr) models::unescape(name, key);
                node.keys.push_back(std::move(name));
            }
            if (!value(node.items.emplace_back(), depth + 1)) return false;
            if (json_.peek() != ',') break;
            json_.take();
        }
        if (!json_.expect(closing, "expected a comma or a closing bracket")) return false;
        node.raw = json_.text_from(begin);
        return true;
    }

private:
    StrictJson& json_;
    std::size_t depth_max_;
    std::vector<models::JsonComplaint> complaints_;
};

}  // namespace

const JsonNode* JsonNode::find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i] == key) return &items[i];
    }
    return nullptr;
}

std::optional<std::string> JsonNode::text_of(std::string_view key) const {
    const JsonNode* const member = find(key);
    if (member == nullptr || member->kind == Kind::null) return std::nullopt;
    return member->text();
}

std::uint64_t JsonNode::count_of(std::string_view key) const {
    std::uint64_t value = 0;
    if (const JsonNode* const member = find(key))
        std::from_chars(member->raw.data(), member->raw.data() + member->raw.size(), value);
    return value;
}

std::string JsonNode::text() const {
    if (kind != Kind::string) return std::string(raw);
    std::string out;
    const std::string_view inner = raw.substr(1, raw.size() - 2);
    if (models::check_escapes(inner) != nullptr) return std::string(inner);
    models::unescape(out, inner);
    return out;
}

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::size_t depth_max) {
    JsonDocument document;
    document.text_.reserve(text.size() + models::JsonIndex::kPadding);
    document.text_.assign(text.begin(), text.end());
    document.text_.resize(text.size() + models::JsonIndex::kPadding);
    const std::string_view view(document.text_.data(), text.size());
    models::JsonIndex index;
    models::JsonError error;
    StrictJson json;
    bool fine = index.build(view, error);
    if (fine) {
        json.start(view, index);
        fine = Builder(json, depth_max).value(document.root_, 0);
        error = json.error();
        if (fine && !json.at_end()) {
            error = {"something follows the JSON text", json.position()};
            fine = false;
        }
    }
    if (!fine) return fail(ErrorCode::invalid_input, error.message + " (byte " + std::to_string(error.position) + ")");
    return document;
}

}  // namespace sf::cli
