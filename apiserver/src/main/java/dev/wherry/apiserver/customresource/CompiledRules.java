package dev.wherry.apiserver.customresource;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.cel.CelBudget;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.cel.CelProgram;
import dev.wherry.apiserver.cel.CelValues;
import dev.wherry.apiserver.structural.Correlation;
import dev.wherry.apiserver.structural.Problem;
import dev.wherry.apiserver.structural.Structural;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code x-kubernetes-validations} of a schema and of all below it (KEP-2876). */
final class CompiledRules {
  private static final int MESSAGE_BYTES_MAX = 5 * 1024;
  private static final String EXHAUSTED =
      "validation failed due to running out of cost budget, no further validation rules will be"
          + " run";

  private final Structural schema;
  private final boolean resource;
  private final List<CompiledRule> rules;
  private final Map<String, CompiledRules> properties = new LinkedHashMap<>();
  private final List<CompiledRules> allOf = new ArrayList<>();
  private final @Nullable CompiledRules items;
  private final @Nullable CompiledRules additional;

  /** What stays the same on the way through an object. */
  private record Walk(CelBudget budget, boolean update, List<Problem> problems) {}

  private CompiledRules(Structural schema, Structural typed, boolean resource) {
    this.schema = typed;
    this.resource = resource;
    this.rules = compile(schema, typed, resource);
    schema
        .properties()
        .forEach((name, property) -> {
          Structural type = typed.properties().getOrDefault(name, property);
          if (property.hasRules()) {
            properties.put(name, new CompiledRules(property, type, property.embedded()));
          }
        });
    items = schema.items().filter(Structural::hasRules).map(CompiledRules::below).orElse(null);
    additional =
        schema.additional().filter(Structural::hasRules).map(CompiledRules::below).orElse(null);
    for (Structural part : schema.allOf()) {
      if (part.hasRules()) {
        allOf.add(new CompiledRules(part, typed, resource));
      }
    }
  }

  private static CompiledRules below(Structural schema) {
    return new CompiledRules(schema, schema, schema.embedded());
  }

  /** Compiles the rules of a version's objects. */
  static CompiledRules of(Structural schema) {
    return new CompiledRules(schema, schema, true);
  }

  private static List<CompiledRule> compile(Structural schema, Structural typed, boolean resource) {
    List<CompiledRule> rules = new ArrayList<>();
    for (JsonNode source : schema.source().path("x-kubernetes-validations")) {
      rules.add(CompiledRule.of(source, typed, resource));
    }
    return rules;
  }

  /** The mistakes that the rules find. */
  List<Problem> check(JsonNode object, @Nullable JsonNode old) {
    List<Problem> problems = new ArrayList<>(0);
    Walk walk = new Walk(new CelBudget(), old != null, problems);
    value(object, old == null ? null : new Correlation(old), "", false, walk);
    return problems;
  }

