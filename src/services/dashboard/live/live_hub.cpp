#include "services/dashboard/live/live_hub.hpp"

#include "base/json_text.hpp"
#include "base/logging.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace sf::dashboard {
namespace {

constexpr std::chrono::milliseconds kPoll{25};  // How late a change of a view is seen, at most.
constexpr std::size_t kSnapshotsAtOnce = 4;     // Of one connection,
constexpr std::size_t kSnapshotsMax = 16;       // and of all.
constexpr std::size_t kReadBytes = 8u << 20;
constexpr std::size_t kPointsReadBytes = 1u << 20;
constexpr std::chrono::milliseconds kPointsBudget{50};  // Of each look at the points,
constexpr std::chrono::milliseconds kEventsBudget{50};  // and of each at the events.
constexpr messaging::Offset kEventsBehindMax = 2000;    // Records of a partition; the tail skips those above.

std::string error_frame(const std::optional<std::string>& id, const Error& error) {
    std::string detail = error.message;
    if (!error.detail.empty()) detail += ": " + error.detail;
    if (!error.hint.empty()) detail += " (" + error.hint + ')';
    return R"({"type":"error")" + (id ? R"(,"id":)" + json_string(*id) : "") + R"(,"detail":)" + json_string(detail) +
           '}';
}

std::string error_frame(const std::optional<std::string>& id, std::string_view detail) {
    return error_frame(id, Error{ErrorCode::invalid_input, std::string(detail)});
}

}  // namespace

struct LiveHub::Connection {
    explicit Connection(http::WebSocketPtr s) : socket(std::move(s)) {}

    struct Numbered {
        std::uint64_t number;
        ViewFeed feed;
        Deadline ask_from{};  // No snapshot before.
    };

    [[nodiscard]] std::size_t subscriptions() const { return views.size() + tails.size() + overviews.size(); }
    [[nodiscard]] bool has(const std::string& id) const {
        return views.contains(id) || tails.contains(id) || std::ranges::find(overviews, id) != overviews.end();
    }

    const http::WebSocketPtr socket;
    std::atomic<std::size_t> waiting = 0;  // Messages that the hub has not looked at.

    // The hub's thread alone. By id.
    std::map<std::string, Numbered> views;
    std::map<std::string, TailFeed> tails;
    std::string next_tail;  // From here on, round the ids, tails have waited longest.
    std::vector<std::string> overviews;
    std::size_t reading = 0;  // Snapshots on their way.
};

LiveHub::LiveHub(LiveHubOptions options, messaging::Log& log, ViewCatalog& catalog, PointReader& points,
                 Overview& overview, const Clock& clock)
    : options_(std::move(options)), log_(log), catalog_(catalog), points_(points), overview_(overview), clock_(clock) {}

LiveHub::~LiveHub() { stop(); }

void LiveHub::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void LiveHub::stop() { thread_ = {}; }

LiveHubStatistics LiveHub::statistics() const {
    return {.connections = connections_now_,
            .subscriptions = subscriptions_now_,
            .frames = frames_,
            .backlog_bytes = backlog_now_};
}

void LiveHub::open(http::WebSocketPtr socket) {
    const auto connection = std::make_shared<Connection>(socket);
    socket->on_message([this, connection](std::string_view text) {
        if (++connection->waiting > options_.messages_waiting_max)
            return connection->socket->close(http::CloseCode::policy, "too many messages at once");
        tell(Said{connection, parse_live_message(text)});
    });
    tell(Opened{connection});
}

void LiveHub::tell(Word word) {
    std::lock_guard lock(mutex_);
    words_.push_back(std::move(word));
    told_.notify_one();
}

std::vector<LiveHub::Word> LiveHub::wait_for_words(const std::stop_token& stop) {
    const bool busy = view_feeds_ > 0 || tail_feeds_ > 0;
    const auto idle = std::max(Deadline::duration{0}, next_second_ - clock_.steady());
    std::unique_lock lock(mutex_);
    const auto patience = behind_ ? Deadline::duration{0} : busy ? kPoll : idle;
    told_.wait_for(lock, stop, patience, [this] { return !words_.empty(); });
    return std::exchange(words_, {});
}

