package dev.wherry.apiserver.secrets;

import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.apiserver.secrets.EncryptionConfig.Rule;
import dev.wherry.apiserver.view.Resource;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Encrypts as an EncryptionConfiguration says. Values from before it stay readable: plain ones, and
 * those under the server's own key.
 */
public final class ConfiguredTransformer implements ValueTransformer {
  private static final byte[] ENCRYPTED = "k8s:enc:".getBytes(StandardCharsets.US_ASCII);

  private final EncryptionConfig config;
  private final ValueTransformer own;
  private final SecureRandom random;
  private final ConcurrentHashMap<Resource, Optional<Rule>> rules = new ConcurrentHashMap<>();

  /**
   * @param own encrypts and reads what the configuration does not speak of
   */
  public ConfiguredTransformer(EncryptionConfig config, ValueTransformer own, SecureRandom random) {
    this.config = config;
    this.own = own;
    this.random = random;
  }

  private Optional<Rule> rule(String key) {
    return rules.computeIfAbsent(
        StoreKeys.parse(key).resource(),
        resource -> config.rules().stream().filter(rule -> rule.covers(resource)).findFirst());
  }

  @Override
  public byte[] toStored(String key, byte[] value) {
    Optional<Rule> rule = rule(key);
    if (rule.isEmpty()) {
      return own.toStored(key, value);
    }
    return rule.get().writer().map(writer -> writer.seal(key, value, random)).orElse(value);
  }

  @Override
  public byte[] fromStored(String key, byte[] stored) {
    if (!isEncrypted(stored)) {
      return stored;
    }
    Optional<SealingKey> maker =
        rule(key).flatMap(r -> r.keys().stream().filter(k -> k.made(stored)).findFirst());
    if (maker.isPresent()) {
      return maker.get().open(key, stored);
    }
    byte[] value = own.fromStored(key, stored);
    if (isEncrypted(value)) {
      throw new DecryptionException(key + " needs a key that the configuration does not have");
    }
    return value;
  }

  private static boolean isEncrypted(byte[] stored) {
    return stored.length >= ENCRYPTED.length
        && Arrays.equals(stored, 0, ENCRYPTED.length, ENCRYPTED, 0, ENCRYPTED.length);
  }

  /** Whether a value should be written again: it is not as it would be written now. */
  public boolean isStale(String key, byte[] stored) {
    Optional<Rule> rule = rule(key);
    if (rule.isEmpty()) {
      return false;
    }
    return rule.get()
        .writer()
        .map(writer -> !writer.made(stored))
        .orElseGet(() -> isEncrypted(stored));
  }
}
