//===- Processor.h - What this processor can run ---------------------------------===//
#ifndef IARC_RUNTIME_LIB_PROCESSOR_H
#define IARC_RUNTIME_LIB_PROCESSOR_H

#include "iarc/runtime/Descriptor.h"

#include <string>

namespace iarc::runtime {

/// Of the names in `features`, separated by commas, those that this processor or its kernel lacks,
/// in the same form and order. A name that iarc/runtime/ProcessorFeatures.def does not list for
/// this architecture counts as lacking.
std::string missingFeatures(const char *features);

/// Throws Error (status InputOutput) that names what the processor lacks for the model's code. To
/// be called before any generated code runs, from code that every processor of the architecture
/// can run.
void requireProcessor(const iarc_model &model);

} // namespace iarc::runtime

#endif
