package dev.wherry.apiserver.metrics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.metrics.Reading.PodName;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.Quantity;
import dev.wherry.model.Times;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * NodeMetrics and PodMetrics of the nodes and pods there are (metrics-server pkg/api). Those whose
 * kubelet does not answer, or that are too young for a rate, are left out.
 */
public final class MetricsApi {
  private static final Resource NODES = new Resource("", "nodes");
  private static final Resource PODS = new Resource("", "pods");
  private static final KindInfo NODE = new KindInfo("", "v1", "Node", "nodes", false);
  private static final KindInfo POD = new KindInfo("", "v1", "Pod", "pods", true);
  private static final int MILLIS_PER_SECOND = 1_000;
  private static final int SECONDS_PER_MINUTE = 60;

  private final WatchCache cache;
  private final NodeWindows windows;
  private final InstantSource clock;

  public MetricsApi(WatchCache cache, NodeWindows windows, InstantSource clock) {
    this.cache = cache;
    this.windows = windows;
    this.clock = clock;
  }

  /**
   * One object; blocking.
   *
   * @throws ApiException 404 when the node or pod is not there, or nothing is known of it
   */
  public ObjectNode get(KindInfo kind, String namespace, String name) {
    Resource resource = kind.namespaced() ? PODS : NODES;
    CachedObject object =
        cache
            .get(resource, namespace, name)
            .orElseThrow(() -> ApiException.notFound(kind.namespaced() ? POD : NODE, name));
    List<ObjectNode> found = kind.namespaced() ? pods(List.of(object)) : nodes(List.of(object));
    if (found.isEmpty()) {
      throw ApiException.notFound(kind, kind.namespaced() ? namespace + "/" + name : name);
    }
    return found.getFirst();
  }

  /** The list of those chosen; blocking. */
  public ObjectNode list(KindInfo kind, Selection selection) {
    Resource resource = kind.namespaced() ? PODS : NODES;
    List<CachedObject> chosen = cache.list(resource, selection).objects();
    ObjectNode list =
        Json.object().put("kind", kind.kind() + "List").put("apiVersion", kind.apiVersion());
    list.putObject("metadata");
    ArrayNode items = list.putArray("items");
    (kind.namespaced() ? pods(chosen) : nodes(chosen)).forEach(items::add);
    return list;
  }

  private List<ObjectNode> nodes(List<CachedObject> nodes) {
    Set<String> names = nodes.stream().map(CachedObject::name).collect(Collectors.toSet());
    Map<String, NodeWindow> known = windows.of(names);
    forgetGone();
    return nodes.stream()
        .sorted(Comparator.comparing(CachedObject::name))
        .flatMap(node ->
            Optional.ofNullable(known.get(node.name()))
                .flatMap(NodeWindow::node)
                .map(use -> node(node, use))
                .stream())
        .toList();
  }

  private void forgetGone() {
    windows.keepOnly(
        cache.list(NODES, Selection.ALL).objects().stream()
            .map(CachedObject::name)
            .collect(Collectors.toSet()));
  }

  private List<ObjectNode> pods(List<CachedObject> pods) {
    List<CachedObject> running =
        pods.stream().filter(pod -> pod.field("status.phase").equals("Running")).toList();
    Set<String> nodes = new TreeSet<>();
    running.forEach(pod -> nodes.add(pod.field("spec.nodeName")));
    Map<String, NodeWindow> known = new HashMap<>(windows.of(nodes));
    Set<String> behind = new TreeSet<>();
    for (CachedObject pod : running) {
      if (window(pod, known).filter(window -> window.pod(name(pod)).isEmpty()).isPresent()) {
        behind.add(pod.field("spec.nodeName"));
      }
    }
    if (!behind.isEmpty()) {
      known.putAll(windows.newer(behind));
    }
    return running.stream()
        .sorted(Comparator.comparing(CachedObject::namespace).thenComparing(CachedObject::name))
        .flatMap(pod -> pod(pod, window(pod, known)).stream())
        .toList();
  }

  private static Optional<NodeWindow> window(CachedObject pod, Map<String, NodeWindow> known) {
    return Optional.ofNullable(known.get(pod.field("spec.nodeName")));
  }

  private static PodName name(CachedObject pod) {
    return new PodName(pod.namespace(), pod.name());
  }

  private ObjectNode node(CachedObject node, NodeWindow.Use use) {
    ObjectNode metrics = head(MetricsKinds.NODES.kind(), node, use);
    metrics.set("usage", usage(use));
    return metrics;
  }

  private Optional<ObjectNode> pod(CachedObject pod, Optional<NodeWindow> window) {
    Map<String, NodeWindow.Use> containers = window.map(w -> w.pod(name(pod))).orElse(Map.of());
    return containers.values().stream()
        .min(Comparator.comparing(NodeWindow.Use::timestamp))
        .map(earliest -> {
          ObjectNode metrics = head(MetricsKinds.PODS.kind(), pod, earliest);
          ArrayNode all = metrics.putArray("containers");
          containers.forEach(
              (name, use) -> all.addObject().put("name", name).set("usage", usage(use)));
          return metrics;
        });
  }

  private ObjectNode head(KindInfo kind, CachedObject of, NodeWindow.Use use) {
    ObjectNode metrics =
        Json.object().put("kind", kind.kind()).put("apiVersion", kind.apiVersion());
    ObjectNode metadata = metrics.putObject("metadata");
    metadata.put("name", of.name());
    if (kind.namespaced()) {
      metadata.put("namespace", of.namespace());
    }
    metadata.put("creationTimestamp", Times.time(clock.instant()));
    if (!of.labels().isEmpty()) {
      ObjectNode labels = metadata.putObject("labels");
      of.labels().forEach(labels::put);
    }
    metrics.put("timestamp", Times.time(use.timestamp()));
    metrics.put("window", window(use.window()));
    return metrics;
  }

  private static ObjectNode usage(NodeWindow.Use use) {
    return Json.object()
        .put("cpu", Quantity.parse(use.nanoCores() + "n").toString())
        .put("memory", Quantity.ofBytes(use.memoryBytes()).toString());
  }

  /** As Go writes durations of at least a second: {@code 15.034s}, {@code 1m0.2s}. */
  static String window(Duration window) {
    long millis = window.toMillis();
    long minutes = millis / MILLIS_PER_SECOND / SECONDS_PER_MINUTE;
    long rest = millis - minutes * SECONDS_PER_MINUTE * MILLIS_PER_SECOND;
    String fraction =
        rest % MILLIS_PER_SECOND == 0
            ? ""
            : String.format(Locale.ROOT, ".%03d", rest % MILLIS_PER_SECOND).replaceAll("0+$", "");
    return (minutes == 0 ? "" : minutes + "m") + rest / MILLIS_PER_SECOND + fraction + "s";
  }
}
