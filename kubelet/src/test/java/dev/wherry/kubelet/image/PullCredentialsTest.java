package dev.wherry.kubelet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.fixture.FakeApi;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.proto.cri.v1.AuthConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Providers as programs of the shell, run for real. */
class PullCredentialsTest {
  private static final String CONFIG =
      """
      apiVersion: kubelet.config.k8s.io/v1
      kind: CredentialProviderConfig
      providers:
      - name: asked
        apiVersion: credentialprovider.kubelet.k8s.io/v1
        matchImages: ["*.example.com:5000", registry.io/team]
        defaultCacheDuration: 10m
        args: [--as, node]
        env: [{name: REGION, value: north}]
      """;

  /** Counts its runs and shows what it was given. */
  private static final String PROGRAM =
      """
      #!/bin/sh
      cat > %1$s/request
      echo run >> %1$s/runs
      echo '{"apiVersion": "credentialprovider.kubelet.k8s.io/v1", "kind":
        "CredentialProviderResponse", "cacheKeyType": "%2$s", "cacheDuration": "1m", "auth": {
        "*.example.com:5000": {"username": "'"$REGION $*"'", "password": "wide"},
        "a.example.com:5000/deep": {"username": "deep", "password": "p"}}}'
      """;

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-11-22T12:00:00Z");
  private final FakeApi api = new FakeApi();
  private final PodView pod =
      PodView.of(
          Pod.KIND.decode(
              Json.parse(
                  "{\"metadata\": {\"name\": \"p\", \"namespace\": \"ns\", \"uid\": \"u\"}}")));

  @BeforeEach
  void write() throws IOException {
    Files.writeString(folder.resolve("config.yaml"), CONFIG);
    program(PROGRAM.formatted(folder, "Registry"));
  }

  private void program(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("asked"), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private PullCredentials open() throws IOException {
    ImageCredentials where =
        new ImageCredentials(folder.resolve("config.yaml").toString(), folder.toString());
    return PullCredentials.open(where, () -> now);
  }

  private List<String> users(PullCredentials from, String image) throws Exception {
    return from.find(api, pod, image).stream().map(AuthConfig::getUsername).toList();
  }

  private long runs() throws IOException {
    return Files.readAllLines(folder.resolve("runs")).size();
  }

  @Test
  void program_isAskedOnceForARegistry_andTheClosestPatternComesFirst() throws Exception {
    PullCredentials all = open();
    assertEquals(List.of("north --as node"), users(all, "a.example.com:5000/x:1"));
    assertEquals(
        "{\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\","
            + "\"kind\":\"CredentialProviderRequest\",\"image\":\"a.example.com:5000/x\"}",
        Files.readString(folder.resolve("request")));
    assertEquals(List.of("deep", "north --as node"), users(all, "a.example.com:5000/deep/y:1"));
    assertEquals(1, runs());
    assertEquals(List.of("north --as node"), users(all, "b.example.com:5000/x:1"));
    assertEquals(2, runs());
    now = now.plusSeconds(61);
    assertEquals(List.of("north --as node"), users(all, "a.example.com:5000/x:1"));
    assertEquals(3, runs());
  }

  @Test
  void program_thatFails_leavesThePullWithoutCredentials() throws Exception {
    program("#!/bin/sh\necho no key >&2\nexit 3\n");
    assertEquals(List.of(""), users(open(), "a.example.com:5000/x:1"));
    program("#!/bin/sh\necho '{}'\n");
    assertEquals(List.of(""), users(open(), "a.example.com:5000/x:1"));
  }

  @Test
  void otherImages_areNotAskedFor() throws Exception {
    assertEquals(List.of(""), users(open(), "docker.io/library/busybox:latest"));
    assertFalse(Files.exists(folder.resolve("runs")));
  }

  @Test
  void patterns_meanWhatUpstreamsMean() {
    assertTrue(ImagePatterns.matches("*.registry.io", "foo.registry.io/x"));
    assertTrue(ImagePatterns.matches("*.*.registry.io", "a.b.registry.io/x"));
    assertFalse(ImagePatterns.matches("*.registry.io", "a.b.registry.io/x"));
    assertTrue(ImagePatterns.matches("https://registry.io/team", "registry.io/team-a/x"));
    assertFalse(ImagePatterns.matches("registry.io", "registry.io:8080/x"));
    assertFalse(ImagePatterns.matches("registry.io/team", "registry.io/other"));
  }

  @Test
  void file_withMistakes_tellsAllOfThem() throws Exception {
    Files.writeString(
        folder.resolve("config.yaml"),
        CONFIG
            .replace("asked", "absent")
            .replace("10m", "soon")
            .replace("args:", "tokenAttributes: {}\n  args:"));
    String said = assertThrows(IOException.class, this::open).getMessage();
    assertTrue(said.contains("providers[0].name: \"absent\" is no program in"), said);
    assertTrue(said.contains("providers[0].defaultCacheDuration: "), said);
    assertTrue(said.contains("providers[0].tokenAttributes: not known here"), said);
    assertThrows(IllegalArgumentException.class, () -> new ImageCredentials("a", ""));
  }
}
