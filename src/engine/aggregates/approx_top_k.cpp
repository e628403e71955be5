// approx_top_k(x, k): the k most frequent values with their counts, after J. Misra and D. Gries (1982) in the form that
// can be merged (P. Agarwal et al., "Mergeable summaries", PODS 2012). Counters are kept of up to 2,000 values. When
// there are more, the 1,001st greatest count is taken off all of them and those that reach zero go: each time at least
// 1,001 times as much as any one count loses, so of n values no count is too low by more than n / 1,001, and none is
// ever too high. Until then counts are exact.
#include "base/hash.hpp"
#include "engine/aggregates/kinds.hpp"
#include "engine/boxed_states.hpp"
#include "engine/sort_key.hpp"
#include "sql/evaluator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace sf::engine {
namespace {

constexpr std::size_t kCountersKept = 1'000;
constexpr std::size_t kCountersMax = 2 * kCountersKept;
constexpr double kTopMax = 100;
constexpr std::size_t kTextBytesMax = 4u << 20;  // Of the values of a group together; beyond, the result is NULL.

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return hash64(text); }
};

struct ApproxTopK {
    struct Box {
        std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>> counts;  // By the value's JSON.
        std::size_t text_bytes = 0;
        bool overflow = false;

        void add(std::string_view json, std::uint64_t count) {
            if (overflow) return;
            const auto at = counts.find(json);
            if (at != counts.end()) {
                at->second += count;
                return;
            }
            counts.emplace(json, count);
            text_bytes += json.size();
        }
        void merge(const Box& other) {
            overflow |= other.overflow;
            for (const auto& [json, count] : other.counts) add(json, count);
            check();
        }
        void check() {
            if (counts.size() > kCountersMax) prune();
            overflow |= text_bytes > kTextBytesMax;
            if (!overflow) return;
            counts = {};
            text_bytes = 0;
        }
        void prune() {
            std::vector<std::uint64_t> sorted;
            sorted.reserve(counts.size());
            for (const auto& [json, count] : counts) sorted.push_back(count);
            std::ranges::nth_element(sorted, sorted.begin() + kCountersKept, std::greater());
            const std::uint64_t least = sorted[kCountersKept];
            for (auto at = counts.begin(); at != counts.end();) {
                if (at->second > least) {
                    at->second -= least;
                    ++at;
                } else {
                    text_bytes -= at->first.size();
                    at = counts.erase(at);
                }
            }
        }
        [[nodiscard]] std::size_t bytes() const { return counts.size() * 64 + text_bytes; }
        void save(ByteWriter& writer) const {
            writer.put<std::uint8_t>(overflow ? 1 : 0);
            writer.put<std::uint64_t>(counts.size());
            for (const auto& [json, count] : counts) {
                writer.put_text(json);
                writer.put(count);
            }
        }
        void load(ByteReader& reader) {
            constexpr std::size_t kCounterBytes = 16;
            overflow = reader.get<std::uint8_t>() != 0;
            for (std::size_t left = reader.get_count(kCounterBytes); left > 0; --left) {
                const std::string_view json = reader.get_text();
                add(json, reader.get<std::uint64_t>());
            }
        }
    };
    std::size_t k = 1;
    std::string json;  // Of the row in hand.

    void add(Box& box, const sql::Column& column, std::uint32_t row) {
        json.clear();
        append_value_json(column, row);
        box.add(json, 1);
        box.check();
    }
    void results(const std::vector<std::unique_ptr<Box>>& boxes, std::span<const std::uint32_t> cells,
                 OwnedColumn& out) const {
        out.reset(sql::Type::jsonb, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const Box* box = boxes[cells[i]].get();
            if (box == nullptr) out.set_null(i, cells.size());
            else if (box->overflow) out.set_failed(i, cells.size());
            else out.texts[i] = out.keep(top(*box));
        }
    }

private:
    // Equal values become equal texts.
    void append_value_json(const sql::Column& column, std::uint32_t row) {
        if (column.type == sql::Type::numeric) json += sql::normalized(column.decimals[row]).to_text();
        else if (column.type == sql::Type::double_precision && column.doubles[row] == 0) json += '0';  // Also -0.
        else sql::append_json(json, column, row);
    }
    // The most frequent first, then by the text.
    [[nodiscard]] std::string top(const Box& box) const {
        using Counter = std::pair<std::string_view, std::uint64_t>;
        std::vector<Counter> all(box.counts.begin(), box.counts.end());
        const std::size_t shown = std::min(k, all.size());
        std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(shown),
                                  [](const Counter& a, const Counter& b) {
                                      return a.second != b.second ? a.second > b.second : a.first < b.first;
                                  });
        std::string text = "[";
        for (std::size_t i = 0; i < shown; ++i)
            text += fmt::format("{}{{\"count\":{},\"value\":{}}}", i > 0 ? "," : "", all[i].second, all[i].first);
        return text + ']';
    }
};

}  // namespace

AggregateKind approx_top_k_kind() {
    return {.name = "approx_top_k",
            .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
                if (use.arguments.size() != 2) return std::nullopt;
                const sql::Type type = use.arguments[0];
                const bool plain = is_sortable(type) || type == sql::Type::json_scalar;
                if (!plain || type == sql::Type::interval) return std::nullopt;
                return sql::AggregateSignature{.arguments = {type},
                                               .constants = {{.name = "number of values",
                                                              .kind = sql::ConstantRule::Kind::whole_number,
                                                              .least = 1,
                                                              .greatest = kTopMax}},
                                               .result = sql::Type::jsonb};
            },
            .make =
                [](const sql::AggregateCall& call) {
                    return std::make_unique<BoxedStates<ApproxTopK>>(
                        ApproxTopK{static_cast<std::size_t>(std::get<double>(call.constants[0])), {}});
                },
            .takes =
                "approx_top_k takes a value and how many of the most frequent ones to give: approx_top_k(data.path, "
                "10); of JSON take a field as text: data->>'field'"};
}

}  // namespace sf::engine
