// What the demonstration shop sells, and where its visitors come from.
#pragma once

namespace sf::demo {

struct Product {
    const char* name;
    const char* category;
    int cents;
};

inline constexpr Product kProducts[] = {
    {"Espresso beans 1 kg", "coffee", 1890},
    {"Filter coffee 500 g", "coffee", 990},
    {"Moka pot", "equipment", 3450},
    {"Hand grinder", "equipment", 8900},
    {"Paper filters", "supplies", 399},
    {"Ceramic cup", "tableware", 1250},
    {"Milk pitcher", "equipment", 2150},
    {"Decaf beans 500 g", "coffee", 1190},
    {"Cold brew bottle", "equipment", 2790},
    {"Oat drink 6 x 1 l", "supplies", 1314},
    {"Travel mug", "tableware", 2490},
    {"Kitchen scale", "equipment", 3995},
    {"Cleaning tablets", "supplies", 749},
    {"Espresso machine", "machines", 64900},
    {"Electric grinder", "machines", 21900},
    {"Gift card", "gifts", 2500},
    {"Tasting set", "gifts", 3290},
    {"Green tea 100 g", "tea", 890},
    {"Teapot", "tableware", 3150},
    {"Earl Grey 250 g", "tea", 1090},
    {"Chai mix", "tea", 790},
    {"Sugar cubes", "supplies", 249},
    {"Cocoa 250 g", "supplies", 590},
    {"Tamper", "equipment", 2900},
};

inline constexpr const char* kSearches[] = {"espresso", "grinder", "coffee beans", "decaf",
                                            "gift",     "tea",     "moka",         "filter",
                                            "cup",      "machine", "oat milk",     "cheap espresso machine"};

inline constexpr const char* kCountries[] = {"DE", "DE", "DE", "GB", "GB", "FR", "FR", "NL",
                                             "AT", "CH", "IT", "ES", "PL", "SE", "US"};
inline constexpr const char* kDevices[] = {"phone", "phone", "phone", "desktop", "desktop", "tablet"};

}  // namespace sf::demo
