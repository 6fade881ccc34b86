package dev.wherry.apiserver.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.ObjectListener;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** The group-versions that other servers serve, and what they offered last. */
final class RemoteApis {
  static final Resource RESOURCE = new Resource("apiregistration.k8s.io", "apiservices");

  /** Other servers' group-versions; more are not served. */
  private static final int SERVICES_MAX = 500;

  private static final String APIS = "/apis/";

  private final Predicate<String> isOurs;
  private final Map<String, ApiService> byName = new TreeMap<>();
  private final ConcurrentHashMap<String, Offer> offers = new ConcurrentHashMap<>();
  private final AtomicLong generation = new AtomicLong();
  private volatile Map<String, ApiService> byGroupVersion = Map.of();

  /**
   * @param isOurs tells the group-versions of the program's own kinds, which nobody takes over
   */
  RemoteApis(ObjectView view, Predicate<String> isOurs) {
    this.isOurs = isOurs;
    view.subscribe(RESOURCE, new Listener());
  }

  /** Whose request of this path it is. */
  Optional<ApiService> find(String path) {
    Map<String, ApiService> now = byGroupVersion;
    if (now.isEmpty() || !path.startsWith(APIS)) {
      return Optional.empty();
    }
    int group = path.indexOf('/', APIS.length());
    if (group < 0) {
      return Optional.empty();
    }
    int end = path.indexOf('/', group + 1);
    String groupVersion = path.substring(APIS.length(), end < 0 ? path.length() : end);
    return Optional.ofNullable(now.get(groupVersion));
  }

  List<ApiService> all() {
    return byGroupVersion.values().stream().sorted(ApiService.ORDER).toList();
  }

  Optional<Offer> offer(ApiService service) {
    return Optional.ofNullable(offers.get(service.name()));
  }

  void offer(ApiService service, Offer offer) {
    offers.put(service.name(), offer);
    generation.incrementAndGet();
  }

  long generation() {
    return generation.get();
  }

  private final class Listener implements ObjectListener {
    @Override
    public void stored(ObjectNode object) {
      Optional<ApiService> service =
          ApiService.of(object).filter(one -> !isOurs.test(one.groupVersion()));
      if (service.isEmpty()) {
        removed("", Trees.name(object));
      } else if (byName.size() < SERVICES_MAX || byName.containsKey(Trees.name(object))) {
        byName.put(Trees.name(object), service.get());
        publish();
      }
    }

    @Override
    public void removed(String namespace, String name) {
      if (byName.remove(name) != null) {
        offers.remove(name);
        publish();
      }
    }

    private void publish() {
      Map<String, ApiService> next = new TreeMap<>();
      byName.values().forEach(service -> next.put(service.groupVersion(), service));
      byGroupVersion = next;
      generation.incrementAndGet();
    }
  }
}
