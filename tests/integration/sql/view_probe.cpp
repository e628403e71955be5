// Runs views over events, for tests that compare with PostgreSQL. A line of input is
//     {"partitions": 2, "shards": 3, "cut": 5, "sql": ["CREATE MATERIALIZED VIEW v AS ...", ...],
//      "batches": [{"partition": 0, "now": "2026-01-01T00:00:00Z", "events": [{...}, ...]}, ...]}
// with functions and tables (probe_catalogs.hpp). A batch is one record of its partition's log, received at `now`; what
// ingestion would not take of it is left out (probe_input.hpp). All views run in one
// engine. After `cut` batches the engine is saved and another one goes on from there; after the last one a flush closes
// all windows. A line of output has the rows that a reader then has, and what came too late:
//     {"views": [{"key_types": ["text"], "types": {"n": "bigint"},
//                 "rows": [{"keys": {"source": "shop"}, "window_start": null, "window_end": null, "values": {"n": 1}}],
//                 "late": [{"event_id": "...", "closed_until": "..."}], "events_failed": 0},
//                {"error": "...", "detail": "..."}]}
#include "base/json_text.hpp"
#include "probe_catalogs.hpp"
#include "probe_input.hpp"
#include "sql/planner.hpp"
#include "unit/engine/engine_run.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace {

using namespace sf;
using engine::testing::EngineRun;
using Members = std::map<std::string, std::string>;

const std::string& member(const Members& members, const std::string& name) {
    const auto found = members.find(name);
    if (found == members.end()) probe::give_up("there is no " + name);
    return found->second;
}

struct Asked {
    std::string refused;  // A refused one's answer.
    engine::ViewPtr view;
};

Asked plan(const std::string& sql, engine::ViewNumber number, const probe::Catalogs& catalogs) {
    auto plan = sql::plan_view(sql, engine::aggregate_catalog(), catalogs.tables, catalogs.functions);
    if (!plan) {
        return {
            "{\"error\":" + json_string(plan.error().message) + ",\"detail\":" + json_string(plan.error().detail) + '}',
            nullptr};
    }
    const std::string identity = plan->name;
    return {"", std::make_shared<const engine::View>(number, identity, std::move(*plan),
                                                     std::map<engine::Partition, engine::Offset>{})};
}

struct Answers {
    std::map<std::string, models::MetricPoint> rows;  // By identity, as EngineRun::latest().
    std::vector<models::LateEvent> late;

    void add(EngineRun& engine) {
        for (auto& [identity, point] : engine.latest()) rows[identity] = point;  // The later epoch replaces.
        late.insert(late.end(), engine.late().begin(), engine.late().end());
    }
};

std::string time_json(const std::optional<Timestamp>& time) {
    return time ? json_string(format_rfc3339(*time)) : "null";
}

std::string types_json(const sql::ViewPlan& plan) {
    std::string out = "\"key_types\":[";
    for (const sql::KeyColumn& key : plan.keys) {
        if (&key != &plan.keys.front()) out += ',';
        out += json_string(sql::to_string(type_of(*key.expression)));
    }
    out += "],\"types\":{";
    for (const sql::OutputColumn& output : plan.outputs) {
        if (&output != &plan.outputs.front()) out += ',';
        out += json_string(output.name) + ':' + json_string(sql::to_string(output.type));
    }
    return out + '}';
}

std::string answer(const engine::View& view, const Answers& answers, const engine::ViewCounters& counters) {
    std::string rows, late;
    for (const auto& [identity, point] : answers.rows) {
        if (point.view != view.plan.name || point.deleted) continue;
        if (!point.final) probe::give_up("a row is not final after a flush: " + identity);
        rows += (rows.empty() ? "" : ",") + ("{\"keys\":" + point.keys) +
                ",\"window_start\":" + time_json(point.window_start) +
                ",\"window_end\":" + time_json(point.window_end) + ",\"values\":" + point.values + '}';
    }
    for (const models::LateEvent& event : answers.late) {
        if (event.view != view.plan.name) continue;
        late += (late.empty() ? "" : ",") + ("{\"event_id\":" + json_string(to_string(event.event_id))) +
                ",\"closed_until\":" + json_string(format_rfc3339(event.closed_until)) + '}';
    }
    return '{' + types_json(view.plan) + ",\"rows\":[" + rows + "],\"late\":[" + late +
           "],\"events_failed\":" + std::to_string(counters.events_failed) + '}';
}

std::string run(const Members& request) {
    const probe::Catalogs catalogs = probe::catalogs_of(request);
    std::vector<Asked> asked;
    std::vector<engine::ViewPtr> views;
    for (const std::string& sql : probe::elements_of(member(request, "sql"))) {
        asked.push_back(plan(probe::text_of(sql), static_cast<engine::ViewNumber>(asked.size() + 1), catalogs));
        if (asked.back().view) views.push_back(asked.back().view);
    }
    const auto number = [&](const std::string& name) { return std::stoul(member(request, name)); };
    EngineRun::Options options{.partitions = static_cast<engine::Partition>(number("partitions")),
                               .shards = number("shards")};
    auto engine = std::make_unique<EngineRun>(views, options);
    Answers answers;
    const std::vector<probe::Batch> batches = probe::batches_of(member(request, "batches"));
    for (std::size_t i = 0; i <= batches.size(); ++i) {
        if (i == number("cut")) {
            const auto saved = engine->save();
            answers.add(*engine);
            ++options.epoch;
            engine = std::make_unique<EngineRun>(views, options, saved);
        }
        if (i == batches.size()) break;
        engine->batch(batches[i].events, batches[i].partition);
        engine->clock(static_cast<double>(i));
    }
    engine->flush();
    answers.add(*engine);
    std::string out = "{\"views\":[";
    for (const Asked& each : asked) {
        if (&each != &asked.front()) out += ',';
        out += each.view ? answer(*each.view, answers, engine->counters(each.view->number)) : each.refused;
    }
    return out + "]}\n";
}

}  // namespace

int main() {
    GTEST_FLAG_SET(break_on_failure, true);  // What EngineRun expects ends the probe where it does not hold.
    for (std::string line; std::getline(std::cin, line);) std::cout << run(probe::members_of(line)) << std::flush;
    return 0;
}
