package dev.wherry.apiserver.secrets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.config.ConfigException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values and whole servers under an EncryptionConfiguration. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EncryptionConfigTest {
  private static final String KEY = "/registry/core/secrets/default/s";
  private static final String SECRETS = "/api/v1/namespaces/default/secrets";
  private static final byte[] VALUE = "hunter2".getBytes(StandardCharsets.UTF_8);

  @TempDir Path data;

  @ParameterizedTest
  @EnumSource(SealingKey.Algorithm.class)
  void open_sealed_isTheValue(SealingKey.Algorithm algorithm) {
    SealingKey key = new SealingKey(algorithm, "k1", new byte[32]);
    byte[] stored = key.seal(KEY, VALUE, new SecureRandom());
    assertTrue(
        new String(stored, StandardCharsets.ISO_8859_1)
            .startsWith("k8s:enc:" + algorithm.text() + ":v1:k1:"));
    assertArrayEquals(VALUE, key.open(KEY, stored));
    byte[] cut = java.util.Arrays.copyOf(stored, stored.length - 1);
    assertThrows(DecryptionException.class, () -> key.open(KEY, cut));
    if (algorithm != SealingKey.Algorithm.AESCBC) {
      stored[stored.length - 1] ^= 1;
      assertThrows(DecryptionException.class, () -> key.open(KEY, stored));
    }
  }

  /** The vector of NaCl's own tests (tests/secretbox.c). */
  @Test
  void secretBox_isNacls() throws GeneralSecurityException {
    HexFormat hex = HexFormat.of();
    byte[] key = hex.parseHex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
    byte[] nonce = hex.parseHex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
    byte[] message =
        hex.parseHex(
            "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc"
                + "e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31"
                + "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde"
                + "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864"
                + "5e0705");
    byte[] box =
        hex.parseHex(
            "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce"
                + "48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972"
                + "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
                + "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3"
                + "7973f622a43d14a6599b1f654cb45a74e355a5");
    assertEquals(hex.formatHex(box), hex.formatHex(SecretBox.seal(message, nonce, key)));
    assertArrayEquals(message, SecretBox.open(box, nonce, key));
  }

  private static String config(String resources, String providers) {
    return """
    apiVersion: apiserver.config.k8s.io/v1
    kind: EncryptionConfiguration
    resources:
    - resources: [%s]
      providers:
    %s
    """
        .formatted(resources, providers.indent(2));
  }

  private static String provider(String algorithm, String... names) {
    StringBuilder text = new StringBuilder("- " + algorithm + ":\n    keys:\n");
    for (String name : names) {
      byte[] secret = new byte[32];
      java.util.Arrays.fill(secret, (byte) name.hashCode());
      text.append("    - {name: ")
          .append(name)
          .append(", secret: \"")
          .append(Base64.getEncoder().encodeToString(secret))
          .append("\"}\n");
    }
    return text.toString();
  }

  private ServerFixture start(String config) throws Exception {
    Path file = Files.writeString(data.resolve("encryption.yaml"), config);
    return ServerFixture.start(data, ProtectionConfig.NONE.withEncryption(file));
  }

  private static String stored(ServerFixture server, String key) {
    return new String(server.store().get(key).orElseThrow().value(), StandardCharsets.ISO_8859_1);
  }

  private static void awaitStored(ServerFixture server, String key, String prefix) {
    while (!stored(server, key).startsWith(prefix)) {
      Thread.onSpinWait();
    }
  }

  /** From the server's own key to one of a file, to a second, to none, and nothing is lost. */
  @Test
  void keys_areRotatedByARestart() throws Exception {
    String map = "/registry/core/configmaps/default/m";
    try (ServerFixture server = ServerFixture.start(data)) {
      server.post(
          SECRETS, "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {k: hunter2}}");
      server.post(
          "/api/v1/namespaces/default/configmaps",
          "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {k: plain}}");
      assertTrue(stored(server, map).contains("plain"));
    }
    String first = config("\"*.\"", provider("aescbc", "a"));
    try (ServerFixture server = start(first)) {
      awaitStored(server, KEY, "k8s:enc:aescbc:v1:a:");
      awaitStored(server, map, "k8s:enc:aescbc:v1:a:");
      assertEquals("aHVudGVyMg==", server.get(SECRETS + "/s").json().at("/data/k").asText());
    }
    String second = config("\"*.\"", provider("secretbox", "b") + provider("aescbc", "a"));
    try (ServerFixture server = start(second)) {
      awaitStored(server, KEY, "k8s:enc:secretbox:v1:b:");
      server.post(
          SECRETS, "{apiVersion: v1, kind: Secret, metadata: {name: t}, stringData: {k: hunter2}}");
      assertTrue(
          stored(server, "/registry/core/secrets/default/t").startsWith("k8s:enc:secretbox:v1:b:"));
    }
    String third = config("\"*.*\"", "- identity: {}\n" + provider("secretbox", "b"));
    try (ServerFixture server = start(third)) {
      while (stored(server, map).startsWith("k8s:enc:")) {
        Thread.onSpinWait();
      }
      assertEquals("aHVudGVyMg==", server.get(SECRETS + "/t").json().at("/data/k").asText());
      assertFalse(stored(server, map).startsWith("k8s:enc:"));
    }
  }

  @Test
  void file_thatIsWrong_isToldWholly() throws Exception {
    Path file =
        Files.writeString(
            data.resolve("wrong.yaml"),
            config(
                "\"*\", secrets, \"*.\", Pods, events.events.k8s.io, secrets.*",
                "- aescbc: {keys: [{name: \"a:b\", secret: c2hvcnQ=}]}\n"
                    + "- kms: {apiVersion: v1, name: \"a:b\", endpoint: \"http://x\", timeout: 0s}\n"
                    + "- rot13: {}\n"));
    String message =
        String.valueOf(
            assertThrows(
                    ConfigException.class,
                    () -> EncryptionConfig.parse(file.toString(), Files.readAllBytes(file)))
                .getMessage());
    assertTrue(message.contains("keys[0].name: must be ASCII without colons"), message);
    assertTrue(message.contains("secret: has 5 bytes"), message);
    assertTrue(message.contains("unknown field resources[0].providers[2].rot13"), message);
    for (String part :
        new String[] {
          "use '*.' to encrypt all the resources from core API group",
          "should not contain capital letters",
          "using overlapping resources",
          "objects are stored using the 'events' API group",
          "the same resource across groups is not supported",
          "providers[1].kms.apiVersion: must be v2",
          "kms.name: invalid KMS provider name a:b",
          "kms.endpoint: unsupported scheme \"http\"",
          "kms.timeout: timeout should be a positive value"
        }) {
      assertTrue(message.contains(part), part + " is not in " + message);
    }
  }
}
