package dev.wherry.apiserver.secrets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.apiserver.ServerFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole servers whose EncryptionConfiguration changes, with a KMS plugin. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EncryptionReloadTest {
  private static final String SECRETS = "/api/v1/namespaces/default/secrets";
  private static final String KEY = "/registry/core/secrets/default/";
  private static final String AES =
      "  - aescbc: {keys: [{name: a, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}\n";

  @TempDir Path data;

  private Path write(String providers) throws Exception {
    return Files.writeString(
        data.resolve("encryption.yaml"),
        """
        apiVersion: apiserver.config.k8s.io/v1
        kind: EncryptionConfiguration
        resources:
        - resources: [secrets]
          providers:
        """
            + providers);
  }

  private String kms(String name, String timeout) {
    return "  - kms: {apiVersion: v2, name: %s, endpoint: \"unix://%s\", timeout: %s}\n"
        .formatted(name, data.resolve(name + ".sock"), timeout);
  }

  private ServerFixture start() throws InterruptedException {
    return ServerFixture.start(
        data,
        ProtectionConfig.NONE
            .withEncryption(data.resolve("encryption.yaml"))
            .withReload(Duration.ofMillis(20)));
  }

  private static int create(ServerFixture server, String name) {
    return server
        .post(
            SECRETS,
            "{apiVersion: v1, kind: Secret, metadata: {name: " + name + "}, stringData: {k: v}}")
        .code();
  }

  private static boolean stored(ServerFixture server, String name, String prefix) {
    byte[] value = server.store().get(KEY + name).orElseThrow().value();
    return new String(value, StandardCharsets.ISO_8859_1).startsWith(prefix);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  /** How many reloads ended so. */
  private static int reloads(ServerFixture server, String outcome) {
    String metric = "apiserver_encryption_config_controller_automatic_reloads_total{status=";
    String line = metric + '"' + outcome + "\"} ";
    return server
        .get("/metrics")
        .text()
        .lines()
        .filter(l -> l.startsWith(line))
        .mapToInt(l -> (int) Double.parseDouble(l.substring(line.length())))
        .sum();
  }

  private static void assertReadable(ServerFixture server, String name) {
    assertEquals("dg==", server.get(SECRETS + "/" + name).json().at("/data/k").asText());
  }

  @Test
  void file_changes_valuesFollowAndAWrongOneIsNotTaken() throws Exception {
    try (TestPlugin plugin = new TestPlugin(data.resolve("one.sock").toString())) {
      write(kms("one", "20s"));
      try (ServerFixture server = start()) {
        assertEquals(201, create(server, "s"));
        assertTrue(stored(server, "s", "k8s:enc:kms:v2:one:"));
        assertEquals(200, server.get("/readyz/kms-providers").code());
      }
      try (ServerFixture server = start()) {
        assertReadable(server, "s");
        assertTrue(plugin.decrypts.get() > 0);

        write(kms("gone", "300ms") + kms("one", "20s"));
        await(() -> reloads(server, "failure") > 0);
        write(AES);
        int before = reloads(server, "failure");
        // The first may still be the one before.
        await(() -> reloads(server, "failure") >= before + 2);
        assertEquals(201, create(server, "t"));
        assertTrue(stored(server, "t", "k8s:enc:kms:v2:one:"), "the last good one is in force");
        assertEquals(0, reloads(server, "success"));

        write(AES + kms("one", "20s"));
        await(() -> stored(server, "s", "k8s:enc:aescbc:v1:a:"));
        await(() -> stored(server, "t", "k8s:enc:aescbc:v1:a:"));
        await(() -> reloads(server, "success") == 1);
        assertReadable(server, "s");
        assertEquals(200, server.delete(SECRETS + "/s").code());
      }
    }
    write(AES);
    try (ServerFixture server = start()) {
      assertReadable(server, "t");
    }
  }

  @Test
  void plugin_isNotThere_serverIsNotReadyAndWritesFail() throws Exception {
    write(kms("late", "300ms"));
    try (ServerFixture server = start()) {
      assertEquals(500, server.get("/readyz").code());
      assertEquals(200, server.get("/livez").code());
      assertEquals(404, server.get("/livez/kms-providers").code());
      assertEquals(500, create(server, "s"));
      assertEquals(
          201,
          server
              .post(
                  "/api/v1/namespaces/default/configmaps",
                  "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}")
              .code());
      try (TestPlugin _ = new TestPlugin(data.resolve("late.sock").toString())) {
        await(() -> server.get("/readyz").code() == 200);
        assertEquals(201, create(server, "s"));
      }
    }
  }
}
