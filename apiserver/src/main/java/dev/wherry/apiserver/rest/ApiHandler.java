package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.SecurityRealm;
import dev.wherry.apiserver.authn.Impersonation;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.http.RequestHandler;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.registry.ScaleSubresource;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;

/** A request's way: who is it, what does it ask, may it, do it. */
public final class ApiHandler implements RequestHandler {
  private final SecurityRealm realm;
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
  private final Conversions conversions;

  ApiHandler(
      SecurityRealm realm,
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
      Conversions conversions) {
    this.realm = realm;
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
    this.conversions = conversions;
  }

  @Override
  public void handle(Exchange exchange) {
    long began = System.nanoTime();
    answer(exchange);
    RequestInfo asked = RequestInfo.parse(exchange.method(), exchange.path(), exchange.query());
    // What is not served has names that clients make up.
    if (!asked.resourceRequest() || kinds.isServed(asked)) {
      metrics.answered(asked, exchange.status(), System.nanoTime() - began);
    }
  }

  private void answer(Exchange exchange) {
    try {
      UserInfo user = realm.authentication().authenticate(exchange.credentials(), exchange.path());
      RequestInfo asked = RequestInfo.parse(exchange.method(), exchange.path(), exchange.query());
      user = impersonated(exchange, user);
      gate.admit(user, asked);
      serve(exchange, user, asked);
    } catch (ApiException e) {
      if (exchange.answered()) {
        exchange.channel().close();
      } else {
        Answers.error(exchange, e);
      }
    }
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
          lists.respond(
              exchange, info.kind(), ListOptions.of(info, asked.namespace(), exchange.query()));
      case "watch" ->
          watches.respond(
              exchange, info.kind(), ListOptions.of(info, asked.namespace(), exchange.query()));
      case "create" -> writes.create(exchange, user, info, asked);
      case "update" -> writes.update(exchange, user, info, asked);
      case "patch" -> writes.patch(exchange, user, info, asked);
      case "delete" -> writes.delete(exchange, user, info, asked);
      case "deletecollection" -> writes.deleteCollection(exchange, user, info, asked);
      default -> throw KindRoutes.notServed();
    }
  }

  private void get(Exchange exchange, ResourceInfo info, RequestInfo asked) {
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
