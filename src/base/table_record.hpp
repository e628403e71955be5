// One record of a CSV or TSV file: fields between delimiters, in quotes or not (RFC 4180). A quoted field may span
// lines.
#pragma once

#include "base/text_input.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sf {

struct TableSyntax {
    char delimiter = ',';
    bool quotes = true;
};

/// Reusable; keeps its memory. Fields are views into the input's buffer or into this object, valid until the next read.
class TableRecord {
public:
    explicit TableRecord(TableSyntax syntax) : syntax_(syntax) {}

    enum class Read : std::uint8_t { record, broken, end };

    /// `broken`: problem() says why, and reading goes on with the next line.
    [[nodiscard]] Read read(TextInput& input);

    [[nodiscard]] std::size_t size() const { return fields_.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t i) const;
    [[nodiscard]] std::string_view text() const { return text_; }  // The record as it stands in the file.
    [[nodiscard]] const char* problem() const { return problem_; }

private:
    struct Field {
        std::size_t begin;
        std::size_t end;
        bool resolved;  // In resolved_, because it had doubled quotes; else in text_.
    };

    [[nodiscard]] bool split(TextInput& input);
    [[nodiscard]] bool read_quoted(TextInput& input, std::size_t& at);

    TableSyntax syntax_;
    std::string_view text_;
    std::vector<Field> fields_;
    std::string resolved_;
    const char* problem_ = nullptr;
};

}  // namespace sf
