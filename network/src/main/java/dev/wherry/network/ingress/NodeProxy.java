package dev.wherry.network.ingress;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Threads;
import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.machinery.time.Timer;
import dev.wherry.network.announce.NodeAnnotation;
import dev.wherry.network.ingress.kinds.ClusterObjects.CertificateState;
import dev.wherry.network.ingress.kinds.Translation;
import dev.wherry.network.ingress.proxy.ProxyFigures;
import dev.wherry.network.ingress.proxy.ProxyServer;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.Endpoints;
import dev.wherry.network.ingress.route.RouteTable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node's part: the proxy, and one virtual thread that keeps its table, endpoints and certificates
 * as the API has them. There are no ports and no threads of it while nobody uses an Ingress or a
 * Gateway.
 */
public final class NodeProxy implements AutoCloseable {
  private static final Logger LOG = System.getLogger(NodeProxy.class.getName());

  /** Changes that come together make one table. */
  private static final Duration GATHER = Duration.ofMillis(20);

  /** A port that is taken is tried again after this. */
  private static final Duration PORT_PAUSE = Duration.ofSeconds(30);

  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

  /** Certificates that take longer are shown as soon as they come. */
  private static final Duration SECRETS_MAX = Duration.ofSeconds(2);

  /** Everything; other keys in the queue are Services whose endpoints changed. */
  private static final ObjectKey EVERYTHING = ObjectKey.of("");

  private final IngressSettings settings;
  private final Timer timer;
  private final SecureRandom random;
  private final WorkQueue<ObjectKey> queue;
  private final ClusterWatch watch;
  private final ShownCertificates certificates;
  private final FollowedSecrets secrets;
  private final FollowedAuthorities authorities;
  private final NodeAnnotation announcement;
  private final Endpoints endpoints = new Endpoints();
  private final ProxyFigures figures;
  private final Consumer<Set<Integer>> opened;
  private final Thread thread;
  private RouteTable table = RouteTable.EMPTY;
  private Map<Integer, String> failures = Map.of();
  private volatile @Nullable ProxyServer server;

  private NodeProxy(
      ApiClient api,
      IngressSettings settings,
      ProxyFigures figures,
      Consumer<Set<Integer>> opened,
      Timer timer,
      SecureRandom random) {
    this.opened = opened;
    this.settings = settings;
    this.figures = figures;
    this.timer = timer;
    this.random = random;
    queue = new WorkQueue<>(timer);
    watch = new ClusterWatch(api, timer, this::changed, queue::add);
    certificates = new ShownCertificates(timer, random);
    secrets = new FollowedSecrets(api, timer, certificates, () -> {});
    authorities = new FollowedAuthorities(api, timer, this::changed);
    announcement = NodeAnnotation.start(api, settings.nodeName(), NodePorts.ANNOTATION, timer);
    thread = Thread.ofVirtual().name("ingress").unstarted(this::run);
  }

  /**
   * Starts to follow the API; ports open when there is something to serve.
   *
   * @param figures where it counts
   * @param opened told which ports are open, as clients use them
   * @param random for the certificate of hosts without one, and for the choice of endpoints
   */
  public static NodeProxy start(
      ApiClient api,
      IngressSettings settings,
      ProxyFigures figures,
      Consumer<Set<Integer>> opened,
      Timer timer,
      SecureRandom random) {
    NodeProxy proxy = new NodeProxy(api, settings, figures, opened, timer, random);
    proxy.watch.start();
    proxy.changed();
    proxy.thread.start();
    return proxy;
  }

  private void changed() {
    queue.addAfter(EVERYTHING, GATHER);
  }

  private void run() {
    try {
      while (!watch.awaitSynced()) {
        LOG.log(Level.DEBUG, "ingress waits for the API node={0}", settings.nodeName());
      }
      for (var key = queue.take(); key.isPresent(); key = queue.take()) {
        try {
          deal(key.get());
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "ingress table not made node=" + settings.nodeName(), e);
          queue.addAfter(EVERYTHING, RETRY_PAUSE);
        } finally {
          queue.done(key.get());
        }
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "ingress ends node={0}", settings.nodeName());
    }
  }

  private void deal(ObjectKey key) throws InterruptedException {
    if (key.equals(EVERYTHING)) {
      everything();
    } else {
      for (BackendKey backend : table.backends()) {
        if (backend.namespace().equals(key.namespace()) && backend.service().equals(key.name())) {
          refresh(backend);
        }
      }
    }
  }

  private void refresh(BackendKey backend) {
    ObjectKey service = new ObjectKey(backend.namespace(), backend.service());
    endpoints.put(backend, EndpointAddresses.of(backend, watch.slices(service)));
  }

  private void everything() throws InterruptedException {
    boolean followed = watch.follow();
    if (!followed) {
      queue.addAfter(EVERYTHING, RETRY_PAUSE);
    }
    Translation now = translation();
    if (!authorities.follow(now.findings().authorities())) {
      authorities.awaitRead(SECRETS_MAX);
      now = translation();
    }
    boolean nothing = now.table().ports().isEmpty();
    if (nothing && server == null) {
      announcement.say("");
      leaveRest(followed);
      return;
    }
    boolean first = server == null;
    ProxyServer running = server();
    boolean _ = secrets.follow(now.findings().secrets());
    if (first) {
      secrets.awaitRead(SECRETS_MAX);
    }
    Set<BackendKey> backends = now.table().backends();
    backends.forEach(this::refresh);
    table = now.table();
    tell(running.apply(table));
    leaveRest(followed);
    endpoints.keepOnly(backends);
    announcement.say(new NodePorts(running.ports()).text());
    opened.accept(Set.copyOf(running.ports().values()));
    if (nothing) {
      server = null;
      running.close();
    }
  }

  private Translation translation() {
    return Translation.of(
        watch.objects(_ -> new CertificateState.Usable(), authorities::state, List::of, false));
  }

  /** Only who has seen all rules knows which ports of a former program nobody wants. */
  private void leaveRest(boolean followed) {
    if (followed) {
      ProxyServer.leaveRest(settings.sockets());
    }
  }

  private ProxyServer server() {
    ProxyServer running = server;
    if (running != null) {
      return running;
    }
    ProxyServer made =
        ProxyServer.start(
            new ProxyServer.Setup(
                endpoints,
                certificates.get(),
                settings.limits(),
                figures,
                settings.log(),
                settings.ports(),
                settings.sockets(),
                settings.loops(),
                random.nextLong()));
    server = made;
    LOG.log(Level.INFO, "ingress serves node={0}", settings.nodeName());
    return made;
  }

  private void tell(Map<Integer, String> now) {
    if (!now.equals(failures)) {
      now.forEach((port, why) ->
          LOG.log(
              Level.WARNING,
              "ingress port not open node={0} port={1} why=\"{2}\"",
              settings.nodeName(),
              String.valueOf(port),
              why));
      failures = now;
    }
    if (!now.isEmpty()) {
      queue.addAfter(EVERYTHING, PORT_PAUSE);
    }
  }

  /** The port that clients use for one that rules name; empty while it is closed. */
  public Optional<Integer> port(int number) {
    ProxyServer running = server;
    return running == null ? Optional.empty() : running.port(number);
  }

  @Override
  public void close() {
    queue.close();
    Threads.end(thread);
    announcement.close();
    watch.close();
    secrets.close();
    authorities.close();
    ProxyServer running = server;
    if (running != null) {
      running.close();
    }
  }
}
