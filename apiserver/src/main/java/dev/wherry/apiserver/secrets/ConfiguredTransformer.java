package dev.wherry.apiserver.secrets;

import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.apiserver.secrets.EncryptionConfig.Rule;
import dev.wherry.apiserver.view.Resource;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Encrypts as an EncryptionConfiguration says. Values from before it stay readable: plain ones, and
 * those under the server's own key.
 */
final class ConfiguredTransformer implements ValueTransformer, AutoCloseable {
  private static final byte[] ENCRYPTED = "k8s:enc:".getBytes(StandardCharsets.US_ASCII);

  private final List<Opened> opened = new ArrayList<>();
  private final List<KmsProvider> plugins = new ArrayList<>();
  private final ValueTransformer own;
  private final SecureRandom random;
  private final ConcurrentHashMap<Resource, Optional<Opened>> rules = new ConcurrentHashMap<>();

  /** A rule with all that seals and opens; without a writer values are stored plain. */
  private record Opened(Rule rule, Optional<Sealer> writer, List<Sealer> readers) {}

  /**
   * @param own encrypts and reads what the configuration does not speak of
   * @param plugin opens what a configuration names
   */
  ConfiguredTransformer(
      EncryptionConfig config,
      ValueTransformer own,
      Function<KmsConfig, KmsProvider> plugin,
      SecureRandom random) {
    this.own = own;
    this.random = random;
    for (Rule rule : config.rules()) {
      List<Sealer> readers =
          rule.keys().stream().map(provider -> sealer(provider, plugin)).toList();
      // The writer is the first provider, so it is the first reader if it is a key at all.
      Optional<Sealer> writer = rule.writer().map(first -> readers.getFirst());
      opened.add(new Opened(rule, writer, readers));
    }
  }

  private Sealer sealer(Provider provider, Function<KmsConfig, KmsProvider> plugin) {
    return switch (provider) {
      case SealingKey key -> key;
      case KmsConfig config -> {
        KmsProvider made = plugin.apply(config);
        plugins.add(made);
        yield made;
      }
    };
  }

  private Optional<Opened> rule(String key) {
    return rules.computeIfAbsent(
        StoreKeys.parse(key).resource(),
        resource -> opened.stream().filter(one -> one.rule().covers(resource)).findFirst());
  }

  @Override
  public byte[] toStored(String key, byte[] value) {
    Optional<Opened> rule = rule(key);
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
    Optional<Sealer> maker =
        rule(key).flatMap(r -> r.readers().stream().filter(k -> k.made(stored)).findFirst());
    if (maker.isPresent()) {
      return maker.get().open(key, stored);
    }
    byte[] value = own.fromStored(key, stored);
    if (isEncrypted(value)) {
      throw new DecryptionException(key + " needs a key that the configuration does not have");
    }
    return value;
  }

  static boolean isEncrypted(byte[] stored) {
    return stored.length >= ENCRYPTED.length
        && Arrays.equals(stored, 0, ENCRYPTED.length, ENCRYPTED, 0, ENCRYPTED.length);
  }

  /** Whether a value should be written again: it is not as it would be written now. */
  boolean isStale(String key, byte[] stored) {
    Optional<Opened> rule = rule(key);
    if (rule.isEmpty()) {
      return false;
    }
    return rule.get()
        .writer()
        .map(writer -> !writer.isCurrent(stored))
        .orElseGet(() -> isEncrypted(stored));
  }

  /** What is wrong with the plugins, each with its name. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    plugins.forEach(one -> one.fault().ifPresent(why -> faults.add(one.name() + ": " + why)));
    return faults;
  }

  @Override
  public void close() {
    plugins.forEach(KmsProvider::close);
  }
}
