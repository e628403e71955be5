// Runs a fuzz target where there is no libFuzzer: over every file of a corpus, then over mutations of them, always the
// same ones. Finds what a change has broken, not what nobody has thought of.
//   fuzz_sql CORPUS [MUTATIONS]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

std::vector<Input> corpus(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<Input> inputs;
    for (const auto& file : files) {
        std::ifstream stream(file, std::ios::binary);
        inputs.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    }
    return inputs;
}

Input mutated(Input input, const std::vector<Input>& all, std::mt19937_64& random) {
    for (auto times = 1 + random() % 4; times > 0; --times) {
        const auto at = static_cast<std::ptrdiff_t>(random() % (input.size() + 1));
        const auto room = static_cast<std::ptrdiff_t>(input.size()) - at;
        switch (random() % 4) {
            case 0:
                if (room > 0) input[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random());
                break;
            case 1: input.insert(input.begin() + at, static_cast<std::uint8_t>(random())); break;
            case 2:
                input.erase(input.begin() + at,
                            input.begin() + at + std::min(room, static_cast<std::ptrdiff_t>(random() % 16)));
                break;
            case 3: {  // A piece of another one.
                const Input& other = all[random() % all.size()];
                if (other.empty()) break;
                const std::size_t begin = random() % other.size();
                const std::size_t size = std::min<std::size_t>(other.size() - begin, random() % 64);
                input.insert(input.begin() + at, other.begin() + static_cast<std::ptrdiff_t>(begin),
                             other.begin() + static_cast<std::ptrdiff_t>(begin + size));
                break;
            }
        }
    }
    return input;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: TARGET CORPUS [MUTATIONS]\n", stderr);
        return 2;
    }
    const std::vector<Input> inputs = corpus(argv[1]);
    if (inputs.empty()) {
        std::fputs("error: the corpus is empty\n", stderr);
        return 1;
    }
    for (const Input& input : inputs) LLVMFuzzerTestOneInput(input.data(), input.size());
    const long mutations = argc > 2 ? std::atol(argv[2]) : 0;
    std::mt19937_64 random(1);
    for (long i = 0; i < mutations; ++i) {
        const Input input = mutated(inputs[random() % inputs.size()], inputs, random);
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%zu inputs, %ld mutations\n", inputs.size(), mutations);
    return 0;
}
