#include "sql/evaluator.hpp"

#include "base/assert.hpp"
#include "models/json_fields.hpp"
#include "sql/evaluate/program.hpp"

#include <array>
#include <unordered_map>

namespace sf::sql {
namespace {

// The columns of a batch, as they stand there, and the fields of its JSON.
class EventLeaves final : public Leaves {
public:
    void begin(const models::EventBatch& batch) {
        batch_ = &batch;
        json_is_read_ = false;
        severity_codes_ = {};
    }

    void added(const Expression& leaf) override {
        if (leaf.kind != Expression::Kind::json_field || leaf.path.empty()) return;
        fields_.emplace(leaf.text, Field{leaf.path, 0});
        fields_changed_ = true;
    }
    void released(const Expression& leaf) override {
        if (leaf.kind != Expression::Kind::json_field || leaf.path.empty()) return;
        fields_.erase(leaf.text);
        fields_changed_ = true;
    }

    Loaded load(const Expression& leaf, Arena& arena) override {
        SF_ASSERT(batch_ != nullptr);
        Column column{.type = leaf.type, .size = batch_->size()};
        if (leaf.kind == Expression::Kind::json_field) {
            load_json(leaf, arena, column);
            return {column, Domain::rows};
        }
        SF_ASSERT(leaf.kind == Expression::Kind::column);
        switch (leaf.column) {
            case EventColumn::type: return dictionary(batch_->types(), Domain::types);
            case EventColumn::source: return dictionary(batch_->sources(), Domain::sources);
            case EventColumn::severity: {
                static constexpr std::array<std::string_view, 4> kWords = {"low", "medium", "high", "critical"};
                if (severity_codes_.empty()) load_severities(arena);
                return dictionary(kWords, Domain::severities);
            }
            case EventColumn::timestamp: column.integers = batch_->timestamps(); break;
            case EventColumn::received_at: column.integers = batch_->received(); break;
            case EventColumn::id: {
                static_assert(sizeof(Uuid) == 16 && alignof(Uuid) == 1);
                column.uuids = {reinterpret_cast<const Uuid*>(batch_->ids().data()), batch_->size()};
                break;
            }
            case EventColumn::user_id:
                optional_texts<&models::EventBatch::user_id>(arena, column, models::EventBatch::kHasUser);
                break;
            case EventColumn::correlation_id:
                optional_texts<&models::EventBatch::correlation_id>(arena, column, models::EventBatch::kHasCorrelation);
                break;
            case EventColumn::tags: column.texts = all_texts<&models::EventBatch::tags_encoded>(arena); break;
            case EventColumn::data: column.texts = all_texts<&models::EventBatch::data>(arena); break;
        }
        return {column, Domain::rows};
    }

    std::span<const std::uint16_t> codes(Domain domain) const override {
        if (domain == Domain::types) return batch_->type_codes();
        if (domain == Domain::sources) return batch_->source_codes();
        SF_ASSERT(domain == Domain::severities);
        return severity_codes_;
    }

private:
    using Slice = std::string_view (models::EventBatch::*)(std::size_t) const;

    struct Field {
        models::JsonPath path;
        std::size_t index = 0;  // In values_.
    };

    static Loaded dictionary(std::span<const std::string_view> words, Domain domain) {
        return {Column{.type = Type::text, .size = words.size(), .texts = words}, domain};
    }

    template <Slice kSlice>
    [[nodiscard]] std::span<const std::string_view> all_texts(Arena& arena) const {
        const std::span<std::string_view> texts = arena.array<std::string_view>(batch_->size());
        for (std::size_t row = 0; row < texts.size(); ++row) texts[row] = (batch_->*kSlice)(row);
        return texts;
    }

    template <Slice kSlice>
    void optional_texts(Arena& arena, Column& column, std::uint8_t flag) const {
        column.texts = all_texts<kSlice>(arena);
        const std::span<const std::uint8_t> flags = batch_->flags();
        const std::span<std::uint8_t> valid = arena.array<std::uint8_t>(flags.size());
        std::uint8_t all = flag;
        for (std::size_t row = 0; row < flags.size(); ++row) {
            valid[row] = static_cast<std::uint8_t>((flags[row] & flag) != 0);
            all &= flags[row];
        }
        if (all == 0) column.valid = valid;
    }

