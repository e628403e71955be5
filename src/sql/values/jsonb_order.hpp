// The order of jsonb, as texts that sort like the values: null, strings, numbers, booleans, arrays, objects; longer
// arrays and objects behind shorter ones (compareJsonbContainers() of PostgreSQL's jsonb_util.c).
#pragma once

#include <string>
#include <string_view>

namespace sf::sql {

/// Appends a text of hexadecimal digits. Equal values have equal ones, and bytes compare as the values do.
void append_jsonb_order(std::string& out, std::string_view value);

}  // namespace sf::sql
