#include "sample.hpp"

#include <array>
#include <string>
#include <string_view>

namespace sf::fuzz {
namespace {

constexpr std::array<std::string_view, 8> kData = {
    R"({"a":1,"b":"x","c":true,"price":12.5,"status":200,"path":"/cart"})",
    R"({"a":-9007199254740993,"b":"1.50","c":null,"d":{"e":[1,2,{"f":"g"}]},"status":"500"})",
    R"({})",
    R"({"a":1e308,"b":"","c":[true,false],"price":-0.0,"path":"caf\u00e9 \ud83d\ude00"})",
    R"({"a":"2026-01-01T00:00:00Z","b":"12345678901234567890123456789012345678","c":"yes"})",
    R"({"a":0,"b":"a/b/c&channel_id=7","d":{"e":{}},"price":99999999,"status":404})",
    R"({"a":2.50,"b":"P1DT2H","c":false,"latency_ms":0.25})",
    R"({"a":2.5,"b":"\u0001\"\\","c":"","price":null})",
};
constexpr std::array<std::string_view, 3> kTypes = {"web.click", "api.request", "nexmark.bid"};
constexpr std::array<std::string_view, 4> kSources = {"shop", "app", "", "caf\xc3\xa9"};
constexpr std::size_t kRows = 64;

std::string tags_of(std::size_t row) {
    std::string encoded;
    for (std::size_t tag = 0; tag < row % 3; ++tag) {
        const std::string text = tag == 0 ? "mobile" : "beta";
        encoded += static_cast<char>(text.size());
        encoded += '\0';
        encoded += text;
    }
    return encoded;
}

}  // namespace

models::EventBatchPtr sample_batch() {
    models::EventBatchBuilder builder;
    for (std::size_t row = 0; row < kRows; ++row) {
        models::EventRow event;
        event.id.bytes[15] = static_cast<std::uint8_t>(row);
        event.timestamp = 1'700'000'000'000'000 + static_cast<std::int64_t>(row * 7'919 % 64) * 1'000'000;
        event.received_at = event.timestamp + static_cast<std::int64_t>(row % 5) * 500'000;
        event.severity = static_cast<models::Severity>(row % 4);
        event.type = kTypes[row % kTypes.size()];
        event.source = kSources[row % kSources.size()];
        const std::string user = "user-" + std::to_string(row % 7), tags = tags_of(row);
        event.has_user_id = row % 4 != 0;
        if (event.has_user_id) event.user_id = user;
        event.has_correlation_id = row % 5 == 0;
        if (event.has_correlation_id) event.correlation_id = "order-1";
        event.tags_encoded = tags;
        event.data = kData[row % kData.size()];
        builder.append(event);
    }
    return builder.seal();
}

}  // namespace sf::fuzz
