//===- ExportC.cpp - A trained model as a C source --------------------------------===//
//
// One header and one source that need a C compiler for the processor's architecture and
// nothing else. The weights are an array, arranged as the generated function reads them;
// the function itself is its assembly text, which the compiler put into the descriptor, in an
// asm statement. So every model that can predict can be exported, with the same bits.
//
//===----------------------------------------------------------------------===//

#include "Error.h"
#include "Export.h"
#include "Inference.h"
#include "OutputFile.h"
#include "Real.h"
#include "Text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace iarc::runtime {

namespace {

/// Words that may not name a type or a function.
constexpr std::string_view reserved[] = {
    "auto",     "break",    "case",    "char",   "const",    "continue", "default",  "do",
    "double",   "else",     "enum",    "extern", "float",    "for",      "goto",     "if",
    "inline",   "int",      "long",    "main",   "register", "restrict", "return",   "short",
    "signed",   "sizeof",   "static",  "struct", "switch",   "typedef",  "union",    "unsigned",
    "void",     "volatile", "while",   "asm",    "class",    "delete",   "namespace", "new",
    "operator", "private",  "public",  "this",   "template", "throw",    "try",      "using",
    "bool",     "true",     "false",   "std",    "typeof",   "linux",    "unix",     "NULL",
    "_Bool",    "int32_t",  "uint8_t", "uintptr_t"};

bool isIdentifier(const std::string &name) {
  auto isLetter = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !name.empty() && !std::isdigit((unsigned char)name[0]) &&
         std::all_of(name.begin(), name.end(), isLetter) &&
         std::find(std::begin(reserved), std::end(reserved), name) == std::end(reserved);
}

std::string upperCase(std::string name) {
  for (char &c : name)
    c = char(std::toupper((unsigned char)c));
  return name;
}

/// `text` with $P for the prefix, $U for the prefix in capitals and $R for the type of a number.
std::string fill(std::string_view text, const iarc_model &model, const std::string &prefix) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    char next = text[i] == '$' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next != 'P' && next != 'U' && next != 'R') {
      result += text[i];
      continue;
    }
    result += next == 'P'   ? prefix
              : next == 'U' ? upperCase(prefix)
              : model.element_bytes == 4 ? std::string("float")
                                         : "double";
    ++i;
  }
  return result;
}

int64_t rowsOf(const iarc_model &model) noexcept { return model.infer_rows; }

/// A comment's text that cannot end the comment.
std::string inComment(std::string text) {
  for (size_t at; (at = text.find("*/")) != std::string::npos;)
    text.insert(at + 1, " ");
  return text;
}

std::string headerText(const iarc_model &model, const iarc_inference &code,
                       const std::string &prefix) {
  const iarc_task &task = model.task;
  std::string text = "/* " + prefix + ".h - the model '" + inComment(model.name) +
                     "' with its weights, made by iarcc " + inComment(model.compiler) + " for " +
                     inComment(code.cpu);
  text += fill(R"(.
 *
 *   static $P state;                 one for each stream of tokens; nothing is allocated
 *   $P_init(&state);
 *   $P_push(&state, 3, -1);          tokens from the oldest to the newest
 *   int next = $P_predict(&state);   the most probable next symbol
 */
#ifndef $U_H
#define $U_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

)",
               model, prefix);
  auto define = [&](const char *name, int64_t value, const char *comment) {
    text += format("#define %s_%s %lld /* %s */\n", upperCase(prefix).c_str(), name,
                   (long long)value, comment);
  };
  define("SYMBOLS", task.symbols, "symbols are 0 .. SYMBOLS - 1");
  define("CONTEXT", model.context, "tokens that a prediction reads");
  define("CONTROLS", task.control_count, "control tokens are 0 .. CONTROLS - 1");
  for (int64_t c = 0; c < task.control_count; ++c)
    define(format("CONTROL_%s", task.controls[c].name).c_str(), c, "a control token");
  text += fill(format(R"(
/* The last tokens. Plain data: it may be copied, moved and forgotten. */
typedef struct $P {
  int32_t symbols[%lld], controls[%lld]; /* -1 where there is none */
  int32_t count;                         /* tokens in the window, at most CONTEXT */
  $R logits[%lld];
  unsigned char memory[%lld];
} $P;

/* Empties the window. 0; -1 where this processor cannot run the code: %s. */
int $P_init($P *state);

)",
                      (long long)model.context, (long long)model.context,
                      (long long)task.symbols,
                      (long long)(code.workspace_bytes +
                                  rowsOf(model) * task.symbols * model.element_bytes +
                                  2 * code.positions * 4 + 5 * 64),
                      *code.features ? inComment(code.features).c_str() : "any can"),
               model, prefix);
  text += task.interspersed
              ? "/* Adds a token: a symbol with control -1, or a control token with symbol -1. 0; -1 for\n"
                " * what is no token, which changes nothing. */\n"
              : "/* Adds a token: a symbol, and the control token that comes with it or -1. 0; -1 for what\n"
                " * is no token, which changes nothing. */\n";
  text += fill(R"(int $P_push($P *state, int symbol, int control);

/* The most probable next symbol; -1 before the first token. */
int $P_predict($P *state);

/* Logits [SYMBOLS] of the prediction made last; 0 before the first one. */
const $R *$P_logits(const $P *state);

#ifdef __cplusplus
}
#endif
#endif
)",
               model, prefix);
  return text;
}

