package dev.wherry.apiserver.quota;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.Quantity;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is used in each namespace: what the cache shows, and what was let through but does not show
 * yet. Safe on any thread; a namespace is judged by one thread at a time.
 */
final class QuotaBook {
  private final WatchCache cache;
  private final InstantSource clock;
  private final ConcurrentHashMap<String, Account> accounts = new ConcurrentHashMap<>();

  /** An object's usage does not change while it stays the same, unless its time runs out. */
  private final Map<CachedObject, Amounts> known = Collections.synchronizedMap(new WeakHashMap<>());

  QuotaBook(WatchCache cache, InstantSource clock) {
    this.cache = cache;
    this.clock = clock;
  }

  /** A namespace's writes under way. */
  static final class Account {
    final ReentrantLock lock = new ReentrantLock();
    // Under the lock. Two writes of the same object are two.
    final Set<Pending> pending = Collections.newSetFromMap(new IdentityHashMap<>());
  }

  /**
   * A write that was let through.
   *
   * @param seen revision of the object that it changes; 0 for a new one
   * @param amounts by the quota that counts them
   */
  record Pending(Resource resource, String name, long seen, Map<String, Amounts> amounts) {}

  Account account(String namespace) {
    return accounts.computeIfAbsent(namespace, n -> new Account());
  }

  List<Quota> quotas(String namespace) {
    List<Quota> quotas = new ArrayList<>();
    for (CachedObject object : list(Quota.RESOURCE, namespace)) {
      quotas.add(Quota.of(object.sharedTree()));
    }
    return quotas;
  }

  private List<CachedObject> list(Resource resource, String namespace) {
    Selection all = Selection.ALL;
    return cache.list(resource, new Selection(namespace, all.labels(), all.fields())).objects();
  }

  /** What an object uses. */
  Amounts usage(Resource resource, JsonNode object) {
    return Tracked.usage(resource, object, clock.instant());
  }

  private Amounts usage(Resource resource, CachedObject object) {
    Amounts before = known.get(object);
    if (before != null) {
      return before;
    }
    JsonNode tree = object.sharedTree();
    Amounts amounts = usage(resource, tree);
    if (!tree.path("metadata").has("deletionTimestamp")) {
      known.put(object, amounts);
    }
    return amounts;
  }

  /** What shows of a quota's limits, zero where nothing is used. */
  Amounts shown(Quota quota) {
    Map<String, Quantity> zero = new TreeMap<>();
    quota.limits().values().forEach(names -> names.forEach(n -> zero.put(n, Quantity.ZERO)));
    Amounts used = new Amounts(zero);
    for (Map.Entry<Resource, Set<String>> e : quota.limits().entrySet()) {
      List<CachedObject> objects = list(e.getKey(), quota.namespace());
      used = used.plus(sum(quota, e.getKey(), objects).only(e.getValue()));
    }
    return used;
  }

  private Amounts sum(Quota quota, Resource resource, List<CachedObject> objects) {
    Map<String, Quantity> sum = new TreeMap<>();
    for (CachedObject object : objects) {
      if (quota.scopes().isEmpty() || quota.counts(resource, object.sharedTree())) {
        usage(resource, object)
            .byName()
            .forEach((name, amount) -> sum.merge(name, amount, Quantity::plus));
      }
    }
    return new Amounts(sum);
  }

  /**
   * What is used of a quota's limits on a resource, pending writes included; under the lock. A
   * write counts as pending exactly where the list that is summed up does not have it.
   */
  Amounts used(Account account, Quota quota, Resource resource) {
    List<CachedObject> objects = list(resource, quota.namespace());
    Amounts used = sum(quota, resource, objects);
    if (!account.pending.isEmpty()) {
      Map<String, Long> revisions = new HashMap<>();
      objects.forEach(object -> revisions.put(object.name(), object.revision()));
      for (Pending pending : account.pending) {
        boolean shows = revisions.getOrDefault(pending.name(), 0L) > pending.seen();
        if (pending.resource().equals(resource) && !shows) {
          used = used.plus(pending.amounts().getOrDefault(quota.name(), Amounts.NONE));
        }
      }
    }
    return used.only(quota.limitsOf(resource));
  }
}