    void load_severities(Arena& arena) {
        const std::span<const std::uint8_t> flags = batch_->flags();
        const std::span<std::uint16_t> codes = arena.array<std::uint16_t>(flags.size());
        for (std::size_t row = 0; row < flags.size(); ++row)
            codes[row] = flags[row] & models::EventBatch::kSeverityMask;
        severity_codes_ = codes;
    }

    void load_json(const Expression& leaf, Arena& arena, Column& column) {
        if (leaf.path.empty()) {
            column.texts = all_texts<&models::EventBatch::data>(arena);
            return;
        }
        if (fields_changed_) {
            std::vector<models::JsonPath> paths;
            for (auto& [text, field] : fields_) {
                field.index = paths.size();
                paths.push_back(field.path);
            }
            json_ = std::make_unique<models::JsonFields>(paths);
            fields_changed_ = false;
            json_is_read_ = false;
        }
        if (!json_is_read_) {
            values_.clear();
            for (std::size_t i = 0; i < fields_.size(); ++i)
                values_.push_back(arena.array<std::string_view>(batch_->size()));
            json_->read(*batch_, values_);
            json_is_read_ = true;
        }
        const std::span<const std::string_view> texts = values_[fields_.at(leaf.text).index];
        const std::span<std::uint8_t> valid = arena.array<std::uint8_t>(texts.size());
        std::uint8_t all = 1;
        for (std::size_t row = 0; row < texts.size(); ++row) {
            valid[row] = static_cast<std::uint8_t>(!texts[row].empty());
            all &= valid[row];
        }
        column.texts = texts;
        if (all == 0) column.valid = valid;
    }

    const models::EventBatch* batch_ = nullptr;
    std::unordered_map<std::string, Field> fields_;  // By the text of the leaf.
    bool fields_changed_ = true;
    std::unique_ptr<models::JsonFields> json_;
    bool json_is_read_ = false;
    std::vector<std::span<std::string_view>> values_;  // Of the batch's fields, in the program's arena.
    std::span<const std::uint16_t> severity_codes_;
};

// Columns handed in. Dictionaries among them are read a row at a time; fields of those that are JSON in one walk.
class InputLeaves final : public Leaves {
public:
    void begin(std::span<const Column> inputs) {
        inputs_ = inputs;
        for (auto& [input, document] : documents_) document.is_read = false;
    }

    void added(const Expression& leaf) override {
        if (leaf.kind != Expression::Kind::json_field || leaf.path.empty()) return;
        Document& document = documents_[leaf.arguments[0]->index];
        document.fields.emplace(leaf.text, Field{leaf.path, 0});
        document.reader.reset();
    }
    void released(const Expression& leaf) override {
        if (leaf.kind != Expression::Kind::json_field || leaf.path.empty()) return;
        Document& document = documents_[leaf.arguments[0]->index];
        document.fields.erase(leaf.text);
        document.reader.reset();
    }

    Loaded load(const Expression& leaf, Arena& arena) override {
        if (leaf.kind == Expression::Kind::json_field) {
            const Expression& base = *leaf.arguments[0];
            return {leaf.path.empty() ? input(base, arena) : field(leaf, input(base, arena), arena), Domain::rows};
        }
        return {input(leaf, arena), Domain::rows};
    }

    std::span<const std::uint16_t> codes(Domain) const override { return {}; }

private:
    struct Field {
        models::JsonPath path;
        std::size_t index = 0;  // In the values of its document.
    };
    struct Document {
        std::unordered_map<std::string, Field> fields;  // By the text of the leaf.
        std::unique_ptr<models::JsonFields> reader;
        bool is_read = false;
        std::vector<std::span<std::string_view>> values;  // In the program's arena.
    };

