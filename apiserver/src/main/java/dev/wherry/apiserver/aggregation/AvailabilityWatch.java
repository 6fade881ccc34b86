package dev.wherry.apiserver.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.proxy.ServiceCalls;
import dev.wherry.apiserver.view.ObjectListener;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Keeps the condition Available of APIServices, and what their servers offer. One virtual thread
 * looks at all of them at once, again when a Service, its endpoints or an APIService changes.
 */
final class AvailabilityWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AvailabilityWatch.class.getName());

  /** A server that answered is looked at again so soon, one that did not sooner. */
  private static final int AGAIN_SECONDS = 30;

  private static final int FAILED_AGAIN_SECONDS = 5;
  private static final Resource SERVICES = new Resource("", "services");
  private static final Resource SLICES = new Resource("discovery.k8s.io", "endpointslices");

  private final ObjectView view;
  private final RemoteApis apis;
  private final ServiceCalls calls;
  private final FrontProxy proxy;
  private final BiConsumer<String, ObjectNode> statusWriter;
  private final InstantSource clock;
  private final Semaphore signals = new Semaphore(0);
  private final ExecutorService visits = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread thread;

  /**
   * Starts.
   *
   * @param statusWriter sets the status of an APIService, by name
   */
  AvailabilityWatch(
      ObjectView view,
      RemoteApis apis,
      ServiceCalls calls,
      FrontProxy proxy,
      BiConsumer<String, ObjectNode> statusWriter,
      InstantSource clock) {
    this.view = view;
    this.apis = apis;
    this.calls = calls;
    this.proxy = proxy;
    this.statusWriter = statusWriter;
    this.clock = clock;
    view.subscribe(RemoteApis.RESOURCE, new Signal(object -> true));
    view.subscribe(SERVICES, new Signal(o -> isUsed(Trees.namespace(o), Trees.name(o))));
    view.subscribe(
        SLICES,
        new Signal(o ->
            isUsed(
                Trees.namespace(o),
                Trees.text(o, "metadata", "labels", "kubernetes.io/service-name"))));
    this.thread = Thread.ofVirtual().name("api-services").start(this::run);
  }

  private boolean isUsed(String namespace, String service) {
    return apis.all().stream()
        .anyMatch(one ->
            one.place().service().equals(service) && one.place().namespace().equals(namespace));
  }

  private void run() {
    try {
      boolean good = true;
      while (!Thread.currentThread().isInterrupted()) {
        if (apis.all().isEmpty()) {
          signals.acquire();
        } else {
          boolean _ =
              signals.tryAcquire(good ? AGAIN_SECONDS : FAILED_AGAIN_SECONDS, TimeUnit.SECONDS);
        }
        signals.drainPermits();
        markLocal();
        good = look();
      }
    } catch (InterruptedException stopped) {
      visits.shutdownNow();
    }
  }

  /** Those without a Service are served here. */
  private void markLocal() {
    for (ObjectNode object : view.list(RemoteApis.RESOURCE, "")) {
      if (ApiService.of(object).isEmpty()) {
        try {
          Availability.LOCAL
              .status(object.path("status"), clock.instant())
              .ifPresent(status -> statusWriter.accept(Trees.name(object), status));
        } catch (ApiException e) {
          // It changed meanwhile, and that is a signal of its own.
          LOG.log(Level.DEBUG, "apiservice=" + Trees.name(object) + " why=\"" + e.text() + "\"");
        }
      }
    }
  }

  /** Whether all answered. */
  private boolean look() throws InterruptedException {
    List<Callable<Boolean>> all = new ArrayList<>();
    apis.all().forEach(service -> all.add(() -> visit(service)));
    boolean good = true;
    for (var visit : visits.invokeAll(all)) {
      good &= visit.state() == Future.State.SUCCESS && visit.resultNow();
    }
    return good;
  }

  private boolean visit(ApiService service) {
    try {
      ServerVisit.Finding found =
          new ServerVisit(view, calls, proxy, service).look(apis.offer(service));
      found.offer().ifPresent(offer -> apis.offer(service, offer));
      Optional<ObjectNode> object = view.get(RemoteApis.RESOURCE, "", service.name());
      object
          .flatMap(o -> found.availability().status(o.path("status"), clock.instant()))
          .ifPresent(status -> statusWriter.accept(service.name(), status));
      return found.availability().available();
    } catch (ApiException e) {
      // It changed meanwhile, and that is a signal of its own.
      LOG.log(Level.DEBUG, "apiservice=" + service.name() + " why=\"" + e.text() + "\"");
      return true;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "apiservice=" + service.name() + " failed", e);
      return false;
    }
  }

  private final class Signal implements ObjectListener {
    private final Predicate<ObjectNode> relevant;

    Signal(Predicate<ObjectNode> relevant) {
      this.relevant = relevant;
    }

    @Override
    public void stored(ObjectNode object) {
      if (relevant.test(object)) {
        signals.release();
      }
    }

    @Override
    public void removed(String namespace, String name) {
      if (!apis.all().isEmpty()) {
        signals.release();
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
