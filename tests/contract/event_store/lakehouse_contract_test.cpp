#include "contract/event_store/event_store_contract.hpp"

#include "database/lakehouse/lakehouse.hpp"

namespace sf::database::testing {

INSTANTIATE_TEST_SUITE_P(Adapters, EventStoreContract,
                         ::testing::Values(EventStoreUnderTest{
                             "lakehouse",
                             [](const std::string& place) -> std::unique_ptr<EventStore> {
                                 LakehouseOptions options;
                                 options.dir = place;
                                 return std::make_unique<Lakehouse>(std::move(options));
                             }}),
                         [](const auto& adapter) { return adapter.param.name; });

}  // namespace sf::database::testing
