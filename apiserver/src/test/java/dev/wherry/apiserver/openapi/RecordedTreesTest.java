package dev.wherry.apiserver.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.schema.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What {@code kubectl explain --recursive} shows of every kind, against a kube-apiserver of
 * v1.36.2: of each kind the description, and the fields below it with types, whether they are
 * required, and the values they name. Recorded are digests of these trees.
 */
class RecordedTreesTest {
  private static final String REF = "$ref";

  private final OpenApi openApi =
      new OpenApi(FixtureCatalog.create(), Schema.builtin(), CustomSchemas.NONE, "v1.36.0");

  @Test
  void everyKind_hasTheRecordedTree() throws IOException, GeneralSecurityException {
    Map<String, JsonNode> documents = new HashMap<>();
    List<String> differing = new ArrayList<>();
    List<String> lines = recorded();
    for (String line : lines) {
      String[] cells = line.split("\t", -1);
      JsonNode schemas =
          documents.computeIfAbsent(
              cells[0],
              path ->
                  Json.parse(
                          openApi.answer("/openapi/v3/" + path, "", "", "").orElseThrow().plain())
                      .at("/components/schemas"));
      StringBuilder tree = new StringBuilder(schemas.path(cells[1]).path("description").asText());
      tree.append('\n');
      walk(schemas, cells[1], " ", new HashSet<>(), tree);
      if (!digest(tree.toString()).equals(cells[2])) {
        differing.add(cells[1]);
      }
    }
    assertTrue(lines.size() > 60, lines::toString);
    assertEquals(List.of(), differing);
  }

  private static List<String> recorded() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(RecordedTreesTest.class.getResourceAsStream("recorded-trees.tsv"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  private static void walk(
      JsonNode schemas, String name, String indent, Set<String> above, StringBuilder tree) {
    if (!above.add(name)) {
      return;
    }
    JsonNode schema = schemas.path(name);
    Set<String> required = new HashSet<>();
    schema.path("required").forEach(field -> required.add(field.asText()));
    Map<String, JsonNode> fields = new TreeMap<>();
    schema.path("properties").properties().forEach(e -> fields.put(e.getKey(), e.getValue()));
    fields.forEach((field, node) -> {
      tree.append(indent).append(field).append(' ').append(type(node));
      tree.append(required.contains(field) ? " required" : "");
      if (node.has("enum")) {
        tree.append(" enum");
        node.path("enum").forEach(value -> tree.append(' ').append(value.asText()));
      }
      tree.append('\n');
      String inside = innermost(node);
      if (!inside.isEmpty()) {
        walk(schemas, inside, indent + " ", above, tree);
      }
    });
    above.remove(name);
  }

  private static String reference(JsonNode node) {
    String wrapped = node.path("allOf").path(0).path(REF).asText();
    String reference = node.path(REF).asText(wrapped);
    return reference.substring(reference.lastIndexOf('/') + 1);
  }

  private static String type(JsonNode node) {
    String reference = reference(node);
    if (!reference.isEmpty()) {
      return reference;
    }
    if (node.has("items")) {
      return "[]" + type(node.path("items"));
    }
    return node.has("additionalProperties")
        ? "map " + type(node.path("additionalProperties"))
        : node.path("type").asText();
  }

  private static String innermost(JsonNode node) {
    if (node.has("items")) {
      return innermost(node.path("items"));
    }
    return node.has("additionalProperties")
        ? innermost(node.path("additionalProperties"))
        : reference(node);
  }

  private static String digest(String text) throws GeneralSecurityException {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash, 0, 8);
  }
}
