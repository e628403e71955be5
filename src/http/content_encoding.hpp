// Bodies that come compressed. The output is capped while it is made, so a small bomb never becomes a large body.
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"

#include <string_view>

namespace sf::http {

enum class Encoding { identity, gzip, zstd, unknown };

[[nodiscard]] Encoding parse_encoding(std::string_view header);

/// `overloaded`: the content is larger than `bytes_max` (413). `invalid_input`: the stream is broken or ends too early.
[[nodiscard]] Result<Body> inflate(std::string_view compressed, Encoding encoding, std::size_t bytes_max);

}  // namespace sf::http
