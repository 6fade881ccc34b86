package dev.wherry.controllers.namespace;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.ReconcilerLoop;
import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.NamespaceCondition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Empties namespaces that are being deleted, then lets them go (kube-controller-manager namespace,
 * NamespacedResourcesDeleter). Each round deletes everything that is there and says in the
 * conditions what is left; the finalizer falls only after a round that found nothing.
 */
public final class NamespaceDeletion implements Controller {
  private static final String FINALIZER = "kubernetes";
  private static final int WORKERS = 4;
  private static final Duration AGAIN_MIN = Duration.ofMillis(500);
  private static final Duration AGAIN_MAX = Duration.ofSeconds(15);

  /** What another server holds goes when that is back, and nobody tells when. */
  private static final Duration RETRY_MAX = Duration.ofSeconds(60);

  private final Parts parts;
  private final Informer<Namespace> namespaces;
  private final WorkQueue<String> queue;
  private Optional<ReconcilerLoop<String>> loop = Optional.empty();

  public NamespaceDeletion(Parts parts) {
    this.parts = parts;
    this.queue =
        parts.queues().named("namespace-deletion", WorkQueue.retrying(parts.timer(), RETRY_MAX));
    this.namespaces = parts.informers().of(Namespace.KIND);
    namespaces.onChange(change -> {
      if (!(change instanceof Change.Removed<Namespace>) && isEnding(change.latest())) {
        queue.add(change.latest().metadata().name());
      }
    });
  }

  private static boolean isEnding(Namespace namespace) {
    return namespace.metadata().deletionTimestamp() != null
        && namespace.spec().finalizers().contains(FINALIZER);
  }

  private Outcome empty(String name) {
    Optional<Namespace> seen = namespaces.fresh(parts.client(), "", name);
    if (seen.isEmpty() || !isEnding(seen.get())) {
      return Outcome.DONE;
    }
    NamespaceContent.Left left = NamespaceContent.delete(parts.client(), name);
    Namespace told = tell(seen.get(), left);
    if (!left.isNothing()) {
      return left.graceSeconds() > 0
          ? new Outcome.Again(pause(left.graceSeconds()))
          : new Outcome.Retry("content remains in namespace " + name);
    }
    finish(told);
    return Outcome.DONE;
  }

  /** As upstream: look again after half the grace period, in bounds. */
  private static Duration pause(long graceSeconds) {
    Duration half = Duration.ofMillis(graceSeconds * 500 + 500);
    Duration atLeast = half.compareTo(AGAIN_MIN) < 0 ? AGAIN_MIN : half;
    return atLeast.compareTo(AGAIN_MAX) > 0 ? AGAIN_MAX : atLeast;
  }

  private Namespace tell(Namespace namespace, NamespaceContent.Left left) {
    List<NamespaceCondition> before = namespace.status().conditions();
    List<NamespaceCondition> after =
        DeletionConditions.after(before, left, parts.timer().instant());
    if (after.equals(before)) {
      return namespace;
    }
    return parts
        .client()
        .updateStatus(
            Namespace.KIND,
            namespace.toBuilder()
                .status(namespace.status().toBuilder().conditions(after).build())
                .build());
  }

  private void finish(Namespace namespace) {
    ObjectNode body = Namespace.KIND.toJson(namespace);
    body.put("apiVersion", "v1").put("kind", "Namespace");
    ArrayNode kept = body.withObject("/spec").putArray("finalizers");
    namespace.spec().finalizers().stream().filter(f -> !f.equals(FINALIZER)).forEach(kept::add);
    parts
        .client()
        .subresource("update", Namespace.KIND, "", namespace.metadata().name(), "finalize", body);
  }

  @Override
  public void start() {
    loop = Optional.of(ReconcilerLoop.start("namespace-deletion", queue, WORKERS, this::empty));
  }

  @Override
  public void close() {
    queue.close();
    loop.ifPresent(ReconcilerLoop::close);
  }
}
