//===- Embedding.cpp - embed and unembed ----------------------------------===//
#include "Sema/Elaborator.h"

#include "Diagnostics/Suggest.h"

namespace iarc::dsl {

Value Elaborator::embed(const Expression &call, const Binding &binding, Scope &scope) {
  if (recurrence)
    return notInRecur(call.focus, "'embed'",
                      "it reads the tokens of all positions: embed before, and read it in the body");
  const Expression &widthNode = *binding.slots[0]->value;
  std::optional<int64_t> width =
      integer(evaluate(widthNode, scope), widthNode.range, "the number of features", 1,
              limits::width, Code::InvalidArgument);
  std::optional<std::string> name = weightName(binding.slots[1], "embedding");
  std::optional<Initialiser> init = initialiserOf(binding.slots[2], weights.initialiser, scope);
  bool valid = name && init;
  std::string tape = "one_hot";
  if (binding.slots[3]) {
    const Expression &node = *binding.slots[3]->value;
    Value value = evaluate(node, scope);
    if (value.is(ValueKind::Word) &&
        (value.word == "one_hot" || value.word == "added" || value.word == "none")) {
      tape = value.word;
    } else {
      badArgument("'tape'", "'one_hot', 'added' or 'none'", value, node.range,
                  "the control tokens stand behind the embedding one-hot, are embedded and added "
                  "to it, or are left out");
      valid = false;
    }
  }
  if (!width || !valid || !symbolCount || model->context <= 0)
    return Value::poison();
  Op op;
  op.kind = OpKind::Embed;
  op.weight = weight(*name, Placement::Shared, *init, /*isBias=*/false, 1, *symbolCount, *width,
                     call.range);
  embeddings.push_back({op.weight, !layers.empty(), call.range});
  const std::string table = model->weights[static_cast<size_t>(op.weight)].name;
  int64_t features = *width + (tape == "one_hot" ? controlCount : 0);
  Value symbols = operation(std::move(op), features, call.range);
  if (tape != "added" || controlCount == 0)
    return symbols;
  Op controls;
  controls.kind = OpKind::Embed;
  controls.ofControls = true;
  controls.weight = weight(table + "_tape", Placement::Shared, *init, /*isBias=*/false, 1,
                           controlCount, *width, call.range);
  Value added = operation(std::move(controls), *width, call.range);
  return Value::ofGraph(apply(ScalarOp::Add, *symbols.graph, *added.graph));
}

/// The embedding that a readout names, or the only one there is.
const Elaborator::Embedding *Elaborator::embeddingOf(const Expression &call,
                                                     const Expression *given) {
  auto nameOf = [&](const Embedding &embedding) {
    return model->weights[static_cast<size_t>(embedding.weight)].name;
  };
  std::vector<std::string> names;
  for (const Embedding &embedding : embeddings)
    names.push_back(nameOf(embedding));
  const Embedding *found = nullptr;
  if (given) {
    if (given->broken)
      return nullptr;
    for (const Embedding &embedding : embeddings)
      if (given->kind == ast::ExpressionKind::Name && given->text == nameOf(embedding))
        found = &embedding;
    if (!found) {
      std::string nearest = nearestName(given->text, names);
      report(Code::NoEmbedding, given->range,
             "there is no embedding '" + std::string(given->range.text().substr(0, 40)) +
                 "' before this readout")
          .hint(!nearest.empty() ? "did you mean '" + nearest + "'?"
                : names.empty()  ? "make one: 'x = embed(32, name: tokens)'"
                                 : "there is " + listOf(names, "and"));
      return nullptr;
    }
  } else if (embeddings.empty()) {
    report(Code::NoEmbedding, call.focus, "a readout by an embedding needs one, made before")
        .hint("make it with 'x = embed(32)', or read out with 'linear(x, symbols)'");
    return nullptr;
  } else if (embeddings.size() > 1) {
    Diagnostic &diagnostic = report(Code::NoEmbedding, call.focus,
                                    "the readout could be tied to each of " +
                                        std::to_string(embeddings.size()) + " embeddings");
    diagnostic.hint("say which: 'of: " + names.front() + "'; there is " + listOf(names, "and"));
    return nullptr;
  } else {
    found = &embeddings.front();
  }
  if (found->layered) {
    report(Code::NoEmbedding, given ? given->range : call.focus,
           "an embedding made in a repeat is another one in each layer, so that no readout can "
           "be tied to it")
        .note(found->where, "it is made here")
        .hint("make it before the repeat");
    return nullptr;
  }
  return found;
}

Value Elaborator::unembed(const Expression &call, const Binding &binding, Scope &scope) {
  const Expression &xNode = *binding.slots[0]->value;
  std::optional<ValueId> x =
      tensor(evaluate(xNode, scope), xNode.range, "the first argument of 'unembed'");
  const Embedding *embedding =
      embeddingOf(call, binding.slots[1] ? binding.slots[1]->value : nullptr);
  std::optional<Initialiser> bias;
  if (!biasOf(binding.slots[2], scope, bias) || !x || !embedding)
    return Value::poison();
  const Weight table = model->weights[static_cast<size_t>(embedding->weight)];
  int64_t symbols = table.shape[0].size, width = table.shape[1].size;
  if (features(*x) != width) {
    Diagnostic &diagnostic =
        report(Code::ShapeMismatch, xNode.range,
               shapeText(*x) + " and the embedding '" + table.name + "' of " +
                   std::to_string(width) + " features do not fit: axis 'feature' is " +
                   std::to_string(features(*x)) + " and " + std::to_string(width));
    noteOrigin(diagnostic, *x);
    diagnostic.note(embedding->where, "the embedding is made here")
        .hint("bring it to that width: 'linear(x, " + std::to_string(width) + ")'" +
              (features(*x) == width + controlCount && controlCount
                   ? ", or take the control tape off: 'x[0..<" + std::to_string(width) + "]'"
                   : ""));
    return Value::poison();
  }
  Op op;
  op.kind = OpKind::Linear;
  op.operands = {*x};
  op.weight = embedding->weight;
  if (bias)
    op.bias = weight(table.name + "_bias", Placement::Shared, *bias, /*isBias=*/true,
                     positions(*x), symbols, width, call.range);
  return operation(std::move(op), symbols, call.range);
}

} // namespace iarc::dsl
