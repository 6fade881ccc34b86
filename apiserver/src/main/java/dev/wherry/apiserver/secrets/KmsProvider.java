package dev.wherry.apiserver.secrets;

import com.google.protobuf.ByteString;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.proto.kms.v2.EncryptedDEKSourceType;
import dev.wherry.proto.kms.v2.EncryptedObject;
import dev.wherry.proto.kms.v2.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Values under a seed that a KMS plugin keeps wrapped (KEP-3299; apiserver encryptionconfig and
 * envelope/kmsv2). The plugin is asked for its state every minute, after a failure every ten
 * seconds; when it names another key, a new seed is wrapped by that. Reads need the plugin once for
 * each seed; writes go on for three minutes after it was last well.
 *
 * <p>One virtual thread asks; any thread seals and opens.
 */
final class KmsProvider implements Sealer, AutoCloseable {
  static final Duration WRITES_WITHOUT_PLUGIN = Duration.ofMinutes(3);
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private static final Duration AGAIN_AFTER_FAILURE = Duration.ofSeconds(10);

  /** A verdict on the plugin is not made anew for so long. */
  private static final Duration GOOD_HOLDS = Duration.ofSeconds(20);

  private static final Duration BAD_HOLDS = Duration.ofSeconds(3);
  private static final System.Logger LOG = System.getLogger(KmsProvider.class.getName());

  private final KmsConfig config;
  private final byte[] prefix;
  private final KmsClient client;
  private final Ground ground;
  private final ReentrantLock checking = new ReentrantLock();
  private final Semaphore never = new Semaphore(0);
  private final Thread thread;
  private volatile @Nullable Current current;
  private Verdict verdict = new Verdict(Optional.empty(), Instant.MIN);
  private String version = "";

  /** What values are written under, and how long yet. */
  private record Current(EncryptedObject frame, DataKey key, Instant until) {}

  private record Verdict(Optional<String> fault, Instant until) {}

  /**
   * What all providers stand on.
   *
   * @param keys that plugins have opened
   * @param rotated told after a plugin changed its key
   */
  record Ground(DataKeys keys, InstantSource clock, SecureRandom random, Runnable rotated) {}

  /** Asks the plugin once before it returns; a plugin that is not there yet is no error. */
  KmsProvider(KmsConfig config, KmsClient client, Ground ground) {
    this.config = config;
    this.prefix = ("k8s:enc:kms:v2:" + config.name() + ":").getBytes(StandardCharsets.UTF_8);
    this.client = client;
    this.ground = ground;
    fault();
    this.thread = Thread.ofVirtual().name("kms-" + config.name()).start(this::run);
  }

  String name() {
    return config.name();
  }

  private void run() {
    try {
      while (true) {
        Duration pause = fault().isEmpty() ? AGAIN : AGAIN_AFTER_FAILURE;
        boolean _ = never.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is wrong with the plugin; asks it unless that is known. */
  Optional<String> fault() {
    checking.lock();
    try {
      Instant now = ground.clock().instant();
      if (now.isBefore(verdict.until())) {
        return verdict.fault();
      }
      Optional<String> fault = ask(now);
      verdict = new Verdict(fault, now.plus(fault.isEmpty() ? GOOD_HOLDS : BAD_HOLDS));
      fault.ifPresent(why ->
          LOG.log(Level.WARNING, "kms=" + config.name() + " healthy=false why=\"" + why + "\""));
      return fault;
    } finally {
      checking.unlock();
    }
  }

  private Optional<String> ask(Instant now) {
    try {
      StatusResponse status = client.status();
      if (!status.getHealthz().equals("ok")) {
        return Optional.of("got unexpected healthz status: " + status.getHealthz());
      }
      String said = status.getVersion();
      if (!said.equals("v2") && !said.equals("v2beta1")) {
        return Optional.of("expected KMSv2 API version v2, got " + said);
      }
      if (!version.isEmpty() && !version.equals(said)) {
        return Optional.of("the KMSv2 API version changed from " + version + " to " + said);
      }
      version = said;
      return Envelope.keyIdFault(status.getKeyId()).or(() -> follow(status.getKeyId(), now));
    } catch (StatusRuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Goes on with the seed there is, or has a new one wrapped by the key that is named now. */
  private Optional<String> follow(String keyId, Instant now) {
    Current before = current;
    Instant until = now.plus(WRITES_WITHOUT_PLUGIN);
    if (before != null && before.frame().getKeyID().equals(keyId)) {
      current = new Current(before.frame(), before.key(), until);
      return Optional.empty();
    }
    DataKey key = DataKey.random(ground.random());
    EncryptedObject frame = Envelope.frame(client.encrypt(key.secret()));
    Optional<String> fault = Envelope.fault(frame);
    if (fault.isPresent()) {
      return fault;
    }
    if (!frame.getKeyID().equals(keyId)) {
      return Optional.of("its state names another key than it encrypts with");
    }
    ground.keys().put(config.name(), frame, key);
    current = new Current(frame, key, until);
    if (before != null) {
      LOG.log(Level.INFO, "kms=" + config.name() + " key=changed");
      ground.rotated().run();
    }
    return Optional.empty();
  }

  @Override
  public boolean made(byte[] stored) {
    return stored.length >= prefix.length
        && Arrays.equals(stored, 0, prefix.length, prefix, 0, prefix.length);
  }

  @Override
  public boolean isCurrent(byte[] stored) {
    Current now = current;
    if (!made(stored) || now == null) {
      // Without a key nothing could be written better.
      return made(stored);
    }
    EncryptedObject object = Envelope.read(config.name(), stored, prefix.length);
    return object.getKeyID().equals(now.frame().getKeyID())
        && object.getEncryptedDEKSourceType() == now.frame().getEncryptedDEKSourceType();
  }

  @Override
  public byte[] seal(String storeKey, byte[] value, SecureRandom random) {
    Current now = current;
    if (now == null || ground.clock().instant().isAfter(now.until())) {
      throw new ApiException(
          Reason.INTERNAL_ERROR,
          "Internal error occurred: KMS provider "
              + config.name()
              + (now == null ? " has given no key yet" : "'s key expired at " + now.until()));
    }
    byte[] object =
        now.frame().toBuilder()
            .setEncryptedData(ByteString.copyFrom(now.key().seal(storeKey, value, random)))
            .build()
            .toByteArray();
    byte[] all = Arrays.copyOf(prefix, prefix.length + object.length);
    System.arraycopy(object, 0, all, prefix.length, object.length);
    return all;
  }

  @Override
  public byte[] open(String storeKey, byte[] stored) {
    EncryptedObject object = Envelope.read(storeKey, stored, prefix.length);
    EncryptedObject frame = Envelope.frame(object);
    DataKey key = ground.keys().get(config.name(), frame).orElseGet(() -> unwrap(storeKey, frame));
    return key.open(storeKey, object.getEncryptedData().toByteArray());
  }

  private DataKey unwrap(String storeKey, EncryptedObject frame) {
    try {
      boolean seed =
          frame.getEncryptedDEKSourceType()
              == EncryptedDEKSourceType.HKDF_SHA256_XNONCE_AES_GCM_SEED;
      DataKey key = new DataKey(client.decrypt(frame), seed);
      ground.keys().put(config.name(), frame, key);
      return key;
    } catch (StatusRuntimeException e) {
      throw new DecryptionException(
          storeKey + ": KMS provider " + config.name() + " does not open its key", e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    client.close();
  }
}
