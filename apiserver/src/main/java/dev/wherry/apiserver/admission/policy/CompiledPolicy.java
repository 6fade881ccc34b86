package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.cel.AdmissionEnvironment;
import dev.wherry.apiserver.cel.AdmissionEnvironment.Part;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.cel.CelProgram;
import dev.wherry.apiserver.cel.Conditions;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The expressions of a policy.
 *
 * @param variables by name, in the order they are declared
 */
record CompiledPolicy(
    Conditions conditions,
    Map<String, Expression> variables,
    List<Validation> validations,
    List<Annotation> annotations,
    List<Mutation> mutations) {
  /**
   * An expression and its program.
   *
   * @param failure why there is no program
   */
  record Expression(String source, Optional<CelProgram> program, String failure) {
    static final Expression NONE = new Expression("", Optional.empty(), "");
  }

  /** What has to be true of a request. */
  record Validation(
      Expression expression, Expression message, String fixedMessage, String reason) {}

  /** What the audit log is to keep. */
  record Annotation(String key, Expression value) {}

  /**
   * How an object is changed.
   *
   * @param patch whether the expression gives operations, not a configuration
   */
  record Mutation(boolean patch, Expression expression) {}

  /** Compiles an expression. */
  @FunctionalInterface
  private interface Compiler {
    CelProgram run(String expression) throws CelFailure;
  }

  static CompiledPolicy of(JsonNode spec, boolean mutating) {
    Set<Part> parts = EnumSet.of(Part.AUTHORIZER);
    if (spec.path("paramKind").isObject()) {
      parts.add(Part.PARAMS);
    }
    Conditions conditions =
        Conditions.of(spec.path("matchConditions"), AdmissionEnvironment.of(parts));
    parts.add(Part.NAMESPACE);
    if (mutating) {
      parts.add(Part.MUTATION);
    }
    AdmissionEnvironment environment = AdmissionEnvironment.of(parts);
    Map<String, Expression> variables = new LinkedHashMap<>();
    for (JsonNode variable : spec.path("variables")) {
      Expression value = expression(variable.path("expression"), environment::any);
      String name = Trees.text(variable, "name");
      variables.put(name, value);
      if (value.program().isPresent()) {
        environment = environment.with(name, value.program().get());
      }
    }
    return new CompiledPolicy(
        conditions,
        variables,
        validations(spec, environment),
        annotations(spec, environment),
        mutations(spec, environment));
  }

  private static Expression expression(JsonNode source, Compiler compiler) {
    String text = source.asText().trim();
    try {
      return new Expression(text, Optional.of(compiler.run(text)), "");
    } catch (CelFailure e) {
      return new Expression(text, Optional.empty(), "compilation error: " + e.text());
    }
  }

  private static List<Validation> validations(JsonNode spec, AdmissionEnvironment environment) {
    List<Validation> validations = new ArrayList<>();
    for (JsonNode one : spec.path("validations")) {
      JsonNode message = one.path("messageExpression");
      validations.add(
          new Validation(
              expression(one.path("expression"), environment::condition),
              message.asText().isEmpty()
                  ? Expression.NONE
                  : expression(message, environment.withoutAuthorizer()::text),
              Trees.text(one, "message").trim(),
              Trees.text(one, "reason")));
    }
    return List.copyOf(validations);
  }

  private static List<Annotation> annotations(JsonNode spec, AdmissionEnvironment environment) {
    List<Annotation> annotations = new ArrayList<>();
    for (JsonNode one : spec.path("auditAnnotations")) {
      annotations.add(
          new Annotation(
              Trees.text(one, "key"),
              expression(one.path("valueExpression"), environment::textOrNull)));
    }
    return List.copyOf(annotations);
  }

  private static List<Mutation> mutations(JsonNode spec, AdmissionEnvironment environment) {
    List<Mutation> mutations = new ArrayList<>();
    for (JsonNode one : spec.path("mutations")) {
      boolean patch = Trees.text(one, "patchType").equals("JSONPatch");
      mutations.add(
          new Mutation(
              patch,
              patch
                  ? expression(one.at("/jsonPatch/expression"), environment::patch)
                  : expression(
                      one.at("/applyConfiguration/expression"), environment::configuration)));
    }
    return List.copyOf(mutations);
  }
}
