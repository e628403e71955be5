// What every point store promises, as tests. An adapter instantiates the suite with a way to open its store.
#pragma once

#include "database/event_store.hpp"
#include "database/point_store.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

namespace sf::database::testing {

/// A point store with the event store that starts, stops, flushes and queries it.
struct StoresUnderTest {
    std::unique_ptr<EventStore> events;
    PointStore* points = nullptr;  // Lives as long as `events`.
};

struct PointStoreUnderTest {
    std::string name;
    /// Opens stores over what is at `place`, not started. The same place again: the same stores after a restart.
    std::function<StoresUnderTest(const std::string& place)> open;
};

class PointStoreContract : public ::testing::TestWithParam<PointStoreUnderTest> {};

}  // namespace sf::database::testing
