#include "engine/event_rows.hpp"

#include "base/json_text.hpp"

#include <cstring>

namespace sf::engine {
namespace {

struct Nothing final : ViewWindows::Frozen {
    void save(ByteWriter&) const override {}
};

}  // namespace

EventRows::EventRows(const View& view, sql::EventEvaluator& evaluator)
    : evaluator_(evaluator), view_(view.plan.name), key_name_(json_string(view.plan.keys[0].name) + ':') {
    for (const sql::OutputColumn& output : view.plan.outputs) {
        if (output.kind == sql::OutputColumn::Kind::value)
            outputs_.push_back({json_string(output.name) + ':', evaluator_.add(output.expression)});
    }
}

EventRows::~EventRows() {
    for (const Output& output : outputs_) evaluator_.remove(output.slot);
}

std::shared_ptr<const std::vector<models::MetricPoint>> EventRows::rows(const models::EventBatch& batch,
                                                                        std::span<const std::uint32_t> rows,
                                                                        std::uint64_t& failed) {
    std::vector<const sql::Column*> columns;
    for (const Output& output : outputs_) columns.push_back(&evaluator_.column(output.slot));
    for (const sql::Column* column : columns) {
        if (column->failed.empty()) continue;
        for (const std::uint32_t row : rows) failed += column->failed[row];
    }
    auto points = std::make_shared<std::vector<models::MetricPoint>>();
    points->reserve(rows.size());
    for (const std::uint32_t row : rows) {
        models::MetricPoint point{.view = view_, .final = true};
        point.window_start = point.window_end = timestamp_from_micros(batch.timestamps()[row]);
        Uuid id;
        std::memcpy(id.bytes.data(), batch.ids().data() + row * id.bytes.size(), id.bytes.size());
        point.keys = '{' + key_name_ + '"' + to_string(id) + "\"}";
        point.values = '{';
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            if (i > 0) point.values += ',';
            point.values += outputs_[i].name;
            sql::append_json(point.values, *columns[i], row);
        }
        point.values += '}';
        points->push_back(std::move(point));
    }
    return points;
}

std::unique_ptr<const ViewWindows::Frozen> NoWindows::freeze() const { return std::make_unique<Nothing>(); }

}  // namespace sf::engine
