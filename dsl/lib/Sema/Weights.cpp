//===- Weights.cpp - Weight tensors, their initial values, linear ---------===//
#include "Sema/Elaborator.h"

#include <algorithm>

namespace iarc::dsl {

WeightId Elaborator::weight(const std::string &name, Placement placement, Initialiser init,
                            bool isBias, int64_t positions, int64_t out, int64_t in,
                            SourceRange where) {
  Weight made;
  for (int64_t count : layers)
    made.shape.push_back({"layer", count});
  const bool across = placement == Placement::AcrossPositions;
  if (placement == Placement::PerPosition || (across && isBias))
    made.shape.push_back({"position", positions});
  else if (across)
    // Every pair s <= t: the row of t begins at t (t + 1) / 2.
    made.shape.push_back({"pair", positions * (positions + 1) / 2});
  made.shape.push_back({"out", out});
  if (!isBias)
    made.shape.push_back({"in", in});
  if (init.fanIn) {
    init.fanIn = in;
    init.fanInGrows = across;
  }

  int64_t elements = 1;
  bool overflow = false;
  std::string factors;
  for (const Axis &axis : made.shape) {
    overflow = overflow || __builtin_mul_overflow(elements, axis.size, &elements);
    factors += (factors.empty() ? "" : " * ") + axis.name + " " + std::to_string(axis.size);
  }
  overflow = overflow || __builtin_add_overflow(weightElements, elements, &weightElements);
  if (overflow || weightElements > limits::weightElements) {
    report(Code::SizeOverflow, where,
           "the weights are too many: " + factors +
               (overflow ? " does not fit 64 bits"
                         : " takes the total beyond " + std::to_string(limits::weightElements)))
        .hint("make one of the factors smaller");
    throw ElaborationStopped();
  }
  made.name = name;
  // From the number on that was last given to a weight of this name.
  for (int &i = weightNumbers[name]; !weightNames.insert(made.name).second;)
    made.name = name + "_" + std::to_string(i = std::max(i + 1, 2));
  made.initialiser = init;
  made.location = where.location();
  model->weights.push_back(std::move(made));
  return static_cast<WeightId>(model->weights.size() - 1);
}

std::optional<std::string> Elaborator::weightName(const ast::Argument *given,
                                                  const char *byDefault) {
  if (!given)
    return byDefault;
  const Expression &node = *given->value;
  if (node.broken)
    return std::nullopt;
  if (node.kind == ast::ExpressionKind::Name)
    return node.text;
  report(Code::InvalidArgument, node.range, "the name of a weight must be a plain name")
      .hint("write it without quotes: 'name: w1'");
  return std::nullopt;
}

std::optional<Initialiser> Elaborator::initialiserOf(const ast::Argument *given,
                                                     Initialiser byDefault, Scope &scope) {
  if (!given)
    return byDefault;
  const Expression &node = *given->value;
  Value value = evaluate(node, scope);
  if (value.is(ValueKind::Initialiser))
    return value.initialiser;
  badArgument("'initialise'", "an initialiser", value, node.range,
              "such as 'normal(0, 0.1)', 'uniform(-0.1, 0.1)' or 'constant(0)'");
  return std::nullopt;
}

bool Elaborator::biasOf(const ast::Argument *given, Scope &scope, std::optional<Initialiser> &bias) {
  if (!given)
    return true;
  const Expression &node = *given->value;
  Value value = evaluate(node, scope);
  if (value.is(ValueKind::Initialiser)) {
    bias = value.initialiser;
    return true;
  }
  if (value.is(ValueKind::Word) && value.word == "none")
    return true;
  badArgument("'bias'", "an initialiser or 'none'", value, node.range, "such as 'constant(0)'");
  return false;
}

Value Elaborator::linear(const Expression &call, const Binding &binding, Scope &scope) {
  const Expression &xNode = *binding.slots[0]->value, &outNode = *binding.slots[1]->value;
  std::optional<ValueId> x =
      tensor(evaluate(xNode, scope), xNode.range, "the first argument of 'linear'");
  Value size = evaluate(outNode, scope);
  if (size.is(ValueKind::Weight))
    return x ? linearBy(size, call, binding, scope, *x) : Value::poison();
  if (size.is(ValueKind::Tensor) && size.graph->isPlain() && isWeight(size.graph->plainValue())) {
    report(Code::WeightUse, outNode.range, "'linear' takes a matrix, not " + describe(size))
        .hint("declare it with two sizes: 'weight " + outNode.text + "[out, in] = ...'");
    return Value::poison();
  }
  std::optional<int64_t> out =
      integer(size, outNode.range, "the number of features", 1, limits::width,
              Code::InvalidArgument);
  std::optional<std::string> name = weightName(binding.slots[2], "linear");
  bool valid = name.has_value();
  Placement placement = weights.placement;
  SourceRange placed = call.range;
  if (binding.slots[3]) {
    const Expression &node = *binding.slots[3]->value;
    Value value = evaluate(node, scope);
    if (!value.is(ValueKind::Placement)) {
      badArgument("'weights'", "'shared', 'per position' or 'across positions'", value, node.range);
      valid = false;
    }
    placement = value.placement;
    placed = node.range;
  }
  std::optional<Initialiser> init = initialiserOf(binding.slots[4], weights.initialiser, scope);
  std::optional<Initialiser> bias;
  valid = biasOf(binding.slots[5], scope, bias) && init && valid;
  if (!x || !out || !valid)
    return Value::poison();
  if (recurrence && placement != Placement::Shared) {
    const char *word = placement == Placement::PerPosition ? "per position" : "across positions";
    return notInRecur(placed, std::string("weights ") + word,
                      "all steps share its weights: say 'weights: shared' in the call");
  }
  Op op;
  op.kind = OpKind::Linear;
  op.operands = {*x};
  op.weight = weight(*name, placement, *init, /*isBias=*/false, positions(*x), *out, features(*x),
                     call.range);
  if (bias) {
    const std::string &matrix = model->weights[static_cast<size_t>(op.weight)].name;
    op.bias = weight(matrix + "_bias", placement, *bias, /*isBias=*/true, positions(*x), *out,
                     features(*x), call.range);
  }
  op.placement = placement;
  return operation(std::move(op), *out, call.range);
}

Value Elaborator::initialiser(Primitive which, const Expression &call, const Binding &binding,
                              Scope &scope) {
  Value value;
  value.kind = ValueKind::Initialiser;
  value.initialiser.kind = which == Primitive::Normal    ? Initialiser::Kind::Normal
                           : which == Primitive::Uniform ? Initialiser::Kind::Uniform
                                                         : Initialiser::Kind::Constant;
  double numbers[2] = {0, 0};
  for (size_t i = 0; i < binding.slots.size() && i < 2; ++i) {
    const Expression &node = *binding.slots[i]->value;
    std::optional<double> number =
        real(evaluate(node, scope), node.range,
             "argument " + std::to_string(i + 1) + " of '" + call.text + "'",
             Code::InvalidArgument);
    if (!number)
      return Value::poison();
    numbers[i] = *number;
  }
  if (which == Primitive::Normal && numbers[1] < 0) {
    report(Code::InvalidArgument, binding.slots[1]->value->range,
           "the standard deviation must not be negative");
    return Value::poison();
  }
  if (which == Primitive::Uniform && numbers[1] < numbers[0]) {
    report(Code::InvalidArgument, call.range, "the upper bound is below the lower bound")
        .hint("write 'uniform(low, high)'");
    return Value::poison();
  }
  if (which != Primitive::Constant && binding.slots[2]) {
    const Expression &node = *binding.slots[2]->value;
    Value scale = evaluate(node, scope);
    if (scale.is(ValueKind::Word) && scale.word == "fan_in")
      value.initialiser.fanIn = 1; // the number is known where the weight is made
    else if (!scale.is(ValueKind::Word) || scale.word != "none")
      return badArgument("'scale'", "'fan_in' or 'none'", scale, node.range);
  }
  value.initialiser.first = numbers[0];
  value.initialiser.second = numbers[1];
  return value;
}

} // namespace iarc::dsl
