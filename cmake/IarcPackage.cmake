# What is installed beside the programs, and the Debian package: `cpack -G DEB` in the build folder
# makes iarc_VERSION_ARCHITECTURE.deb.
if(IARC_BUILD_COMPILER)
  file(GLOB pages ${PROJECT_SOURCE_DIR}/docs/man/*.1)
else()
  set(pages ${PROJECT_SOURCE_DIR}/docs/man/iarc-format.1 ${PROJECT_SOURCE_DIR}/docs/man/iarc-lsp-server.1)
endif()
install(FILES ${pages} DESTINATION share/man/man1)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/dsl/editors DESTINATION share/iarc)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/iarc RENAME copyright)

set(CPACK_PACKAGE_NAME iarc)
set(CPACK_PACKAGE_VENDOR "the iarc authors")
set(CPACK_PACKAGE_CONTACT "the iarc authors <iarc@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compiler for small sequence models")
set(CPACK_PACKAGE_DESCRIPTION
"You declare a transformer, a cisformer, a causal perceptron, an LSTM or a model
of your own, the task that feeds it and the training protocol in one short file;
iarcc differentiates it, fuses it into vector code and links a native program
that trains, evaluates and explains the model.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
# libMLIR, libLLVM and the C++ library with the versions that the programs need; iarcc links by g++.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "g++")
# iarcc study; iarcc --matmul=blas.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3 (>= 3.11), libopenblas-serial-dev")
# lit and FileCheck, for suites of tests.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "llvm-22-tools")
include(CPack)
