//===- Doc.h - iarcc doc ---------------------------------------------------===//
#ifndef IARCC_DOC_H
#define IARCC_DOC_H

#include "Options.h"

#include "iarc/dsl/Frontend.h"

namespace iarcc {

/// Writes the documentation of `options.inputs`, files and folders of them, to `options.output`;
/// gives the exit status.
int writeDocumentation(const Options &options, const iarc::dsl::FrontendOptions &frontend);

} // namespace iarcc
#endif
