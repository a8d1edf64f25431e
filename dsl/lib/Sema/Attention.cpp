//===- Attention.cpp - attend, its kernels and their decay ----------------===//
#include "Sema/Elaborator.h"

#include <cmath>
#include <cstdio>

namespace iarc::dsl {

std::optional<Graph> Elaborator::kernel(const Value &value, SourceRange where,
                                        int64_t positions) {
  if (!value.is(ValueKind::Function)) {
    // A kernel with arguments by position is a call, which gives a number.
    badArgument("'kernel'", "a kernel or function", value, where,
                "name one, with its parameters by name, such as 'expressive_power(power: 6)', or "
                "define one: 'kernel mine(z) = exp(z)'");
    return std::nullopt;
  }
  const FunctionValue &function = value.function;
  if (function.definition && function.definition->poisoned)
    return std::nullopt;
  std::vector<Value> arguments = {Value::ofGraph(Graph::ofValue(~0))};
  std::vector<SourceRange> ranges = {where};
  size_t required = 1;
  Scope defaults;
  if (function.definition) {
    defaults.unit = function.definition->unit;
    defaults.scalar = true;
    const std::vector<ast::Parameter> &parameters = function.definition->item->parameters;
    defaults.levels[0][parameters[0].name.text] = arguments[0];
    for (size_t i = 1; i < parameters.size(); ++i) {
      auto set = function.numbers.find(parameters[i].name.text);
      ranges.push_back(where);
      if (set != function.numbers.end()) {
        arguments.push_back(Value::ofNumber(set->second));
      } else if (parameters[i].value) {
        arguments.push_back(evaluate(*parameters[i].value, defaults));
      } else {
        ++required;
        continue;
      }
      defaults.levels[0][parameters[i].name.text] = arguments.back(); // for the defaults after it
    }
  } else {
    required = static_cast<size_t>(function.intrinsic->arity);
  }
  if (required != 1) {
    Diagnostic &diagnostic = report(
        Code::InvalidArgument, where,
        "'" + function.name() + "' cannot be a kernel: it takes " + std::to_string(required) +
            " arguments, and a kernel takes the score alone");
    if (function.definition)
      diagnostic.note(function.definition->item->name.range, "it is defined here");
    diagnostic.hint(function.definition ? "give the other parameters defaults, or set them: '" +
                                              function.name() + "(name: value)'"
                                        : "define one of one score: 'kernel mine(z) = ...'");
    return std::nullopt;
  }
  appliedPositions = positions;
  Value result = applyFunction(function, arguments, where, ranges);
  appliedPositions = 0; // no function has attention
  if (result.isPoison())
    return std::nullopt;
  Graph graph = graphOf(result);
  simplify(graph);
  return graph;
}

/// A kernel as it is called: "expressive", "polynomial(power: 4)".
static std::string textOf(const FunctionValue &function) {
  std::string text;
  for (const auto &[name, number] : function.numbers) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.12g", number);
    text += (text.empty() ? "(" : ", ") + name + ": " + digits;
  }
  return function.name() + text + (text.empty() ? "" : ")");
}

bool Elaborator::decay(const Value &value, SourceRange where, int64_t heads,
                       std::vector<double> &slopes) {
  if (value.is(ValueKind::Word) && value.word == "none")
    return true;
  if (value.is(ValueKind::Word) && value.word == "alibi") {
    // For H a power of two m_h = 2^(-8h/H). For others the rule of the ALiBi paper: the slopes of
    // the power of two below, then every second one of the power of two above.
    int64_t power = 1;
    while (power * 2 <= heads)
      power *= 2;
    for (int64_t h = 1; h <= power; ++h)
      slopes.push_back(std::exp2(-8.0 * static_cast<double>(h) / static_cast<double>(power)));
    for (int64_t h = 1; static_cast<int64_t>(slopes.size()) < heads; h += 2)
      slopes.push_back(std::exp2(-8.0 * static_cast<double>(h) / static_cast<double>(2 * power)));
    return true;
  }
  if (!value.is(ValueKind::List)) {
    badArgument("'decay'", "'alibi', 'none' or a list of slopes", value, where);
    return false;
  }
  if (static_cast<int64_t>(value.elements.size()) != heads) {
    report(Code::SlopeCount, where,
           std::to_string(value.elements.size()) + " slopes are given for " +
               std::to_string(heads) + (heads == 1 ? " head" : " heads"))
        .hint("give one slope a head, or 'alibi'");
    return false;
  }
  for (const Value &element : value.elements) {
    if (!element.is(ValueKind::Number) || element.number < 0) {
      report(Code::InvalidArgument, where, "a slope must be a number that is not negative")
          .hint("the weight of a key i - j positions back is multiplied by exp(-slope (i - j))");
      return false;
    }
    slopes.push_back(element.number);
  }
  return true;
}

