package dev.wherry.apiserver.cel.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.cel.CelEnvironment;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.cel.SchemaSizes;
import dev.wherry.apiserver.structural.Structural;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The price of rules against what upstream's compiler answered (apiextensions-apiserver v0.36.2
 * schema/cel Compile): {@code cel-costs.json} holds schemas, rules and its answers.
 */
class EstimateTest {
  /** From here on the answer is the same sentence for all. */
  private static final long BEYOND_ALL = 1_000_000_000L * 1_000;

  @Test
  void cost_isUpstreams() throws IOException {
    JsonNode file;
    try (InputStream in = EstimateTest.class.getResourceAsStream("cel-costs.json")) {
      file = Json.parse(in.readAllBytes());
    }
    Map<String, Structural> schemas = new HashMap<>();
    Map<String, CelEnvironment> environments = new HashMap<>();
    file.path("schemas")
        .properties()
        .forEach(e -> {
          Structural schema = Structural.of(e.getValue());
          schemas.put(e.getKey(), schema);
          environments.put(e.getKey(), CelEnvironment.of(schema, false, false).orElseThrow());
        });
    List<String> wrong = new ArrayList<>();
    for (JsonNode one : file.path("cases")) {
      String name = one.path("schema").asText();
      SchemaSizes sizes = SchemaSizes.of(schemas.get(name), false).orElseThrow();
      String rule = one.path("rule").asText();
      String wanted = shown(one.path("cost").bigIntegerValue().min(MOST).longValueExact());
      String got;
      try {
        got = shown(environments.get(name).cost(rule, sizes));
      } catch (CelFailure e) {
        got = e.text();
      }
      if (!wanted.equals(got)) {
        wrong.add(rule + ": " + got + ", not " + wanted);
      }
      assertEquals(one.path("times").asLong(), sizes.timesInRequest(), name);
    }
    assertEquals("", String.join("\n", wrong));
  }

  private static final java.math.BigInteger MOST = java.math.BigInteger.valueOf(Long.MAX_VALUE);

  private static String shown(long cost) {
    return cost > BEYOND_ALL ? "beyond all" : String.valueOf(cost);
  }
}
