// Access logs as recordings: each line a web.pageview whose user is the client's address.
#include "cli/recording/access_log.hpp"
#include "cli/recording/field_text.hpp"
#include "cli/recording/recording_kinds.hpp"

#include "base/json_text.hpp"

namespace sf::recording {
namespace {

class AccessLogRecording final : public Recording {
public:
    AccessLogRecording(TextInput input, RecordingOptions options) : Recording(std::move(input), std::move(options)) {
        prefix_ = R"(,"type":)";
        append_json_string(prefix_, options_.type.value_or("web.pageview"));
        prefix_ += R"(,"source":)";
        append_json_string(prefix_, options_.source ? std::string_view(*options_.source) : default_source());
    }

private:
    Next read(std::string& out) override {
        do {
            if (!input_.next_line(text_)) return Next::end;
        } while (text_.empty());
        if (input_.overlong()) return unreadable("the line is longer than 1 MiB");
        AccessLogLine line;
        if (const char* wrong = parse_access_log_line(text_, line)) return unreadable(wrong);
        append_id(out);
        out += prefix_;
        append_time(out, line.time);
        if (line.host != "-") text_member(out, R"(,"user_id":)", line.host);
        out += R"(,"data":{)";
        data_begin_ = out.size();
        append_request(out, line.request);
        number_member(out, R"("status":)", line.status);
        number_member(out, R"("bytes":)", line.bytes);
        data_member(out, R"("referrer":)", line.referrer);
        data_member(out, R"("user_agent":)", line.user_agent);
        data_member(out, R"("ident":)", line.ident);
        data_member(out, R"("auth_user":)", line.user);
        data_member(out, R"("extra":)", line.extra);
        out += "}}";
        return Next::event;
    }

    Next unreadable(const char* why) {
        problem_ = why;
        return Next::unreadable;
    }

    void append_request(std::string& out, std::string_view request) {
        const auto parts = parse_request_line(request);
        if (!parts) {
            data_member(out, R"("request":)", request);
            return;
        }
        data_member(out, R"("method":)", parts->method);
        data_member(out, R"("path":)", parts->path);
        data_member(out, R"("protocol":)", parts->protocol);
    }

    void comma(std::string& out) const {
        if (out.size() > data_begin_) out += ',';
    }

    void data_member(std::string& out, std::string_view key, std::string_view value) {
        if (value.empty() || value == "-") return;
        comma(out);
        text_member(out, key, value);
    }

    void text_member(std::string& out, std::string_view key, std::string_view value) {
        out += key;
        if (append_field(out, resolve_log_escapes(value, scratch_))) ++mended_;
    }

    void number_member(std::string& out, std::string_view key, std::string_view digits) {
        if (digits == "-") return;
        while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
        comma(out);
        out += key;
        out += digits;
    }

    std::string prefix_;
    std::string scratch_;
    std::size_t data_begin_ = 0;
};

}  // namespace

Result<std::unique_ptr<Recording>> open_access_log(TextInput input, RecordingOptions options) {
    if (options.mapping) {
        return fail(ErrorCode::invalid_input, "an access log takes no mapping file", "its fields are known",
                    "leave --mapping out, or say --format csv or tsv");
    }
    return std::make_unique<AccessLogRecording>(std::move(input), std::move(options));
}

}  // namespace sf::recording
