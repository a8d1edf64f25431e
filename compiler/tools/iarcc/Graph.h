//===- Graph.h - iarcc graph -----------------------------------------------===//
#ifndef IARCC_GRAPH_H
#define IARCC_GRAPH_H

namespace iarcc {

/// `iarcc graph ...`: draws the dataflow of a model. `argv` begins behind the command; gives the
/// exit status. Never throws.
int drawGraph(int argc, const char *const *argv) noexcept;

} // namespace iarcc
#endif
