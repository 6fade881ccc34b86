package dev.wherry.kubelet.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.device.DeviceBook;
import dev.wherry.kubelet.eviction.PressureGate;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.lease.LeaseKeeper;
import dev.wherry.machinery.time.Bell;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.ContainerImage;
import dev.wherry.model.core.v1.DaemonEndpoint;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAddress;
import dev.wherry.model.core.v1.NodeDaemonEndpoints;
import dev.wherry.model.core.v1.NodeSpec;
import dev.wherry.model.core.v1.NodeStatus;
import dev.wherry.model.json.Json;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.model.volume.LocalPath;
import dev.wherry.proto.cri.v1.Image;
import dev.wherry.proto.cri.v1.VersionResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Registers the node and keeps its status: looked at every 10 s, written when it changed and every
 * five minutes (rule: KEP-589). One virtual thread.
 */
public final class NodeAgent implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(NodeAgent.class.getName());

  static final Duration LOOK = Duration.ofSeconds(10);

  /** While the node is not ready, news should spread fast. */
  static final Duration LOOK_UNREADY = Duration.ofSeconds(1);

  static final Duration REPORT = Duration.ofMinutes(5);

  /** Two looks, in which the node's controller has come to its decision. */
  private static final Duration DOUBTFUL = Duration.ofSeconds(25);

  static final int IMAGES_MAX = 50;
  private static final int IMAGE_NAMES_MAX = 5;

  private final KubeletConfig config;
  private final CriRuntime runtime;
  private final ApiClient api;
  private final Timer clock;
  private final PressureGate gate;
  private final DeviceBook devices;
  private final Bell bell;
  private final int serverPort;
  private final Thread thread;
  private final CountDownLatch registered = new CountDownLatch(1);
  private volatile Map<String, Quantity> allocatable;
  private volatile @Nullable OwnerReference owner;
  private volatile @Nullable Node node;
  private volatile Instant doubtfulUntil = Instant.EPOCH;
  private Instant reportedAt = Instant.EPOCH;
  private String podCidr = "";

  public NodeAgent(
      KubeletConfig config,
      CriRuntime runtime,
      ApiClient api,
      PressureGate gate,
      DeviceBook devices,
      Timer clock,
      int serverPort)
      throws IOException {
    this.config = config;
    this.runtime = runtime;
    this.api = api;
    this.clock = clock;
    this.gate = gate;
    this.devices = devices;
    this.bell = new Bell(clock);
    this.serverPort = serverPort;
    this.allocatable = HostFacts.allocatable(HostFacts.capacity(config), config.settings());
    this.thread = Thread.ofVirtual().name("node-agent").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** The node's conditions may have changed; any thread. */
  public void wake() {
    bell.ring();
  }

  /**
   * The node was silent, and others may have said so of it: its object is read again, for a while
   * at every look, since whoever noticed may write it after the first heartbeat. Any thread.
   */
  private void doubt() {
    doubtfulUntil = clock.instant().plus(DOUBTFUL);
    bell.ring();
  }

  /** Begins to renew the node's lease; whoever closes it ends that. */
  public LeaseKeeper heartbeat() {
    return LeaseKeeper.start(
        api, LeaseKeeper.Config.ofNode(config.nodeName()), this::owners, clock, this::doubt);
  }

  /** What pods can get of this node. */
  public Map<String, Quantity> allocatable() {
    return allocatable;
  }

  /** The node's object as this agent last saw it; empty while it is to be read again. */
  public Optional<Node> known() {
    return Optional.ofNullable(node);
  }

  /** What makes the node's lease go with it; empty before registration. Any thread. */
  public List<OwnerReference> owners() {
    OwnerReference known = owner;
    return known == null ? List.of() : List.of(known);
  }

  /** Waits until the node object exists. */
  public boolean awaitRegistered(Duration atMost) throws InterruptedException {
    return registered.await(atMost.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
  }

  private void run() {
    try {
      while (true) {
        boolean ready = false;
        try {
          ready = look();
        } catch (ApiException | CriException | IOException e) {
          LOG.log(Level.WARNING, "node status not sent node={0}: {1}", config.nodeName(), e);
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "node status broke node=" + config.nodeName(), e);
        }
        bell.rest(ready ? LOOK : LOOK_UNREADY);
      }
    } catch (InterruptedException _) {
      LOG.log(Level.DEBUG, "node agent ended");
    }
  }

  /** One look; true when the node is ready and the API knows. */
  private boolean look() throws IOException {
    Instant now = clock.instant();
    Node remembered = now.isBefore(doubtfulUntil) ? null : node;
    Node known = remembered == null ? register() : remembered;
    NodeHealth health = NodeHealth.look(runtime, gate.pressures());
    NodeStatus status = status(known, health, now);
    boolean due = Duration.between(reportedAt, now).compareTo(REPORT) >= 0;
    if (due || NodeStatuses.changed(known.status(), status)) {
      Optional<JsonNode> patch = NodeStatuses.patch(known, status);
      if (patch.isPresent()) {
        known = send(patch.get());
      }
      reportedAt = now;
    }
    passPodCidr(known);
    return health.problem().isEmpty();
  }

  private Node send(JsonNode patch) {
    try {
      Node sent =
          api.patch(Node.KIND, "", config.nodeName(), PatchType.STRATEGIC_MERGE, patch, "status");
      node = sent;
      return sent;
    } catch (ApiException e) {
      node = null;
      throw e;
    }
  }

  private void passPodCidr(Node known) {
    String cidr = String.join(",", known.spec().podCIDRs());
    if (cidr.isEmpty()) {
      // Assigned by a controller after registration: read again at the next look.
      node = null;
    } else if (!cidr.equals(podCidr)) {
      runtime.updatePodCidr(cidr);
      podCidr = cidr;
    }
  }

  private Node register() {
    Node known;
    try {
      known = reconcileLabels(api.get(Node.KIND, "", config.nodeName()));
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
      known = api.create(Node.KIND, fresh());
      LOG.log(Level.INFO, "node registered node={0}", config.nodeName());
    }
    node = known;
    owner =
        OwnerReference.builder()
            .apiVersion("v1")
            .kind("Node")
            .name(known.metadata().name())
            .uid(known.metadata().uid())
            .build();
    registered.countDown();
    return known;
  }

  private Node fresh() {
    ObjectMeta meta =
        ObjectMeta.builder()
            .name(config.nodeName())
            .labels(labels())
            .annotations(annotations())
            .build();
    return Node.builder()
        .metadata(meta)
        .spec(NodeSpec.builder().taints(config.taints()).build())
        .build();
  }

  private Node reconcileLabels(Node known) {
    ObjectNode missing = Json.object();
    labels()
        .forEach((key, value) -> {
          if (!value.equals(known.metadata().labels().get(key))) {
            missing.put(key, value);
          }
        });
    ObjectNode unsaid = Json.object();
    annotations()
        .forEach((key, value) -> {
          if (!value.equals(known.metadata().annotations().get(key))) {
            unsaid.put(key, value);
          }
        });
    if (missing.isEmpty() && unsaid.isEmpty()) {
      return known;
    }
    ObjectNode patch = Json.object();
    patch.putObject("metadata").set("labels", missing);
    patch.withObject("/metadata").set("annotations", unsaid);
    return api.patch(Node.KIND, "", config.nodeName(), PatchType.STRATEGIC_MERGE, patch);
  }

  /** Where volumes of the built-in provisioner go. */
  private Map<String, String> annotations() {
    Path root = PodDirs.of(config).localPaths();
    return Map.of(LocalPath.ROOT, root.toAbsolutePath().normalize().toString());
  }

  private Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("kubernetes.io/hostname", config.nodeName());
    labels.put("kubernetes.io/os", "linux");
    labels.put("kubernetes.io/arch", HostFacts.architecture());
    labels.put("beta.kubernetes.io/os", "linux");
    labels.put("beta.kubernetes.io/arch", HostFacts.architecture());
    labels.putAll(config.labels());
    return labels;
  }

  private NodeStatus status(Node known, NodeHealth health, Instant now) throws IOException {
    Map<String, Quantity> capacity = HostFacts.capacity(config);
    allocatable = HostFacts.allocatable(capacity, config.settings());
    NodeAmounts amounts = NodeAmounts.of(known.status(), capacity, allocatable, devices.amounts());
    NodeStatus.Builder out =
        known.status().toBuilder()
            .capacity(amounts.capacity())
            .allocatable(amounts.allocatable())
            .addresses(addresses())
            .daemonEndpoints(
                NodeDaemonEndpoints.builder()
                    .kubeletEndpoint(DaemonEndpoint.builder().Port(serverPort).build())
                    .build())
            .conditions(NodeStatuses.conditions(health, known.status().conditions(), now));
    if (!health.problem().startsWith("container runtime is down")) {
      VersionResponse version = runtime.version();
      out.runtimeHandlers(health.traits().handlers()).features(health.traits().features());
      out.nodeInfo(
              HostFacts.info(
                  config, version.getRuntimeName() + "://" + version.getRuntimeVersion()))
          .images(images());
    }
    return out.build();
  }

  private List<NodeAddress> addresses() {
    List<NodeAddress> all = new ArrayList<>();
    config
        .nodeIps()
        .forEach(ip -> all.add(NodeAddress.builder().type("InternalIP").address(ip).build()));
    all.add(NodeAddress.builder().type("Hostname").address(config.nodeName()).build());
    return all;
  }

  private List<ContainerImage> images() {
    return runtime.images().list().stream()
        .sorted(Comparator.comparingLong(Image::getSize).reversed().thenComparing(Image::getId))
        .limit(IMAGES_MAX)
        .map(image ->
            ContainerImage.builder()
                .names(
                    java.util.stream.Stream.concat(
                            image.getRepoDigestsList().stream(), image.getRepoTagsList().stream())
                        .limit(IMAGE_NAMES_MAX)
                        .toList())
                .sizeBytes(image.getSize())
                .build())
        .toList();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
