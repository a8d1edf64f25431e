//===- iarcc.cpp - The compiler driver -------------------------------------===//
//
// `iarcc model.iarc -o model`: see --help.
//
//===----------------------------------------------------------------------===//
#include "Compile.h"
#include "Graph.h"
#include "Messages.h"
#include "Program.h"

#include <exception>
#include <new>
#include <string>

int main(int argc, char **argv) {
  if (argc > 1 && std::string(argv[1]) == "study")
    return iarcc::becomeStudy(argv + 2);
  if (argc > 1 && std::string(argv[1]) == "graph")
    return iarcc::drawGraph(argc - 2, argv + 2);
  iarcc::ParsedCommandLine parsed = iarcc::parseCommandLine(argc, argv);
  if (parsed.stop)
    return parsed.status;
  try {
    return iarcc::compile(parsed.options);
  } catch (const std::bad_alloc &) {
    iarcc::reportError("out of memory");
    return iarcc::InputOutput;
  } catch (const std::exception &error) {
    iarcc::reportError("internal error: " + std::string(error.what()));
    return iarcc::InternalError;
  }
}
