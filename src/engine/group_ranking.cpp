#include "engine/group_ranking.hpp"

#include <algorithm>
#include <utility>

namespace sf::engine {
namespace {

std::vector<sql::ExpressionPtr> ranked_by(const sql::ViewPlan& plan) {
    std::vector<sql::ExpressionPtr> expressions;
    if (plan.having) expressions.push_back(plan.having);
    for (const sql::Ranking& ranking : plan.rankings) {
        expressions.insert(expressions.end(), ranking.partition.begin(), ranking.partition.end());
        for (const sql::SortKey& key : ranking.order) expressions.push_back(key.expression);
    }
    return expressions;
}

}  // namespace

GroupRanking::GroupRanking(const sql::ViewPlan& plan)
    : plan_(plan), evaluator_(ranked_by(plan)), sorted_(plan.rankings.size()), ranks_(plan.rankings.size()) {}

void GroupRanking::begin() {
    groups_ = 0;
    for (Sorted& sorted : sorted_) {
        sorted.bytes.clear();
        sorted.entries.clear();
    }
}

std::uint64_t GroupRanking::add(std::span<const sql::Column> inputs, std::size_t rows) {
    evaluator_.begin(inputs, rows);
    std::size_t next = 0;
    const sql::Column* const having = plan_.having ? &evaluator_.column(next++) : nullptr;
    std::vector<std::uint8_t> failed(rows, 0);
    const auto note_failures = [&](const sql::Column& column) {
        for (std::size_t row = 0; row < column.failed.size(); ++row) failed[row] |= column.failed[row];
    };
    if (having != nullptr) note_failures(*having);
    for (std::size_t r = 0; r < plan_.rankings.size(); ++r) {
        const sql::Ranking& ranking = plan_.rankings[r];
        Sorted& sorted = sorted_[r];
        std::vector<const sql::Column*> columns;
        for (std::size_t i = 0; i < ranking.partition.size() + ranking.order.size(); ++i) {
            columns.push_back(&evaluator_.column(next++));
            note_failures(*columns.back());
        }
        for (std::size_t row = 0; row < rows; ++row) {
            if (having != nullptr && (!having->is_valid(row) || having->booleans[row] == 0)) continue;
            Entry entry{.group = groups_ + static_cast<std::uint32_t>(row), .begin = sorted.bytes.size()};
            const auto length = [&] { return static_cast<std::uint32_t>(sorted.bytes.size() - entry.begin); };
            std::size_t at = 0;
            for (; at < ranking.partition.size(); ++at) append_sort_key(sorted.bytes, *columns[at], row, {});
            entry.partition = length();
            for (const sql::SortKey& key : ranking.order)
                append_sort_key(sorted.bytes, *columns[at++], row, {key.descending, key.nulls_first});
            entry.order = length();
            for (std::size_t k = 0; k < plan_.keys.size(); ++k) append_sort_key(sorted.bytes, inputs[k], row, {});
            entry.end = length();
            sorted.entries.push_back(entry);
        }
    }
    groups_ += static_cast<std::uint32_t>(rows);
    return static_cast<std::uint64_t>(std::ranges::count(failed, 1));
}

std::span<const std::uint32_t> GroupRanking::rank() {
    for (std::size_t r = 0; r < sorted_.size(); ++r) number(r);
    chosen_.clear();
    for (std::uint32_t group = 0; group < groups_; ++group) {
        bool shown = true;
        for (std::size_t r = 0; r < ranks_.size(); ++r)
            shown = shown && ranks_[r][group] != 0 && ranks_[r][group] <= plan_.rankings[r].limit;
        if (shown) chosen_.push_back(group);
    }
    return chosen_;
}

// Where all groups are of one partition, as those of a window often are, those that can't be within the limit are let
// go of without being sorted.
void GroupRanking::keep_best(std::size_t ranking) {
    Sorted& sorted = sorted_[ranking];
    std::vector<Entry>& entries = sorted.entries;
    const sql::Ranking& rule = plan_.rankings[ranking];
    const std::int64_t limit = std::max<std::int64_t>(1, rule.limit);
    if (rule.kind == sql::Ranking::Kind::dense_rank || std::cmp_greater_equal(limit, entries.size())) return;
    const std::string_view partition = sorted.partition(entries.front());
    if (!std::ranges::all_of(entries, [&](const Entry& entry) { return sorted.partition(entry) == partition; })) return;
    const auto beyond = entries.begin() + limit;
    std::ranges::partial_sort(entries, beyond,
                              [&](const Entry& a, const Entry& b) { return sorted.all(a) < sorted.all(b); });
    auto end = beyond;
    if (rule.kind == sql::Ranking::Kind::rank) {  // The last one's peers have its rank.
        const std::string_view last = sorted.peers(*(beyond - 1));
        end = std::partition(beyond, entries.end(), [&](const Entry& entry) { return sorted.peers(entry) == last; });
    }
    entries.erase(end, entries.end());
}

void GroupRanking::number(std::size_t ranking) {
    Sorted& sorted = sorted_[ranking];
    std::vector<std::int64_t>& ranks = ranks_[ranking];
    ranks.assign(groups_, 0);
    keep_best(ranking);
    std::ranges::sort(sorted.entries, [&](const Entry& a, const Entry& b) { return sorted.all(a) < sorted.all(b); });
    std::int64_t row = 0, rank = 0, dense = 0;
    for (std::size_t i = 0; i < sorted.entries.size(); ++i) {
        const Entry& entry = sorted.entries[i];
        const Entry* const before = i > 0 ? &sorted.entries[i - 1] : nullptr;
        if (before == nullptr || sorted.partition(*before) != sorted.partition(entry)) {
            row = rank = dense = 1;
        } else {
            ++row;
            if (sorted.peers(*before) != sorted.peers(entry)) {
                rank = row;
                ++dense;
            }
        }
        switch (plan_.rankings[ranking].kind) {
            case sql::Ranking::Kind::row_number: ranks[entry.group] = row; break;
            case sql::Ranking::Kind::rank: ranks[entry.group] = rank; break;
            case sql::Ranking::Kind::dense_rank: ranks[entry.group] = dense; break;
        }
    }
}

}  // namespace sf::engine
