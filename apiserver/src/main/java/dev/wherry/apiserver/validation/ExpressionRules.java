package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.cel.CelEnvironment;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.cel.CelProgram;
import dev.wherry.apiserver.cel.SchemaSizes;
import dev.wherry.apiserver.structural.Structural;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Whether the rules of a schema compile; nothing of CEL is loaded for a schema without rules. */
final class ExpressionRules {
  private static final String RULES = "x-kubernetes-validations";

  private ExpressionRules() {}

  /** Whether a rule stands anywhere in a schema. */
  static boolean hasAny(JsonNode schema) {
    return Structural.of(schema).hasRules();
  }

  /**
   * @param unchanged whether the schema is as it was before
   */
  static void check(Field schema, boolean unchanged) {
    RuleCosts costs = new RuleCosts(unchanged);
    node(schema, Structural.of(schema.node()), true, new Place("", OptionalLong.of(1), costs));
    costs.total(schema);
  }

  /**
   * What holds of the values of a schema by its place.
   *
   * @param uncorrelated where values cannot be found again in the old object; "" where they can
   * @param times how many of them an object can have; empty when nothing says so
   */
  private record Place(String uncorrelated, OptionalLong times, RuleCosts costs) {
    Place below(Structural schema, String within) {
      return new Place(
          uncorrelated.isEmpty() ? within : uncorrelated, product(times, schema.source()), costs);
    }

    private static OptionalLong product(OptionalLong times, JsonNode schema) {
      String limit =
          switch (schema.path("type").asText()) {
            case "array" -> "maxItems";
            case "object" -> schema.has("additionalProperties") ? "maxProperties" : "";
            default -> "";
          };
      if (limit.isEmpty() || times.isEmpty()) {
        return times;
      }
      return schema.has(limit)
          ? OptionalLong.of(
              RuleCosts.times(times.getAsLong(), Math.max(0, schema.path(limit).asLong())))
          : OptionalLong.empty();
    }
  }

  private static void node(Field schema, Structural typed, boolean resource, Place place) {
    boolean own = resource || typed.embedded();
    for (Field rule : schema.child(RULES).items()) {
      rule(rule, typed, own, place);
    }
    Place field = place.below(typed, typed.mapType().equals("atomic") ? schema.path() : "");
    for (Map.Entry<String, Structural> e : typed.properties().entrySet()) {
      if (e.getValue().hasRules()) {
        Field property =
            Field.of(
                schema.node().path("properties").path(e.getKey()),
                schema.path() + ".properties[" + e.getKey() + "]",
                schema.errors());
        node(property, e.getValue(), false, field);
      }
    }
    Place item = place.below(typed, typed.listType().equals("map") ? "" : schema.path());
    typed
        .items()
        .filter(Structural::hasRules)
        .ifPresent(items -> node(schema.child("items"), items, false, item));
    typed
        .additional()
        .filter(Structural::hasRules)
        .ifPresent(value ->
            node(schema.child("additionalProperties"), value, false, place.below(typed, "")));
  }

  private static void rule(Field rule, Structural typed, boolean resource, Place place) {
    boolean optional = rule.child("optionalOldSelf").isTrue();
    Optional<CelEnvironment> environment = CelEnvironment.of(typed, resource, optional);
    Optional<SchemaSizes> sizes = SchemaSizes.of(typed, resource);
    if (environment.isEmpty() || sizes.isEmpty()) {
      return;
    }
    long values = place.times().orElse(sizes.get().timesInRequest());
    Field text = rule.child("rule");
    try {
      CelProgram program = environment.get().rule(text.text());
      long cost = environment.get().cost(text.text(), sizes.get());
      place.costs().rule(text, RuleCosts.times(cost, values));
      if (program.usesOldSelf() && !place.uncorrelated().isEmpty()) {
        text.invalid(
            "oldSelf cannot be used on the uncorrelatable portion of the schema within "
                + place.uncorrelated());
      } else if (!program.usesOldSelf() && rule.child("optionalOldSelf").present()) {
        rule.child("optionalOldSelf").invalid("may not be set if oldSelf is not used in rule");
      }
    } catch (CelFailure e) {
      wrong(text, rule, e);
    }
    Field message = rule.child("messageExpression");
    if (message.hasText()) {
      try {
        environment.get().text(message.text());
        place.costs().message(message, environment.get().cost(message.text(), sizes.get()));
      } catch (CelFailure e) {
        wrong(message, rule, e);
      }
    }
  }

  private static void wrong(Field at, Field rule, CelFailure why) {
    at.errors().invalidAs(at.path(), shown(rule.node()), why.text());
  }

  /** As Go prints a rule. */
  private static String shown(JsonNode rule) {
    return "apiextensions.ValidationRule{Rule:%s, Message:%s, MessageExpression:%s, Reason:%s, FieldPath:%s, OptionalOldSelf:%s}"
        .formatted(
            quoted(rule, "rule"),
            quoted(rule, "message"),
            quoted(rule, "messageExpression"),
            "(*apiextensions.FieldValueErrorReason)(nil)",
            quoted(rule, "fieldPath"),
            "(*bool)(nil)");
  }

  private static String quoted(JsonNode rule, String field) {
    String text = rule.path(field).asText();
    return dev.wherry.model.json.Json.text(text).toString();
  }
}
