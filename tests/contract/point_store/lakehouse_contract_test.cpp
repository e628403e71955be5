#include "contract/point_store/point_store_contract.hpp"

#include "database/lakehouse/lakehouse.hpp"

namespace sf::database::testing {

INSTANTIATE_TEST_SUITE_P(Adapters, PointStoreContract,
                         ::testing::Values(PointStoreUnderTest{"lakehouse",
                                                               [](const std::string& place) {
                                                                   LakehouseOptions options;
                                                                   options.dir = place;
                                                                   auto store =
                                                                       std::make_unique<Lakehouse>(std::move(options));
                                                                   PointStore* points = &store->points();
                                                                   return StoresUnderTest{std::move(store), points};
                                                               }}),
                         [](const auto& adapter) { return adapter.param.name; });

}  // namespace sf::database::testing
