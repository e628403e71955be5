// How time is cut into panes, and which panes make a window. Panes are as large as possible so that no window edge
// falls inside one ("paired windows", S. Krishnamurthy, C. Wu, M. Franklin, SIGMOD 2006): edges at k * slide and, where
// the slide does not divide the size, at k * slide + (size mod slide). So the work per event does not depend on how
// many windows it is in. All times are microseconds since 1970; floor for negative ones.
#pragma once

#include "sql/view_plan.hpp"

#include <cstdint>

namespace sf::engine {

using Pane = std::int64_t;         // Consecutive numbers; 0 begins at the offset.
using WindowIndex = std::int64_t;  // Window k is [offset + k * slide, offset + k * slide + size).

inline constexpr std::int64_t kTimeMin = INT64_MIN / 4;  // "Before everything", with room for arithmetic.
inline constexpr std::int64_t kTimeMax = INT64_MAX / 4;  // "After everything".

[[nodiscard]] constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return quotient - ((a % b != 0) && ((a < 0) != (b < 0)) ? 1 : 0);
}

struct PaneRange {
    Pane begin = 0;
    Pane end = 0;  // One past the last.
};

/// A running total has one pane, 0, and one window, 0, over all time.
class PaneGrid {
public:
    explicit PaneGrid(const sql::Window& window)
        : total_(window.kind == sql::Window::Kind::none),
          size_(total_ ? 0 : window.size.count()),
          slide_(total_ ? 1 : (window.kind == sql::Window::Kind::hop ? window.slide.count() : window.size.count())),
          offset_(total_ ? 0 : window.offset.count()),
          cut_(total_ ? 0 : size_ % slide_) {}

    [[nodiscard]] bool is_total() const { return total_; }
    [[nodiscard]] bool single_pane() const { return total_ || size_ == slide_; }  // Every window is one pane.

    [[nodiscard]] Pane pane_of(std::int64_t time) const {
        if (total_) return 0;
        const std::int64_t k = floor_div(time - offset_, slide_);
        if (cut_ == 0) return k;
        return 2 * k + (time - offset_ - k * slide_ >= cut_ ? 1 : 0);
    }
    [[nodiscard]] std::int64_t pane_begin(Pane pane) const {
        if (total_) return kTimeMin;
        if (cut_ == 0) return offset_ + pane * slide_;
        const std::int64_t k = floor_div(pane, 2);
        return offset_ + k * slide_ + (pane - 2 * k) * cut_;
    }
    [[nodiscard]] std::int64_t pane_end(Pane pane) const { return total_ ? kTimeMax : pane_begin(pane + 1); }

    [[nodiscard]] std::int64_t window_begin(WindowIndex window) const {
        return total_ ? kTimeMin : offset_ + window * slide_;
    }
    [[nodiscard]] std::int64_t window_end(WindowIndex window) const {
        return total_ ? kTimeMax : window_begin(window) + size_;
    }

    [[nodiscard]] PaneRange panes_of(WindowIndex window) const {
        if (total_) return {0, 1};
        const std::int64_t whole = size_ / slide_;
        if (cut_ == 0) return {window, window + whole};
        return {2 * window, 2 * (window + whole) + 1};
    }

    /// Whether times can be told of it: a checkpoint that is damaged may name any.
    [[nodiscard]] bool is_possible(Pane pane) const {
        if (total_) return pane == 0;
        const Pane greatest = (cut_ == 0 ? 1 : 2) * (kTimeMax / slide_);
        return pane >= -greatest && pane <= greatest;
    }
    [[nodiscard]] bool is_possible_window(WindowIndex window) const {
        return total_ ? window == 0 : window >= -kTimeMax / slide_ && window <= kTimeMax / slide_;
    }

    // The windows that a pane is part of.
    [[nodiscard]] WindowIndex first_window_of(Pane pane) const {
        // The first window that ends after the pane's begin.
        return total_ ? 0 : first_window_ending_after(pane_begin(pane));
    }
    [[nodiscard]] WindowIndex last_window_of(Pane pane) const {
        if (total_) return 0;
        return cut_ == 0 ? pane : floor_div(pane, 2);
    }

    /// The first window whose end is greater than `time`.
    [[nodiscard]] WindowIndex first_window_ending_after(std::int64_t time) const {
        return total_ ? 0 : floor_div(time - offset_ - size_, slide_) + 1;
    }

    /// Two grids with the same edges share their panes.
    [[nodiscard]] std::int64_t slide() const { return slide_; }
    [[nodiscard]] std::int64_t cut() const { return cut_; }
    [[nodiscard]] std::int64_t offset() const { return offset_; }
    [[nodiscard]] std::int64_t size() const { return size_; }

private:
    bool total_;
    std::int64_t size_;
    std::int64_t slide_;
    std::int64_t offset_;
    std::int64_t cut_;  // 0: the slide divides the size, and panes are as long as the slide.
};

}  // namespace sf::engine
