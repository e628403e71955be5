// The views that exist, kept as documents: what was written, from where in the log each sees events, and how its
// version is told from others.
#pragma once

#include "database/document_store.hpp"
#include "engine/view.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sf::analytics {

/// A view as it is kept.
struct ViewRecord {
    std::string name;
    std::string sql;       // As it was written.
    std::string identity;  // Of its state in checkpoints: new with every definition and every backfill.
    std::map<engine::Partition, engine::Offset> starts;
    std::int64_t closed_until =
        engine::kTimeMin;  // Microseconds: windows that end here or before were closed by a backfill.
    std::int64_t whole_after =
        engine::kTimeMin;  // Microseconds: windows that begin later have all their events since it was made.
    Timestamp created_at;
    bool built_in = false;
    std::string rule = {};  // The processing rule that it was made of, as JSON; empty where SQL was given.
    bool enabled = true;    // False: kept, but does not run. Of a rule.
    std::vector<std::string> functions = {};  // The statements of those that it was made with.
};

/// The name of the version that runs beside a view. No statement can make a view of such a name.
[[nodiscard]] inline std::string shadow_name(std::string_view view) { return std::string(view) + "@next"; }
[[nodiscard]] inline bool is_shadow(std::string_view name) { return name.ends_with("@next"); }

/// Any thread; calls block.
class ViewStore {
public:
    explicit ViewStore(database::DocumentStore& documents) : documents_(documents) {}

    [[nodiscard]] Result<std::vector<ViewRecord>> load();
    [[nodiscard]] Result<std::optional<ViewRecord>> find(std::string_view name);
    [[nodiscard]] Result<> put(const ViewRecord& record);
    [[nodiscard]] Result<> remove(std::string_view name);

    // Small facts about the engine that must outlive it: the number of shards and their last epochs, which built-in
    // views were offered.
    [[nodiscard]] Result<std::optional<std::string>> fact(std::string_view name);
    [[nodiscard]] Result<std::optional<std::uint64_t>> number_fact(std::string_view name);
    /// Whether the state of a view was lost, and must come from stored events before it runs.
    [[nodiscard]] Result<bool> is_lost(std::string_view view);
    [[nodiscard]] Result<> set_lost(std::string_view view, bool lost);
    [[nodiscard]] Result<> set_fact(std::string_view name, std::string json);

private:
    database::DocumentStore& documents_;
};

}  // namespace sf::analytics
