package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.SecurityRealm;
import dev.wherry.apiserver.aggregation.Aggregator;
import dev.wherry.apiserver.audit.AuditLog;
import dev.wherry.apiserver.audit.AuditTrail;
import dev.wherry.apiserver.authn.Impersonation;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.fairness.FlowControl;
import dev.wherry.apiserver.fairness.Seat;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.http.RequestHandler;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.registry.ScaleSubresource;
import dev.wherry.apiserver.request.Elsewhere;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.apiserver.structural.GoDurations;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** A request's way: who is it, what does it ask, may it, do it. */
public final class ApiHandler implements RequestHandler {
  private static final String LEVEL_HEADER = "X-Kubernetes-PF-PriorityLevel-UID";
  private static final String SCHEMA_HEADER = "X-Kubernetes-PF-FlowSchema-UID";

  /** Whose credentials did not hold, as the audit log has it. */
  private static final UserInfo NOBODY = new UserInfo("", "", List.of(), Map.of());

  private final SecurityRealm realm;
  private final FlowControl flows;
  private final Aggregator aggregator;
  private final Optional<AuditLog> audit;
  private final Gate gate;
  private final KindRoutes kinds;
  private final WatchCache cache;
  private final SystemPaths paths;
  private final Lists lists;
  private final Watches watches;
  private final WriteEndpoints writes;
  private final Answers answers;
  private final StreamProxy proxy;
  private final Metrics metrics;
  private final ComponentStatuses components;
  private final MetricsEndpoints figures;
  private final PodExplanations explanations;
  private final Conversions conversions;

  ApiHandler(
      SecurityRealm realm,
      FlowControl flows,
      Aggregator aggregator,
      Optional<AuditLog> audit,
      KindRoutes kinds,
      WatchCache cache,
      SystemPaths paths,
      Lists lists,
      Watches watches,
      WriteEndpoints writes,
      Answers answers,
      StreamProxy proxy,
      Metrics metrics,
      ComponentStatuses components,
      MetricsEndpoints figures,
      PodExplanations explanations,
      Conversions conversions) {
    this.realm = realm;
    this.flows = flows;
    this.aggregator = aggregator;
    this.audit = audit;
    this.gate = new Gate(realm.authorizer());
    this.kinds = kinds;
    this.cache = cache;
    this.paths = paths;
    this.lists = lists;
    this.watches = watches;
    this.writes = writes;
    this.answers = answers;
    this.proxy = proxy;
    this.metrics = metrics;
    this.components = components;
    this.figures = figures;
    this.explanations = explanations;
    this.conversions = conversions;
  }

  @Override
  public void handle(Exchange exchange) {
    long began = System.nanoTime();
    RequestInfo asked = RequestInfo.parse(exchange.method(), exchange.path(), exchange.query());
    LongAdder elsewhere = new LongAdder();
    boolean applied =
        asked.verb().equals("patch") && Bodies.mediaType(exchange).equals(Patches.APPLY);
    CountedRequest counted = new CountedRequest(asked, exchange.query().all("dryRun"), applied);
    // What is not served has names that clients make up.
    boolean known = !asked.resourceRequest() || kinds.isServed(asked);
    if (known && asked.isLongRunning()) {
      metrics.underWay().longOne(exchange, counted);
    }
    boolean _ = Elsewhere.counted(elsewhere, () -> answered(exchange, asked));
    if (known) {
      metrics.answered(counted, exchange.status(), System.nanoTime() - began, elsewhere.sum());
    }
  }

  private boolean answered(Exchange exchange, RequestInfo asked) {
    answer(exchange, asked);
    return true;
  }

  private void answer(Exchange exchange, RequestInfo asked) {
    AuditTrail trail = AuditTrail.NONE;
    try {
      checkTimeout(exchange, asked);
      UserInfo caller =
          realm.authentication().authenticate(exchange.credentials(), exchange.path());
      trail = begin(exchange, caller, asked);
      UserInfo user = impersonated(exchange, caller);
      if (user != caller) {
        trail.impersonated(user);
      }
      Optional<Aggregator.Remote> remote = aggregator.remote(exchange.path());
      try (Seat _ = seat(exchange, user, asked, remote.isPresent());
          Seat _ = metrics.underWay().shortOne(asked)) {
        judge(trail, user, asked);
        if (remote.isPresent()) {
          remote.get().forward(exchange, user);
        } else {
          serve(exchange, user, asked);
        }
      }
    } catch (ApiException e) {
      if (e.code() == 401) {
        trail = begin(exchange, NOBODY, asked);
      }
      if (exchange.answered()) {
        exchange.channel().close();
      } else {
        Answers.error(exchange, e);
      }
    } catch (RuntimeException e) {
      trail.failed();
      throw e;
    }
    end(trail, exchange, asked);
  }

  /**
   * How long a client would wait is not acted upon, but must be a time (filters/request_deadline).
   */
  private static void checkTimeout(Exchange exchange, RequestInfo asked) {
    String timeout = exchange.query().text("timeout");
    if (!timeout.isEmpty()
        && !timeout.equals("0")
        && !asked.isLongRunning()
        && GoDurations.read(timeout).isEmpty()) {
      throw ApiException.badRequest(
          "invalid timeout specified in the request URL - time: invalid duration \""
              + timeout
              + "\"");
    }
  }