  /**
   * @param same whether the value stands in something that has not changed
   */
  private void value(
      JsonNode value, @Nullable Correlation old, String path, boolean same, Walk walk) {
    boolean unchanged = same || (walk.update() && old != null && old.old().equals(value));
    for (CompiledRule rule : rules) {
      if (walk.budget().isSpent()) {
        return;
      }
      evaluate(rule, value, old, path, unchanged, walk);
    }
    allOf.forEach(part -> part.value(value, old, path, same, walk));
    if (items != null && value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        Correlation before = Correlation.item(old, schema, value.get(i));
        items.value(value.get(i), before, path + "[" + i + "]", unchanged, walk);
      }
    }
    for (Map.Entry<String, JsonNode> e : value.properties()) {
      CompiledRules declared = properties.get(e.getKey());
      Correlation before = Correlation.field(old, schema, e.getKey());
      String dot = path.isEmpty() ? e.getKey() : path + "." + e.getKey();
      if (declared != null) {
        declared.value(e.getValue(), before, dot, unchanged, walk);
      } else if (additional != null && !schema.properties().containsKey(e.getKey())) {
        additional.value(e.getValue(), before, path + "[" + e.getKey() + "]", unchanged, walk);
      }
    }
  }

  private void evaluate(
      CompiledRule rule,
      JsonNode value,
      @Nullable Correlation old,
      String path,
      boolean unchanged,
      Walk walk) {
    if (value.isNull()) {
      return;
    }
    if (rule.program().isEmpty()) {
      problem(walk, path, "rule compile error: " + rule.failure());
      return;
    }
    CelProgram program = rule.program().get();
    if (program.usesOldSelf() && old == null && !rule.optionalOld()) {
      return;
    }
    Map<String, Object> variables = variables(rule, value, old);
    try {
      if (Boolean.TRUE.equals(program.evaluate(variables, walk.budget()))) {
        return;
      }
    } catch (CelFailure e) {
      failed(rule, path, e, walk);
      return;
    }
    if (program.usesOldSelf() || !unchanged) {
      walk.problems().add(broken(rule, value, path, variables, walk));
    }
  }

  private Map<String, Object> variables(
      CompiledRule rule, JsonNode value, @Nullable Correlation old) {
    Map<String, Object> variables = new HashMap<>();
    variables.put("self", CelValues.of(value, schema, resource));
    Optional<Object> before =
        old == null || old.old().isNull()
            ? Optional.empty()
            : Optional.of(CelValues.of(old.old(), schema, resource));
    if (rule.optionalOld()) {
      variables.put("oldSelf", before);
    } else {
      before.ifPresent(known -> variables.put("oldSelf", known));
    }
    return variables;
  }

  private void failed(CompiledRule rule, String path, CelFailure why, Walk walk) {
    if (walk.budget().isSpent()) {
      problem(walk, path, EXHAUSTED);
      return;
    }
    String text = why.text();
    String named = "rule: \"" + rule.source().path("rule").asText() + "\"";
    String said = text + " evaluating " + named;
    if (why.kind() == CelFailure.Kind.COST) {
      said =
          "'"
              + text
              + "': no further validation rules will be run due to call cost exceeds limit for "
              + named;
    } else if (text.startsWith("no such overload") || text.startsWith("No matching overload")) {
      said =
          "'"
              + text
              + "': call arguments did not match a supported operator, function or macro signature"
              + " for "
              + named;
    }
    problem(walk, path, said);
  }

  private void problem(Walk walk, String path, String said) {
    walk.problems().add(Problem.invalid(path, quoted(schema.type()), said));
  }

  private static JsonNode quoted(String text) {
    return dev.wherry.model.json.Json.text(text);
  }

  private Problem broken(
      CompiledRule rule, JsonNode value, String path, Map<String, Object> variables, Walk walk) {
    String message = message(rule, variables, walk);
    String fieldPath = rule.source().path("fieldPath").asText().trim();
    String at =
        path.isEmpty() && fieldPath.startsWith(".") ? fieldPath.substring(1) : path + fieldPath;
    boolean compound = schema.type().equals("object") || schema.type().equals("array");
    String shown = compound ? "" : value + ": ";
    return switch (rule.source().path("reason").asText()) {
      case "FieldValueForbidden" -> Problem.of("FieldValueForbidden", at, "Forbidden: " + message);
      case "FieldValueRequired" ->
          Problem.of("FieldValueRequired", at, "Required value: " + message);
      case "FieldValueDuplicate" ->
          Problem.of("FieldValueDuplicate", at, "Duplicate value: " + (compound ? "" : value));
      default -> Problem.of("FieldValueInvalid", at, "Invalid value: " + shown + message);
    };
  }

  private static String message(CompiledRule rule, Map<String, Object> variables, Walk walk) {
    if (rule.message().isPresent()) {
      try {
        Object made = rule.message().get().evaluate(variables, walk.budget());
        String text = String.valueOf(made).trim();
        boolean fits =
            !text.isEmpty() && text.length() <= MESSAGE_BYTES_MAX && text.lines().count() == 1;
        if (fits) {
          return text;
        }
      } catch (CelFailure e) {
        // The message that does not depend on values takes its place.
      }
    }
    String message = rule.source().path("message").asText().trim();
    return message.isEmpty()
        ? "failed rule: " + rule.source().path("rule").asText().trim()
        : message;
  }
}
