#include "http/content_encoding.hpp"

#include "base/assert.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

namespace sf::http {
namespace {

std::unexpected<Error> too_large() { return fail(ErrorCode::overloaded, "the body is too large once inflated"); }
std::unexpected<Error> broken(std::string_view name, const char* why) {
    return fail(ErrorCode::invalid_input, "the body is not valid " + std::string(name), why == nullptr ? "" : why);
}

// Room for the next piece; false at the cap. Memory follows what really comes out, not what a header promises.
bool make_room(Body& body, std::size_t bytes_max) {
    if (body.size() < body.capacity()) return true;
    if (body.size() > bytes_max) return false;
    body.reserve(std::min(body.capacity() * 2, bytes_max + 1));
    return true;
}

Result<Body> inflate_gzip(std::string_view compressed, std::size_t bytes_max) {
    z_stream stream{};
    if (::inflateInit2(&stream, 15 + 16) != Z_OK) return fail(ErrorCode::internal, "zlib can't start");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, ::inflateEnd);
    Body body(std::min(std::max<std::size_t>(compressed.size() * 4, 1u << 12), bytes_max + 1));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    while (true) {
        if (!make_room(body, bytes_max)) return too_large();
        stream.next_out = reinterpret_cast<Bytef*>(body.data() + body.size());
        const auto room = static_cast<uInt>(body.capacity() - body.size());
        stream.avail_out = room;
        const int code = ::inflate(&stream, Z_NO_FLUSH);
        body.resize(body.size() + (room - stream.avail_out));
        if (code == Z_STREAM_END) {
            if (body.size() > bytes_max) return too_large();
            if (stream.avail_in == 0) return body;
            // RFC 1952, section 2.2: members may follow one another.
            if (::inflateReset(&stream) != Z_OK) return broken("gzip", stream.msg);
            continue;
        }
        if (code == Z_BUF_ERROR && stream.avail_in == 0) return broken("gzip", "it ends too early");
        if (code != Z_OK && code != Z_BUF_ERROR) return broken("gzip", stream.msg);
        if (stream.avail_in == 0 && stream.avail_out > 0) return broken("gzip", "it ends too early");
    }
}

Result<Body> inflate_zstd(std::string_view compressed, std::size_t bytes_max) {
    const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(::ZSTD_createDCtx(), ::ZSTD_freeDCtx);
    if (context == nullptr) return fail(ErrorCode::internal, "zstd can't start");
    // A window of 8 MiB is what RFC 8878 asks decoders to support; more would be memory that the sender chooses.
    ::ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 23);
    Body body(std::min(std::max<std::size_t>(compressed.size() * 4, 1u << 12), bytes_max + 1));
    ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
    std::size_t left = 1;
    while (in.pos < in.size || left != 0) {
        if (!make_room(body, bytes_max)) return too_large();
        ZSTD_outBuffer out{body.data() + body.size(), body.capacity() - body.size(), 0};
        const std::size_t before = in.pos;
        left = ::ZSTD_decompressStream(context.get(), &out, &in);
        if (::ZSTD_isError(left)) return broken("zstd", ::ZSTD_getErrorName(left));
        body.resize(body.size() + out.pos);
        if (left != 0 && out.pos == 0 && in.pos == before && in.pos == in.size)
            return broken("zstd", "it ends too early");
    }
    if (body.size() > bytes_max) return too_large();
    return body;
}

}  // namespace

Encoding parse_encoding(std::string_view header) {
    if (header.empty() || header == "identity") return Encoding::identity;
    if (header == "gzip" || header == "x-gzip") return Encoding::gzip;
    if (header == "zstd") return Encoding::zstd;
    return Encoding::unknown;
}

Result<Body> inflate(std::string_view compressed, Encoding encoding, std::size_t bytes_max) {
    if (encoding == Encoding::gzip) return inflate_gzip(compressed, bytes_max);
    SF_ASSERT(encoding == Encoding::zstd);
    return inflate_zstd(compressed, bytes_max);
}

}  // namespace sf::http
