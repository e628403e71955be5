// What every event store promises, as tests. An adapter instantiates the suite with a way to open its store.
#pragma once

#include "database/event_store.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

namespace sf::database::testing {

struct EventStoreUnderTest {
    std::string name;
    /// Opens a store over what is at `place`, not started. The same place again: the same store after a restart.
    std::function<std::unique_ptr<EventStore>(const std::string& place)> open;
};

class EventStoreContract : public ::testing::TestWithParam<EventStoreUnderTest> {};

}  // namespace sf::database::testing
