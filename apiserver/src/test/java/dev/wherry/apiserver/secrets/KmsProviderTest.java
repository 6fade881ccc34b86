package dev.wherry.apiserver.secrets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** KMS v2 against a real plugin on a real socket, which is told to misbehave. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KmsProviderTest {
  private static final String KEY = "/registry/core/secrets/default/s";
  private static final byte[] VALUE = "hunter2".getBytes(StandardCharsets.UTF_8);
  private static final Duration CALL = Duration.ofSeconds(20);

  /** Of a plugin that does not answer. */
  private static final Duration SHORT_CALL = Duration.ofMillis(500);

  @TempDir Path folder;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-22T02:00:00Z"));
  private final AtomicInteger rotations = new AtomicInteger();
  private final SecureRandom random = new SecureRandom();
  private DataKeys keys = new DataKeys();

  private String socket() {
    return folder.resolve("kms.sock").toString();
  }

  private KmsProvider provider() {
    return provider(socket(), CALL);
  }

  private KmsProvider provider(String socket, Duration call) {
    KmsConfig config = new KmsConfig("vault", socket, call);
    return new KmsProvider(
        config,
        new KmsClient(config, UUID::randomUUID),
        new KmsProvider.Ground(keys, now::get, random, rotations::incrementAndGet));
  }

  private void later(Duration time) {
    now.updateAndGet(at -> at.plus(time));
  }

  /** Until the plugin has answered in time, which a busy machine may delay. */
  private void awaitWell(KmsProvider provider) {
    while (provider.fault().isPresent()) {
      later(Duration.ofSeconds(10));
    }
  }

  private byte[] sealed(KmsProvider provider) {
    return provider.seal(KEY, VALUE, random);
  }

  @Test
  void open_sealed_isTheValue_withOneCallForASeed() throws IOException {
    try (TestPlugin plugin = new TestPlugin(socket())) {
      byte[] stored;
      try (KmsProvider provider = provider()) {
        stored = sealed(provider);
        assertTrue(
            new String(stored, StandardCharsets.ISO_8859_1).startsWith("k8s:enc:kms:v2:vault:"));
        assertTrue(provider.isCurrent(stored));
        assertArrayEquals(VALUE, provider.open(KEY, stored));
        assertThrows(DecryptionException.class, () -> provider.open(KEY + "2", stored));
        assertEquals(0, plugin.decrypts.get(), "what was wrapped here is known here");
      }
      keys = new DataKeys();
      try (KmsProvider next = provider()) {
        assertArrayEquals(VALUE, next.open(KEY, stored));
        assertArrayEquals(VALUE, next.open(KEY, stored));
        assertEquals(1, plugin.decrypts.get());
        stored[stored.length - 1] ^= 1;
        assertThrows(DecryptionException.class, () -> next.open(KEY, stored));
      }
    }
  }

  @Test
  void plugin_namesAnotherKey_newValuesAreUnderIt() throws IOException {
    try (TestPlugin plugin = new TestPlugin(socket());
        KmsProvider provider = provider()) {
      byte[] old = sealed(provider);
      plugin.keyId = "key-2";
      assertTrue(provider.isCurrent(old), "nothing was asked yet");
      later(Duration.ofMinutes(1));
      assertTrue(provider.fault().isEmpty());
      assertEquals(1, rotations.get());
      assertFalse(provider.isCurrent(old));
      assertTrue(provider.isCurrent(sealed(provider)));
      assertArrayEquals(VALUE, provider.open(KEY, old));
      assertEquals(2, plugin.encrypts.get());
    }
  }

  @Test
  void plugin_encryptsWithAnotherKeyThanItNames_oldSeedStaysUntilItsTimeIsOver()
      throws IOException {
    try (TestPlugin plugin = new TestPlugin(socket());
        KmsProvider provider = provider()) {
      byte[] old = sealed(provider);
      plugin.keyId = "key-2";
      plugin.encryptsWith = "key-3";
      later(Duration.ofMinutes(1));
      assertTrue(provider.fault().orElseThrow().contains("names another key"));
      assertTrue(provider.isCurrent(sealed(provider)));
      assertTrue(provider.isCurrent(old));
      later(KmsProvider.WRITES_WITHOUT_PLUGIN);
      ApiException refused = assertThrows(ApiException.class, () -> sealed(provider));
      assertEquals(500, refused.code());
      assertArrayEquals(VALUE, provider.open(KEY, old), "reads go on");
      plugin.encryptsWith = "";
      assertTrue(provider.fault().isEmpty());
      assertFalse(provider.isCurrent(old));
      assertTrue(provider.isCurrent(sealed(provider)));
    }
  }

  @Test
  void plugin_hangs_callEndsAtItsTimeout() throws IOException {
    try (TestPlugin plugin = new TestPlugin(socket());
        KmsProvider provider = provider(socket(), SHORT_CALL)) {
      awaitWell(provider);
      byte[] old = sealed(provider);
      plugin.hangs = true;
      later(Duration.ofMinutes(1));
      String why = provider.fault().orElseThrow();
      assertTrue(why.startsWith("DEADLINE_EXCEEDED"), why);
      assertEquals(why, provider.fault().orElseThrow(), "not asked again at once");
      assertArrayEquals(VALUE, provider.open(KEY, sealed(provider)));
      keys = new DataKeys();
      try (KmsProvider next = provider(socket(), SHORT_CALL)) {
        assertThrows(DecryptionException.class, () -> next.open(KEY, old));
        assertThrows(ApiException.class, () -> sealed(next));
        plugin.hangs = false;
        awaitWell(next);
        assertArrayEquals(VALUE, next.open(KEY, sealed(next)));
      }
    }
  }

  @Test
  void plugin_isGone_writesAreRefusedUntilItComes() throws IOException {
    try (KmsProvider provider = provider(socket(), SHORT_CALL)) {
      assertTrue(provider.fault().isPresent());
      ApiException refused = assertThrows(ApiException.class, () -> sealed(provider));
      assertEquals(500, refused.code());
      try (TestPlugin _ = new TestPlugin(socket())) {
        awaitWell(provider);
        assertTrue(provider.made(sealed(provider)));
      }
    }
  }

  @Test
  void plugin_saysWhatIsNotAllowed_isNotBelieved() throws IOException {
    try (TestPlugin plugin = new TestPlugin(socket());
        KmsProvider provider = provider()) {
      plugin.health = "sealed";
      later(Duration.ofMinutes(1));
      assertEquals("got unexpected healthz status: sealed", provider.fault().orElseThrow());
      plugin.health = "ok";
      plugin.version = "v2beta1";
      later(Duration.ofMinutes(1));
      assertTrue(provider.fault().orElseThrow().contains("version changed from v2"));
      plugin.version = "v2";
      plugin.keyId = "k".repeat(1025);
      later(Duration.ofMinutes(1));
      assertTrue(provider.fault().orElseThrow().contains("1025 bytes"));
      plugin.keyId = "";
      later(Duration.ofMinutes(1));
      assertEquals("keyID is empty", provider.fault().orElseThrow());
      plugin.keyId = "key-2";
      plugin.annotation = "unqualified";
      later(Duration.ofMinutes(1));
      assertTrue(provider.fault().orElseThrow().contains("no qualified domain name"));
    }
  }

  @Test
  void socket_thatIsAbstract_isReached() throws IOException {
    String name = "\0wherry-" + UUID.randomUUID();
    try (TestPlugin _ = new TestPlugin(name);
        KmsProvider provider = provider(name, CALL)) {
      assertArrayEquals(VALUE, provider.open(KEY, sealed(provider)));
    }
  }

  /** Made by upstream's NewHKDFExtendedNonceGCMTransformer (apiserver v0.36.2) of seed 0..31. */
  @Test
  void dataKey_opensWhatUpstreamSealed() {
    byte[] seed = new byte[32];
    for (int i = 0; i < seed.length; i++) {
      seed[i] = (byte) i;
    }
    byte[] stored =
        HexFormat.of()
            .parseHex(
                "6b041af7ff75f7bbc8256d6eade7157f4e9b8bd37f164c0e154cc634d0fdd990ce9eb29497d2fc22baaf5365fb0e62acc2baed3905089dff7181b2d8036a1457577c89");
    assertArrayEquals(VALUE, new DataKey(seed, true).open(KEY, stored));
  }
}
