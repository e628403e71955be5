// Columns of a FlatBuffer that has been verified, as spans. Internal to models/.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <cstdint>
#include <span>
#include <type_traits>

namespace sf::models {

/// Whether the elements of each vector, if it has any, stand where their type may. FlatBuffers' verifier looks at
/// lengths alone.
template <class... Vector>
[[nodiscard]] bool aligned(const Vector*... vectors) {
    const auto one = [](const auto* vector) {
        using Element = typename std::remove_cvref_t<decltype(*vector)>::value_type;
        return vector->size() == 0 || reinterpret_cast<std::uintptr_t>(vector->Data()) % alignof(Element) == 0;
    };
    return (one(vectors) && ...);
}

template <class Vector>
[[nodiscard]] auto span_of(const Vector* vector) {
    return std::span(vector->data(), vector->size());
}

}  // namespace sf::models
