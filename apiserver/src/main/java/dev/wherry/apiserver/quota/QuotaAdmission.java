package dev.wherry.apiserver.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Refuses what would exceed a quota of its namespace (plugin/resourcequota). */
public final class QuotaAdmission implements AdmissionPlugin {
  private static final Set<Resource> CHANGING =
      Set.of(Tracked.SERVICES, Resource.PERSISTENT_VOLUME_CLAIMS);

  /** Not counted, though they are objects of a namespace. */
  private static final Set<String> IGNORED = Set.of("events");

  private final QuotaBook book;

  public QuotaAdmission(WatchCache cache, InstantSource clock) {
    this.book = new QuotaBook(cache, clock);
  }

  @Override
  public String name() {
    return "ResourceQuota";
  }

  private static boolean concerns(AdmissionRequest request) {
    Resource resource = request.resource();
    if (request.namespace().isEmpty()
        || resource.equals(Resource.NAMESPACES)
        || request.object().isEmpty()
        || IGNORED.contains(resource.name())) {
      return false;
    }
    boolean update = request.operation() == Operation.UPDATE;
    if (request.subresource().isEmpty()) {
      return request.operation() == Operation.CREATE || (update && CHANGING.contains(resource));
    }
    return update && request.isFor(Resource.PODS, "resize");
  }

  @Override
  public Optional<Runnable> reserve(AdmissionRequest request) {
    if (!concerns(request)) {
      return Optional.empty();
    }
    List<Quota> quotas =
        book.quotas(request.namespace()).stream()
            .filter(quota -> !quota.limitsOf(request.resource()).isEmpty())
            .toList();
    if (quotas.isEmpty()) {
      return Optional.empty();
    }
    QuotaBook.Account account = book.account(request.namespace());
    account.lock.lock();
    try {
      QuotaBook.Pending pending = pending(request, account, quotas);
      if (request.dryRun() || pending.amounts().isEmpty()) {
        return Optional.empty();
      }
      account.pending.add(pending);
      return Optional.of(() -> release(account, pending));
    } finally {
      account.lock.unlock();
    }
  }

  private static void release(QuotaBook.Account account, QuotaBook.Pending pending) {
    account.lock.lock();
    try {
      account.pending.remove(pending);
    } finally {
      account.lock.unlock();
    }
  }

  private QuotaBook.Pending pending(
      AdmissionRequest request, QuotaBook.Account account, List<Quota> quotas) {
    Resource resource = request.resource();
    ObjectNode object = request.object().orElseThrow();
    Amounts usage = book.usage(resource, object);
    Map<String, Amounts> amounts = new LinkedHashMap<>();
    for (Quota quota : quotas) {
      if (!quota.counts(resource, object)) {
        continue;
      }
      if (resource.equals(Resource.PODS)) {
        requireNamed(request, quota, object);
      }
      Amounts more = usage.above(before(request, quota)).only(quota.limitsOf(resource));
      if (!more.isEmpty()) {
        check(request, quota, more, book.used(account, quota, resource));
        amounts.put(quota.name(), more);
      }
    }
    long seen =
        request
            .oldObject()
            .map(old -> old.path("metadata").path("resourceVersion").asLong())
            .orElse(0L);
    return new QuotaBook.Pending(resource, request.name(), seen, amounts);
  }

  /** What the object used of a quota before it is changed. */
  private Amounts before(AdmissionRequest request, Quota quota) {
    Optional<ObjectNode> old = request.oldObject();
    boolean counted = old.isPresent() && quota.counts(request.resource(), old.get());
    return counted ? book.usage(request.resource(), old.get()) : Amounts.NONE;
  }

  private static void requireNamed(AdmissionRequest request, Quota quota, JsonNode pod) {
    String missing = PodUsage.missing(pod, quota.limitsOf(Resource.PODS));
    if (!missing.isEmpty()) {
      throw Refusals.forbidden(
          request.resource(), request.name(), "failed quota: " + quota.name() + ": " + missing);
    }
  }

  private static void check(AdmissionRequest request, Quota quota, Amounts more, Amounts used) {
    List<String> exceeded = used.plus(more).only(more.byName().keySet()).exceeding(quota.hard());
    if (!exceeded.isEmpty()) {
      throw Refusals.forbidden(
          request.resource(),
          request.name(),
          "exceeded quota: %s, requested: %s, used: %s, limited: %s"
              .formatted(
                  quota.name(),
                  more.only(exceeded),
                  used.each(exceeded),
                  quota.hard().only(exceeded)));
    }
  }

  QuotaBook book() {
    return book;
  }
}
