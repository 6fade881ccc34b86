package dev.wherry.controllers.workload;

import dev.wherry.controllers.Parts;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.event.EventType;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Creates and deletes an owner's pods, with expectations and events. Creation begins slowly: one,
 * two, four and so on at once, and stops at the first refusal, so that a quota or a broken template
 * costs a few requests instead of hundreds (slowStartBatch).
 */
public final class PodWrites {
  /**
   * Pods created or deleted for one decision. Ten times upstream's: each decision starts slowly and
   * waits for the view at its end, which with rounds of 500 took longer than the writes.
   */
  public static final int BURST_PODS = 5_000;

  private static final String NAMESPACE_TERMINATING = "NamespaceTerminating";

  private final Parts parts;
  private final Expectations expectations;
  private final PodWording wording;

  public PodWrites(Parts parts, Expectations expectations) {
    this(parts, expectations, PodWording.PLAIN);
  }

  public PodWrites(Parts parts, Expectations expectations, PodWording wording) {
    this.parts = parts;
    this.expectations = expectations;
    this.wording = wording;
  }

  /**
   * How a batch went.
   *
   * @param done writes that succeeded
   * @param failure the first refusal
   */
  public record Result(int done, Optional<ApiException> failure) {
    public static final Result NOTHING = new Result(0, Optional.empty());

    /** A namespace that is going takes no new objects: nothing to try again. */
    public boolean namespaceIsGoing() {
      return failure.map(PodWrites::isGoing).orElse(false);
    }
  }

  /** Whether the refusal says that the namespace is being deleted. */
  public static boolean isGoing(ApiException refusal) {
    return refusal.details().causes().stream()
        .anyMatch(c -> c.reason().equals(NAMESPACE_TERMINATING));
  }

  public Result create(KubeObject owner, List<Pod> pods) throws InterruptedException {
    String uid = owner.metadata().uid();
    AtomicInteger done = new AtomicInteger();
    Queue<ApiException> failures = new ConcurrentLinkedQueue<>();
    expectations.beginCreating(uid);
    try {
      int size = 1;
      for (int from = 0; from < pods.size() && failures.isEmpty(); size *= 2) {
        int to = Math.min(pods.size(), from + size);
        List<Runnable> calls = new ArrayList<>();
        for (Pod pod : pods.subList(from, to)) {
          calls.add(() -> create(owner, pod, done, failures));
        }
        parts.batches().run(calls);
        from = to;
      }
    } finally {
      expectations.endCreating(uid);
    }
    return new Result(done.get(), Optional.ofNullable(failures.peek()));
  }

  private void create(KubeObject owner, Pod pod, AtomicInteger done, Queue<ApiException> failures) {
    try {
      Pod stored = parts.client().create(Pod.KIND, pod);
      expectations.created(owner.metadata().uid(), stored.metadata().uid());
      done.incrementAndGet();
      report(
          owner,
          EventType.NORMAL,
          "SuccessfulCreate",
          wording.created(owner, stored.metadata().name()));
    } catch (ApiException e) {
      failures.add(e);
      if (e.code() >= 500 && !pod.metadata().name().isEmpty()) {
        noteIfMade(owner.metadata().uid(), pod);
      }
      if (!isGoing(e) && wording.isNews(e)) {
        String why = wording.notCreated(owner, pod.metadata().name(), e.text());
        report(owner, EventType.WARNING, "FailedCreate", why);
      }
    }
  }

  /** Deletes at once; a pod that is gone already is a success. */
  public Result delete(KubeObject owner, List<Pod> pods) throws InterruptedException {
    return delete(owner, pods, pod -> {});
  }

  /**
   * Deletes at once.
   *
   * @param deleted told of each pod that was there and is deleted, by several threads
   */
  public Result delete(KubeObject owner, List<Pod> pods, Consumer<Pod> deleted)
      throws InterruptedException {
    AtomicInteger done = new AtomicInteger();
    Queue<ApiException> failures = new ConcurrentLinkedQueue<>();
    List<Runnable> calls = new ArrayList<>();
    for (Pod pod : pods) {
      expectations.deleting(owner.metadata().uid(), pod.metadata().uid());
      calls.add(() -> delete(owner, pod, deleted, done, failures));
    }
    parts.batches().run(calls);
    return new Result(done.get(), Optional.ofNullable(failures.peek()));
  }

  private void delete(
      KubeObject owner,
      Pod pod,
      Consumer<Pod> deleted,
      AtomicInteger done,
      Queue<ApiException> failures) {
    String name = pod.metadata().name();
    try {
      parts
          .client()
          .delete(
              Pod.KIND,
              pod.metadata().namespace(),
              name,
              DeleteOptions.ofUid(pod.metadata().uid()));
      done.incrementAndGet();
      deleted.accept(pod);
      report(owner, EventType.NORMAL, "SuccessfulDelete", wording.deleted(owner, name));
    } catch (ApiException e) {
      if (e.code() < 500 || !isDeleted(pod)) {
        expectations.notDeleted(owner.metadata().uid(), pod.metadata().uid());
      }
      if (e.reason() == Reason.NOT_FOUND) {
        done.incrementAndGet();
        return;
      }
      failures.add(e);
      String why = wording.notDeleted(owner, name, e.text());
      report(owner, EventType.WARNING, "FailedDelete", why);
    }
  }

  /** A lost answer is no refusal: what the server deleted all the same is still waited for. */
  private boolean isDeleted(Pod pod) {
    try {
      return named(pod).stream()
          .filter(now -> now.metadata().uid().equals(pod.metadata().uid()))
          .allMatch(PodFacts::isDeleted);
    } catch (ApiException e) {
      return false;
    }
  }

  /** The same of a pod whose name the owner chose: it is waited for if it was made. */
  private void noteIfMade(String owner, Pod pod) {
    try {
      named(pod).stream()
          .filter(now -> Owners.isControlledBy(now, owner))
          .forEach(now -> expectations.created(owner, now.metadata().uid()));
    } catch (ApiException e) {
      // The failure itself is what counts.
    }
  }

  /** The pod of this name as the server has it; upstream's roles for owners allow no get. */
  private List<Pod> named(Pod pod) {
    ListOptions same = ListOptions.ALL.withFields("metadata.name=" + pod.metadata().name());
    return parts.client().list(Pod.KIND, pod.metadata().namespace(), same).items();
  }

  private void report(KubeObject owner, EventType type, String reason, String message) {
    parts.events().report(owner, type, reason, message);
  }
}