ValueId Elaborator::repeatedHeads(ValueId value, int64_t size, int64_t count, SourceRange where) {
  if (count == 1)
    return value;
  std::vector<ValueId> parts;
  for (int64_t begin = 0; begin < features(value); begin += size)
    parts.insert(parts.end(), static_cast<size_t>(count), sliced(value, begin, begin + size, where));
  return joined(parts, where).graph->plainValue();
}

Value Elaborator::attendWith(Graph kernel, Op op, const Expression &call, const Binding &binding,
                             SourceRange kernelRange, std::optional<double> eps, Scope &scope) {
  // The score is argument 0, what is learned follows.
  std::vector<std::string> names = {"z"};
  for (ScalarNode &node : kernel.scalar.nodes) {
    if (node.op != ScalarOp::Argument)
      continue;
    ValueId operand = kernel.operands[static_cast<size_t>(node.index)];
    node.index = 0;
    if (operand < 0)
      continue;
    node.index = static_cast<int32_t>(op.operands.size()) - 2;
    op.operands.push_back(adapted(operand, positions(op.operands[0]), 1, kernelRange));
    names.push_back(model->weights[static_cast<size_t>(weightOfValue.at(operand))].name);
  }
  kernel.scalar.arity = static_cast<int32_t>(names.size());
  const ScalarFunction &scalar = kernel.scalar;
  bool exponential = scalar.nodes[static_cast<size_t>(scalar.result)].op == ScalarOp::Exp;
  if (op.normalise == Normalise::Sum && !neverNegative(scalar)) {
    SourceRange where = binding.slots[8] ? binding.slots[8]->value->range : kernelRange;
    Diagnostic &diagnostic =
        report(Code::SignedKernel, where,
               "the kernel cannot be shown to stay above zero, so its sum can vanish");
    Value function = evaluate(*binding.slots[4]->value, scope);
    SourceRange defined = function.is(ValueKind::Function) && function.function.definition
                              ? function.function.definition->item->name.range
                              : kernelRange;
    diagnostic.note(defined, "the kernel is " + textOf(scalar, names))
        .hint("say 'normalise: absolute_sum' or 'normalise: none'; a kernel built from exp, abs, "
              "even powers and max(0, ...) passes" +
              std::string(names.size() > 1 ? ", and so does exp of a weight" : ""));
    return Value::poison();
  }
  if (op.normalise == Normalise::None)
    op.eps = 0;
  else
    op.eps = eps ? *eps : exponential ? 0 : 1e-3;
  op.scalar = std::move(kernel.scalar);
  int64_t width = features(op.operands[2]);
  return operation(std::move(op), width, call.range);
}

