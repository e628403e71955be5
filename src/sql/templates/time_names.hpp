// The English names of months and days, as templates write and read them.
#pragma once

#include <array>
#include <string_view>

namespace sf::sql {

inline constexpr std::array<std::string_view, 12> kMonthNames = {"January",   "February", "March",    "April",
                                                                 "May",       "June",     "July",     "August",
                                                                 "September", "October",  "November", "December"};
inline constexpr std::array<std::string_view, 12> kRomanMonths = {"I",   "II",   "III", "IV", "V",  "VI",
                                                                  "VII", "VIII", "IX",  "X",  "XI", "XII"};
inline constexpr std::array<std::string_view, 7> kDayNames = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                              "Thursday", "Friday", "Saturday"};

/// "Sep", "Wed": the first three letters.
inline constexpr std::size_t kShortName = 3;

}  // namespace sf::sql
