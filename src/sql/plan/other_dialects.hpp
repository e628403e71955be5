// What functions of other databases are here. Names alone: a user's own function may be called so.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace sf::sql {

/// What to write in the place of a function of ClickHouse, MySQL, BigQuery, Snowflake, TimescaleDB and others; empty
/// for a name that none of them is known for. `name` as the parser gives it, in small letters.
[[nodiscard]] constexpr std::string_view hint_for_other_dialect(std::string_view name) {
    struct Other {
        std::string_view name;
        std::string_view hint;
    };
    constexpr std::string_view kBins =
        "date_trunc('hour', timestamp), or date_bin(INTERVAL '5 minutes', timestamp, TIMESTAMPTZ '2000-01-01'); "
        "TUMBLE in FROM makes windows";
    constexpr std::string_view kDistinct = "count(DISTINCT x), or approx_count_distinct(x)";
    constexpr std::string_view kQuantile =
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY x), or approx_quantile(x, 0.5), which needs little memory";
    constexpr std::string_view kDefault = "coalesce(x, y)";
    constexpr std::string_view kChoice = "CASE WHEN condition THEN a ELSE b END";
    constexpr std::string_view kFilter = "count(*) FILTER (WHERE condition)";
    constexpr std::string_view kBetween = "b - a, an interval, or extract(epoch FROM b - a) for seconds";
    constexpr std::string_view kAdd = "timestamp + INTERVAL '1 day'";
    constexpr std::string_view kShow = "to_char(timestamp, 'YYYY-MM-DD HH24:MI')";
    constexpr std::string_view kMember = "data->'a'->>'b' for a text, data.a.b for a plain value";
    constexpr std::string_view kRows =
        "FROM events, unnest(tags) AS tag, or jsonb_array_elements(data->'list'), in a query";
    constexpr std::string_view kEdge = "first(x) or last(x), of the earliest or the latest event";
    constexpr std::array kOthers = {
        Other{"time_bucket", kBins},
        Other{"tostartofinterval", kBins},
        Other{"tostartofminute", kBins},
        Other{"tostartoffiveminutes", kBins},
        Other{"tostartofhour", kBins},
        Other{"tostartofday", kBins},
        Other{"timestamp_trunc", kBins},
        Other{"uniq", kDistinct},
        Other{"uniqexact", kDistinct},
        Other{"count_distinct", kDistinct},
        Other{"median", kQuantile},
        Other{"quantile", kQuantile},
        Other{"percentile", kQuantile},
        Other{"approx_percentile", kQuantile},
        Other{"approx_quantiles", kQuantile},
        Other{"ifnull", kDefault},
        Other{"nvl", kDefault},
        Other{"isnull", kDefault},
        Other{"zeroifnull", kDefault},
        Other{"if", kChoice},
        Other{"iif", kChoice},
        Other{"countif", kFilter},
        Other{"count_if", kFilter},
        Other{"sumif", kFilter},
        Other{"sum_if", kFilter},
        Other{"avgif", kFilter},
        Other{"datediff", kBetween},
        Other{"date_diff", kBetween},
        Other{"timestampdiff", kBetween},
        Other{"dateadd", kAdd},
        Other{"date_add", kAdd},
        Other{"date_sub", kAdd},
        Other{"strftime", kShow},
        Other{"date_format", kShow},
        Other{"format_date", kShow},
        Other{"from_unixtime", "to_timestamp(seconds)"},
        Other{"unix_timestamp", "extract(epoch FROM timestamp)"},
        Other{"tounixtimestamp", "extract(epoch FROM timestamp)"},
        Other{"group_concat", "string_agg(x, ', ' ORDER BY x)"},
        Other{"listagg", "string_agg(x, ', ' ORDER BY x)"},
        Other{"grouparray", "array_agg(x)"},
        Other{"array_join", "array_to_string(x, ', ')"},
        Other{"json_extract", kMember},
        Other{"json_value", kMember},
        Other{"json_query", kMember},
        Other{"jsonextractstring", kMember},
        Other{"jsonextractfloat", kMember},
        Other{"get_json_object", kMember},
        Other{"explode", kRows},
        Other{"flatten", kRows},
        Other{"arrayjoin", kRows},
        Other{"argmax", kEdge},
        Other{"arg_max", kEdge},
        Other{"max_by", kEdge},
        Other{"argmin", kEdge},
        Other{"arg_min", kEdge},
        Other{"min_by", kEdge},
        Other{"any_value", kEdge},
        Other{"len", "length(text), or cardinality(array)"},
        Other{"contains", "text LIKE '%part%', or tags @> ARRAY['a']"},
        Other{"has", "'a' = ANY(tags)"},
        Other{"regexp_extract", "substring(text FROM 'pattern'), or regexp_match(text, 'pattern')"},
        Other{"topk", "approx_top_k(x, 10)"},
        Other{"approx_top_count", "approx_top_k(x, 10)"},
    };
    const auto* const found = std::ranges::find(kOthers, name, &Other::name);
    return found == kOthers.end() ? std::string_view() : found->hint;
}

}  // namespace sf::sql
