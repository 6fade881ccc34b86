package dev.wherry.model.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies as clients send them. */
class JsonTest {
  private static final String OWNED =
      """
      {"metadata": {"managedFields": [{"fieldsV1": {"f:a": {"f:é": {}}, "f:a": {}}}]},
       "spec": {"fieldsV1": {"a": 1, "a": 2}, "l": [0, {"x": {"b": 1, "b": 2}}]}, "spec": 1}
      """;

  @Test
  void parseReporting_doubledKeys_areNamedByTheirPaths() {
    Json.Parsed parsed = Json.parseReporting(OWNED.getBytes(StandardCharsets.UTF_8));
    assertEquals(List.of("spec.fieldsV1.a", "spec.l[1].x.b", "spec"), parsed.duplicates());
    assertEquals(1, parsed.tree().path("spec").intValue());
  }

  @Test
  void parseReporting_setOfFields_staysBytesOnlyInManagedFields() {
    JsonNode tree =
        Json.parseReporting(
                OWNED.replace("\"spec\": 1", "\"x\": 1").getBytes(StandardCharsets.UTF_8))
            .tree();
    RawObject set =
        assertInstanceOf(RawObject.class, tree.at("/metadata/managedFields/0/fieldsV1"));
    assertEquals(
        "{\"f:a\": {\"f:é\": {}}, \"f:a\": {}}", new String(set.bytes(), StandardCharsets.UTF_8));
    assertFalse(tree.at("/spec/fieldsV1") instanceof RawObject);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16BE", "UTF-16LE", "UTF-32BE"})
  void parseReporting_anyEncoding_readsTheSameSet(String encoding) {
    byte[] bytes = ("\uFEFF" + OWNED).getBytes(Charset.forName(encoding));
    assertEquals(
        Json.parse("{\"f:a\":{}}"),
        Json.parseReporting(bytes).tree().at("/metadata/managedFields/0/fieldsV1"));
  }

  @Test
  void parseReporting_list_hasPathsFromItsElements() {
    byte[] bytes = "[{\"a\": 1, \"a\": 2}]".getBytes(StandardCharsets.UTF_8);
    assertEquals(List.of("[0].a"), Json.parseReporting(bytes).duplicates());
  }
}
