// Times as files write them: numbers since 1970, RFC 3339, and formats in the manner of strptime, independent of the
// locale.
#pragma once

#include "cli/recording/time_zone.hpp"

#include "base/result.hpp"
#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::recording {

/// Immutable once made; any thread.
class TimeFormat {
public:
    /// `format`: "epoch_s" (a fraction is allowed), "epoch_ms", "epoch_us", "rfc3339", or a text with %Y %y %m %d %e %j
    /// %b %B %H %I %p %M %S %f (fraction digits) %z %s %T %D %F %a %A %n %t %%. `zone` is for texts that name no
    /// offset. `invalid_input` for a directive that is not known, or a format that gives no date.
    [[nodiscard]] static Result<TimeFormat> compile(std::string_view format, TimeZone zone = {});

    /// Nothing if `text` does not fit, to its last character.
    [[nodiscard]] std::optional<Timestamp> parse(std::string_view text) const;

private:
    enum class Kind { epoch_s, epoch_ms, epoch_us, rfc3339, directives };
    struct Step {
        char directive;  // 0: `literal` must stand here; ' ': any spaces.
        char literal = 0;
    };
    [[nodiscard]] std::optional<Timestamp> parse_directives(std::string_view text) const;

    Kind kind_ = Kind::rfc3339;
    std::vector<Step> steps_;
    TimeZone zone_;
};

}  // namespace sf::recording
