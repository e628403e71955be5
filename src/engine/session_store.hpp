// Stage 2: a partial becomes part of a session. The sessions of one view in one shard: those that a partial lies within
// the gap of are made one, whichever partition it is from and however late it is.
#pragma once

#include "engine/session_table.hpp"
#include "engine/shard_keys.hpp"

#include <map>
#include <optional>
#include <span>
#include <vector>

namespace sf::engine {

/// One thread. The table is copied before it changes if a checkpoint still reads it.
class SessionStore {
public:
    SessionStore(ViewPtr view, std::size_t shard, std::size_t shards, KeySpacePtr space);

    /// Takes the cells whose keys belong to this shard.
    Merged merge(const Partials& partials);

    /// The sessions that the last merge() changed. May hold one more than once, and some that are gone.
    [[nodiscard]] std::span<const SessionNumber> changed() const { return to_; }

    [[nodiscard]] const SessionTable& table() const { return *table_; }
    [[nodiscard]] SessionTable& writable();
    void move_keys_to(KeySpacePtr space) { keys_.move_to(std::move(space)); }
    [[nodiscard]] const ShardKeys& keys() const { return keys_; }

    void refuse_new_groups(bool refuse) { keys_.refuse_new(refuse); }

    /// The sessions of a group, in the order of time.
    [[nodiscard]] std::span<const SessionNumber> of(KeyId key) const { return index_.of(key); }

    /// The starts that readers have rows of and that are none any more, because the session began earlier or was taken
    /// into this one. Once.
    [[nodiscard]] std::vector<std::int64_t> take_former_starts(SessionNumber session);

    /// Forgets sessions that no event can reach any more.
    void forget(std::span<const SessionNumber> ended);

    /// Drops the cells of sessions that are gone if they are most, and gives the new number of each old one.
    [[nodiscard]] std::optional<std::vector<SessionNumber>> compact();

    [[nodiscard]] std::size_t bytes() const;

    /// A copy for save() on another thread: shares the table.
    struct Frozen {
        ShardKeys::Frozen keys;
        std::shared_ptr<const SessionTable> table;
        std::map<SessionNumber, std::vector<std::int64_t>> former_starts;
    };
    [[nodiscard]] Frozen freeze() const { return {keys_.freeze(), table_, former_starts_}; }
    static void save(const Frozen& frozen, ByteWriter& writer);
    void load(ByteReader& reader);

private:
    [[nodiscard]] SessionNumber take(KeyId key, const SessionSpan& span, SessionTable& table);
    void take_over(Session& gone, SessionNumber number, SessionNumber into);
    [[nodiscard]] SessionNumber survivor(SessionNumber session) const;
    void forget_keys();

    const ViewPtr view_;
    const std::int64_t gap_;
    ShardKeys keys_;
    std::shared_ptr<SessionTable> table_;  // Shared with a checkpoint that is being written.
    SessionIndex index_;
    std::map<SessionNumber, std::vector<std::int64_t>> former_starts_;
    std::size_t gone_ = 0;                               // Sessions that are gone and still have a cell.
    std::map<SessionNumber, SessionNumber> taken_into_;  // In this merge().
    std::span<const std::uint32_t> from_;
    std::vector<SessionNumber> to_;
};

}  // namespace sf::engine
