#include "database/lakehouse/duck_worker.hpp"

#include "base/file.hpp"

#include <fmt/format.h>

namespace sf::database::duck {

Result<Worker> Worker::open(const WorkerOptions& options) {
    SF_TRY(make_folders(options.temporary));
    Worker worker;
    SF_ASSIGN(worker.database_, open_database());
    SF_ASSIGN(worker.connection_, connect(worker.database_));
    for (const std::string& setting : {
             fmt::format("memory_limit = '{}B'", options.memory_bytes),
             // With one thread a sort that does not fit into memory spills; several keep too much of it and give up.
             std::string("threads = 1"),
             "temp_directory = " + duck::quoted(options.temporary.string()),
             fmt::format("max_temp_directory_size = '{}B'", options.spill_bytes),
             std::string("TimeZone = 'UTC'"),
             std::string("preserve_insertion_order = false"),
             std::string("enable_external_file_cache = false"),
             std::string("autoinstall_known_extensions = false"),
             std::string("autoload_known_extensions = false"),
         }) {
        SF_TRY(execute(worker.connection_, "SET GLOBAL " + setting));
    }
    return worker;
}

}  // namespace sf::database::duck
