package dev.wherry.apiserver.cel;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.wherry.apiserver.cel.cost.Estimate;
import dev.wherry.apiserver.cel.cost.Sizes;
import dev.wherry.apiserver.structural.Structural;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Where expressions are compiled: the functions and the types they may speak of. */
public final class CelEnvironment {
  /** Where cel-go says that the grammar is broken and not the types. */
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?m)^(ERROR: <input>:\\d+:\\d+: )(?=token recognition|extraneous input"
              + "|mismatched input|no viable alternative|missing )");

  private final Cel cel;

  private CelEnvironment(Cel cel) {
    this.cel = cel;
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
                CelLibraries.base()
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
    CelBuilder builder = CelLibraries.base().setTypeProvider(new CelStructs());
    for (String variable : variables) {
      builder.addVar(variable, MapType.create(SimpleType.STRING, SimpleType.DYN));
    }
    return new CelEnvironment(builder.build());
  }

  /** For conditions on who may do what: {@code request}, the spec of a SubjectAccessReview. */
  public static CelEnvironment accessReviews() {
    CelStructs structs = new CelStructs();
    CelType request = ReviewTypes.request(structs);
    return new CelEnvironment(
        CelLibraries.base().addVar("request", request).setTypeProvider(structs).build());
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
   * Compiles a condition.
   *
   * @throws CelFailure telling all mistakes
   */
  public CelProgram condition(String expression) throws CelFailure {
    return compile(cel, expression, type -> type.equals(SimpleType.BOOL), "must evaluate to bool");
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

  static CelProgram compile(Cel cel, String expression, Predicate<CelType> wanted, String otherwise)
      throws CelFailure {
    try {
      CelAbstractSyntaxTree tree = cel.compile(expression).getAst();
      LiteralChecks.check(cel, tree, true);
      return program(cel, tree, wanted, otherwise);
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
    String message = SYNTAX.matcher(String.valueOf(e.getMessage())).replaceAll("$1Syntax error: ");
    return new CelFailure(CelFailure.Kind.COMPILE, "compilation failed: " + message);
  }
}
