package dev.wherry.controllers.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.model.json.Yaml;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is found of kinds in several versions, some of which cannot be asked for. */
class ApiResourcesTest {
  private static JsonNode yaml(String text) {
    return Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
  }

  @Test
  void discover_takesEachKindOnce_alsoOneThatThePreferredVersionLacks() {
    FakeApiClient client = new FakeApiClient(InstantSource.system());
    client.answerRaw(
        "/api/v1", yaml("resources: [{name: pods, kind: Pod, namespaced: true, verbs: [get]}]"));
    client.answerRaw(
        "/apis",
        yaml(
            """
            groups:
            - name: fish.example.com
              versions: [{version: v1beta1}, {version: v1}, {version: v2}]
              preferredVersion: {version: v1}
            """));
    client.answerRaw(
        "/apis/fish.example.com/v1",
        yaml(
            """
            resources:
            - {name: flunders, kind: Flunder, namespaced: true, verbs: [list, delete]}
            - {name: flunders/status, kind: Flunder, namespaced: true, verbs: [get]}
            """));
    client.answerRaw(
        "/apis/fish.example.com/v1beta1",
        yaml(
            """
            resources:
            - {name: flunders, kind: Flunder, namespaced: true, verbs: [list]}
            - {name: fischers, kind: Fischer, namespaced: false, verbs: [list]}
            """));

    ApiResources found = ApiResources.discover(client);

    assertEquals(
        List.of("v1 pods", "fish.example.com/v1 flunders", "fish.example.com/v1beta1 fischers"),
        found.resources().stream()
            .map(one -> one.info().apiVersion() + " " + one.info().plural())
            .toList());
    assertEquals(
        List.of("fish.example.com/v2: the fake has no answer for /apis/fish.example.com/v2"),
        found.failures());
  }
}
