package dev.wherry.apiserver.cel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.structural.Structural;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions, types and budget of expressions. */
class CelEnvironmentTest {
  private static final Structural SCHEMA =
      Structural.of(
          ServerFixture.yaml(
              """
              type: object
              properties:
                name: {type: string}
                namespace: {type: string}
                with-dash: {type: integer}
                count: {type: integer}
                ratio: {type: number}
                at: {type: string, format: date-time}
                age: {type: string, format: duration}
                either: {x-kubernetes-int-or-string: true}
                list: {type: array, items: {type: integer}}
                map: {type: object, additionalProperties: {type: string}}
                nested: {type: object, properties: {a: {type: string}}}
              """));

  private static final JsonNode VALUE =
      ServerFixture.yaml(
          """
          name: abc
          namespace: ns
          with-dash: 4
          count: 3
          ratio: 2
          at: "2026-01-01T00:00:00Z"
          age: 90m
          either: 25%
          list: [1, 2, 3]
          map: {"a.b/c": x}
          nested: {a: b}
          """);

  private static Object evaluate(String expression) throws CelFailure {
    CelEnvironment environment = CelEnvironment.of(SCHEMA, false, false).orElseThrow();
    return environment
        .rule(expression)
        .evaluate(Map.of("self", CelValues.of(VALUE, SCHEMA, false)), new CelBudget());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "self.name == 'abc' && self.name.size() == 3",
        "self.__namespace__ == 'ns'",
        "self.with__dash__dash == 4",
        "self.count < 5 && self.ratio == 2.0 && self.ratio > 1",
        "self.at < timestamp('2027-01-01T00:00:00Z')",
        "self.age == duration('1h30m')",
        "type(self.either) == string && self.either.endsWith('%')",
        "self.list.all(x, x > 0) && self.list.sum() == 6 && self.list.isSorted()",
        "self.list.max() == 3 && self.list.min() == 1 && self.list.indexOf(2) == 1",
        "self.map['a.b/c'] == 'x' && 'a.b/c' in self.map",
        "has(self.nested.a) && !has(self.nested) == false",
        "self.?nested.?a.orValue('') == 'b'",
        "'a1b2'.find('[0-9]') == '1' && 'a1b2'.findAll('[0-9]') == ['1', '2']",
        "'a,b'.split(',').size() == 2 && 'ABC'.lowerAscii() == 'abc'",
        "quantity('1Gi').isGreaterThan(quantity('1G')) && isQuantity('5m') && !isQuantity('x')",
        "quantity('500m').add(quantity('500m')) == quantity('1')",
        "url('https://a.b:80/c?d=e').getHostname() == 'a.b' && isURL('https://x.y')",
        "url('https://a.b:80/c?d=e').getQuery()['d'] == ['e']",
        "ip('10.0.0.1').family() == 4 && isIP('::1') && !isIP('1.2.3')",
        "cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.0.0.0/8').prefixLength() == 8",
        "!cidr('10.0.0.0/8').containsCIDR('11.0.0.0/16') && isCIDR('10.0.0.0/8')",
        "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('v1.2', true).minor() == 2",
        "!format.dns1123Label().validate('a-b').hasValue()",
        "format.named('uuid').hasValue() && format.uuid().validate('x').hasValue()",
        "sets.contains([1, 2, 3], [1, 2])",
        "self.list.exists_one(x, x == 2) && self.list.map(x, x * 2) == [2, 4, 6]"
      })
  void evaluate_rule_isTrue(String rule) throws CelFailure {
    assertEquals(true, evaluate(rule));
  }

  @Test
  void rule_ofUnknownField_doesNotCompile() {
    CelFailure failure = assertThrows(CelFailure.class, () -> evaluate("self.absent == 1"));
    assertEquals(CelFailure.Kind.COMPILE, failure.kind());
    assertTrue(failure.text().contains("undefined field 'absent'"), failure.text());
    CelFailure type = assertThrows(CelFailure.class, () -> evaluate("self.name"));
    assertEquals("must evaluate to a bool", type.text());
  }

  @Test
  void rule_againstTheGrammar_isASyntaxError() {
    CelFailure failure = assertThrows(CelFailure.class, () -> evaluate("self = 42"));
    assertTrue(
        failure.text().contains("ERROR: <input>:1:6: Syntax error: token recognition error"),
        failure.text());
  }

  @Test
  void evaluate_withoutEnd_isCutOff() {
    String loops = "[1,2,3,4,5,6,7,8,9,10].all(%s, ";
    StringBuilder rule = new StringBuilder();
    for (int i = 0; i < 9; i++) {
      rule.append(loops.formatted("x" + i));
    }
    rule.append("x0 > 0").append(")".repeat(9));
    CelFailure failure = assertThrows(CelFailure.class, () -> evaluate(rule.toString()));
    assertEquals(CelFailure.Kind.COST, failure.kind());
  }
}
