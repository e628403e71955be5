#include "engine/window_rows.hpp"

#include "base/assert.hpp"
#include "base/json_text.hpp"
#include "engine/group_key.hpp"

namespace sf::engine {
namespace {

constexpr std::size_t kTogether = models::kBatchEventsMax;  // Groups that are evaluated at once.

// Where there are ranks, HAVING is asked before them.
const sql::ExpressionPtr& condition_of(const sql::ViewPlan& plan) {
    return plan.rankings.empty() ? plan.having : plan.shown;
}

std::vector<sql::ExpressionPtr> expressions_of(const sql::ViewPlan& plan) {
    std::vector<sql::ExpressionPtr> expressions;
    for (const sql::OutputColumn& output : plan.outputs) {
        if (output.kind == sql::OutputColumn::Kind::value) expressions.push_back(output.expression);
    }
    if (const auto& condition = condition_of(plan)) expressions.push_back(condition);
    return expressions;
}

}  // namespace

WindowRows::WindowRows(ViewPtr view)
    : view_(std::move(view)),
      has_condition_(condition_of(view_->plan) != nullptr),
      evaluator_(expressions_of(view_->plan)) {
    for (const sql::KeyColumn& key : view_->plan.keys) {
        key_types_.push_back(sql::type_of(*key.expression));
        key_names_.push_back(json_string(key.name) + ':');
    }
    for (const sql::OutputColumn& output : view_->plan.outputs) {
        if (output.kind == sql::OutputColumn::Kind::value) value_names_.push_back(json_string(output.name) + ':');
    }
    results_.resize(view_->plan.aggregates.size());
    ranks_.resize(view_->plan.rankings.size());
    if (!ranks_.empty()) ranking_.emplace(view_->plan);
}

void WindowRows::read_inputs(const Groups& groups, const ShardKeys& names, const Frame& window) {
    const std::size_t rows = groups.keys.size();
    names_.clear();
    for (const KeyId key : groups.keys) names_.push_back(names.key(key));
    const bool ours = read_keys(names_, key_types_, keys_);
    SF_ASSERT(ours);  // append_key() made them for these types; a checkpoint of another view has another identity.
    inputs_.clear();
    for (const OwnedColumn& key : keys_) inputs_.push_back(key.view(rows));
    for (OwnedColumn* bound : {&begin_, &end_}) {
        bound->reset(sql::Type::timestamptz, rows);
        if (view_->grid.is_total()) bound->valid.assign(rows, 0);
        else if (window.begins.empty())
            std::ranges::fill(bound->integers, bound == &begin_ ? window.begin : window.end);
        else std::ranges::copy(bound == &begin_ ? window.begins : window.ends, bound->integers.begin());
        inputs_.push_back(bound->view(rows));
    }
    for (std::size_t a = 0; a < results_.size(); ++a) {
        groups.states[a]->results(groups.cells, results_[a]);
        inputs_.push_back(results_[a].view(rows));
    }
}

models::MetricPoint WindowRows::point(const Frame& window, std::size_t row, const RowSink& sink) const {
    models::MetricPoint point{
        .view = view_->plan.name, .final = window.final, .epoch = sink.epoch, .version = sink.version};
    if (!view_->grid.is_total()) {
        const bool each = !window.begins.empty();
        point.window_start = timestamp_from_micros(each ? window.begins[row] : window.begin);
        point.window_end = timestamp_from_micros(each ? window.ends[row] : window.end);
    }
    return point;
}

void WindowRows::append_keys(std::string& out, std::size_t row) const {
    out = '{';
    for (std::size_t c = 0; c < key_names_.size(); ++c) {
        if (c > 0) out += ',';
        out += key_names_[c];
        sql::append_json(out, inputs_[c], row);
    }
    out += '}';
}

bool WindowRows::failed(std::size_t row) {
    for (const OwnedColumn& result : results_) {
        if (!result.failed.empty() && result.failed[row] != 0) return true;
    }
    const std::size_t expressions = value_names_.size() + (has_condition_ ? 1 : 0);
    for (std::size_t e = 0; e < expressions; ++e) {
        const sql::Column& column = evaluator_.column(e);
        if (!column.failed.empty() && column.failed[row] != 0) return true;
    }
    return false;
}

// In pieces, as batches of events are: what an expression may take of memory is bounded by the batch.
void WindowRows::emit(const Groups& groups, const ShardKeys& names, const Frame& window, RowSink& sink,
                      std::vector<std::uint8_t>& shown) {
    shown.assign(groups.keys.size(), 1);
    for (std::size_t begin = 0; begin < groups.keys.size(); begin += kTogether) {
        const std::size_t count = std::min(kTogether, groups.keys.size() - begin);
        Frame part = window;
        if (!window.begins.empty()) {
            part.begins = window.begins.subspan(begin, count);
            part.ends = window.ends.subspan(begin, count);
        }
        emit_some({groups.keys.subspan(begin, count), groups.cells.subspan(begin, count), groups.states}, names, part,
                  sink, std::span(shown).subspan(begin, count));
    }
}

void WindowRows::emit_some(const Groups& groups, const ShardKeys& names, const Frame& window, RowSink& sink,
                           std::span<std::uint8_t> shown) {
    const std::size_t rows = groups.keys.size();
    read_inputs(groups, names, window);
    if (ranking_) read_ranks(rows);
    evaluator_.begin(inputs_, rows);
    if (has_condition_) {
        const sql::Column& holds = evaluator_.column(value_names_.size());
        for (std::size_t row = 0; row < rows; ++row) shown[row] = holds.is_valid(row) && holds.booleans[row] != 0;
    }
    for (std::size_t row = 0; row < rows; ++row) {
        sink.rows_failed += failed(row) ? 1 : 0;
        if (!shown[row]) continue;
        models::MetricPoint made = point(window, row, sink);
        append_keys(text_, row);
        made.keys = text_;
        text_ = '{';
        for (std::size_t v = 0; v < value_names_.size(); ++v) {
            if (v > 0) text_ += ',';
            text_ += value_names_[v];
            sql::append_json(text_, evaluator_.column(v), row);
        }
        text_ += '}';
        made.values = text_;
        if (ranking_ && is_known(groups.keys[row], made)) continue;
        sink.points.push_back(std::move(made));
    }
}

void WindowRows::retract(KeyId key, const ShardKeys& names, const Frame& window, RowSink& sink) {
    const std::string_view name = names.key(key);
    const bool ours = read_keys(std::span(&name, 1), key_types_, keys_);
    SF_ASSERT(ours);
    inputs_.clear();
    for (const OwnedColumn& column : keys_) inputs_.push_back(column.view(1));
    models::MetricPoint made = point(window, 0, sink);
    append_keys(made.keys, 0);
    made.deleted = true;
    sink.points.push_back(std::move(made));
}

}  // namespace sf::engine
