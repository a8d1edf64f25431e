//===- Graph.h - iarcc graph -----------------------------------------------===//
#ifndef IARCC_GRAPH_H
#define IARCC_GRAPH_H

#include "Options.h"

#include "iarc/dsl/Frontend.h"

namespace iarcc {

/// Draws the dataflow of the model of `options.input` to `options.output`; gives the exit status.
int drawGraph(const Options &options, const iarc::dsl::FrontendOptions &frontend);

} // namespace iarcc
#endif
