#include "engine/aggregates/list_states.hpp"

#include "engine/aggregates/kinds.hpp"
#include "engine/sort_key.hpp"
#include "engine/stored_value.hpp"

#include <algorithm>
#include <cstring>

namespace sf::engine {
namespace {

// An entry: the lengths of key and value, then both.
constexpr std::size_t kHeadBytes = 2 * sizeof(std::uint32_t);
constexpr std::uint32_t kNullValue = UINT32_MAX;

void append_entry(std::string& entries, const ListEntry& entry) {
    const std::uint32_t head[2] = {static_cast<std::uint32_t>(entry.key.size()),
                                   entry.value ? static_cast<std::uint32_t>(entry.value->size()) : kNullValue};
    entries.append(reinterpret_cast<const char*>(head), kHeadBytes);
    entries += entry.key;
    if (entry.value) entries += *entry.value;
}

// Takes the next entry off; false at the end, or at what is no entry.
bool take_entry(std::string_view& entries, ListEntry& entry) {
    std::uint32_t head[2];
    if (entries.size() < kHeadBytes) return false;
    std::memcpy(head, entries.data(), kHeadBytes);
    entries.remove_prefix(kHeadBytes);
    const std::size_t value_size = head[1] == kNullValue ? 0 : head[1];
    if (entries.size() < head[0] || entries.size() - head[0] < value_size) return false;
    entry.key = entries.substr(0, head[0]);
    entry.value.reset();
    if (head[1] != kNullValue) entry.value = entries.substr(head[0], value_size);
    entries.remove_prefix(head[0] + value_size);
    return true;
}

bool fits(std::size_t count, std::size_t bytes) { return count <= kListValuesMax && bytes <= kListBytesMax; }

}  // namespace

void ListStates::fold(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                      std::span<const sql::Column* const> arguments) {
    const sql::Column& value = *arguments[0];
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::uint32_t row = rows[i];
        List& list = lists_[cells[i]];
        if (list.overflow || (!rules_->keeps_nulls && !value.is_valid(row))) continue;
        key_.clear();
        value_.clear();
        if (rules_->distinct) {
            append_sort_key(key_, value, row, rules_->order.empty() ? sql::SortDirection{} : rules_->order[0]);
        } else {
            // Behind the keys of ORDER BY stands the order of rows.
            for (std::size_t a = 1; a < arguments.size(); ++a)
                append_sort_key(key_, *arguments[a], row,
                                a <= rules_->order.size() ? rules_->order[a - 1] : sql::SortDirection{});
        }
        ListEntry entry{key_, std::nullopt};
        if (value.is_valid(row)) {
            append_value(value_, value, row);
            entry.value = value_;
        }
        append_entry(list.entries, entry);
        ++list.count;
        check(list);
    }
}

// Values that are there already are looked for only now and then: a list may be twice as long as its result.
void ListStates::check(List& list) const {
    if (rules_->distinct && !fits(list.count / 2, list.entries.size() / 2)) {
        const List before = std::move(list);
        list = {};
        for (const ListEntry& entry : sorted(before)) {
            append_entry(list.entries, entry);
            ++list.count;
        }
    } else if (rules_->distinct) {
        return;
    }
    if (fits(list.count, list.entries.size())) return;
    list = {};
    list.overflow = true;
}

void ListStates::merge(const AggregateStates& other, std::span<const std::uint32_t> from,
                       std::span<const std::uint32_t> to) {
    const auto& theirs = static_cast<const ListStates&>(other).lists_;
    for (std::size_t i = 0; i < from.size(); ++i) {
        List& list = lists_[to[i]];
        if (list.overflow) continue;
        list.entries += theirs[from[i]].entries;
        list.count += theirs[from[i]].count;
        if (theirs[from[i]].overflow) {
            list = {};
            list.overflow = true;
        }
        check(list);
    }
}

// Of values that are equal and look different the one with the greatest bytes stays.
std::vector<ListEntry> ListStates::sorted(const List& list) const {
    std::vector<ListEntry> entries;
    entries.reserve(list.count);
    std::string_view rest = list.entries;
    for (ListEntry entry; take_entry(rest, entry);) entries.push_back(entry);
    std::ranges::sort(entries, [](const ListEntry& a, const ListEntry& b) {
        const int order = a.key.compare(b.key);
        return order != 0 ? order < 0 : a.value > b.value;
    });
    if (rules_->distinct) {
        const auto repeated = std::ranges::unique(entries, {}, &ListEntry::key);
        entries.erase(repeated.begin(), repeated.end());
    }
    return entries;
}

void ListStates::results(std::span<const std::uint32_t> cells, OwnedColumn& out) const {
    out.reset(rules_->result, cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const List& list = lists_[cells[i]];
        if (list.count == 0 && !list.overflow) {
            out.set_null(i, cells.size());
            continue;
        }
        const std::vector<ListEntry> entries = sorted(list);
        std::size_t bytes = 0;
        for (const ListEntry& entry : entries)
            bytes += kHeadBytes + entry.key.size() + entry.value.value_or(std::string_view()).size();
        auto result = list.overflow || !fits(entries.size(), bytes) ? std::nullopt : rules_->finish(std::span(entries));
        if (result) out.texts[i] = out.keep(std::move(*result));
        else out.set_failed(i, cells.size());
    }
}

std::size_t ListStates::bytes() const {
    std::size_t bytes = lists_.capacity() * sizeof(List);
    for (const List& list : lists_) bytes += list.entries.capacity();
    return bytes;
}

void ListStates::save(ByteWriter& writer) const {
    writer.put<std::uint64_t>(lists_.size());
    for (const List& list : lists_) {
        writer.put<std::uint8_t>(list.overflow ? 1 : 0);
        writer.put_text(list.entries);
    }
}

void ListStates::load(ByteReader& reader) {
    constexpr std::size_t kListBytes = 9;
    lists_.clear();
    lists_.resize(reader.get_count(kListBytes));
    for (List& list : lists_) {
        list.overflow = reader.get<std::uint8_t>() != 0;
        list.entries = reader.get_text();
        std::string_view rest = list.entries;
        for (ListEntry entry; take_entry(rest, entry);) ++list.count;
        if (rest.empty()) continue;
        reader.fail();
        list = {};
    }
}

ListRules list_rules(const sql::AggregateCall& call) {
    return {.order = call.order, .result = call.signature.result, .finish = {}};
}

std::optional<std::vector<sql::Type>> list_order(const sql::AggregateUse& use) {
    std::vector<sql::Type> order;
    for (const sql::Type type : use.order) {
        order.push_back(as_number(type));
        if (!is_sortable(order.back())) return std::nullopt;
    }
    return order;
}

}  // namespace sf::engine
