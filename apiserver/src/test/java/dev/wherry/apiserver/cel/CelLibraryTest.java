package dev.wherry.apiserver.cel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.NullValue;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Expressions from upstream's own tests (apiserver v0.36.2 pkg/cel/library *_test.go, cel-go
 * v0.26.0 ext *_test.go) with what upstream's environment answered: {@code cel-library.json} holds
 * expression, value and the most it may cost, or where it fails.
 */
class CelLibraryTest {
  private static final CelEnvironment ENVIRONMENT = CelEnvironment.dynamic();

  /** From here on the answer is the same for all: more than any limit. */
  private static final BigInteger BEYOND_ALL = BigInteger.TEN.pow(12);

  private static List<JsonNode> cases() throws IOException {
    try (InputStream in = CelLibraryTest.class.getResourceAsStream("cel-library.json")) {
      List<JsonNode> cases = new ArrayList<>();
      for (JsonNode one : Json.parse(in.readAllBytes())) {
        cases.add(one);
      }
      return cases;
    }
  }

  private static String evaluated(String expression) {
    CelProgram program;
    try {
      program = ENVIRONMENT.any(expression);
    } catch (CelFailure e) {
      return "{\"fails\":\"compile\"}";
    }
    try {
      return shown(program.evaluate(Map.of(), new CelBudget())).toString();
    } catch (CelFailure e) {
      return "{\"fails\":\"run\"}";
    }
  }

  /** Values as the file has them. */
  private static JsonNode shown(Object value) {
    return switch (value) {
      case Long number -> Json.parse('"' + number.toString() + '"');
      case UnsignedLong number -> Json.parse('"' + number.toString() + "u\"");
      case Double number -> Json.object().put("v", GoNumbers.shortest(number)).path("v");
      case Boolean flag -> Json.parse(flag.toString());
      case String text -> Json.object().put("v", "'" + text).path("v");
      case NullValue _ -> Json.parse("\"null\"");
      case Optional<?> optional ->
          optional.isPresent()
              ? Json.object().set("optional", shown(optional.get()))
              : Json.parse("\"none\"");
      case List<?> list -> {
        var all = Json.array();
        list.forEach(item -> all.add(shown(item)));
        yield all;
      }
      case Map<?, ?> map -> {
        var all = Json.object();
        Map<String, JsonNode> sorted = new TreeMap<>();
        map.forEach((key, item) -> sorted.put(String.valueOf(key), shown(item)));
        sorted.forEach(all::set);
        yield all;
      }
      default -> Json.object().put("v", "?" + CelClasses.typeName(value)).path("v");
    };
  }

  @Test
  void expressions_meanWhatUpstreamSays() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (JsonNode one : cases()) {
      String got = evaluated(one.path(0).asText());
      if (!got.equals(one.path(1).toString())) {
        wrong.add(one.path(0).asText() + ": " + got + ", not " + one.path(1));
      }
    }
    assertEquals("", String.join("\n", wrong));
  }

  @Test
  void expressions_costWhatUpstreamSays() throws IOException {
    List<String> wrong = new ArrayList<>();
    int priced = 0;
    for (JsonNode one : cases()) {
      if (one.size() < 3) {
        continue;
      }
      String expression = one.path(0).asText();
      try {
        long cost = ENVIRONMENT.cost(expression, _ -> OptionalLong.empty());
        BigInteger got = BigInteger.valueOf(cost).min(BEYOND_ALL);
        priced++;
        if (!got.equals(new BigInteger(one.path(2).asText()).min(BEYOND_ALL))) {
          wrong.add(expression + ": " + got + ", not " + one.path(2));
        }
      } catch (CelFailure e) {
        wrong.add(expression + ": " + e.text());
      }
    }
    assertTrue(priced > 300, "priced: " + priced);
    assertEquals("", String.join("\n", wrong));
  }
}
