// States of any size, one object a cell, made when the first value comes: sets, sketches, texts.
#pragma once

#include "engine/flat_states.hpp"

#include <memory>
#include <vector>

namespace sf::engine {

/// `Kind` has: `Box` (copyable, with bytes(), save(ByteWriter&), load(ByteReader&), merge(const Box&)), `add(Box&,
/// column, row)` or, where the other arguments matter, too, `add(Box&, arguments, row)`, and `results(boxes, cells,
/// out)`, where a cell without a value has no box. Rows whose first argument is NULL never come to it.
template <class Kind>
class BoxedStates : public AggregateStates {
public:
    using Box = typename Kind::Box;
    using Boxes = std::vector<std::unique_ptr<Box>>;

    explicit BoxedStates(Kind kind = {}) : kind_(kind) {}

    [[nodiscard]] std::unique_ptr<AggregateStates> fresh() const override {
        return std::make_unique<BoxedStates>(kind_);
    }
    [[nodiscard]] std::unique_ptr<AggregateStates> clone() const override {
        auto copy = std::make_unique<BoxedStates>(kind_);
        copy->boxes_.reserve(boxes_.size());
        for (const auto& box : boxes_) copy->boxes_.push_back(box ? std::make_unique<Box>(*box) : nullptr);
        return copy;
    }
    void resize(std::size_t cells) override { boxes_.resize(cells); }
    void fold(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
              std::span<const sql::Column* const> arguments) override {
        const sql::Column& column = *arguments[0];
        for_each_value(column, rows, cells, [&](std::uint32_t row, std::uint32_t cell) {
            if constexpr (requires { kind_.add(box_of(cell), arguments, row); })
                kind_.add(box_of(cell), arguments, row);
            else kind_.add(box_of(cell), column, row);
        });
    }
    void merge(const AggregateStates& other, std::span<const std::uint32_t> from,
               std::span<const std::uint32_t> to) override {
        const Boxes& theirs = static_cast<const BoxedStates&>(other).boxes_;
        for (std::size_t i = 0; i < from.size(); ++i) {
            if (!theirs[from[i]]) continue;
            std::unique_ptr<Box>& ours = boxes_[to[i]];
            if (ours) ours->merge(*theirs[from[i]]);
            else ours = std::make_unique<Box>(*theirs[from[i]]);
        }
    }
    void results(std::span<const std::uint32_t> cells, OwnedColumn& out) const override {
        kind_.results(boxes_, cells, out);
    }
    [[nodiscard]] std::size_t bytes() const override {
        std::size_t bytes = boxes_.capacity() * sizeof(boxes_[0]);
        for (const auto& box : boxes_) {
            if (box) bytes += sizeof(Box) + box->bytes();
        }
        return bytes;
    }
    void save(ByteWriter& writer) const override {
        writer.put<std::uint64_t>(boxes_.size());
        for (const auto& box : boxes_) {
            writer.put<std::uint8_t>(box ? 1 : 0);
            if (box) box->save(writer);
        }
    }
    void load(ByteReader& reader) override {
        boxes_.clear();
        boxes_.resize(reader.get_count(1));
        for (auto& box : boxes_) {
            if (reader.get<std::uint8_t>() == 0) continue;
            box = std::make_unique<Box>();
            box->load(reader);
        }
    }

private:
    Box& box_of(std::uint32_t cell) {
        if (!boxes_[cell]) boxes_[cell] = std::make_unique<Box>();
        return *boxes_[cell];
    }

    Kind kind_;
    Boxes boxes_;
};

}  // namespace sf::engine