void LiveHub::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        for (Word& word : wait_for_words(stop)) {
            std::visit([this](auto& heard) { hear(std::move(heard)); }, word);
        }
        drop_closed();
        const Deadline now = clock_.steady();
        if (now >= next_second_) {
            next_second_ = now + std::chrono::seconds{1};
            each_second();
        }
        read_points(stop);
        ask_snapshots(now);
        if (now >= next_tail_) {
            next_tail_ = now + TailFeed::kFrameInterval;
            read_events();
        }
        flush(now);
    }
}

void LiveHub::hear(Opened word) {
    connections_.push_back(std::move(word.connection));
    connections_now_ = connections_.size();
}

void LiveHub::hear(Said word) {
    Connection& connection = *word.connection;
    --connection.waiting;
    if (connection.socket->closed()) return;  // Dropped already, or about to be: nothing may be added to it.
    if (auto* wrong = std::get_if<LiveMessageError>(&word.message))
        return send(connection, error_frame(wrong->id, wrong->detail));
    auto& message = std::get<LiveMessage>(word.message);
    if (message.subscribe) subscribe(connection, std::move(message));
    else remove(connection, message.id);
}

void LiveHub::subscribe(Connection& connection, LiveMessage message) {
    const std::string id = message.id;
    if (connection.has(id)) return send(connection, error_frame(id, "there is a subscription of this id already"));
    if (connection.subscriptions() >= options_.subscriptions_max) {
        return send(connection, error_frame(id, "a connection has at most " +
                                                    std::to_string(options_.subscriptions_max) + " subscriptions"));
    }
    if (auto* tail = std::get_if<TailEvents>(&*message.subscribe)) {
        if (connection.tails.size() >= options_.tails_max)
            return send(connection,
                        error_frame(id, "a connection has at most " + std::to_string(options_.tails_max) + " tails"));
        tails_.try_emplace(tail->filter, tail->filter);
        connection.tails.try_emplace(id, id, std::move(*tail));
        ++tail_feeds_;
    } else if (auto* watch = std::get_if<WatchView>(&*message.subscribe)) {
        auto view = find_view(catalog_, watch->view);
        if (!view) return send(connection, error_frame(id, view.error()));
        connection.views.try_emplace(
            id, Connection::Numbered{next_number_++, ViewFeed(id, std::move(*watch), std::move(*view)), {}});
        ++view_feeds_;
    } else {
        connection.overviews.push_back(id);
        send(connection, R"({"type":"overview","id":)" + json_string(id) + R"(,"overview":)" + overview_.json() + '}');
    }
    ++subscriptions_now_;
}

void LiveHub::remove(Connection& connection, const std::string& id) {
    const std::size_t views = connection.views.erase(id);
    const std::size_t tails = connection.tails.erase(id);
    view_feeds_ -= views;
    tail_feeds_ -= tails;
    subscriptions_now_ -= views + tails + std::erase(connection.overviews, id);
}

void LiveHub::send(Connection& connection, std::string frame) {
    ++frames_;
    if (connection.socket->send(std::move(frame)) == http::WebSocket::Sent::full)
        connection.socket->close(http::CloseCode::try_again_later, "too slow");
}

void LiveHub::drop_closed() {
    std::erase_if(connections_, [this](const ConnectionPtr& connection) {
        if (!connection->socket->closed()) return false;
        view_feeds_ -= connection->views.size();
        tail_feeds_ -= connection->tails.size();
        subscriptions_now_ -= connection->subscriptions();
        connection->views.clear();
        connection->tails.clear();
        connection->overviews.clear();
        return true;
    });
    connections_now_ = connections_.size();
}

// From the end on, as soon as somebody watches: what is older comes with the snapshots, which are read afterwards.
void LiveHub::restart_points() {
    points_from_.clear();
    for (messaging::Partition p = 0; p < options_.points_partitions; ++p) {
        const auto range = log_.range(options_.points_topic, p);
        points_from_.push_back(range ? range->end : 0);
    }
}

