#include "sql/evaluate/call.hpp"

#include "sql/functions/function.hpp"

#include <array>

namespace sf::sql {

Call::Call(const Expression& expression, std::span<const Column* const> arguments,
           std::span<const std::uint8_t> constant, std::size_t rows, Arena& arena, std::size_t& batch_text_bytes_left)
    : expression_(expression),
      arguments_(arguments),
      constant_(constant),
      rows_(rows),
      arena_(arena),
      batch_text_bytes_left_(batch_text_bytes_left) {
    result_.type = expression.type;
    result_.size = rows;
}

void Call::merge_nulls() {
    for (std::size_t i = 0; i < size(); ++i) {
        const Column& from = argument(i);
        if (!from.valid.empty()) {
            if (is_constant(i)) {
                if (from.valid[0] == 0) {
                    valid_ = arena_.filled<std::uint8_t>(rows_, 0);
                    result_.valid = valid_;
                }
            } else if (result_.valid.empty()) {
                result_.valid = from.valid;
            } else {
                const std::span<std::uint8_t> both = arena_.array<std::uint8_t>(rows_);
                for (std::size_t row = 0; row < rows_; ++row) both[row] = result_.valid[row] & from.valid[row];
                valid_ = both;
                result_.valid = both;
            }
        }
        if (!from.failed.empty()) {
            if (is_constant(i)) {
                if (from.failed[0] != 0) {
                    failed_ = arena_.filled<std::uint8_t>(rows_, 1);
                    result_.failed = failed_;
                }
            } else if (result_.failed.empty()) {
                result_.failed = from.failed;
            } else {
                const std::span<std::uint8_t> either = arena_.array<std::uint8_t>(rows_);
                for (std::size_t row = 0; row < rows_; ++row) either[row] = result_.failed[row] | from.failed[row];
                failed_ = either;
                result_.failed = either;
            }
        }
    }
}

// Flags that say nothing are left out: kernels are faster without.
void Call::set_flags(std::span<const std::uint8_t> valid, std::span<const std::uint8_t> failed) {
    std::uint8_t all_valid = 1;
    for (const std::uint8_t flag : valid) all_valid &= flag;
    std::uint8_t any_failed = 0;
    for (const std::uint8_t flag : failed) any_failed |= flag;
    result_.valid = all_valid != 0 ? std::span<const std::uint8_t>{} : valid;
    result_.failed = any_failed != 0 ? failed : std::span<const std::uint8_t>{};
}

Column Call::nested(const Expression& inner, std::span<const Column* const> arguments,
                    std::span<const std::uint8_t> constant, std::size_t rows) {
    Call call(inner, arguments, constant, rows, arena_, batch_text_bytes_left_);
    if (inner.function->nulls == Function::Nulls::strict) call.merge_nulls();
    inner.function->kernel(call);
    return call.result();
}

Column Call::nested_chain(const Expression& chain, const Column& input) {
    if (chain.kind == Expression::Kind::input) return input;
    const Column argument = nested_chain(*chain.arguments[0], input);
    const std::array<const Column*, 1> arguments = {&argument};
    const std::array<std::uint8_t, 1> constant = {0};
    return nested(chain, arguments, constant, input.size);
}

void Call::set_null(std::size_t row) {
    if (valid_.empty()) {
        valid_ = arena_.filled<std::uint8_t>(rows_, 1);
        if (!result_.valid.empty()) std::ranges::copy(result_.valid, valid_.begin());
        result_.valid = valid_;
    }
    valid_[row] = 0;
}

void Call::fail(std::size_t row) {
    set_null(row);
    if (failed_.empty()) {
        failed_ = arena_.filled<std::uint8_t>(rows_, 0);
        if (!result_.failed.empty()) std::ranges::copy(result_.failed, failed_.begin());
        result_.failed = failed_;
    }
    failed_[row] = 1;
}

}  // namespace sf::sql
