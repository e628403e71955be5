// A reader's check that nothing is missing: offsets are gapless, but where a repair gave records up; sequences are
// gapless per producer, epoch and partition.
#pragma once

#include "messaging/log.hpp"

namespace sf::messaging {

/// One partition's. One thread.
class SequenceCheck {
public:
    enum class Verdict {
        next,  // What was expected.
        seen,  // Older than what was read before: drop it.
        gap,   // Something is missing before it: raise an alarm, and go on.
    };

    /// `from`: the offset that is read from.
    explicit SequenceCheck(Offset from) : next_(from) {}

    [[nodiscard]] Verdict look(const StoredRecord& record) {
        if (record.offset < next_) return Verdict::seen;
        const bool offset_fits = record.offset == next_;
        const Verdict verdict = look(record.stamp);
        if (verdict == Verdict::seen) return verdict;
        next_ = record.offset + 1;
        return offset_fits ? verdict : Verdict::gap;
    }

    /// The offset that is expected next.
    [[nodiscard]] Offset next() const { return next_; }

private:
    [[nodiscard]] Verdict look(const ProducerStamp& stamp) {
        if (!started_ || stamp.producer_id != last_.producer_id || stamp.epoch > last_.epoch) {
            const bool whole = !started_ || stamp.sequence == 0;
            started_ = true;
            last_ = stamp;
            return whole ? Verdict::next : Verdict::gap;
        }
        if (stamp.epoch < last_.epoch || stamp.sequence <= last_.sequence) return Verdict::seen;
        const bool whole = stamp.sequence == last_.sequence + 1;
        last_ = stamp;
        return whole ? Verdict::next : Verdict::gap;
    }

    Offset next_;
    bool started_ = false;
    ProducerStamp last_;
};

}  // namespace sf::messaging
