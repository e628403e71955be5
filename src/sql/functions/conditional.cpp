// CASE, COALESCE, GREATEST, LEAST. Only the branch that is taken can fail a row of CASE and COALESCE, and what was
// asked before it.
#include "sql/functions/array_order.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/order.hpp"

namespace sf::sql {
namespace {

struct Flags {
    Reader<std::uint8_t> valid;
    Reader<std::uint8_t> failed;
};

template <class T>
struct Branches {
    explicit Branches(Call& call)
        : values(call.arena().array<Reader<T>>(call.size())), flags(call.arena().array<Flags>(call.size())) {
        for (std::size_t i = 0; i < call.size(); ++i) {
            values[i] = call.read<T>(i);
            flags[i] = {call.read_valid(i), call.read_failed(i)};
        }
    }
    std::span<Reader<T>> values;
    std::span<Flags> flags;
};

template <class T>
void take(Call& call, const Branches<T>& branches, std::size_t branch, std::size_t row, std::span<T> out) {
    const Flags& flags = branches.flags[branch];
    if (flags.valid[row] != 0) {
        out[row] = branches.values[branch][row];
        return;
    }
    out[row] = {};
    if (flags.failed[row] != 0) call.fail(row);
    else call.set_null(row);
}

template <class T>
void choose(Call& call) {
    const Branches<T> branches(call);
    const std::span<T> out = call.write<T>();
    const std::size_t conditions = call.size() / 2;
    const std::span<Reader<std::uint8_t>> condition = call.arena().array<Reader<std::uint8_t>>(conditions);
    for (std::size_t i = 0; i < conditions; ++i) condition[i] = call.read<std::uint8_t>(2 * i);
    for (std::size_t row = 0; row < call.rows(); ++row) {
        std::size_t branch = call.size() - 1;  // ELSE
        bool failed = false;
        for (std::size_t i = 0; i < conditions; ++i) {
            const Flags& flags = branches.flags[2 * i];
            if ((flags.valid[row] & condition[i][row]) != 0) {
                branch = 2 * i + 1;
                break;
            }
            if (flags.failed[row] != 0) {
                failed = true;
                break;
            }
        }
        if (failed) {
            out[row] = {};
            call.fail(row);
        } else {
            take(call, branches, branch, row, out);
        }
    }
}

template <class T>
void coalesce(Call& call) {
    const Branches<T> branches(call);
    const std::span<T> out = call.write<T>();
    for (std::size_t row = 0; row < call.rows(); ++row) {
        std::size_t branch = 0;
        while (branch + 1 < call.size() &&
               (branches.flags[branch].valid[row] | branches.flags[branch].failed[row]) == 0)
            ++branch;
        take(call, branches, branch, row, out);
    }
}

// NULLs are left out; NULL only where all are.
template <class T, bool kGreatest>
void extreme(Call& call) {
    const Branches<T> branches(call);
    const std::span<T> out = call.write<T>();
    const Type type = call.result().type;
    const auto ordered = [type](const T& a, const T& b) {
        if constexpr (std::is_same_v<T, std::string_view>)
            return is_array(type) ? order_arrays(type, a, b) : order(a, b);
        else return order(a, b);
    };
    for (std::size_t row = 0; row < call.rows(); ++row) {
        bool any = false;
        bool failed = false;
        T best{};
        for (std::size_t i = 0; i < call.size(); ++i) {
            failed = failed || branches.flags[i].failed[row] != 0;
            if (branches.flags[i].valid[row] == 0) continue;
            const T value = branches.values[i][row];
            if (!any || (kGreatest ? ordered(value, best) > 0 : ordered(value, best) < 0)) best = value;
            any = true;
        }
        out[row] = best;
        if (failed) call.fail(row);
        else if (!any) call.set_null(row);
    }
}

void case_kernel(Call& call) {
    with_value_type(call.result().type, [&](auto sample) { choose<decltype(sample)>(call); });
}
void coalesce_kernel(Call& call) {
    with_value_type(call.result().type, [&](auto sample) { coalesce<decltype(sample)>(call); });
}
template <bool kGreatest>
void extreme_kernel(Call& call) {
    with_value_type(call.result().type, [&](auto sample) { extreme<decltype(sample), kGreatest>(call); });
}

}  // namespace

constinit const Function kCase = {.name = "CASE", .kernel = case_kernel, .nulls = Function::Nulls::own};
constinit const Function kCoalesce = {.name = "COALESCE", .kernel = coalesce_kernel, .nulls = Function::Nulls::own};
constinit const Function kGreatest = {
    .name = "GREATEST", .kernel = extreme_kernel<true>, .nulls = Function::Nulls::own};
constinit const Function kLeast = {.name = "LEAST", .kernel = extreme_kernel<false>, .nulls = Function::Nulls::own};

}  // namespace sf::sql
