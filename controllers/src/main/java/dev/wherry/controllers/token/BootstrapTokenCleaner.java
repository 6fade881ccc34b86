package dev.wherry.controllers.token;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Deletes bootstrap tokens that have expired (kube-controller-manager tokencleaner). */
public final class BootstrapTokenCleaner implements Controller {
  static final String TYPE = "bootstrap.kubernetes.io/token";
  static final String EXPIRATION = "expiration";
  private static final String NAMESPACE = "kube-system";

  private final PlanController<ObjectKey> loop;

  public BootstrapTokenCleaner(Parts parts) {
    Informer<Secret> secrets = parts.informers().of(Secret.KIND);
    loop =
        new PlanController<>(
            "bootstrap-token-cleaner", 1, parts, (key, now) -> decide(secrets.get(key), now));
    secrets.onChange(change -> {
      Secret secret = change.latest();
      if (secret.type().equals(TYPE) && secret.metadata().namespace().equals(NAMESPACE)) {
        loop.add(ObjectKey.of(secret));
      }
    });
  }

  static Plan decide(Optional<Secret> secret, Instant now) {
    if (secret.isEmpty()) {
      return Plan.NOTHING;
    }
    Bytes expiration = secret.get().data().get(EXPIRATION);
    if (expiration == null || expiration.utf8().isEmpty()) {
      return Plan.NOTHING;
    }
    Duration left = Duration.between(now, end(expiration.utf8()));
    if (left.isPositive()) {
      return Plan.after(left);
    }
    var meta = secret.get().metadata();
    return Plan.of(
        new Action.Delete(
            Secret.KIND, meta.namespace(), meta.name(), DeleteOptions.ofUid(meta.uid())));
  }

  /** Whether a token has not expired; one without an end never does. */
  static boolean isValid(Secret secret, Instant now) {
    Bytes expiration = secret.data().get(EXPIRATION);
    return expiration == null
        || expiration.utf8().isEmpty()
        || now.isBefore(end(expiration.utf8()));
  }

  /** A time nobody can read has passed: such a token is of no use to anyone. */
  private static Instant end(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }
}