/// The assembly text as strings of an asm statement, its names made the prefix's own.
std::string assemblyStrings(const iarc_inference &code, const std::string &prefix) {
  std::string result;
  std::string_view rest = code.code;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    auto startsWith = [&](std::string_view word) { return line.substr(0, word.size()) == word; };
    // What concerns a whole file belongs to the C compiler.
    if (startsWith("\t.file") || startsWith("\t.ident") || startsWith("\t.addrsig") ||
        line.find(".note.GNU-stack") != std::string_view::npos)
      continue;
    std::string text;
    for (size_t i = 0; i < line.size(); ++i) {
      constexpr std::string_view function = "iarc_infer";
      if (line.substr(i, 2) == ".L") {
        text += ".L" + prefix + "_";
        ++i;
      } else if (line.substr(i, function.size()) == function) {
        text += prefix + "_infer";
        i += function.size() - 1;
      } else if (line[i] == '\t') {
        text += "\\t";
      } else if (line[i] == '"' || line[i] == '\\') {
        text += std::string("\\") + line[i];
      } else {
        text += line[i];
      }
    }
    result += "  \"" + text + "\\n\"\n";
  }
  return result;
}

/// Calls body(name) for each of the extensions that the code may use.
template <class Body> void forFeatures(const iarc_inference &code, Body &&body) {
  for (std::string_view rest = code.features; !rest.empty();) {
    size_t end = std::min(rest.find(','), rest.size());
    body(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

bool isX86(const iarc_inference &code) { return std::string_view(code.architecture) == "x86_64"; }

/// Statements that return -1 from a function where this processor lacks an extension: of x86-64 those
/// that both gcc and clang can ask for, of AArch64 what the Linux kernel says.
std::string processorTest(const iarc_inference &code) {
  constexpr std::string_view x86[] = {"sse3",    "ssse3",    "sse4.1",   "sse4.2",   "popcnt",
                                      "avx",     "avx2",     "fma",      "bmi",      "bmi2",
                                      "avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl"};
  struct Bit {
    std::string_view name;
    int word, bit;
  };
  constexpr Bit aarch64[] = {
#define IARC_AARCH64_FEATURE(name, word, bit) {name, word, bit},
#include "iarc/runtime/ProcessorFeatures.def"
  };
  std::string tests;
  forFeatures(code, [&](std::string_view name) {
    if (isX86(code) && std::find(std::begin(x86), std::end(x86), name) != std::end(x86))
      tests += "  if (!__builtin_cpu_supports(\"" + std::string(name) + "\"))\n    return -1;\n";
    for (const Bit &known : aarch64)
      if (!isX86(code) && known.name == name)
        tests += format("  if (!(getauxval(%s) >> %d & 1)) /* %s */\n    return -1;\n",
                        known.word == 1 ? "AT_HWCAP" : "AT_HWCAP2", known.bit,
                        std::string(name).c_str());
  });
  return isX86(code) || tests.empty() ? tests : "#ifdef __linux__\n" + tests + "#endif\n";
}

/// The struct that the function reads, as far as it reads it.
std::string callStruct(const iarc_model &model, const std::string &prefix) {
  struct Field {
    size_t offset, size;
    const char *declaration;
  };
  const Field fields[] = {
      {offsetof(iarc_call, weights), sizeof(void *), "const void *weights"},
      {offsetof(iarc_call, workspace), sizeof(void *), "void *workspace"},
      {offsetof(iarc_call, symbols), sizeof(void *), "const int32_t *symbols"},
      {offsetof(iarc_call, controls), sizeof(void *), "const int32_t *controls"},
      {offsetof(iarc_call, logits), sizeof(void *), "void *logits"},
      {offsetof(iarc_call, first), sizeof(int64_t), "int64_t first"}};
  std::string text = "struct " + prefix + "_call {\n";
  size_t at = 0;
  int gaps = 0;
  for (const Field &field : fields) {
    if (field.offset > at)
      text += format("  char unused_%d[%zu];\n", gaps++, field.offset - at);
    text += format("  %s;\n", field.declaration);
    at = field.offset + field.size;
  }
  if (at < sizeof(iarc_call))
    text += format("  char unused_%d[%zu];\n", gaps, sizeof(iarc_call) - at);
  return text + "};\n";
}

constexpr const char *functions = R"(
static unsigned char *$P_aligned(unsigned char *at) {
  return at + (64 - (uintptr_t)at % 64) % 64;
}

int $P_init($P *state) {
  int t;
  for (t = 0; t < $U_SYMBOLS; ++t)
    state->logits[t] = 0;
  for (t = 0; t < $U_CONTEXT; ++t)
    state->symbols[t] = state->controls[t] = -1;
  state->count = 0;
$F  return 0;
}

int $P_push($P *state, int symbol, int control) {
  int t;
$V    return -1;
  for (t = 0; t + 1 < $U_CONTEXT; ++t) {
    state->symbols[t] = state->symbols[t + 1];
    state->controls[t] = state->controls[t + 1];
  }
  state->symbols[$U_CONTEXT - 1] = symbol;
  state->controls[$U_CONTEXT - 1] = control;
  if (state->count < $U_CONTEXT)
    ++state->count;
  return 0;
}

int $P_predict($P *state) {
  $R *logits = ($R *)(void *)$P_aligned(state->memory);
  unsigned char *at = $P_aligned((unsigned char *)(logits + $P_numbers));
  int32_t *symbols = (int32_t *)(void *)at;
  int32_t *controls = (int32_t *)(void *)$P_aligned(at + 4 * $P_positions);
  struct $P_call call = {0};
  int t, best = 0;
  if (state->count == 0)
    return -1;
  for (t = 0; t < $P_positions; ++t) {
    symbols[t] = t < $U_CONTEXT ? state->symbols[t] : -1;
    controls[t] = t < $U_CONTEXT ? state->controls[t] : -1;
  }
  call.weights = $P_weights;
  call.workspace = $P_aligned((unsigned char *)(controls + $P_positions));
  call.symbols = symbols;
  call.controls = controls;
  call.logits = logits;
  call.first = $U_CONTEXT - state->count;
  $P_infer(&call);
  logits += $P_numbers - $U_SYMBOLS;
  for (t = 0; t < $U_SYMBOLS; ++t)
    state->logits[t] = logits[t];
  for (t = 1; t < $U_SYMBOLS; ++t)
    if (logits[t] > logits[best] || logits[best] != logits[best])
      best = t;
  return best;
}

const $R *$P_logits(const $P *state) {
  return state->logits;
}
)";

void replaceOnce(std::string &text, const std::string &what, const std::string &by) {
  if (size_t at = text.find(what); at != std::string::npos)
    text.replace(at, what.size(), by);
}

std::string sourceBeforeWeights(const iarc_model &model, const iarc_inference &code,
                                const std::string &prefix) {
  std::string text = format("/* %s.c - see %s.h. The function %s_infer is what iarcc generated. */\n",
                            prefix.c_str(), prefix.c_str(), prefix.c_str());
  text += format("#include \"%s.h\"\n\n", prefix.c_str());
  if (!isX86(code) && *code.features)
    text += "#ifdef __linux__\n#include <sys/auxv.h>\n#endif\n\n";
  text += format("#ifndef __%s__\n#error \"this code was made for %s\"\n#endif\n\n",
                 code.architecture, code.architecture);
  text += format("enum { %s_numbers = %lld, %s_positions = %lld };\n\n", prefix.c_str(),
                 (long long)(rowsOf(model) * model.task.symbols), prefix.c_str(),
                 (long long)code.positions);
  text += callStruct(model, prefix);
  text += fill("void $P_infer(const struct $P_call *call);\n\n", model, prefix);
  text += fill("static const $R $P_weights[] __attribute__((aligned(64))) = {", model, prefix);
  return text;
}

std::string sourceAfterWeights(const iarc_model &model, const iarc_inference &code,
                               const std::string &prefix) {
  std::string text = functions;
  replaceOnce(text, "$F", processorTest(code));
  replaceOnce(text, "$V",
              model.task.interspersed
                  ? "  if (symbol < -1 || symbol >= $U_SYMBOLS || control < -1 ||\n"
                    "      control >= $U_CONTROLS || (symbol < 0) == (control < 0))\n"
                  : "  if (symbol < 0 || symbol >= $U_SYMBOLS || control < -1 ||\n"
                    "      control >= $U_CONTROLS)\n");
  return "};\n" + fill(text, model, prefix) + "\n__asm__(\n  \".pushsection .text\\n\"\n" +
         assemblyStrings(code, prefix) + fill("  \".hidden $P_infer\\n\"\n", model, prefix) +
         "  \".popsection\\n\");\n";
}

/// A decimal that a C compiler reads as exactly this number, by way of double.
template <class Real> void appendNumber(std::string &text, Real value) {
  char buffer[64];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer - 3, value);
  // Without a point it would be an integer, of which there is no -0 and none above 2^64.
  if (std::string_view(buffer, size_t(end - buffer)).find_first_of(".e") == std::string_view::npos)
    end = std::copy_n(".0", 2, end);
  *end = '\0';
  if (Real(std::strtod(buffer, nullptr)) != value) {
    text += format("%a", double(value));
    return;
  }
  text.append(buffer, end);
}

/// The code for `target`, see exportC.
const iarc_inference &codeFor(const iarc_model &model, const std::string &target) {
  if (!hasInference(model) || !*model.inference.code)
    fail(Exit::Usage, "this program has no code for single windows, which the C form is made of");
  if (target.empty())
    return model.inference;
  for (int64_t i = 0; i < model.export_count; ++i)
    if (target == model.exports[i].target)
      return model.exports[i];
  const std::string nearest = nearestName(target, exportTargets(model));
  fail(Exit::Usage, "--target: this program holds no code for %s\nhint: %s", quoted(target).c_str(),
       nearest.empty() ? "iarcc --export-target TRIPLE[:CPU] puts it in; info lists what there is"
                       : ("did you mean " + nearest + "?").c_str());
}

} // namespace

