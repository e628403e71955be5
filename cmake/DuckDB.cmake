# DuckDB::duckdb: the C library and its header. A DuckDB installed on the system is preferred; else the one that
# scripts/setup.sh installed from npm under third_party/duckdb/node_modules.

set(SF_DUCKDB_NPM ${CMAKE_CURRENT_LIST_DIR}/../third_party/duckdb/node_modules)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(SF_DUCKDB_CPU arm64)
else()
  set(SF_DUCKDB_CPU x64)
endif()

find_library(DUCKDB_LIBRARY duckdb
  HINTS ${SF_DUCKDB_NPM}/@duckdb/node-bindings-linux-${SF_DUCKDB_CPU})
find_path(DUCKDB_INCLUDE_DIR duckdb.h
  HINTS ${SF_DUCKDB_NPM}/duckdb/src/duckdb/src/include)
if(NOT DUCKDB_LIBRARY OR NOT DUCKDB_INCLUDE_DIR)
  message(FATAL_ERROR "DuckDB was not found. Run scripts/setup.sh, which installs it.")
endif()

add_library(DuckDB::duckdb SHARED IMPORTED)
set_target_properties(DuckDB::duckdb PROPERTIES
  IMPORTED_LOCATION ${DUCKDB_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${DUCKDB_INCLUDE_DIR})
