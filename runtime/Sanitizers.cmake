# The runtime library once more for `iarcc --sanitize=address` and `--sanitize=thread`, with their checks
# in its own code: iarcrt-address and iarcrt-thread make lib/sanitize-NAME/libiarcrt.a, where iarcc looks.
# Needs clang, whose runtime libraries both kinds of code share (Debian: libclang-rt-22-dev).
include(CheckCXXSourceCompiles)
find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
set(IARC_SANITIZED_RUNTIMES)
set(IARC_SANITIZE_FLAGS_address -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined)
set(IARC_SANITIZE_FLAGS_thread -fsanitize=thread)
# Nothing but text, whose place in the build folder the checks would name.
set_source_files_properties(${PROJECT_BINARY_DIR}/runtime/ReportPage.cpp
  PROPERTIES COMPILE_OPTIONS -fno-sanitize=all)
foreach(name address thread)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    continue()
  endif()
  set(CMAKE_REQUIRED_FLAGS ${IARC_SANITIZE_FLAGS_${name}})
  string(REPLACE ";" " " CMAKE_REQUIRED_FLAGS "${CMAKE_REQUIRED_FLAGS}")
  check_cxx_source_compiles("int main() { return 0; }" IARC_HAVE_SANITIZER_${name})
  unset(CMAKE_REQUIRED_FLAGS)
  if(NOT IARC_HAVE_SANITIZER_${name})
    continue()
  endif()
  get_target_property(sources iarcrt SOURCES)
  list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/ REGEX "^[^/]")
  add_library(iarcrt-${name} STATIC EXCLUDE_FROM_ALL ${sources})
  set_target_properties(iarcrt-${name} PROPERTIES OUTPUT_NAME iarcrt
    ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/sanitize-${name})
  target_include_directories(iarcrt-${name} PRIVATE
    ${CMAKE_CURRENT_LIST_DIR}/include ${CMAKE_CURRENT_LIST_DIR}/lib)
  target_compile_options(iarcrt-${name} PRIVATE -O1 -g1 -ffunction-sections -fdata-sections
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -ffile-prefix-map=${PROJECT_BINARY_DIR}=. ${IARC_SANITIZE_FLAGS_${name}})
  target_compile_definitions(iarcrt-${name} PRIVATE IARC_VERSION="${PROJECT_VERSION}")
  target_link_libraries(iarcrt-${name} PRIVATE Threads::Threads CLI11::CLI11 nlohmann_json::nlohmann_json)
  install(FILES ${PROJECT_BINARY_DIR}/lib/sanitize-${name}/libiarcrt.a
    DESTINATION lib/sanitize-${name} OPTIONAL)
  list(APPEND IARC_SANITIZED_RUNTIMES iarcrt-${name})
endforeach()
