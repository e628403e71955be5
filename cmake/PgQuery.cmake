# PgQuery::pg_query: PostgreSQL's own parser as a library. It comes without a file for pkg-config.

find_library(PG_QUERY_LIBRARY pg_query)
find_path(PG_QUERY_INCLUDE_DIR pg_query.h)
if(NOT PG_QUERY_LIBRARY OR NOT PG_QUERY_INCLUDE_DIR)
  message(FATAL_ERROR "libpg_query was not found. Run scripts/setup.sh, which installs it.")
endif()

add_library(PgQuery::pg_query UNKNOWN IMPORTED)
set_target_properties(PgQuery::pg_query PROPERTIES
  IMPORTED_LOCATION ${PG_QUERY_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${PG_QUERY_INCLUDE_DIR})
