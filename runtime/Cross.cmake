# The runtime library of another machine, where its cross compiler is installed: the target
# iarcrt-aarch64-linux-gnu makes lib/aarch64-linux-gnu/libiarcrt.a, where `iarcc --target
# aarch64-linux-gnu` looks. Part of `check-iarc`, whose tests run its programs by QEMU.
include(ExternalProject)
set(IARC_CROSS_RUNTIMES)
foreach(triple aarch64-linux-gnu)
  find_program(IARC_CROSS_${triple} ${triple}-g++)
  if(NOT IARC_CROSS_${triple} OR CMAKE_CXX_COMPILER_TARGET STREQUAL triple)
    continue()
  endif()
  set(folder ${PROJECT_BINARY_DIR}/lib/${triple})
  ExternalProject_Add(iarcrt-${triple}
    SOURCE_DIR ${PROJECT_SOURCE_DIR}/runtime
    BINARY_DIR ${PROJECT_BINARY_DIR}/runtime-${triple}
    PREFIX ${PROJECT_BINARY_DIR}/runtime-${triple}/cmake
    CMAKE_ARGS -DCMAKE_CXX_COMPILER=${IARC_CROSS_${triple}} -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}
      -DCMAKE_ARCHIVE_OUTPUT_DIRECTORY=${folder}
      -DCMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}
    BUILD_ALWAYS ON INSTALL_COMMAND "" EXCLUDE_FROM_ALL ON)
  install(FILES ${folder}/libiarcrt.a DESTINATION lib/${triple} OPTIONAL)
  list(APPEND IARC_CROSS_RUNTIMES iarcrt-${triple})
endforeach()
