#include "base/result.hpp"

#include <fmt/format.h>

namespace sf {

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_input: return "invalid_input";
        case ErrorCode::not_found: return "not_found";
        case ErrorCode::conflict: return "conflict";
        case ErrorCode::overloaded: return "overloaded";
        case ErrorCode::unavailable: return "unavailable";
        case ErrorCode::timed_out: return "timed_out";
        case ErrorCode::cancelled: return "cancelled";
        case ErrorCode::corrupt: return "corrupt";
        case ErrorCode::internal: return "internal";
    }
    return "internal";
}

Error Error::during(std::string_view context) && {
    message = fmt::format("{}: {}", context, message);
    return std::move(*this);
}

std::string Error::text() const {
    std::string out = message;
    if (!detail.empty()) out += "\ndetail: " + detail;
    if (!hint.empty()) out += "\nhint: " + hint;
    return out;
}

std::string Error::line() const {
    std::string out = message;
    if (!detail.empty()) out += "; " + detail;
    if (!hint.empty()) out += " (" + hint + ")";
    return out;
}

}  // namespace sf