    [[nodiscard]] Column input(const Expression& leaf, Arena& arena) const {
        SF_ASSERT(leaf.kind == Expression::Kind::input || leaf.kind == Expression::Kind::view_column);
        SF_ASSERT(leaf.index < inputs_.size());
        Column column = inputs_[leaf.index];
        SF_ASSERT(column.type == leaf.type);
        if (column.is_dictionary()) {
            const std::span<std::string_view> texts = arena.array<std::string_view>(column.size);
            for (std::size_t row = 0; row < texts.size(); ++row) texts[row] = column.words[column.codes[row]];
            column.texts = texts;
            column.codes = {};
            column.words = {};
        }
        return column;
    }

    [[nodiscard]] Column field(const Expression& leaf, const Column& base, Arena& arena) {
        Document& document = documents_[leaf.arguments[0]->index];
        if (document.reader == nullptr) {
            std::vector<models::JsonPath> paths;
            for (auto& [text, field] : document.fields) {
                field.index = paths.size();
                paths.push_back(field.path);
            }
            document.reader = std::make_unique<models::JsonFields>(paths);
            document.is_read = false;
        }
        if (!document.is_read) {
            const std::span<std::string_view> texts = arena.array<std::string_view>(base.size);
            for (std::size_t row = 0; row < texts.size(); ++row)
                texts[row] = base.is_valid(row) ? base.texts[row] : std::string_view{};
            document.values.clear();
            for (std::size_t i = 0; i < document.fields.size(); ++i)
                document.values.push_back(arena.array<std::string_view>(base.size));
            document.reader->read(texts, document.values);
            document.is_read = true;
        }
        Column column{.type = leaf.type, .size = base.size};
        column.texts = document.values[document.fields.at(leaf.text).index];
        const std::span<std::uint8_t> valid = arena.array<std::uint8_t>(base.size);
        for (std::size_t row = 0; row < valid.size(); ++row)
            valid[row] = static_cast<std::uint8_t>(!column.texts[row].empty());
        column.valid = valid;
        return column;
    }

    std::span<const Column> inputs_;
    std::unordered_map<std::size_t, Document> documents_;  // By the number of the input.
};

}  // namespace

struct EventEvaluator::State {
    explicit State(Over over)
        : program(over == Over::events ? static_cast<Leaves&>(of_events) : static_cast<Leaves&>(of_rows)) {}
    EventLeaves of_events;
    InputLeaves of_rows;
    Program program;
};

EventEvaluator::EventEvaluator(Over over) : state_(std::make_unique<State>(over)) {}
EventEvaluator::~EventEvaluator() = default;

EventEvaluator::Slot EventEvaluator::add(const ExpressionPtr& expression) { return state_->program.add(expression); }
void EventEvaluator::remove(Slot slot) { state_->program.release(slot); }

void EventEvaluator::begin(const models::EventBatch& batch) {
    state_->of_events.begin(batch);
    state_->program.begin(batch.size());
}

void EventEvaluator::begin(std::span<const Column> columns, std::size_t rows) {
    state_->of_rows.begin(columns);
    state_->program.begin(rows);
}

const Column& EventEvaluator::column(Slot slot) { return state_->program.result(slot); }

struct RowEvaluator::State {
    InputLeaves leaves;
    Program program{leaves};
    std::vector<Program::Step> steps;
};

RowEvaluator::RowEvaluator(std::vector<ExpressionPtr> expressions) : state_(std::make_unique<State>()) {
    for (const ExpressionPtr& expression : expressions) state_->steps.push_back(state_->program.add(expression));
}
RowEvaluator::~RowEvaluator() = default;
RowEvaluator::RowEvaluator(RowEvaluator&&) noexcept = default;
RowEvaluator& RowEvaluator::operator=(RowEvaluator&&) noexcept = default;

void RowEvaluator::begin(std::span<const Column> inputs, std::size_t rows) {
    state_->leaves.begin(inputs);
    state_->program.begin(rows);
}

const Column& RowEvaluator::column(std::size_t expression) { return state_->program.result(state_->steps[expression]); }

}  // namespace sf::sql
