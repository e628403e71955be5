// The header of an answer as it goes out. Internal to http/.
#pragma once

#include "http/message.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sf::http {

struct HeadFacts {
    std::size_t body_size = 0;
    std::string_view date;
    std::string_view correlation_id;
    std::string_view origin;  // Of the request.
    const std::vector<std::string>& cors_origins;
    bool keep_alive = true;
};

/// Replaces `out`. What every answer has is added to what `response` says.
void write_head(std::string& out, const Response& response, const HeadFacts& facts);

}  // namespace sf::http