void LiveHub::begin_anew(std::string_view why) {
    logging::warn("the live page has lost its place in the log", {{"error", why}});
    for (const ConnectionPtr& connection : connections_) {
        for (auto& [id, view] : connection->views) {
            view.number = next_number_++;  // A snapshot on its way is of no use any more.
            view.feed.start_over();
        }
    }
    restart_points();
}

void LiveHub::read_points(const std::stop_token& stop) {
    behind_ = false;
    if (view_feeds_ == 0) return points_from_.clear();
    if (points_from_.empty()) restart_points();
    const Deadline enough = clock_.steady() + kPointsBudget;
    for (messaging::Partition p = 0; p < options_.points_partitions; ++p) {
        const auto range = log_.range(options_.points_topic, p);
        if (range && range->end > points_from_[p] + options_.points_behind_max)
            return begin_anew("it is too far behind");
        while (!stop.stop_requested()) {
            const auto records = log_.read(options_.points_topic, p, points_from_[p], {.bytes_max = kPointsReadBytes});
            if (!records) return begin_anew(records.error().line());  // Trimmed away, most likely.
            if (records->empty()) break;
            points_from_[p] = records->back().offset + 1;
            for (const messaging::StoredRecord& record : *records) {
                if (record.record.points) offer(*record.record.points);
            }
            behind_ = clock_.steady() >= enough;
            if (behind_) break;  // On with it when everything else has had its turn.
        }
    }
}

void LiveHub::offer(const models::MetricBatch& batch) {
    std::unordered_map<std::string_view, std::vector<ViewFeed*>> watched;
    for (const ConnectionPtr& connection : connections_) {
        for (auto& [id, view] : connection->views) watched[view.feed.watch().view].push_back(&view.feed);
    }
    for (const models::MetricPoint& point : batch.points) {
        const auto feeds = watched.find(point.view);
        if (feeds == watched.end()) continue;
        const auto row = std::make_shared<const LiveRow>(point);
        for (ViewFeed* feed : feeds->second) feed->offer(row);
    }
}

void LiveHub::ask_snapshots(Deadline now) {
    backlog_bytes_ = 0;
    for (const ConnectionPtr& connection : connections_) {
        for (const auto& [id, view] : connection->views) backlog_bytes_ += view.feed.backlog_bytes();
    }
    backlog_now_ = backlog_bytes_;
    if (backlog_bytes_ > options_.backlog_bytes_max) return;
    for (const ConnectionPtr& connection : connections_) {
        if (connection->socket->buffered_bytes() > options_.client_bytes_max) continue;
        for (auto& [id, view] : connection->views) {
            if (!view.feed.wants_snapshot() || now < view.ask_from || connection->reading >= kSnapshotsAtOnce) continue;
            if (reading_ >= kSnapshotsMax) return;
            const WatchView& watch = view.feed.watch();
            const database::PointFilter filter{
                .from = watch.from, .to = watch.to, .keys = watch.keys, .limit = watch.limit};
            const bool taken = points_.read(watch.view, filter,
                                            [this, connection, id, number = view.number](PointReader::Rows points) {
                                                Read word{connection, id, number, std::vector<LiveRowPtr>()};
                                                if (!points) word.rows = fail(std::move(points.error()));
                                                else
                                                    for (const models::MetricPoint& point : *points)
                                                        word.rows->push_back(std::make_shared<const LiveRow>(point));
                                                tell(std::move(word));
                                            });
            if (!taken) return;
            view.feed.asked();
            ++connection->reading;
            ++reading_;
        }
    }
}

void LiveHub::hear(Read word) {
    Connection& connection = *word.connection;
    --connection.reading;
    --reading_;
    const auto found = connection.views.find(word.id);
    if (found == connection.views.end() || found->second.number != word.number) return;
    auto& [number, feed, ask_from] = found->second;
    if (word.rows) return feed.snapshot(std::move(*word.rows));
    const ErrorCode code = word.rows.error().code;
    if (code == ErrorCode::unavailable || code == ErrorCode::timed_out) {
        // The store lags behind, most likely, and that passes.
        feed.start_over();
        ask_from = clock_.steady() + options_.snapshot_retry;
        return;
    }
    send(connection, error_frame(word.id, word.rows.error()));
    remove(connection, word.id);
}

