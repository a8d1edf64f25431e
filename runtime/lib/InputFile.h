//===- InputFile.h - Files that are read as a whole -------------------------------===//
//
// What is read as a whole must have an end: a regular file. A device may have none, and a
// pipe may have nobody who writes to it, for whom an open would wait.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_RUNTIME_LIB_INPUTFILE_H
#define IARC_RUNTIME_LIB_INPUTFILE_H

#include <cstdint>
#include <string>

namespace iarc::runtime {

/// Opens a regular file. Returns its descriptor, or -1 with what is wrong in `problem`, as the end of
/// "cannot read ...:".
int openRegular(const std::string &path, uint64_t &size, std::string &problem);

/// The bytes of a regular file. Throws Error (status InputOutput): "cannot read ", `what`, the name and
/// what is wrong.
std::string readText(const std::string &what, const std::string &path);

} // namespace iarc::runtime

#endif
