#include "engine_side.hpp"

#include "engine/partial_fold.hpp"
#include "engine/shard.hpp"
#include "sql/planner.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace sf::bench {

engine::ViewPtr view_of(const std::string& sql, engine::ViewNumber number, const sql::TableCatalog& tables) {
    auto plan = sql::plan_view(sql, engine::aggregate_catalog(), tables);
    if (!plan) {
        std::fprintf(stderr, "%s\n", plan.error().text().c_str());
        std::exit(1);
    }
    return std::make_shared<const engine::View>(number, sql, std::move(*plan),
                                                std::map<engine::Partition, engine::Offset>{});
}

namespace {

EngineAnswer run_once(std::span<const models::EventBatchPtr> batches, std::span<const std::string> statements,
                      const sql::TableCatalog& tables) {
    engine::PartialFold fold(0, {});
    engine::Shard shard({.epoch = 1});
    engine::ViewNumber number = 0;
    for (const std::string& sql : statements) {
        const engine::ViewPtr view = view_of(sql, ++number, tables);
        fold.add(view);
        shard.add(view);
    }
    EngineAnswer answer;
    engine::Offset offset = 0;
    const auto take = [&] {
        for (const models::MetricPoint& point : shard.take().points)
            answer.rows += point.final && !point.deleted ? 1 : 0;
    };
    const std::clock_t begin = std::clock();
    for (const models::EventBatchPtr& batch : batches) {
        shard.merge(*fold.fold(offset++, *batch));
        take();
    }
    shard.merge(*fold.flush(offset));
    take();
    answer.seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    return answer;
}

}  // namespace

EngineAnswer run_views(std::span<const models::EventBatchPtr> batches, std::span<const std::string> statements,
                       std::size_t repeats, const sql::TableCatalog& tables) {
    std::vector<EngineAnswer> answers;
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) answers.push_back(run_once(batches, statements, tables));
    std::ranges::sort(answers, {}, &EngineAnswer::seconds);
    return answers[repeats / 2];
}

}  // namespace sf::bench
