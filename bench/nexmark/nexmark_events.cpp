// Writes events of Nexmark as NDJSON, for `streamflow replay`.
//   nexmark_events --events 1000000 [--seed 1] [--begin 2015-07-14T23:59:00Z] [--per-second 10000] [--disorder 1]
#include "nexmark/generator.hpp"

#include <charconv>
#include <cstdio>
#include <string_view>

namespace {

using namespace sf;

[[nodiscard]] bool number(std::string_view text, std::uint64_t& value) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && end == text.data() + text.size() && value > 0;
}

int usage() {
    std::fputs("usage: nexmark_events --events N [--seed N] [--begin TIME] [--per-second N] [--disorder N]\n", stderr);
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    nexmark::Options options;
    std::uint64_t events = 0;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc) return usage();
        const std::string_view name = argv[i], value = argv[i + 1];
        bool good = false;
        if (name == "--events") good = number(value, events);
        else if (name == "--seed") good = number(value, options.seed);
        else if (name == "--per-second") good = number(value, options.events_per_second);
        else if (name == "--disorder") good = number(value, options.disorder);
        else if (name == "--begin") {
            const auto time = parse_rfc3339(value);
            good = time.has_value();
            if (good) options.begin = *time;
        }
        if (!good) return usage();
    }
    if (events == 0) return usage();
    for (std::uint64_t n = 0; n < events; ++n) {
        const std::string line = nexmark::to_ndjson(nexmark::event_at(options, n)) + '\n';
        if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size()) {
            std::perror("error: writing events");
            return 1;
        }
    }
    return std::fflush(stdout) == 0 ? 0 : 1;
}
