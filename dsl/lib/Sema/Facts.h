//===- Facts.h - What elaboration found out about places in the text ------===//
//
// Filled for editors only: the axes of values and the weights that a call made.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_SEMA_FACTS_H
#define IARC_DSL_SEMA_FACTS_H

#include "Diagnostics/Source.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace iarc::dsl {

/// Of one name or call as written; a block that is called several times may have several values.
struct Fact {
  std::vector<std::string> values; ///< distinct descriptions, at most four
  int64_t parameters = 0;          ///< elements of all weights made by all its evaluations
  std::vector<std::string> weights; ///< "w1 [out 80, in 20]", at most twenty
};

class Facts {
public:
  void value(SourceRange where, const std::string &text) {
    std::vector<std::string> &values = at(where).values;
    if (values.size() < 4 && std::find(values.begin(), values.end(), text) == values.end())
      values.push_back(text);
  }
  void weight(SourceRange where, const std::string &text, int64_t elements) {
    Fact &fact = at(where);
    fact.parameters += elements;
    if (fact.weights.size() < 20)
      fact.weights.push_back(text);
  }
  const Fact *find(SourceRange where) const {
    auto entry = all.find({where.source, where.begin});
    return entry == all.end() ? nullptr : &entry->second;
  }

private:
  Fact &at(SourceRange where) { return all[{where.source, where.begin}]; }
  std::map<std::pair<const SourceText *, uint32_t>, Fact> all;
};

} // namespace iarc::dsl
#endif
