#include "app/settings.hpp"

#include "base/nearest_name.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace sf::app {
namespace {

using enum SettingKind;

constexpr SettingRange between(std::string_view least, std::string_view most) { return {least, most, false}; }
constexpr SettingRange zero_or_between(std::string_view least, std::string_view most) { return {least, most, true}; }

constexpr std::array kSettings = {
    Setting{"ENVIRONMENT", text, "development", "development, or production, which refuses weak or missing secrets"},
    Setting{"HOST", text, "127.0.0.1", "The address to listen on"},
    Setting{"PORT_BASE", count, "8001",
            "The port of ingestion; the other services take the next four. 0: the system chooses",
            between("0", "65531")},
    Setting{"DATA_DIR", path, "data", "Where everything is kept"},
    Setting{"PARTITIONS", count, "",
            "Partitions of the log, fixed when a data directory is first used. Default: cores, at most 4",
            between("1", "64")},
    Setting{"HTTP_THREADS", count, "",
            "Threads of the HTTP server. Default: one, or half of the cores where there are more than two",
            between("1", "64")},
    Setting{"DURABILITY", text, "fsync",
            "fsync: acknowledged events survive a power loss. os: they survive a crash of this program"},
    Setting{"DEDUPE_MEMORY", bytes, "256MiB", "Memory for the ids of recent events", between("1MiB", "64GiB")},
    Setting{"LIVE_BYTES", bytes, "512MiB",
            "Memory for events that are not yet in files, and for those that queries use", between("8MiB", "1024GiB")},
    Setting{"FLUSH_BYTES", bytes, "256MiB", "Events are written to files at this size,", between("1MiB", "1024GiB")},
    Setting{"FLUSH_INTERVAL", duration, "60s", "and after this time", between("10ms", "24h")},
    Setting{"QUERY_MEMORY", bytes, "512MiB",
            "Memory of all queries together; four times as much on disk is their scratch space",
            between("64MiB", "1024GiB")},
    Setting{"SEGMENT_BYTES", bytes, "128MiB", "Size of a file of the log", between("1MiB", "1GiB")},
    Setting{"DISK_FREE_MIN", bytes, "256MiB", "Events are refused when less is free (or less than 5 % of a small disk)",
            between("0", "1024GiB")},
    Setting{"QUARANTINE_EVENTS_MAX", count, "100000", "How many events the quarantine holds",
            between("0", "100000000")},
    Setting{"RETENTION_DAYS", count, "0", "Events are dropped so many days after they came; 0 keeps them",
            between("0", "36500")},
    Setting{"HOST_EVENTS_INTERVAL", duration, "10s", "How often this process sends a system.host event; 0s: never",
            zero_or_between("100ms", "24h")},
    Setting{"SHARDS", count, "",
            "Threads that merge windows, fixed when a data directory is first used. Default: half of the cores",
            between("1", "64")},
    Setting{"CHECKPOINT_INTERVAL", duration, "10s",
            "How often the state of views is saved: so much is computed again after a crash", between("100ms", "1h")},
    Setting{"LATE_EVENTS_MAX", count, "100000", "Late events that are listed for each view; all are counted",
            between("0", "100000000")},
    Setting{"EARLY_ROWS_MAX", count, "20000",
            "Rows a second that all views together give of windows that are open; 0: no limit",
            between("0", "1000000000")},
    Setting{"BUILT_IN_VIEWS", text, "on",
            "on: a new installation gets views of rates, errors, latency and users. off: none"},
    Setting{"CONVERSION_FROM", text, "web.pageview", "The built-in view conversion counts events of this type,"},
    Setting{"CONVERSION_TO", text, "business.sale", "and how many of this type there are for them"},
    Setting{"LOG_LEVEL", text, "info", "debug, info, warn or error"},
    Setting{"LOG_FORMAT", text, "", "json or text. Default: text on a terminal, else json"},
    Setting{"CORS_ORIGINS", list, "", "Origins of web pages that may call this server, separated by commas"},
    Setting{"JWT_SECRET_KEY", secret, "", "Signs the tokens; at least 32 bytes. Default: made at the first start"},
    Setting{"DATABASE_URL", url, "", "PostgreSQL, for a cluster (not yet used)"},
    Setting{"RABBITMQ_URL", url, "", "RabbitMQ, for a cluster (not yet used)"},
    Setting{"REDIS_URL", url, "", "Redis, for a cluster (not yet used)"},
    Setting{"DATABASE_POOL_SIZE", count, "10", "Connections to PostgreSQL (not yet used)", between("1", "1000")},
    Setting{"RABBITMQ_MAX_CONNECTIONS", count, "4", "Connections to RabbitMQ (not yet used)", between("1", "1000")},
    Setting{"RATE_LIMIT_PER_IP", count, "0", "Requests a second from one address; 0: no limit (not yet used)"},
    Setting{"RATE_LIMIT_PER_USER", count, "0", "Requests a second of one user; 0: no limit (not yet used)"},
    Setting{"SMTP_URL", url, "", "For e-mail (not yet used)"},
    Setting{"SLACK_WEBHOOK_URL", secret, "", "For Slack (not yet used)"},
    Setting{"OTEL_EXPORTER_OTLP_ENDPOINT", url, "", "For traces (not yet used)"},
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

const Setting* find_setting(std::string_view name) {
    const auto found = std::ranges::find(kSettings, name, &Setting::name);
    return found == kSettings.end() ? nullptr : &*found;
}

std::string_view similar_setting(std::string_view name) {
    if (name.size() > 64) return {};
    const auto nearest = std::ranges::min_element(
        kSettings, {}, [&](const Setting& setting) { return typing_errors(name, setting.name); });
    return typing_errors(name, nearest->name) <= 3 ? nearest->name : std::string_view{};
}

}  // namespace sf::app
