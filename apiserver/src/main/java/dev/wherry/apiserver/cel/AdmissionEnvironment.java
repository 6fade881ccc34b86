package dev.wherry.apiserver.cel;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.NullableType;
import dev.cel.common.types.SimpleType;
import dev.wherry.apiserver.structural.Structural;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Where expressions about requests are compiled: {@code object}, {@code oldObject}, {@code request}
 * and what else their place allows (apiserver admission/plugin/cel).
 */
public final class AdmissionEnvironment {
  private static final Map<Set<Part>, AdmissionEnvironment> SHARED = new ConcurrentHashMap<>();
  private static final String VARIABLES = "kubernetes.variables";

  /** What an expression may speak of beside the request. */
  public enum Part {
    /** {@code params}. */
    PARAMS,
    /** {@code namespaceObject}. */
    NAMESPACE,
    /** {@code authorizer} and {@code authorizer.requestResource}. */
    AUTHORIZER,
    /** {@code Object{}} and {@code JSONPatch{}}. */
    MUTATION
  }

  /**
   * Types of what is not the same for all.
   *
   * @param object of {@code object} and {@code oldObject}; empty for any
   * @param params of {@code params}; empty for any
   */
  public record Types(Optional<Structural> object, Optional<Structural> params) {
    /** Nothing is known. */
    public static final Types ANY = new Types(Optional.empty(), Optional.empty());
  }

  private final Set<Part> parts;
  private final Types types;
  private final Map<String, CelType> variables;
  private final Cel cel;

  private AdmissionEnvironment(Set<Part> parts, Types types, Map<String, CelType> variables) {
    this.parts = parts;
    this.types = types;
    this.variables = variables;
    this.cel = build();
  }

  /** For requests about objects of any type; the same environment for the same parts. */
  public static AdmissionEnvironment of(Set<Part> parts) {
    Set<Part> key = Set.copyOf(parts);
    return SHARED.computeIfAbsent(key, _ -> new AdmissionEnvironment(key, Types.ANY, Map.of()));
  }

  /** For checking types. */
  public static AdmissionEnvironment typed(Set<Part> parts, Types types) {
    return new AdmissionEnvironment(Set.copyOf(parts), types, Map.of());
  }

  /** The same with {@code variables.NAME}. */
  public AdmissionEnvironment with(String name, CelProgram value) {
    return with(name, value.type());
  }

  /** The same with {@code variables.NAME} of any type, as that of a broken expression is. */
  public AdmissionEnvironment withAny(String name) {
    return with(name, SimpleType.DYN);
  }

  private AdmissionEnvironment with(String name, CelType type) {
    Map<String, CelType> more = new LinkedHashMap<>(variables);
    more.put(name, type);
    return new AdmissionEnvironment(parts, types, more);
  }

  /** The same without the authoriser, which messages may not ask. */
  public AdmissionEnvironment withoutAuthorizer() {
    Set<Part> fewer = EnumSet.noneOf(Part.class);
    fewer.addAll(parts);
    fewer.remove(Part.AUTHORIZER);
    return new AdmissionEnvironment(fewer, types, variables);
  }

  private Cel build() {
    CelStructs structs = new CelStructs();
    CelBuilder builder = CelLibraries.base();
    CelType object = declared(types.object(), "object", structs);
    builder.addVar("object", object).addVar("oldObject", object);
    builder.addVar("request", AdmissionTypes.request(structs));
    if (parts.contains(Part.PARAMS)) {
      builder.addVar("params", declared(types.params(), "params", structs));
    }
    if (parts.contains(Part.NAMESPACE)) {
      builder.addVar("namespaceObject", AdmissionTypes.namespace(structs));
    }
    if (parts.contains(Part.AUTHORIZER)) {
      builder
          .addVar("authorizer", AuthorizerFunctions.AUTHORIZER)
          .addVar("authorizer.requestResource", AuthorizerFunctions.RESOURCE_CHECK);
      AuthorizerFunctions.all().forEach(function -> function.addTo(builder));
    }
    if (parts.contains(Part.MUTATION)) {
      PatchLiterals.functions().forEach(function -> function.addTo(builder));
    }
    if (!variables.isEmpty()) {
      builder.addVar("variables", structs.add(VARIABLES, variables));
    }
    return builder.setTypeProvider(structs).build();
  }

  private static CelType declared(Optional<Structural> schema, String name, CelStructs structs) {
    return schema
        .flatMap(s -> new CelTypes(s, false, name + "Type", structs).self())
        .orElse(SimpleType.DYN);
  }

  /**
   * Compiles an expression that is true or false.
   *
   * @throws CelFailure telling all mistakes
   */
  public CelProgram condition(String expression) throws CelFailure {
    return compile(expression, SimpleType.BOOL::equals, "must evaluate to bool");
  }

  /** Compiles an expression for a text. */
  public CelProgram text(String expression) throws CelFailure {
    return compile(expression, SimpleType.STRING::equals, "must evaluate to string");
  }

  /** Compiles an expression for a text or null. */
  public CelProgram textOrNull(String expression) throws CelFailure {
    return compile(
        expression,
        type ->
            type.equals(SimpleType.STRING)
                || type.equals(SimpleType.NULL_TYPE)
                || type instanceof NullableType,
        "must evaluate to one of [string null_type]");
  }

  /** Compiles an expression for any value. */
  public CelProgram any(String expression) throws CelFailure {
    return compile(expression, type -> true, "");
  }

  /** Compiles an expression for an {@code Object}. */
  public CelProgram configuration(String expression) throws CelFailure {
    return compile(expression, type -> type.kind() == CelKind.MAP, "must evaluate to Object");
  }

  /** Compiles an expression for a list of {@code JSONPatch}. */
  public CelProgram patch(String expression) throws CelFailure {
    return compile(
        expression, type -> type.kind() == CelKind.LIST, "must evaluate to list(JSONPatch)");
  }

  private CelProgram compile(String expression, Predicate<CelType> wanted, String otherwise)
      throws CelFailure {
    try {
      CelAbstractSyntaxTree parsed = cel.parse(expression).getAst();
      if (parts.contains(Part.MUTATION)) {
        parsed = PatchLiterals.toMaps(parsed);
      }
      CelAbstractSyntaxTree tree = cel.check(parsed).getAst();
      // Literals of patches are maps by now, with values of any type.
      LiteralChecks.check(cel, tree, !parts.contains(Part.MUTATION));
      return CelEnvironment.program(cel, tree, wanted, otherwise);
    } catch (CelValidationException e) {
      throw CelEnvironment.failed(e);
    }
  }
}
