package dev.wherry.apiserver.cel;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.wherry.apiserver.cel.cost.Estimate;
import dev.wherry.apiserver.cel.cost.Sizes;
import dev.wherry.apiserver.structural.Structural;
import java.util.Optional;
import java.util.function.Predicate;

/** Where expressions are compiled: the functions and the types they may speak of. */
public final class CelEnvironment {
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

  private final Cel cel;

  private CelEnvironment(Cel cel) {
    this.cel = cel;
  }

  static CelBuilder base() {
    CelBuilder builder =
        CelFactory.standardCelBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addCompilerLibraries(
                CelExtensions.optional(),
                CelExtensions.strings(),
                CelExtensions.sets(OPTIONS),
                CelExtensions.lists(),
                CelExtensions.comprehensions())
            .addRuntimeLibraries(
                CelExtensions.optional(),
                CelExtensions.strings(),
                CelExtensions.sets(OPTIONS),
                CelExtensions.lists(),
                CelExtensions.comprehensions());
    CelFunctions.all().forEach(function -> function.addTo(builder));
    return builder;
  }

  /**
   * For rules on a value with a schema: {@code self} and {@code oldSelf}.
   *
   * @param resource whether the value is an object with a kind and metadata
   * @param optionalOld whether {@code oldSelf} may be absent
   * @return empty when nothing can be said of such a value
   */
  public static Optional<CelEnvironment> of(
      Structural schema, boolean resource, boolean optionalOld) {
    CelTypes types = new CelTypes(schema, resource);
    return types
        .self()
        .map(self ->
            new CelEnvironment(
                base()
                    .setTypeProvider(types.structs())
                    .addVar("self", self)
                    .addVar("oldSelf", optionalOld ? OptionalType.create(self) : self)
                    .build()));
  }

  /**
   * For expressions on objects that no schema describes.
   *
   * @param variables their names
   */
  public static CelEnvironment dynamic(String... variables) {
    CelBuilder builder = base();
    for (String variable : variables) {
      builder.addVar(variable, MapType.create(SimpleType.STRING, SimpleType.DYN));
    }
    return new CelEnvironment(builder.build());
  }

  /**
   * Compiles an expression of any type.
   *
   * @throws CelFailure telling all mistakes
   */
  public CelProgram any(String expression) throws CelFailure {
    return compile(cel, expression, type -> true, "");
  }

  /**
   * Compiles an expression that is true or false.
   *
   * @throws CelFailure telling all mistakes
   */
  public CelProgram rule(String expression) throws CelFailure {
    return compile(
        cel, expression, type -> type.equals(SimpleType.BOOL), "must evaluate to a bool");
  }

  /**
   * Compiles an expression for a text.
   *
   * @throws CelFailure telling all mistakes
   */
  public CelProgram text(String expression) throws CelFailure {
    return compile(
        cel,
        expression,
        type -> type.equals(SimpleType.STRING),
        "messageExpression must evaluate to a string");
  }

  /**
   * The steps that an expression may take at most.
   *
   * @param sizes of what its variables may be
   * @throws CelFailure telling all mistakes
   */
  public long cost(String expression, Sizes sizes) throws CelFailure {
    try {
      return Estimate.of(cel.compile(expression).getAst(), sizes).max();
    } catch (CelValidationException e) {
      throw failed(e);
    }
  }

  private static CelProgram compile(
      Cel cel, String expression, Predicate<CelType> wanted, String otherwise) throws CelFailure {
    try {
      return program(cel, cel.compile(expression).getAst(), wanted, otherwise);
    } catch (CelValidationException e) {
      throw failed(e);
    }
  }

  /** A checked expression, ready to run, if its type is a wanted one or known only then. */
  static CelProgram program(
      Cel cel, CelAbstractSyntaxTree tree, Predicate<CelType> wanted, String otherwise)
      throws CelFailure {
    CelType type = tree.getResultType();
    if (!wanted.test(type) && !type.equals(SimpleType.DYN)) {
      throw new CelFailure(CelFailure.Kind.COMPILE, otherwise);
    }
    boolean old =
        tree.getReferenceMap().values().stream().anyMatch(r -> r.name().equals("oldSelf"));
    try {
      return new CelProgram(cel.createProgram(tree), old, type);
    } catch (CelEvaluationException e) {
      throw failed(e);
    }
  }

  static CelFailure failed(Exception e) {
    return new CelFailure(CelFailure.Kind.COMPILE, "compilation failed: " + e.getMessage());
  }
}