  private AuditTrail begin(Exchange exchange, UserInfo user, RequestInfo asked) {
    return audit.map(log -> log.begin(exchange, user, asked)).orElse(AuditTrail.NONE);
  }

  private static void end(AuditTrail trail, Exchange exchange, RequestInfo asked) {
    if (trail == AuditTrail.NONE) {
      return;
    }
    if (asked.isLongRunning() && exchange.status() < 400) {
      trail.started();
      // On the event loop, which does not wait for the log.
      exchange.whenFinished(() -> Thread.startVirtualThread(trail::complete));
    } else {
      trail.complete();
    }
  }

  private void judge(AuditTrail trail, UserInfo user, RequestInfo asked) {
    try {
      gate.admit(user, asked);
      trail.judged(true);
    } catch (ApiException e) {
      trail.judged(false);
      throw e;
    }
  }

  /**
   * Streams have no seat; a watch has one until it is under way (apiserver
   * filters/priority-and-fairness).
   *
   * @param elsewhere whether another server answers: its watch cannot be seen to be under way
   */
  private Seat seat(Exchange exchange, UserInfo user, RequestInfo asked, boolean elsewhere) {
    if (asked.isLongRunning() && !asked.verb().equals("watch")) {
      return Seat.FREE;
    }
    FlowControl.Flow flow = flows.classify(user, asked);
    exchange.setHeader(LEVEL_HEADER, flow.levelUid());
    exchange.setHeader(SCHEMA_HEADER, flow.schemaUid());
    Seat seat = Elsewhere.waiting(flow::enter);
    if (elsewhere && asked.isLongRunning()) {
      seat.close();
      return Seat.FREE;
    }
    return seat;
  }

  private UserInfo impersonated(Exchange exchange, UserInfo user) {
    return Impersonation.fromHeaders(exchange.headers())
        .map(impersonation -> impersonation.apply(user, realm.authorizer()))
        .orElse(user);
  }

  private void serve(Exchange exchange, UserInfo user, RequestInfo asked) {
    if (!asked.resourceRequest()) {
      if (!paths.serve(exchange, user)) {
        throw KindRoutes.notServed();
      }
      return;
    }
    if (MetricsEndpoints.serves(asked)) {
      figures.respond(exchange, asked);
      return;
    }
    if (PodExplanations.serves(asked)) {
      explanations.respond(exchange, asked, other -> gate.admit(user, other));
      return;
    }
    ResourceInfo info = kinds.route(asked);
    if (exchange.method().equals("HEAD") && asked.verb().equals("watch")) {
      throw new ApiException(
          Reason.METHOD_NOT_ALLOWED,
          "the server does not allow this method on the requested resource");
    }
    if (StreamProxy.serves(info.kind(), asked.subresource())) {
      proxy.serve(exchange, user, info, asked);
      return;
    }
    Deprecations.of(info.kind()).ifPresent(exchange::warn);
    kinds.kinds().warning(info.kind()).ifPresent(exchange::warn);
    if (ComponentStatuses.serves(info.kind())) {
      components.respond(exchange, info.kind(), asked);
      return;
    }
    dispatch(exchange, user, asked, info);
  }

  private void dispatch(Exchange exchange, UserInfo user, RequestInfo asked, ResourceInfo info) {
    switch (asked.verb()) {
      case "get" -> get(exchange, info, asked);
      case "list" ->
          lists.respond(exchange, info.kind(), ListOptions.of(info, asked, exchange.query()));
      case "watch" ->
          watches.respond(exchange, info.kind(), ListOptions.of(info, asked, exchange.query()));
      case "create" -> writes.create(exchange, user, info, asked);
      case "update" -> writes.update(exchange, user, info, asked);
      case "patch" -> writes.patch(exchange, user, info, asked);
      case "delete" -> writes.delete(exchange, user, info, asked);
      case "deletecollection" -> writes.deleteCollection(exchange, user, info, asked);
      default -> throw KindRoutes.notServed();
    }
  }

  private void get(Exchange exchange, ResourceInfo info, RequestInfo asked) {
    if (exchange.query().flag("export")) {
      throw ApiException.badRequest(
          "the export parameter, deprecated since v1.14, is no longer supported");
    }
    cache.await(ListOptions.revision(exchange.query(), ""), Lists.NEWER_WITHIN);
    String namespace = info.kind().namespaced() ? asked.namespace() : "";
    CachedObject object =
        cache
            .get(KindRegistry.storage(info.kind()), namespace, asked.name())
            .map(stored -> conversions.view(info.kind(), stored))
            .orElseThrow(() -> ApiException.notFound(info.kind(), asked.name()));
    if (asked.subresource().equals("scale")) {
      answers.object(exchange, info.kind(), 200, scaleOf(info, object));
    } else if (Accepted.of(exchange.header("Accept")).isPlainJson()) {
      exchange.respond(200, Answers.JSON_TYPE, object.bytes());
    } else {
      answers.object(exchange, info.kind(), 200, object.tree());
    }
  }

  private ObjectNode scaleOf(ResourceInfo info, CachedObject object) {
    return ScaleSubresource.of(object.tree(), kinds.kinds().scale(info.kind()));
  }
}
