package dev.wherry.apiserver.customresource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.model.json.Json;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Definitions on a server under test. */
final class Definitions {
  static final String PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  private static final Duration WITHIN = Duration.ofSeconds(120);

  static final String WIDGETS =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.example.com}
      spec:
        group: example.com
        scope: Namespaced
        names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
        versions:
        - name: v1
          served: true
          storage: true
          subresources:
            status: {}
            scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.ready}
          selectableFields:
          - jsonPath: .spec.size
          additionalPrinterColumns:
          - {name: Size, type: integer, jsonPath: .spec.size}
          - {name: Color, type: string, jsonPath: .spec.color, description: what it looks like}
          - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec:
                  type: object
                  required: [size]
                  properties:
                    size: {type: integer, minimum: 0, maximum: 10}
                    color: {type: string, default: red, enum: [red, green]}
                    nested:
                      type: object
                      properties:
                        a: {type: string}
                        policy: {type: string, default: Always}
                    parts:
                      type: array
                      x-kubernetes-list-type: map
                      x-kubernetes-list-map-keys: [name]
                      items:
                        type: object
                        required: [name]
                        properties:
                          name: {type: string}
                status:
                  type: object
                  properties:
                    ready: {type: integer}
      """;

  private final ServerFixture server;

  Definitions(ServerFixture server) {
    this.server = server;
  }

  /** Creates a definition and waits until its objects can be asked for. */
  void create(String yaml) {
    var answer = server.post(PATH, yaml);
    assertEquals(201, answer.code(), answer.text());
    String name = answer.json().path("metadata").path("name").asText();
    await(() -> condition(name, "Established").path("status").asText().equals("True"));
    JsonNode spec = answer.json().path("spec");
    String path =
        "/apis/%s/%s/%s"
            .formatted(
                spec.path("group").asText(),
                served(spec),
                spec.path("names").path("plural").asText());
    await(() -> server.get(path).code() == 200);
  }

  private static String served(JsonNode spec) {
    for (JsonNode version : spec.path("versions")) {
      if (version.path("served").asBoolean()) {
        return version.path("name").asText();
      }
    }
    return "";
  }

  JsonNode condition(String name, String type) {
    for (JsonNode condition :
        server.get(PATH + "/" + name).json().path("status").path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return Json.object();
  }

  void awaitGone(String name) {
    await(() -> server.get(PATH + "/" + name).code() == 404);
  }

  /** Waits for a condition, not for a time. */
  void await(BooleanSupplier condition) {
    long until = System.nanoTime() + WITHIN.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("not within " + WITHIN);
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }
}
