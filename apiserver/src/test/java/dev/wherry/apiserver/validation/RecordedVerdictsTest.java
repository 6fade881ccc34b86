package dev.wherry.apiserver.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.ServerFixture.Answer;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.BuiltinKinds;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a kube-apiserver of v1.36.2 said of thousands of changed objects (status, reasons and field
 * paths), said again here. Each line of the recording is a sample's number, the place of the
 * change, the change, and the verdict; what the two servers do not agree on is not in it.
 */
class RecordedVerdictsTest {
  private static final int MANY = 40;
  private static final int CAUSES_TOLD_MAX = 6;
  private static final int LINES_SHOWN_MAX = 20;

  private static String resource(String name) throws IOException {
    try (InputStream in = RecordedVerdictsTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  @Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void create_changedObject_isJudgedAsUpstreamJudgesIt(@TempDir Path data) throws Exception {
    List<JsonNode> samples = samples();
    List<String> lines = resource("recorded-verdicts.tsv").lines().toList();
    assertTrue(lines.size() > 2_000, "the recording has " + lines.size() + " lines");
    List<String> wrong = new ArrayList<>();
    try (ServerFixture server = ServerFixture.start(data)) {
      for (String line : lines) {
        String[] parts = line.split("\t");
        ObjectNode object = samples.get(Integer.parseInt(parts[0])).deepCopy();
        change(object, parts[1], parts[2]);
        Answer answer = server.send("POST", path(object) + "?dryRun=All", Json.write(object));
        if (!verdict(answer).equals(parts[3])) {
          wrong.add(line + "\n  here: " + verdict(answer));
        }
      }
    }
    assertEquals(List.of(), wrong.subList(0, Math.min(wrong.size(), LINES_SHOWN_MAX)));
  }

  /** The same of updates: what may change, and what becomes of an object that was right before. */
  @Test
  @Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void update_changedObject_isJudgedAsUpstreamJudgesIt(@TempDir Path data) throws Exception {
    List<JsonNode> samples = samples();
    List<String> lines = resource("recorded-updates.tsv").lines().toList();
    assertTrue(lines.size() > 1_500, "the recording has " + lines.size() + " lines");
    List<String> wrong = new ArrayList<>();
    Map<String, ObjectNode> stored = new HashMap<>();
    try (ServerFixture server = ServerFixture.start(data)) {
      for (String line : lines) {
        String[] parts = line.split("\t");
        ObjectNode sample = samples.get(Integer.parseInt(parts[0])).deepCopy();
        String one = path(sample) + "/" + sample.at("/metadata/name").asText();
        if (!stored.containsKey(parts[0])) {
          stored.put(parts[0], created(server, sample, one));
        }
        ObjectNode object = stored.get(parts[0]).deepCopy();
        change(object, parts[1], parts[2]);
        Answer answer = server.send("PUT", one + "?dryRun=All", Json.write(object));
        if (!verdict(answer).equals(parts[3])) {
          wrong.add(line + "\n  here: " + verdict(answer));
        }
      }
    }
    assertEquals(List.of(), wrong.subList(0, Math.min(wrong.size(), LINES_SHOWN_MAX)));
  }

  /** As somebody holds it who knows nothing of its versions. */
  private static ObjectNode created(ServerFixture server, ObjectNode sample, String one)
      throws Exception {
    server.send("DELETE", one, new byte[0]);
    assertEquals(201, server.send("POST", path(sample), Json.write(sample)).code(), one);
    ObjectNode object = (ObjectNode) server.send("GET", one, new byte[0]).json();
    object.remove("status");
    object
        .withObject("/metadata")
        .remove(
            List.of("uid", "resourceVersion", "managedFields", "creationTimestamp", "generation"));
    return object;
  }

  private static List<JsonNode> samples() throws IOException {
    List<JsonNode> samples = new ArrayList<>();
    for (Json.Parsed one :
        Yaml.documents(resource("recorded-samples.yaml").getBytes(StandardCharsets.UTF_8))) {
      samples.add(one.tree());
    }
    return samples;
  }

  private static String path(ObjectNode object) {
    KindInfo kind =
        BuiltinKinds.all().stream()
            .map(ResourceInfo::kind)
            .filter(k ->
                k.apiVersion().equals(object.path("apiVersion").asText())
                    && k.kind().equals(object.path("kind").asText()))
            .findFirst()
            .orElseThrow();
    return kind.path(kind.namespaced() ? "default" : "", "");
  }

  private static void change(ObjectNode object, String pointer, String change) {
    int slash = pointer.lastIndexOf('/');
    JsonNode parent = object.at(pointer.substring(0, slash));
    String last = pointer.substring(slash + 1).replace("~1", "/").replace("~0", "~");
    JsonNode old = parent.isArray() ? parent.path(Integer.parseInt(last)) : parent.path(last);
    if (change.equals("delete")) {
      if (parent instanceof ArrayNode list) {
        list.remove(Integer.parseInt(last));
      } else {
        ((ObjectNode) parent).remove(last);
      }
      return;
    }
    JsonNode now = changed(old, change);
    if (parent instanceof ArrayNode list) {
      list.set(Integer.parseInt(last), now);
    } else {
      ((ObjectNode) parent).set(last, now);
    }
  }

  private static JsonNode changed(JsonNode old, String change) {
    JsonNode now = old.deepCopy();
    switch (change) {
      case "twice" -> ((ArrayNode) now).add(old.get(0).deepCopy());
      case "many" -> {
        ArrayNode list = ((ArrayNode) now).removeAll();
        for (int i = 0; i < MANY; i++) {
          list.add(old.get(0).deepCopy());
        }
      }
      case "key" -> ((ObjectNode) now).set("Bad Key!", old.iterator().next().deepCopy());
      case "= \"long\"" -> now = TextNode.valueOf("a".repeat(300));
      default -> now = Json.parse(change.substring(2));
    }
    return now;
  }

  private static String verdict(Answer answer) {
    if (answer.code() != 422) {
      return answer.code() < 300 ? "ok" : String.valueOf(answer.code());
    }
    TreeSet<String> causes = new TreeSet<>();
    for (JsonNode cause : answer.json().path("details").path("causes")) {
      causes.add(
          cause.path("reason").asText().replace("FieldValue", "")
              + ":"
              + cause.path("field").asText().replace(' ', '_'));
    }
    return causes.size() > CAUSES_TOLD_MAX ? "many" : String.join(" ", causes);
  }
}
