package dev.wherry.apiserver.cel;

import dev.cel.bundle.CelBuilder;
import dev.cel.bundle.CelFactory;
import dev.cel.checker.CelStandardDeclarations;
import dev.cel.common.CelOptions;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelListsExtensions;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.standard.DoubleFunction;

/** What every expression may use: options, macros and functions as upstream has them on. */
final class CelLibraries {
  /** Turns of a loop; the budget ends most loops earlier. */
  private static final int LOOP_TURNS_MAX = 1_000_000;

  /** Characters of one expression. */
  private static final int EXPRESSION_CHARS_MAX = 100_000;

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .evaluateCanonicalTypesToNativeValues(true)
          .enableHeterogeneousNumericComparisons(true)
          .enableUnsignedLongs(true)
          .enableTimestampEpoch(false)
          .comprehensionMaxIterations(LOOP_TURNS_MAX)
          .maxExpressionCodePointSize(EXPRESSION_CHARS_MAX)
          .build();

  /** Version 2 of the strings and 3 of the lists; what the library does otherwise is our own. */
  private static final CelStringExtensions STRINGS =
      CelExtensions.strings(
          CelStringExtensions.Function.CHAR_AT,
          CelStringExtensions.Function.JOIN,
          CelStringExtensions.Function.LOWER_ASCII,
          CelStringExtensions.Function.QUOTE,
          CelStringExtensions.Function.REPLACE,
          CelStringExtensions.Function.SPLIT,
          CelStringExtensions.Function.SUBSTRING,
          CelStringExtensions.Function.TRIM,
          CelStringExtensions.Function.UPPER_ASCII);

  private static final CelListsExtensions LISTS =
      CelExtensions.lists(
          CelListsExtensions.Function.SLICE,
          CelListsExtensions.Function.FLATTEN,
          CelListsExtensions.Function.RANGE,
          CelListsExtensions.Function.DISTINCT,
          CelListsExtensions.Function.REVERSE,
          CelListsExtensions.Function.SORT);

  /** All of the language's own but one that reads numbers as Java writes them. */
  private static final CelStandardFunctions FUNCTIONS =
      CelStandardFunctions.newBuilder()
          .filterFunctions((function, overload) ->
              !overload.equals(DoubleFunction.DoubleOverload.STRING_TO_DOUBLE))
          .build();

  private CelLibraries() {}

  private static double number(String text) throws CelEvaluationException {
    try {
      return GoNumbers.parse(text);
    } catch (NumberFormatException e) {
      throw new CelEvaluationException("strconv.ParseFloat: " + e.getMessage(), e);
    }
  }

  static CelBuilder base() {
    CelBuilder builder =
        CelFactory.standardCelBuilder()
            .setOptions(OPTIONS)
            .setStandardEnvironmentEnabled(false)
            .setStandardDeclarations(CelStandardDeclarations.newBuilder().build())
            .setStandardFunctions(FUNCTIONS)
            .addFunctionBindings(
                CelFunctionBinding.from("string_to_double", String.class, CelLibraries::number))
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addMacros(SortBy.macro())
            .addCompilerLibraries(
                CelExtensions.optional(),
                STRINGS,
                CelExtensions.sets(OPTIONS),
                LISTS,
                CelExtensions.comprehensions())
            .addRuntimeLibraries(
                CelExtensions.optional(),
                STRINGS,
                CelExtensions.sets(OPTIONS),
                LISTS,
                CelExtensions.comprehensions());
    CelFunctions.all().forEach(function -> function.addTo(builder));
    return builder;
  }
}
