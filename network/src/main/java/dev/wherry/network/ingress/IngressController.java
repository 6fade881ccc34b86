package dev.wherry.network.ingress;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.Provision;
import dev.wherry.machinery.edge.EdgeClasses;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.loop.Threads;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAddress;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.model.networking.v1.IngressClass;
import dev.wherry.model.networking.v1.IngressClassSpec;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.network.ingress.kinds.Findings;
import dev.wherry.network.ingress.kinds.Translation;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The server's part: makes the same translation as the nodes do and says in statuses and events
 * what came of it. Serves nothing. One virtual thread.
 */
public final class IngressController implements AutoCloseable {
  private static final Logger LOG = System.getLogger(IngressController.class.getName());
  private static final Duration GATHER = Duration.ofMillis(50);
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

  /** What is named for the first time is looked at again after this. */
  private static final Duration READ_PAUSE = Duration.ofMillis(100);

  private static final String ALL = "all";
  private static final String DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class";

  private final WorkQueue<String> queue;
  private final ClusterWatch watch;
  private final FollowedSecrets secrets;
  private final FollowedAuthorities authorities;
  private final Informer<Node> nodes;
  private final EventRecorder events;
  private final StatusWriter statuses;
  private final GatewayServices gatewayServices;
  private final boolean pooled;
  private final Thread thread;
  private Set<Findings.Problem> told = Set.of();

  private IngressController(ApiClient api, boolean pooled, Timer timer) {
    this.pooled = pooled;
    gatewayServices = new GatewayServices(api);
    queue = new WorkQueue<>(timer);
    watch = new ClusterWatch(api, timer, this::changed, _ -> {});
    secrets = new FollowedSecrets(api, timer, new Unused(), this::changed);
    authorities = new FollowedAuthorities(api, timer, this::changed);
    nodes = new Informer<>(api, Node.KIND, Scope.ALL, timer).onChange(this::nodeChanged);
    events = EventRecorder.start(api, "wherry-ingress", "", timer);
    statuses = new StatusWriter(api, timer);
    thread = Thread.ofVirtual().name("ingress-status").unstarted(this::run);
  }

  /**
   * Starts it.
   *
   * @param pooled whether there is a pool of addresses, so that each Gateway gets one of its own
   */
  public static IngressController start(ApiClient api, boolean pooled, Timer timer) {
    IngressController controller = new IngressController(api, pooled, timer);
    controller.watch.start();
    controller.nodes.start();
    controller.changed();
    controller.thread.start();
    return controller;
  }

  /** Makes the class of new Ingresses, unless there is one of this name. */
  public static void provideClass(ApiClient api) {
    IngressClass wanted =
        IngressClass.builder()
            .metadata(
                ObjectMeta.builder()
                    .name(EdgeClasses.INGRESS_CLASS)
                    .annotations(Map.of(DEFAULT_CLASS, "true"))
                    .build())
            .spec(IngressClassSpec.builder().controller(EdgeClasses.INGRESS_CONTROLLER).build())
            .build();
    Provision.once(api, IngressClass.KIND, wanted);
  }

  private void changed() {
    queue.addAfter(ALL, GATHER);
  }

  /** Nodes report every few minutes; what matters here seldom changes. */
  private void nodeChanged(Change<Node> change) {
    boolean same =
        change instanceof Change.Updated<Node>(Node before, Node now)
            && places(before).equals(places(now));
    if (!same) {
      changed();
    }
  }

  private void run() {
    try {
      while (!(watch.awaitSynced() && nodes.awaitSynced(ClusterWatch.SYNC_MAX))) {
        LOG.log(Level.DEBUG, "ingress statuses wait for the API");
      }
      for (var key = queue.take(); key.isPresent(); key = queue.take()) {
        try {
          everything();
        } catch (ApiException e) {
          LOG.log(
              e.reason() == Reason.CONFLICT ? Level.DEBUG : Level.WARNING,
              "ingress status not written why={0}",
              e.text());
          queue.addAfter(ALL, RETRY_PAUSE);
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "ingress statuses failed", e);
          queue.addAfter(ALL, RETRY_PAUSE);
        } finally {
          queue.done(key.get());
        }
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "ingress statuses end");
    }
  }

  private void everything() throws InterruptedException {
    boolean followed = watch.follow();
    if (!followed) {
      queue.addAfter(ALL, RETRY_PAUSE);
    }
    List<Place> places =
        nodes.list().stream()
            .sorted(Comparator.comparing(node -> node.metadata().name()))
            .flatMap(node -> places(node).stream())
            .toList();
    Translation now =
        Translation.of(
            watch.objects(
                secrets::state,
                authorities::state,
                () -> places.stream().map(Place::address).distinct().toList(),
                pooled));
    Findings findings = now.findings();
    if (!(secrets.follow(findings.secrets()) & authorities.follow(findings.authorities()))) {
      queue.addAfter(ALL, READ_PAUSE);
    }
    if (followed) {
      gatewayServices.keep(findings.services(), watch.services(), watch::service);
    }
    for (Findings.Problem problem : findings.problems()) {
      if (!told.contains(problem)) {
        events.report(problem.regarding(), EventType.WARNING, problem.reason(), problem.message());
      }
    }
    told = new HashSet<>(findings.problems());
    for (Ingress ingress : findings.ingresses()) {
      statuses.write(ingress, places);
    }
    findings.statuses().forEach(statuses::write);
  }

  /**
   * Where clients reach a proxy.
   *
   * @param ports by the number that rules name
   */
  record Place(String address, NodePorts ports) {}

  /** A node that serves: at its external addresses, else at its internal ones. */
  private static List<Place> places(Node node) {
    NodePorts ports =
        NodePorts.parse(node.metadata().annotations().getOrDefault(NodePorts.ANNOTATION, ""));
    if (ports.ports().isEmpty()) {
      return List.of();
    }
    List<Place> external = places(node, "ExternalIP", ports);
    return external.isEmpty() ? places(node, "InternalIP", ports) : external;
  }

  private static List<Place> places(Node node, String type, NodePorts ports) {
    return node.status().addresses().stream()
        .filter(address -> address.type().equals(type))
        .map(NodeAddress::address)
        .map(address -> new Place(address, ports))
        .toList();
  }

  @Override
  public void close() {
    queue.close();
    Threads.end(thread);
    watch.close();
    secrets.close();
    authorities.close();
    nodes.close();
    events.close();
  }

  /** Certificates are looked at here, not shown. */
  private static final class Unused implements FollowedSecrets.Sink {
    @Override
    public void put(String name, TlsIdentity identity) {}

    @Override
    public void keepOnly(Set<String> names) {}
  }
}