void LiveHub::read_events() {
    if (tail_feeds_ == 0) {
        tails_.clear();
        return events_from_.clear();
    }
    if (events_from_.empty()) {
        for (messaging::Partition p = 0; p < options_.events_partitions; ++p) {
            const auto range = log_.range(options_.events_topic, p);
            events_from_.push_back(range ? range->end : 0);
        }
    }
    const Deadline enough = clock_.steady() + kEventsBudget;
    for (messaging::Partition p = 0; p < options_.events_partitions; ++p) {
        while (look_at_events(p) && clock_.steady() < enough) {
        }
    }
    feed_tails();
}

// One piece of a partition; false at its end.
bool LiveHub::look_at_events(messaging::Partition partition) {
    messaging::Offset& from = events_from_[partition];
    const auto range = log_.range(options_.events_topic, partition);
    if (!range || range->end == from) return false;
    // So far behind that nobody could look at each, or trimmed away: on with the newest.
    if (range->end - from > kEventsBehindMax || from < range->begin) from = range->end - 1;
    const auto records = log_.read(options_.events_topic, partition, from, {.bytes_max = kReadBytes});
    if (!records) from = range->end;
    if (!records || records->empty()) return false;
    from = records->back().offset + 1;
    for (const messaging::StoredRecord& record : *records) {
        if (!record.record.batch) continue;
        for (auto& [filter, tail] : tails_) tail.look(record.record.batch);
    }
    return true;
}

void LiveHub::feed_tails() {
    std::map<EventFilter, EventTail::News> news;
    for (auto& [filter, tail] : tails_) news.emplace(filter, tail.take());
    std::set<EventFilter> used;
    for (const ConnectionPtr& connection : connections_) {
        for (auto& [id, tail] : connection->tails) {
            used.insert(tail.filter());
            tail.offer(news.at(tail.filter()));
        }
        send_tails(*connection);
    }
    std::erase_if(tails_, [&](const auto& tail) { return !used.contains(tail.first); });
}

void LiveHub::send_tails(Connection& connection) {
    auto tail = connection.tails.lower_bound(connection.next_tail);
    for (std::size_t i = 0; i < connection.tails.size(); ++i, ++tail) {
        if (tail == connection.tails.end()) tail = connection.tails.begin();
        if (connection.socket->buffered_bytes() > options_.client_bytes_max) {
            connection.next_tail = tail->first;
            return;
        }
        if (std::string frame = tail->second.take_frame(); !frame.empty()) send(connection, std::move(frame));
    }
}

void LiveHub::each_second() {
    overview_.sample();
    std::string overview;
    for (const ConnectionPtr& connection : connections_) {
        if (connection->overviews.empty() || connection->socket->buffered_bytes() > options_.client_bytes_max) continue;
        if (overview.empty()) overview = overview_.json();
        for (const std::string& id : connection->overviews)
            send(*connection, R"({"type":"overview","id":)" + json_string(id) + R"(,"overview":)" + overview + '}');
    }
    if (view_feeds_ > 0) drop_gone_views();
}

void LiveHub::drop_gone_views() {
    std::map<std::string, std::uint64_t> there;
    for (const CatalogView& view : catalog_.views()) there.emplace(view.table.name, view.revision);
    for (const ConnectionPtr& connection : connections_) {
        std::vector<std::string> gone;
        for (const auto& [id, view] : connection->views) {
            const auto found = there.find(view.feed.watch().view);
            if (found == there.end() || found->second != view.feed.view().revision) gone.push_back(id);
        }
        for (const std::string& id : gone) {
            send(*connection, R"({"type":"gone","id":)" + json_string(id) + '}');
            remove(*connection, id);
        }
    }
}

void LiveHub::flush(Deadline now) {
    for (const ConnectionPtr& connection : connections_) {
        for (auto& [id, view] : connection->views) {
            if (connection->socket->buffered_bytes() > options_.client_bytes_max) {
                view.feed.hold_back();
            } else if (std::string frame = view.feed.take_frame(now); !frame.empty()) {
                send(*connection, std::move(frame));
            }
        }
    }
}

}  // namespace sf::dashboard
