"""The bugs that planted_bugs.py plants: each one line in one file, which the comparison must notice."""
import dataclasses


@dataclasses.dataclass
class Bug:
    name: str
    file: str
    old: str  # Stands in the file once;
    new: str  # this in its place.
    probe: str = "view_probe"
    count: int = 600  # Views or expressions that the comparison gets at most.


RARE = 5000  # For what few views meet: a sort that says where NULLs go, over a NULL, or two events at one time.


def expressions(name, file, old, new, count=3000):
    return Bug(name, file, old, new, "sql_probe", count)


BUGS = [
    # Lateness and windows -----------------------------------------------------------------------------------------------------
    Bug("a late event is left out of one window too many", "src/engine/pane_cells.cpp",
        "closed_until = grid.window_end(std::min(open - 1, last));", "closed_until = grid.window_end(std::min(open, last));"),
    Bug("a batch is thought to have no late events", "src/engine/pane_cells.cpp",
        "return times.range_of(rules_.time).least >= rules_.closed_at(watermark);",
        "return times.range_of(rules_.time).least + 1'000'000 >= rules_.closed_at(watermark);"),
    Bug("a window takes events at its end", "src/engine/pane_grid.hpp",  # Most of the engine is built again for it.
        "return total_ ? 0 : floor_div(time - offset_ - size_, slide_) + 1;", "return total_ ? 0 : floor_div(time - offset_ - size_ - 1, slide_) + 1;"),
    Bug("panes go without regard to lateness", "src/engine/pane_windows.cpp",
        "first_window_ending_after(watermark - view_->lateness);", "first_window_ending_after(watermark);"),
    Bug("a window has only the groups of its first pane", "src/engine/pane_windows.cpp",
        "for (const KeyId key : table->keys()) {\n            if (place_[key] != kNoPlace) continue;",
        "for (const KeyId key : table->keys()) {\n            if (place_[key] != kNoPlace || table != tables[0]) continue;"),
    Bug("a row that HAVING no longer lets through stays", "src/engine/pane_windows.cpp",
        "else if (window.given.erase(chosen_[i]) > 0) rows_.retract(", "else if (window.given.erase(chosen_[i]) > 1) rows_.retract("),
    Bug("what readers have is forgotten when a window is loaded", "src/engine/pane_windows.cpp",
        "if (key < panes_.keys().size()) window.given.emplace(key, 0);", "if (key < panes_.keys().size()) window.given.erase(key);"),
    Bug("the fastest partition decides the watermark", "src/engine/shard.cpp",
        "least = std::min(least, partition.time.watermark(", "least = std::max(least, partition.time.watermark("),
    # Sessions -----------------------------------------------------------------------------------------------------------------
    Bug("an event exactly at the limit is not late for its session", "src/engine/session_cells.cpp",
        "if (end <= rules_.closed_at(", "if (end < rules_.closed_at("),
    Bug("events exactly one gap apart are two sessions", "src/engine/session_store.cpp",
        "table[*end].first <= span.last + gap_) ++end;", "table[*end].first < span.last + gap_) ++end;", count=3000),
    Bug("a session that takes another over keeps its own end", "src/engine/session_store.cpp",
        "session.last = std::max({session.last, span.last, table[*(end - 1)].last});", "session.last = std::max({session.last, span.last});"),
    Bug("the row of a session that begins earlier now stays", "src/engine/session_store.cpp",
        "if (session.shown && span.first < session.first) {", "if (session.shown && span.first < session.first - gap_) {"),
    Bug("the row of a session that was taken over stays", "src/engine/session_store.cpp",
        "if (gone.shown) former_starts_[into].push_back(gone.first);", "if (gone.shown && gone.touched) former_starts_[into].push_back(gone.first);"),
    Bug("a session ends with its last event", "src/engine/session_windows.cpp",
        "ends_.push_back(end_of(session));", "ends_.push_back(end_of(session) - gap_);"),
    # Ranks --------------------------------------------------------------------------------------------------------------------
    Bug("NULL is last in a descending rank", "src/sql/plan/ranking_binder.cpp",
        "(sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT && descending);",
        "(sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT && !descending);"),
    Bug("NULLS FIRST and NULLS LAST change places in ranks", "src/sql/plan/ranking_binder.cpp",
        "sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST ||", "sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST ||", count=RARE),
    Bug("dense_rank goes on from one partition to the next", "src/engine/group_ranking.cpp",
        "row = rank = dense = 1;", "row = rank = 1;"),
    Bug("rank counts as dense_rank does", "src/engine/group_ranking.cpp",
        "rank = row;", "++rank;"),
    Bug("ranks number groups that HAVING leaves out", "src/engine/group_ranking.cpp",
        "(!having->is_valid(row) || having->booleans[row] == 0)) continue;", "(!having->is_valid(row) && having->booleans[row] == 0)) continue;"),
    # Aggregates ---------------------------------------------------------------------------------------------------------------
    Bug("max of a part without values is taken for one", "src/engine/aggregates/extremes.cpp",
        "if (from.any != 0) offer(into, from.value);", "offer(into, from.value);"),
    Bug("min and max of texts change places", "src/engine/aggregates/extremes.cpp",
        "(kGreatest ? text <= value : text >= value)) return;", "(kGreatest ? text >= value : text <= value)) return;"),
    Bug("first and last don't look at the id of events at one time", "src/engine/aggregates/first_last.cpp",
        "return {arguments[1]->integers[row], arguments[2]->uuids[row]};", "return {arguments[1]->integers[row], Uuid{}};", count=RARE),
    Bug("a sample's variance divides by the count", "src/engine/aggregates/variance.cpp",
        "(asked.spread == Spread::sample ? count - 1 : count);", "(asked.spread == Spread::sample ? count : count);"),
    Bug("percentile_disc takes the value below", "src/engine/aggregates/percentile.cpp",
        "std::max(std::ceil(fraction * count), 1.0)", "std::max(std::floor(fraction * count), 1.0)"),
    Bug("of equally frequent values mode takes the last", "src/engine/aggregates/percentile.cpp",
        "asked.descending ? end - begin >= best_count : end - begin > best_count;", "end - begin >= best_count;"),
    Bug("avg of intervals divides once too often", "src/engine/aggregates/avg.cpp",
        "sql::divide(*sum, static_cast<double>(state.count))", "sql::divide(*sum, static_cast<double>(state.count + 1))"),
    Bug("values that a merge brings are counted twice", "src/engine/aggregates/list_states.cpp",
        "if (rules_->distinct) {\n        const auto repeated", "if (!rules_->distinct) {\n        const auto repeated"),
    Bug("NULL and null of JSON are two groups", "src/engine/group_key.cpp",
        'column->type == sql::Type::jsonb && column->texts[row] == "null";', 'column->type == sql::Type::jsonb && column->texts[row] == "NULL";'),
    # The planner --------------------------------------------------------------------------------------------------------------
    Bug("a WHERE around another takes its place", "src/sql/plan/select_planner.cpp",
        "SF_ASSIGN(filter, both(filter, std::move(condition)));", "SF_ASSIGN(filter, both(nullptr, std::move(condition)));"),
    Bug("partitions of ranks are forgotten", "src/sql/plan/ranking.cpp",
        "if (!bound) partition.push_back(std::move(converted));", "if (bound) partition.push_back(std::move(converted));"),
    Bug("ORDER BY DESC in an aggregate has NULL last", "src/sql/plan/aggregate_binder.cpp",
        "? descending\n", "? !descending\n", count=RARE),
    # Expressions --------------------------------------------------------------------------------------------------------------
    expressions("NULL AND false is NULL", "src/sql/functions/logic.cpp",
                "((open[row] ^ 1) | (unknown[row] ^ 1)));", "(unknown[row] ^ 1));"),
    expressions("round takes half towards zero", "src/sql/functions/rounding.cpp",
                "if (distance < divisor - distance) return quotient;", "if (distance <= divisor - distance) return quotient;"),
    expressions("a double is cut off where it becomes an integer", "src/sql/functions/number_casts.cpp",
                "std::optional<std::int64_t> double_to_integer(double value) {\n    const double rounded = std::rint(value);",
                "std::optional<std::int64_t> double_to_integer(double value) {\n    const double rounded = std::trunc(value);"),
    expressions("substring counts its length from the first character", "src/sql/functions/text.cpp",
                "return from_to(text, start, start + count);", "return from_to(text, start, std::max<std::int64_t>(start, 1) + count);"),
    expressions("weeks begin on Sunday", "src/sql/functions/time.cpp",
                "result = (days - (day_of_week(days) + 6) % 7) * kMicrosDay; break;", "result = (days - day_of_week(days)) * kMicrosDay; break;"),
    expressions("age takes apart the later month", "src/sql/functions/dates.cpp",
                "days += days_of_month(b.year, b.month);", "days += days_of_month(a.year, a.month);"),
    expressions("date_bin of times before its origin", "src/sql/functions/dates.cpp",
                "if (distance % length < 0) begin -= length;", "if (distance % length < 0) begin += 0;"),
    expressions("to_date takes 69 for 1969", "src/sql/templates/read_time.cpp",
                "if (partial < 70) return partial + 2000;", "if (partial < 1) return partial + 2000;"),
]
