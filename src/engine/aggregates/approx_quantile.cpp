// approx_quantile(x, fraction): DDSketch (C. Masson, J. Rim, H. Lee, VLDB 2019) with a relative error of 1 %:
// logarithmic buckets and their counts.
#include "engine/aggregates/kinds.hpp"
#include "engine/boxed_states.hpp"

#include <algorithm>
#include <cmath>

namespace sf::engine {
namespace {

constexpr double kError = 0.01;
constexpr double kGamma = (1 + kError) / (1 - kError);
constexpr double kLeast = 1e-9;  // Nearer to zero is zero.
const double kLogGamma = std::log(kGamma);

std::int32_t bucket_of(double magnitude) {
    return static_cast<std::int32_t>(std::ceil(std::log(magnitude) / kLogGamma));
}
double value_of(std::int32_t bucket) { return 2 * std::pow(kGamma, bucket) / (kGamma + 1); }

struct Bucket {
    std::int32_t index;
    std::uint32_t padding = 0;
    std::uint64_t count;
};

// Sorted by index. Few hundred at most for values of one magnitude, so inserting is cheap.
class Buckets {
public:
    void add(std::int32_t index, std::uint64_t count) {
        if (last_ < buckets_.size() && buckets_[last_].index == index) {
            buckets_[last_].count += count;
            return;
        }
        const auto at = std::ranges::lower_bound(buckets_, index, {}, &Bucket::index);
        last_ = static_cast<std::size_t>(at - buckets_.begin());
        if (at != buckets_.end() && at->index == index) at->count += count;
        else buckets_.insert(at, Bucket{.index = index, .count = count});
    }
    void merge(const Buckets& other) {
        for (const Bucket& bucket : other.buckets_) add(bucket.index, bucket.count);
    }
    [[nodiscard]] const std::vector<Bucket>& all() const { return buckets_; }
    void load(ByteReader& reader) { buckets_ = reader.get_array<Bucket>(); }

private:
    std::vector<Bucket> buckets_;
    std::size_t last_ = 0;  // Values come in runs of like size.
};

struct ApproxQuantile {
    double fraction = 0.5;

    struct Box {
        Buckets positive;
        Buckets negative;  // By magnitude.
        std::uint64_t zeros = 0;
        std::uint64_t count = 0;
        double least = 0;
        double greatest = 0;

        void offer(double value) {
            if (std::isnan(value)) return;
            if (count == 0 || value < least) least = value;
            if (count == 0 || value > greatest) greatest = value;
            ++count;
            if (std::fabs(value) < kLeast) ++zeros;
            else if (std::isinf(value)) (value > 0 ? positive : negative).add(INT32_MAX, 1);
            else (value > 0 ? positive : negative).add(bucket_of(std::fabs(value)), 1);
        }
        void merge(const Box& other) {
            if (other.count == 0) return;
            least = count == 0 ? other.least : std::min(least, other.least);
            greatest = count == 0 ? other.greatest : std::max(greatest, other.greatest);
            positive.merge(other.positive);
            negative.merge(other.negative);
            zeros += other.zeros;
            count += other.count;
        }
        // The first value at or below which there is this fraction of all: percentile_disc.
        [[nodiscard]] double quantile(double fraction) const {
            const double rank = std::ceil(fraction * static_cast<double>(count)) - 1;
            auto left = static_cast<std::uint64_t>(std::clamp(rank, 0.0, static_cast<double>(count - 1)));
            const auto clamp = [&](double value) { return std::clamp(value, least, greatest); };
            for (auto at = negative.all().rbegin(); at != negative.all().rend(); ++at) {
                if (left < at->count) return clamp(-value_of(at->index));
                left -= at->count;
            }
            if (left < zeros) return clamp(0);
            left -= zeros;
            for (const Bucket& bucket : positive.all()) {
                if (left < bucket.count) return clamp(value_of(bucket.index));
                left -= bucket.count;
            }
            return greatest;
        }
        [[nodiscard]] std::size_t bytes() const {
            return (positive.all().capacity() + negative.all().capacity()) * sizeof(Bucket);
        }
        void save(ByteWriter& writer) const {
            writer.put_array(std::span<const Bucket>(positive.all()));
            writer.put_array(std::span<const Bucket>(negative.all()));
            writer.put(zeros);
            writer.put(count);
            writer.put(least);
            writer.put(greatest);
        }
        void load(ByteReader& reader) {
            positive.load(reader);
            negative.load(reader);
            zeros = reader.get<std::uint64_t>();
            count = reader.get<std::uint64_t>();
            least = reader.get<double>();
            greatest = reader.get<double>();
        }
    };

    static void add(Box& box, const sql::Column& column, std::uint32_t row) { box.offer(column.doubles[row]); }
    void results(const std::vector<std::unique_ptr<Box>>& boxes, std::span<const std::uint32_t> cells,
                 OwnedColumn& out) const {
        out.reset(sql::Type::double_precision, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const Box* box = boxes[cells[i]].get();
            if (box == nullptr || box->count == 0) out.set_null(i, cells.size());
            else out.doubles[i] = box->quantile(fraction);
        }
    }
};

}  // namespace

AggregateKind approx_quantile_kind() {
    return {
        .name = "approx_quantile",
        .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
            if (use.arguments.size() != 2 || !sql::is_number(as_number(use.arguments[0])) ||
                !sql::is_number(use.arguments[1]))
                return std::nullopt;
            return sql::AggregateSignature{.arguments = {sql::Type::double_precision},
                                           .constants = {{.name = "fraction", .greatest = 1}},
                                           .result = sql::Type::double_precision};
        },
        .make =
            [](const sql::AggregateCall& call) {
                return std::make_unique<BoxedStates<ApproxQuantile>>(
                    ApproxQuantile{std::get<double>(call.constants[0])});
            },
        .takes = "approx_quantile takes a number and a fraction from 0 to 1: approx_quantile(data.latency_ms, 0.99)"};
}

}  // namespace sf::engine
