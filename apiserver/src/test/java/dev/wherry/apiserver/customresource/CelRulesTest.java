package dev.wherry.apiserver.customresource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.structural.Problem;
import dev.wherry.apiserver.structural.Structural;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code x-kubernetes-validations} on objects. */
class CelRulesTest {
  private static final CompiledRules RULES =
      CompiledRules.of(
          Structural.of(
              ServerFixture.yaml(
                  """
                  type: object
                  properties:
                    spec:
                      type: object
                      x-kubernetes-validations:
                      - {rule: self.min <= self.max, messageExpression: "'min ' + string(self.min) + ' is too large'"}
                      - {rule: "self.max < 100", message: too many, reason: FieldValueForbidden, fieldPath: .max}
                      properties:
                        min: {type: integer}
                        max: {type: integer}
                        fixed:
                          type: string
                          x-kubernetes-validations:
                          - {rule: self == oldSelf, message: must not change}
                        grown:
                          type: integer
                          x-kubernetes-validations:
                          - {rule: "!oldSelf.hasValue() || self >= oldSelf.value()", optionalOldSelf: true}
                        parts:
                          type: array
                          x-kubernetes-list-type: map
                          x-kubernetes-list-map-keys: [name]
                          items:
                            type: object
                            properties:
                              name: {type: string}
                              size:
                                type: integer
                                x-kubernetes-validations:
                                - {rule: self > 0}
                                - {rule: self >= oldSelf, message: never smaller}
                  """)));

  private static List<String> check(String object, String old) {
    JsonNode before = old.isEmpty() ? null : ServerFixture.yaml(old);
    return RULES.check(ServerFixture.yaml(object), before).stream()
        .map(Problem::cause)
        .map(cause -> cause.field() + ": " + cause.message())
        .toList();
  }

  @Test
  void check_brokenRule_tellsMessagePathAndReason() {
    assertEquals(List.of(), check("{spec: {min: 1, max: 2}}", ""));
    assertEquals(
        List.of("spec: Invalid value: min 5 is too large"), check("{spec: {min: 5, max: 2}}", ""));
    assertEquals(List.of("spec.max: Forbidden: too many"), check("{spec: {min: 1, max: 100}}", ""));
  }

  @Test
  void check_transition_looksAtTheOldValue() {
    assertEquals(List.of(), check("{spec: {min: 1, max: 2, fixed: a}}", ""));
    assertEquals(
        List.of("spec.fixed: Invalid value: \"b\": must not change"),
        check("{spec: {min: 1, max: 2, fixed: b}}", "{spec: {min: 1, max: 2, fixed: a}}"));
    assertEquals(
        List.of(
            "spec.grown: Invalid value: 1: failed rule: !oldSelf.hasValue() || self >="
                + " oldSelf.value()"),
        check("{spec: {min: 1, max: 2, grown: 1}}", "{spec: {min: 1, max: 2, grown: 3}}"));
  }

  @Test
  void check_listByKey_findsTheOldElement() {
    assertEquals(
        List.of("spec.parts[0].size: Invalid value: 1: never smaller"),
        check(
            "{spec: {min: 1, max: 2, parts: [{name: b, size: 1}, {name: a, size: 9}]}}",
            "{spec: {min: 1, max: 2, parts: [{name: a, size: 5}, {name: b, size: 3}]}}"));
  }

  @Test
  void check_whatWasWrongBefore_isLetThroughUnchanged() {
    assertEquals(List.of(), check("{spec: {min: 5, max: 2}, x: 1}", "{spec: {min: 5, max: 2}}"));
    assertEquals(1, check("{spec: {min: 6, max: 2}}", "{spec: {min: 5, max: 2}}").size());
  }
}
