#include "http/content_encoding.hpp"

#include "unit/http/test_server.hpp"

#include <zlib.h>
#include <zstd.h>

#include <fstream>
#include <random>

namespace sf::http {
namespace {

using namespace testing;

std::string gzipped(std::string_view text) {
    z_stream stream{};
    EXPECT_EQ(::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(::deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    return out;
}

std::string zstd(std::string_view text) {
    std::string out(::ZSTD_compressBound(text.size()), '\0');
    out.resize(::ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
}

// A gigabyte of zeros in about a megabyte: one compressed mebibyte, a thousand times over.
std::string gzip_bomb() {
    z_stream stream{};
    EXPECT_EQ(::deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string zeros(1u << 20, '\0');
    std::string out(64u << 10, '\0');
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    std::size_t begin = 0;
    for (int i = 0; i < 2; ++i) {  // The second one begins at a boundary and so can be repeated.
        begin = stream.total_out;
        stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
        stream.avail_in = static_cast<uInt>(zeros.size());
        EXPECT_EQ(::deflate(&stream, Z_FULL_FLUSH), Z_OK);
    }
    const std::string block = out.substr(begin, stream.total_out - begin);
    std::string bomb = out.substr(0, stream.total_out);
    ::deflateEnd(&stream);
    for (int i = 2; i < 1024; ++i) bomb += block;
    return bomb;
}

std::string zstd_bomb() {
    const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(::ZSTD_createCCtx(), ::ZSTD_freeCCtx);
    const std::string zeros(1u << 20, '\0');
    std::string bomb;
    std::string piece(1u << 20, '\0');
    for (int i = 0; i < 1024; ++i) {
        ZSTD_inBuffer in{zeros.data(), zeros.size(), 0};
        ZSTD_outBuffer out{piece.data(), piece.size(), 0};
        EXPECT_FALSE(
            ::ZSTD_isError(::ZSTD_compressStream2(context.get(), &out, &in, i == 1023 ? ZSTD_e_end : ZSTD_e_flush)));
        bomb.append(piece, 0, out.pos);
    }
    return bomb;
}

std::size_t peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
    }
    return 0;
}

void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

TEST(ContentEncoding, names) {
    EXPECT_EQ(parse_encoding(""), Encoding::identity);
    EXPECT_EQ(parse_encoding("identity"), Encoding::identity);
    EXPECT_EQ(parse_encoding("gzip"), Encoding::gzip);
    EXPECT_EQ(parse_encoding("x-gzip"), Encoding::gzip);
    EXPECT_EQ(parse_encoding("zstd"), Encoding::zstd);
    for (const auto& name : {"br", "deflate", "gzip, gzip", "gzip, identity", "gzi", "gzipp"})
        EXPECT_EQ(parse_encoding(name), Encoding::unknown) << name;
}

TEST(ContentEncoding, round_trip_of_every_size_around_the_buffer_edges) {
    std::mt19937 random(7);
    for (const std::size_t size : {1u, 2u, 4095u, 4096u, 4097u, 8192u, 65'536u, 1'000'000u}) {
        std::string text(size, 'a');
        for (char& c : text) c = static_cast<char>(random() % 16);
        for (const Encoding encoding : {Encoding::gzip, Encoding::zstd}) {
            const std::string packed = encoding == Encoding::gzip ? gzipped(text) : zstd(text);
            auto exact = inflate(packed, encoding, size);
            ASSERT_TRUE(exact) << size;
            EXPECT_EQ(exact->view(), text);
            const auto over = inflate(packed, encoding, size - 1);
            ASSERT_FALSE(over) << size;
            EXPECT_EQ(over.error().code, ErrorCode::overloaded);
        }
    }
}

TEST(ContentEncoding, every_truncation_is_invalid_input) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += std::to_string(i * 7919);
    for (const Encoding encoding : {Encoding::gzip, Encoding::zstd}) {
        const std::string packed = encoding == Encoding::gzip ? gzipped(text) : zstd(text);
        for (std::size_t cut = 0; cut < packed.size(); ++cut) {
            const auto result = inflate(packed.substr(0, cut), encoding, 1u << 20);
            ASSERT_FALSE(result) << cut;
            EXPECT_EQ(result.error().code, ErrorCode::invalid_input) << cut;
        }
    }
}

TEST(ContentEncoding, every_flipped_bit_of_gzip_is_found_or_harmless) {
    const std::string text = "some text that is not long, some text that is not short";
    const std::string packed = gzipped(text);
    for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
        std::string damaged = packed;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        const auto result = inflate(damaged, Encoding::gzip, 1u << 20);
        EXPECT_TRUE(!result || result->view() == text) << bit;
    }
}

TEST(ContentEncoding, members_one_after_the_other_are_one_text) {
    EXPECT_EQ(inflate(gzipped("one ") + gzipped("two"), Encoding::gzip, 100)->view(), "one two");
    EXPECT_EQ(inflate(zstd("one ") + zstd("two"), Encoding::zstd, 100)->view(), "one two");
}

TEST(ContentEncoding, what_follows_the_stream_is_not_ignored) {
    EXPECT_FALSE(inflate(gzipped("text") + "garbage", Encoding::gzip, 100));
    EXPECT_FALSE(inflate(zstd("text") + "garbage", Encoding::zstd, 100));
    EXPECT_FALSE(inflate("no stream at all", Encoding::gzip, 100));
    EXPECT_FALSE(inflate("no stream at all", Encoding::zstd, 100));
}

// Row 44 of the fault matrix.
TEST(ContentEncoding, bombs_cost_no_more_than_the_limit) {
    for (const bool gzip : {true, false}) {
        const std::string bomb = gzip ? gzip_bomb() : zstd_bomb();
        ASSERT_LT(bomb.size(), 2u << 20);
        reset_peak_memory();
        const std::size_t before = peak_memory();
        const auto result = inflate(bomb, gzip ? Encoding::gzip : Encoding::zstd, 16u << 20);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::overloaded);
        EXPECT_LT(peak_memory() - before, 80u << 20);
    }
}

TEST(ContentEncoding, a_zstd_window_that_would_take_a_gigabyte_is_refused) {
    // Frame header: magic, no content size, window of 2^30.
    const std::string frame("\x28\xB5\x2F\xFD\x00\xA0\x01\x00\x00", 9);
    const auto result = inflate(frame, Encoding::zstd, 16u << 20);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_input);
}

TEST(ContentEncoding, a_promised_size_is_not_believed) {
    // Frame header: single segment, content size of 2^40, then nothing.
    const std::string frame("\x28\xB5\x2F\xFD\xE0\x00\x00\x00\x00\x00\x01\x00\x00", 13);
    reset_peak_memory();
    const std::size_t before = peak_memory();
    EXPECT_FALSE(inflate(frame, Encoding::zstd, 16u << 20));
    EXPECT_LT(peak_memory() - before, 40u << 20);
}

TEST(ContentEncoding, over_the_wire) {
    TestServer server;
    RawConnection client(server.port());
    const auto send = [&](std::string_view encoding, const std::string& body) {
        return client.ask(request_text("POST", "/echo", body, "Content-Encoding: " + std::string(encoding) + "\r\n"));
    };
    EXPECT_EQ(send("gzip", gzipped(R"({"a":1})"))->body, R"({"a":1})");
    EXPECT_EQ(send("ZSTD", zstd(R"({"a":1})"))->body, R"({"a":1})");
    EXPECT_EQ(send("identity", R"({"a":1})")->body, R"({"a":1})");
    const auto truncated = send("gzip", gzipped(std::string(1000, 'x')).substr(0, 20));
    EXPECT_EQ(truncated->status, 400);
    EXPECT_EQ(truncated->header("content-type"), "application/problem+json");
    EXPECT_EQ(send("gzip", zstd("{}"))->status, 400);
    EXPECT_EQ(send("gzip", gzipped(std::string(kEchoBytesMax, 'x')))->status, 200);
    EXPECT_EQ(send("gzip", gzipped(std::string(kEchoBytesMax + 1, 'x')))->status, 413);
    const std::string bomb = gzip_bomb();
    ASSERT_LE(bomb.size(), kEchoBytesMax + (64u << 10));
    EXPECT_EQ(send("gzip", bomb.substr(0, kEchoBytesMax))->status, 413);
    EXPECT_EQ(send("zstd", zstd_bomb().substr(0, kEchoBytesMax))->status, 413);
    EXPECT_EQ(send("gzip", gzipped("{}"))->body, "{}");  // The connection has survived all that.
}

}  // namespace
}  // namespace sf::http
