#include "http/message.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace sf::http {
namespace {

constexpr std::array<std::string_view, 6> kRoleNames = {"none", "ingest", "viewer", "editor", "operations", "admin"};

}  // namespace

std::string_view to_string(Method method) {
    switch (method) {
        case Method::get: return "GET";
        case Method::head: return "HEAD";
        case Method::post: return "POST";
        case Method::put: return "PUT";
        case Method::patch: return "PATCH";
        case Method::del: return "DELETE";
        case Method::options: return "OPTIONS";
        case Method::other: return "OTHER";
    }
    return "OTHER";
}

std::string_view to_string(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view text) {
    for (std::size_t i = 0; i < kRoleNames.size(); ++i) {
        if (kRoleNames[i] == text) return static_cast<Role>(i);
    }
    return std::nullopt;
}

Body::Body(std::size_t capacity) { reserve(capacity); }

Body Body::copy_of(std::string_view text) {
    Body body(text.size());
    std::memcpy(body.data(), text.data(), text.size());
    body.resize(text.size());
    return body;
}

void Body::resize(std::size_t size) {
    SF_ASSERT(size <= capacity_);
    size_ = size;
}

void Body::reserve(std::size_t capacity) {
    if (capacity <= capacity_ && data_ != nullptr) return;
    // Not zeroed: the padding only has to be readable, and clearing megabytes that are overwritten at once costs time.
    auto grown = std::make_unique_for_overwrite<char[]>(capacity + kPadding);
    if (size_ > 0) std::memcpy(grown.get(), data_.get(), size_);
    std::memset(grown.get() + capacity, 0, kPadding);
    data_ = std::move(grown);
    capacity_ = capacity;
}

std::string_view Request::header(std::string_view lower_case_name) const {
    for (const Header& header : headers) {
        if (header.name == lower_case_name) return header.value;
    }
    return {};
}

std::optional<std::string_view> Request::query(std::string_view name) const {
    for (const auto& [key, value] : query_parameters) {
        if (key == name) return value;
    }
    return std::nullopt;
}

std::string_view Request::path_parameter(std::string_view name) const {
    for (const auto& [key, value] : path_parameters) {
        if (key == name) return value;
    }
    return {};
}

}  // namespace sf::http
