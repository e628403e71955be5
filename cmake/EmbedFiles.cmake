# sf_embed_files(target name NAMESPACE ns ROOT folder DEPENDS files [FILES paths]): packs files (all of the folder, or those named) into
# the target, which gets a function ns::<name>_files(). They are packed again when one of DEPENDS changes.

find_program(SF_PYTHON python3 REQUIRED)
enable_language(ASM)

function(sf_embed_files target name)
  cmake_parse_arguments(ARG "" "NAMESPACE;ROOT" "FILES;DEPENDS" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR})
  add_custom_command(OUTPUT ${out}/${name}.gen.S ${out}/${name}.gen.cpp
    COMMAND ${SF_PYTHON} -B ${SF_ROOT}/cmake/embed_files.py --name ${name} --namespace ${ARG_NAMESPACE} --root ${ARG_ROOT} --out ${out} ${ARG_FILES}
    DEPENDS ${ARG_DEPENDS} ${SF_ROOT}/cmake/embed_files.py
    VERBATIM)
  target_sources(${target} PRIVATE ${out}/${name}.gen.S ${out}/${name}.gen.cpp)
  set_source_files_properties(${out}/${name}.gen.S PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
