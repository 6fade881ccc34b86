package dev.wherry.apiserver.secrets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.pki.PkiException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AesGcmTransformerTest {
  private static final String PREFIX = "/registry/core/secrets/";
  private static final String KEY = PREFIX + "default/a";
  private static final byte[] VALUE = "{\"data\":\"hunter2\"}".getBytes(StandardCharsets.UTF_8);
  private final SecureRandom random = new SecureRandom();
  @TempDir Path directory;

  private AesGcmTransformer with(EncryptionKeys keys) {
    return new AesGcmTransformer(List.of(PREFIX), keys, random);
  }

  private EncryptionKeys keys() {
    return EncryptionKeys.openOrCreate(directory.resolve("encryption.keys"), random);
  }

  @Test
  void toStored_secret_hidesTheValueAndReadsBack() {
    AesGcmTransformer transformer = with(keys());
    byte[] stored = transformer.toStored(KEY, VALUE);
    String text = new String(stored, StandardCharsets.ISO_8859_1);
    assertTrue(text.startsWith("k8s:enc:aesgcm:v1:" + keys().current().id() + ":"), text);
    assertFalse(text.contains("hunter2"));
    assertArrayEquals(VALUE, transformer.fromStored(KEY, stored));
    assertNotEquals(
        text, new String(transformer.toStored(KEY, VALUE), StandardCharsets.ISO_8859_1));
  }

  @Test
  void toStored_otherResource_passesUnchanged() {
    byte[] stored = with(keys()).toStored("/registry/core/pods/default/a", VALUE);
    assertSame(VALUE, stored);
  }

  @Test
  void fromStored_movedOrChangedValue_isRefused() {
    AesGcmTransformer transformer = with(keys());
    byte[] stored = transformer.toStored(KEY, VALUE);
    assertThrows(
        DecryptionException.class, () -> transformer.fromStored(PREFIX + "default/b", stored));
    for (int at : new int[] {20, 30, stored.length - 1}) {
      byte[] changed = stored.clone();
      changed[at] ^= 1;
      assertThrows(DecryptionException.class, () -> transformer.fromStored(KEY, changed));
    }
    byte[] cut = java.util.Arrays.copyOf(stored, 40);
    assertThrows(DecryptionException.class, () -> transformer.fromStored(KEY, cut));
  }

  @Test
  void rotated_keys_readOldValuesAndWriteNewOnes() {
    EncryptionKeys old = keys();
    byte[] stored = with(old).toStored(KEY, VALUE);
    EncryptionKeys both = old.rotated(random);
    both.write(directory.resolve("encryption.keys"));
    AesGcmTransformer next = with(keys());
    assertEquals(both, keys());
    assertArrayEquals(VALUE, next.fromStored(KEY, stored));
    assertTrue(next.isStale(KEY, stored));
    assertTrue(next.isStale(KEY, VALUE));
    assertFalse(next.isStale(KEY, next.toStored(KEY, VALUE)));
    EncryptionKeys onlyNew = new EncryptionKeys(List.of(both.current()));
    assertThrows(DecryptionException.class, () -> with(onlyNew).fromStored(KEY, stored));
  }

  @Test
  void fromStored_plainValueOfOlderTimes_readsIt() {
    assertArrayEquals(VALUE, with(keys()).fromStored(KEY, VALUE));
  }

  @Test
  void openOrCreate_file_isPrivateAndDamageIsRefused() throws Exception {
    keys();
    Path file = directory.resolve("encryption.keys");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    Files.writeString(file, "a1 c2hvcnQ=\n");
    assertThrows(PkiException.class, this::keys);
    Files.writeString(file, "");
    assertThrows(PkiException.class, this::keys);
  }
}
