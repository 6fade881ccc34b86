package dev.wherry.apiserver.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.MinimalObjects;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.ServerFixture.Answer;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.BuiltinKinds;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.schema.Schema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Bodies that nobody would send, of every built-in kind in every group: protobuf with wrong bytes,
 * JSON with fields at random, by every way of writing. Each is answered, none by a 5xx. Nothing is
 * stored but one object of most kinds.
 */
class BodyFuzzTest {
  /** Each takes some milliseconds; by hand a hundred times as many. */
  private static final int TRIES = 150;

  private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
  private static final String DRY_RUN = "?dryRun=All";
  private static final int CHANGES_MAX = 4;

  private static Path folder;
  private static ServerFixture server;
  private static final List<Sample> SAMPLES = new ArrayList<>();

  /** A kind with its smallest object in both forms. */
  private record Sample(KindInfo kind, ObjectNode object, byte[] protobuf) {
    String all() {
      return kind.path(kind.namespaced() ? "default" : "", "");
    }

    String one() {
      return all() + "/walk";
    }
  }

  @BeforeContainer
  static void start() throws Exception {
    folder = Files.createTempDirectory("body-fuzz");
    server = ServerFixture.start(folder);
    server.post("/api/v1/namespaces/default/serviceaccounts", "{metadata: {name: default}}");
    MinimalObjects minimal = MinimalObjects.read();
    for (var info : BuiltinKinds.all()) {
      KindInfo kind = info.kind();
      if (!info.verbs().contains("create") || KindRegistry.isVirtual(kind)) {
        continue;
      }
      ObjectNode object = minimal.of(kind).orElseThrow();
      Sample sample = new Sample(kind, object, new byte[0]);
      Answer answer =
          server.send("POST", sample.all() + DRY_RUN, Json.write(object), "Accept", PROTOBUF);
      // Kinds without a wire form are sent in another's.
      assertTrue(answer.code() == 201 || answer.code() == 406, answer.text());
      SAMPLES.add(new Sample(kind, object, answer.http().body()));
    }
    for (Sample sample : SAMPLES) {
      // Webhooks, policies and quotas would have a say in all that follows.
      if (!sample.kind().group().startsWith("admission")) {
        server.send("POST", sample.all(), Json.write(sample.object()));
      }
    }
  }

  @AfterContainer
  static void stop() throws IOException {
    server.close();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  private static Sample any(RandomGenerator random) {
    return SAMPLES.get(random.nextInt(SAMPLES.size()));
  }

  private static void judge(Answer answer, String what) {
    assertTrue(answer.code() < 500, () -> what + ": " + answer.code() + " " + answer.text());
  }

  @Property(
      tries = TRIES,
      seed = "3671",
      edgeCases = EdgeCasesMode.NONE,
      shrinking = ShrinkingMode.OFF)
  void protobuf_withWrongBytes_isAnswered(@ForAll long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    Sample sample = any(random);
    byte[] body = sample.protobuf();
    for (int i = random.nextInt(CHANGES_MAX); i >= 0; i--) {
      body = changed(body, any(random).protobuf(), random);
    }
    String method = random.nextInt(4) == 0 ? "PUT" : "POST";
    String path = method.equals("PUT") ? sample.one() : sample.all();
    Answer answer = server.send(method, path + DRY_RUN, body, "Content-Type", PROTOBUF);
    judge(answer, method + " " + path + " seed " + seed);
  }

  private static byte[] changed(byte[] body, byte[] other, RandomGenerator random) {
    if (body.length == 0) {
      return other;
    }
    int at = random.nextInt(body.length);
    int to = Math.min(body.length, at + 1 + random.nextInt(16));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(body, 0, at);
    switch (random.nextInt(6)) {
      case 0 -> {
        out.write(body[at] ^ (1 << random.nextInt(8)));
        out.write(body, at + 1, body.length - at - 1);
      }
      case 1 -> {
        out.write(random.nextInt(256));
        out.write(body, at, body.length - at);
      }
      case 2 -> out.write(body, to, body.length - to);
      case 3 -> {
        out.write(body, at, to - at);
        out.write(body, at, body.length - at);
      }
      case 4 -> out.writeBytes(Arrays.copyOfRange(other, Math.min(at, other.length), other.length));
      default -> {}
    }
    return out.toByteArray();
  }

  @Property(
      tries = TRIES,
      seed = "3672",
      edgeCases = EdgeCasesMode.NONE,
      shrinking = ShrinkingMode.OFF)
  void json_withFieldsAtRandom_isAnswered(@ForAll long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    Sample sample = any(random);
    RandomObjects objects = new RandomObjects(Schema.builtin(), random);
    ObjectNode object = sample.object().deepCopy();
    objects.disturb(object, Schema.builtin().ofKind(sample.kind()).orElseThrow());
    String what = "seed " + seed + " " + sample.kind() + " " + object;
    switch (random.nextInt(6)) {
      case 0 -> judge(server.send("PUT", sample.one() + DRY_RUN, Json.write(object)), what);
      case 1 -> judge(patch(sample, "merge-patch+json", object), what);
      case 2 -> judge(patch(sample, "strategic-merge-patch+json", object), what);
      case 3 -> judge(apply(sample, object), what);
      case 4 -> judge(jsonPatch(sample, objects, object, random), what);
      default -> judge(server.send("POST", sample.all() + DRY_RUN, Json.write(object)), what);
    }
  }

  private static Answer patch(Sample sample, String type, ObjectNode object) {
    return server.send(
        "PATCH", sample.one() + DRY_RUN, Json.write(object), "Content-Type", "application/" + type);
  }

  private static Answer apply(Sample sample, ObjectNode object) {
    return server.send(
        "PATCH",
        sample.one() + DRY_RUN + "&fieldManager=f&force=true",
        Json.write(object),
        "Content-Type",
        "application/apply-patch+yaml");
  }

  private static Answer jsonPatch(
      Sample sample, RandomObjects objects, ObjectNode object, RandomGenerator random) {
    ArrayNode operations = Json.array();
    List<String> kinds = List.of("add", "replace", "remove", "test", "copy", "move", "no");
    object
        .properties()
        .forEach(field -> {
          ObjectNode operation =
              operations.addObject().put("op", kinds.get(random.nextInt(kinds.size())));
          operation.put("path", "/" + field.getKey() + (random.nextBoolean() ? "/-" : ""));
          operation.put("from", "/metadata");
          operation.set("value", random.nextBoolean() ? field.getValue() : objects.anything(0));
        });
    return server.send(
        "PATCH",
        sample.one() + DRY_RUN,
        Json.write(operations),
        "Content-Type",
        "application/json-patch+json");
  }
}