Value Elaborator::attend(const Expression &call, const Binding &binding, Scope &scope) {
  if (recurrence)
    return notInRecur(call.focus, "'attend'", "it looks at all positions: attend before or after");
  auto node = [&](size_t i) -> const Expression & { return *binding.slots[i]->value; };
  const char *names[] = {"the query", "the key", "the value"};
  std::optional<ValueId> inputs[3];
  bool valid = true;
  for (size_t i = 0; i < 3; ++i) {
    inputs[i] = tensor(evaluate(node(i), scope), node(i).range, names[i]);
    valid = valid && inputs[i].has_value();
  }
  std::optional<int64_t> heads = integer(evaluate(node(3), scope), node(3).range, "'heads'", 1,
                                         limits::heads, Code::InvalidArgument);
  // One kernel, or a list of them, each of as many heads.
  Value given = evaluate(node(4), scope);
  std::vector<Value> kernels = given.is(ValueKind::List) ? given.elements : std::vector{given};
  std::vector<SourceRange> kernelRanges;
  for (size_t i = 0; i < kernels.size(); ++i)
    kernelRanges.push_back(given.is(ValueKind::List) && node(4).kind == ast::ExpressionKind::List
                               ? node(4).operands[i]->range
                               : node(4).range);
  if (heads && (kernels.empty() || *heads % static_cast<int64_t>(kernels.size()) != 0)) {
    report(Code::InvalidArgument, node(4).range,
           std::to_string(kernels.size()) + " kernels do not divide " + std::to_string(*heads) +
               (*heads == 1 ? " head" : " heads"))
        .hint("each kernel of a list takes an equal share of the heads, in order");
    valid = false;
  }
  std::vector<std::optional<Graph>> graphs;
  for (size_t i = 0; i < kernels.size(); ++i) {
    graphs.push_back(
        kernel(kernels[i], kernelRanges[i], inputs[0] ? positions(*inputs[0]) : 0));
    valid = valid && graphs.back();
  }
  std::optional<int64_t> keyHeads = heads;
  if (binding.slots[9])
    keyHeads = integer(evaluate(node(9), scope), node(9).range, "'key_heads'", 1, limits::heads,
                       Code::InvalidArgument);
  if (heads && keyHeads && *heads % *keyHeads != 0) {
    report(Code::InvalidArgument, node(9).range,
           std::to_string(*keyHeads) + " heads of keys do not divide the " +
               std::to_string(*heads) + " heads of queries")
        .hint("each head of keys and values serves as many heads of queries");
    valid = false;
  }
  valid = valid && heads && keyHeads;
  Op op; // what the kernels have in common
  std::optional<double> scale;
  if (binding.slots[5]) {
    scale = real(evaluate(node(5), scope), node(5).range, "'scale'", Code::InvalidArgument);
    valid = valid && scale;
  }
  if (binding.slots[6]) {
    Value mask = evaluate(node(6), scope);
    if (mask.is(ValueKind::Word) && (mask.word == "causal" || mask.word == "none")) {
      op.causal = mask.word == "causal";
    } else {
      badArgument("'mask'", "'causal' or 'none'", mask, node(6).range);
      valid = false;
    }
  }
  if (binding.slots[7] && heads)
    valid = decay(evaluate(node(7), scope), node(7).range, *heads, op.slopes) && valid;
  std::optional<double> eps;
  if (binding.slots[8]) {
    Value normalise = evaluate(node(8), scope);
    if (normalise.is(ValueKind::Word) && normalise.word == "none") {
      op.normalise = Normalise::None;
    } else if (normalise.is(ValueKind::Normaliser)) {
      op.normalise = normalise.normalise;
      eps = normalise.eps;
    } else {
      badArgument("'normalise'", "'none', 'sum' or 'absolute_sum'", normalise, node(8).range,
                  "with a constant: 'sum(eps: 1e-3)'");
      valid = false;
    }
  }
  if (!valid)
    return Value::poison();

  ValueId query = *inputs[0], key = *inputs[1], value = *inputs[2];
  if (features(query) % *heads != 0) {
    std::string divisors;
    for (int64_t h = 1; h <= std::min<int64_t>(features(query), 64); ++h)
      if (features(query) % h == 0)
        divisors += (divisors.empty() ? "" : ", ") + std::to_string(h);
    Diagnostic &diagnostic =
        report(Code::HeadsDoNotDivide, node(3).range,
               std::to_string(*heads) + " heads do not divide the " +
                   std::to_string(features(query)) + " features of " + shapeText(query));
    if (SourceRange origin = origins[static_cast<size_t>(query)])
      diagnostic.note(origin, shapeText(query) + " comes from here");
    diagnostic.hint("possible are " + divisors);
    return Value::poison();
  }
  const int64_t size = features(query) / *heads, share = *heads / *keyHeads;
  for (int other : {1, 2}) {
    ValueId second = *inputs[other];
    bool narrow = positions(second) == positions(query) && features(second) == size * *keyHeads;
    if (narrow)
      continue;
    Diagnostic &diagnostic =
        report(Code::ShapeMismatch, join(node(0).range, node(other).range),
               "the query " + shapeText(query) + " and the " + (other == 1 ? "key " : "value ") +
                   shapeText(second) + " do not fit: " +
                   (share == 1 || positions(query) != positions(second)
                        ? differenceOf(query, second)
                        : "axis 'feature' must be " + std::to_string(*keyHeads) + " heads of " +
                              std::to_string(size) + " = " + std::to_string(*keyHeads * size)));
    noteOrigin(diagnostic, query);
    noteOrigin(diagnostic, second);
    return Value::poison();
  }
  op.scale = scale ? *scale : 1 / std::sqrt(static_cast<double>(size));
  key = repeatedHeads(key, size, share, call.range);
  value = repeatedHeads(value, size, share, call.range);
  const int64_t count = *heads / static_cast<int64_t>(kernels.size());
  std::vector<ValueId> parts;
  for (size_t i = 0; i < kernels.size(); ++i) {
    Op part;
    part.kind = OpKind::Attention;
    part.kernel = textOf(kernels[i].function);
    part.causal = op.causal;
    part.normalise = op.normalise;
    part.scale = op.scale;
    part.heads = count;
    int64_t first = static_cast<int64_t>(i) * count;
    if (!op.slopes.empty())
      part.slopes.assign(op.slopes.begin() + first, op.slopes.begin() + first + count);
    for (ValueId input : {query, key, value})
      part.operands.push_back(sliced(input, first * size, (first + count) * size, call.range));
    Value result = attendWith(std::move(*graphs[i]), std::move(part), call, binding,
                              kernelRanges[i], eps, scope);
    if (result.isPoison())
      return result;
    parts.push_back(result.graph->plainValue());
    if (program.written)
      program.written->functions.emplace(parts.back(), kernels[i].function.name());
  }
  return joined(parts, call.range);
}

} // namespace iarc::dsl
