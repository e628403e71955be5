#include "engine/pane_grid.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sf::engine {
namespace {

sql::Window hop(std::int64_t slide, std::int64_t size, std::int64_t offset = 0) {
    return {
        .kind = sql::Window::Kind::hop, .size = Duration{size}, .slide = Duration{slide}, .offset = Duration{offset}};
}

TEST(PaneGrid, floors_negative_times) {
    const PaneGrid grid({.kind = sql::Window::Kind::tumble, .size = Duration{10}});
    EXPECT_EQ(grid.pane_of(-1), -1);
    EXPECT_EQ(grid.pane_of(-10), -1);
    EXPECT_EQ(grid.pane_of(-11), -2);
    EXPECT_EQ(grid.window_begin(-1), -10);
    EXPECT_EQ(grid.window_end(-1), 0);
}

TEST(PaneGrid, a_slide_that_does_not_divide_the_size_makes_pairs_of_panes) {
    const PaneGrid grid(hop(10, 25));
    EXPECT_EQ(grid.pane_begin(0), 0);
    EXPECT_EQ(grid.pane_begin(1), 5);
    EXPECT_EQ(grid.pane_begin(2), 10);
    EXPECT_EQ(grid.panes_of(0).end - grid.panes_of(0).begin, 5);  // 0-5, 5-10, 10-15, 15-20, 20-25.
}

// By definition: a time is in window k if offset + k * slide <= time < offset + k * slide + size.
TEST(PaneGrid, agrees_with_the_definition_of_windows) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 2000; ++round) {
        const std::int64_t slide = 1 + static_cast<std::int64_t>(random() % 20);
        const std::int64_t size = slide + static_cast<std::int64_t>(random() % 60);
        const PaneGrid grid(hop(slide, size, static_cast<std::int64_t>(random() % slide)));
        const std::int64_t time = static_cast<std::int64_t>(random() % 400) - 200;
        const Pane pane = grid.pane_of(time);
        ASSERT_LE(grid.pane_begin(pane), time);
        ASSERT_GT(grid.pane_end(pane), time);
        ASSERT_EQ(grid.pane_end(pane), grid.pane_begin(pane + 1));
        for (WindowIndex window = -400; window <= 400; ++window) {
            const bool inside = grid.window_begin(window) <= time && time < grid.window_end(window);
            const PaneRange panes = grid.panes_of(window);
            ASSERT_EQ(panes.begin <= pane && pane < panes.end, inside)
                << "slide " << slide << " size " << size << " time " << time << " window " << window;
            ASSERT_EQ(grid.first_window_of(pane) <= window && window <= grid.last_window_of(pane), inside);
            ASSERT_EQ(window >= grid.first_window_ending_after(time), grid.window_end(window) > time);
        }
    }
}

TEST(PaneGrid, a_running_total_is_one_window_over_all_time) {
    const PaneGrid grid(sql::Window{});
    EXPECT_TRUE(grid.is_total());
    EXPECT_EQ(grid.pane_of(-5), 0);
    EXPECT_EQ(grid.pane_of(5'000'000'000'000), 0);
    EXPECT_EQ(grid.first_window_of(0), 0);
    EXPECT_EQ(grid.last_window_of(0), 0);
}

}  // namespace
}  // namespace sf::engine
