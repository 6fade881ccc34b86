package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.cel.CelEnvironment;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.cel.CelProgram;
import dev.wherry.apiserver.structural.Structural;
import java.util.Map;
import java.util.Optional;

/** Whether the rules of a schema compile; nothing of CEL is loaded for a schema without rules. */
final class ExpressionRules {
  private static final String RULES = "x-kubernetes-validations";

  private ExpressionRules() {}

  /** Whether a rule stands anywhere in a schema. */
  static boolean hasAny(JsonNode schema) {
    return Structural.of(schema).hasRules();
  }

  static void check(Field schema) {
    node(schema, Structural.of(schema.node()), true, "");
  }

  /**
   * @param uncorrelated where values cannot be found again in the old object; "" where they can
   */
  private static void node(Field schema, Structural typed, boolean resource, String uncorrelated) {
    boolean own = resource || typed.embedded();
    for (Field rule : schema.child(RULES).items()) {
      rule(rule, typed, own, uncorrelated);
    }
    boolean atomic = typed.mapType().equals("atomic") && uncorrelated.isEmpty();
    for (Map.Entry<String, Structural> e : typed.properties().entrySet()) {
      if (e.getValue().hasRules()) {
        Field property =
            Field.of(
                schema.node().path("properties").path(e.getKey()),
                schema.path() + ".properties[" + e.getKey() + "]",
                schema.errors());
        node(property, e.getValue(), false, atomic ? schema.path() : uncorrelated);
      }
    }
    boolean unkeyed = !typed.listType().equals("map") && uncorrelated.isEmpty();
    typed
        .items()
        .filter(Structural::hasRules)
        .ifPresent(item ->
            node(schema.child("items"), item, false, unkeyed ? schema.path() : uncorrelated));
    typed
        .additional()
        .filter(Structural::hasRules)
        .ifPresent(value -> node(schema.child("additionalProperties"), value, false, uncorrelated));
  }

  private static void rule(Field rule, Structural typed, boolean resource, String uncorrelated) {
    boolean optional = rule.child("optionalOldSelf").isTrue();
    Optional<CelEnvironment> environment = CelEnvironment.of(typed, resource, optional);
    if (environment.isEmpty()) {
      return;
    }
    Field text = rule.child("rule");
    try {
      CelProgram program = environment.get().rule(text.text());
      if (program.usesOldSelf() && !uncorrelated.isEmpty()) {
        text.invalid(
            "oldSelf cannot be used on the uncorrelatable portion of the schema within "
                + uncorrelated);
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
