#include "sql/syntax/locations.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sf::sql {
namespace {

// A member of a message, at the offset that its descriptor says.
template <class T>
T& member(ProtobufCMessage& message, unsigned offset) {
    return *reinterpret_cast<T*>(reinterpret_cast<std::byte*>(&message) + offset);
}

// By the descriptors of the messages, so that no kind of node can be forgotten.
void move_in(ProtobufCMessage& message, const std::function<int(int)>& moved) {
    const ProtobufCMessageDescriptor& descriptor = *message.descriptor;
    for (unsigned i = 0; i < descriptor.n_fields; ++i) {
        const ProtobufCFieldDescriptor& field = descriptor.fields[i];
        if (field.type == PROTOBUF_C_TYPE_INT32 && std::string_view(field.name) == "location") {
            auto& location = member<std::int32_t>(message, field.offset);
            location = moved(location);
        }
        if (field.type != PROTOBUF_C_TYPE_MESSAGE) continue;
        if (field.label == PROTOBUF_C_LABEL_REPEATED) {
            const auto count = member<std::size_t>(message, field.quantifier_offset);
            ProtobufCMessage** const items = member<ProtobufCMessage**>(message, field.offset);
            for (std::size_t k = 0; k < count; ++k) move_in(*items[k], moved);
            continue;
        }
        const bool one_of = (field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
        if (one_of && member<std::uint32_t>(message, field.quantifier_offset) != field.id) continue;
        ProtobufCMessage* const inner = member<ProtobufCMessage*>(message, field.offset);
        if (inner != nullptr) move_in(*inner, moved);
    }
}

}  // namespace

void move_locations(PgQuery__Node& node, const std::function<int(int)>& moved) { move_in(node.base, moved); }

}  // namespace sf::sql