std::vector<std::string> exportTargets(const iarc_model &model) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < model.export_count; ++i)
    names.emplace_back(model.exports[i].target);
  return names;
}

void exportC(const iarc_model &model, const void *weights, const std::string &target,
             const std::string &path) {
  const iarc_inference &code = codeFor(model, target);
  const size_t slash = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
  if (path.size() < slash + 3 || path.compare(path.size() - 2, 2, ".c") != 0)
    fail(Exit::Usage, "--format c needs a file that ends in .c after --out, not %s\nhint: --out %s.c",
         quoted(path).c_str(), model.name);
  const std::string prefix = path.substr(slash, path.size() - 2 - slash);
  if (!isIdentifier(prefix))
    fail(Exit::Usage,
         "%s does not name a C function, as the file after --out must\nhint: --out %smodel.c",
         quoted(prefix).c_str(), path.substr(0, slash).c_str());
  const std::string headerPath = path.substr(0, path.size() - 1) + "h";

  OutputFile header(headerPath), source(path);
  const std::string headerBytes = headerText(model, code, prefix);
  header.write(headerBytes.data(), headerBytes.size());
  const Array prepared = prepareWeights(model, code, weights);
  std::string text = sourceBeforeWeights(model, code, prefix);
  withReal(model, [&](auto real) {
    using Real = decltype(real);
    for (int64_t i = 0; i < code.weight_elements; ++i) {
      text += i % 8 ? "," : i ? ",\n" : "\n";
      appendNumber(text, prepared.as<Real>()[i]);
      if (text.size() > 1 << 20) {
        source.write(text.data(), text.size());
        text.clear();
      }
    }
    if (code.weight_elements == 0)
      text += "0";
  });
  text += sourceAfterWeights(model, code, prefix);
  source.write(text.data(), text.size());
  header.commit();
  source.commit();
}

} // namespace iarc::runtime
