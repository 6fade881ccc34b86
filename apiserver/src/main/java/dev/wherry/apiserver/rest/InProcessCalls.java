package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.aggregation.Aggregator;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.cache.Watcher;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.discovery.Discovery;
import dev.wherry.apiserver.proxy.NodeCalls;
import dev.wherry.apiserver.proxy.ServiceCalls;
import dev.wherry.apiserver.registry.Deletion;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.registry.ScaleSubresource;
import dev.wherry.apiserver.registry.WriteRequest;
import dev.wherry.apiserver.request.Elsewhere;
import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** A request's way inside the process: may the caller, which kind is it, do it, count it. */
record InProcessCalls(
    Gate gate,
    KindRoutes kinds,
    WatchCache cache,
    Lists lists,
    Watches watches,
    Writes writes,
    Patches patches,
    Conversions conversions,
    Discovery discovery,
    Aggregator aggregator,
    MetricsEndpoints figures,
    NodeCalls nodes,
    Metrics metrics) {
  private static final System.Logger LOG = System.getLogger(InProcessCalls.class.getName());
  private static final int OK = 200;
  private static final Duration NODE_TIMEOUT = Duration.ofSeconds(30);

  /** An admitted request. */
  record Call(RequestInfo asked, ResourceInfo info, Query query) {
    WriteRequest write(UserInfo user) {
      return Writes.request(user, info, asked, false);
    }

    String namespace() {
      return info.kind().namespaced() ? asked.namespace() : "";
    }
  }

  private static RequestInfo parse(String method, String target, Query query) {
    return RequestInfo.parse(method, Query.path(target), query);
  }

  static boolean isAboutResource(String method, String target) {
    return parse(method, target, Query.of(target)).resourceRequest();
  }

  /** Carries out a request; what goes wrong unforeseen is a 500, as over HTTP. */
  <R> R run(UserInfo user, String method, String target, Function<Call, R> work) {
    Query query = Query.of(target);
    RequestInfo asked = parse(method, target, query);
    long began = System.nanoTime();
    LongAdder elsewhere = new LongAdder();
    int code = OK;
    try {
      gate.admit(user, asked);
      Call call = new Call(asked, kinds.route(asked), query);
      return Elsewhere.counted(elsewhere, () -> work.apply(call));
    } catch (ApiException e) {
      code = e.code();
      throw e;
    } catch (RuntimeException e) {
      code = 500;
      LOG.log(System.Logger.Level.ERROR, "request failed path=" + target, e);
      throw ApiException.internal("the request failed; see the server's log");
    } finally {
      if (kinds.isServed(asked)) {
        metrics.answered(
            new CountedRequest(asked, query.all("dryRun"), false),
            code,
            System.nanoTime() - began,
            elsewhere.sum());
      }
    }
  }

  /** Figures, which are made and not stored; empty for what is. */
  Optional<JsonNode> figures(UserInfo user, String method, String target) {
    Query query = Query.of(target);
    RequestInfo asked = parse(method, target, query);
    if (!method.equals("GET") || !MetricsEndpoints.serves(asked)) {
      return Optional.empty();
    }
    gate.admit(user, asked);
    return Optional.of(figures.make(asked, query));
  }

  /** Whether the request is for a node's kubelet. */
  static boolean isForNode(String method, String target) {
    RequestInfo asked = parse(method, target, Query.of(target));
    return asked.resource().equals("nodes") && asked.subresource().equals("proxy");
  }

  /** Through {@code nodes/proxy}; an answer without content is an empty object. */
  JsonNode node(UserInfo user, String method, String target, byte[] body) {
    Query query = Query.of(target);
    RequestInfo asked = parse(method, target, query);
    gate.admit(user, asked);
    String path = asked.rest() + (query.raw().isEmpty() ? "" : "?" + query.raw());
    ServiceCalls.Reply reply;
    try {
      reply = nodes.call(asked.name(), method, path, body, NODE_TIMEOUT);
    } catch (IOException e) {
      throw new ApiException(
          Reason.SERVICE_UNAVAILABLE, "error dialing backend: " + e.getMessage());
    }
    String text = new String(reply.body(), StandardCharsets.UTF_8).strip();
    if (!reply.isGood()) {
      throw new ApiException(
          reply.code() == Reason.NOT_FOUND.code() ? Reason.NOT_FOUND : Reason.INTERNAL_ERROR, text);
    }
    return text.startsWith("{") ? Json.parse(text) : Json.object();
  }

  /** Discovery: what components ask for beside resources. */
  JsonNode document(UserInfo user, String method, String target) {
    RequestInfo asked = parse(method, target, Query.of(target));
    gate.admit(user, asked);
    if (!method.equals("GET") || !Discovery.serves(asked.path())) {
      throw KindRoutes.notServed();
    }
    aggregator.requireFresh(asked.path());
    return discovery
        .answer(asked.path(), Answers.JSON_TYPE, "")
        .map(answer -> Json.parse(answer.body()))
        .orElseThrow(KindRoutes::notServed);
  }

  CachedObject require(Call call) {
    return cache
        .get(KindRegistry.storage(call.info().kind()), call.namespace(), call.asked().name())
        .map(stored -> conversions.view(call.info().kind(), stored))
        .orElseThrow(() -> ApiException.notFound(call.info().kind(), call.asked().name()));
  }

  /** The resource of a kind; one that is not served has nothing to select by. */
  ResourceInfo served(KindInfo kind) {
    return kinds
        .kinds()
        .find(kind.group(), kind.version(), kind.plural())
        .orElseGet(() -> new ResourceInfo(kind, "", List.of(), List.of(), List.of(), List.of()));
  }

  ObjectNode read(Call call) {
    ObjectNode object = require(call).tree();
    return call.asked().subresource().equals("scale")
        ? ScaleSubresource.of(object, kinds.kinds().scale(call.info().kind()))
        : object;
  }

  Lists.Result list(Call call) {
    return lists.list(call.info().kind(), ListOptions.of(call.info(), call.asked(), call.query()));
  }

  ObjectNode listTree(Call call) {
    Lists.Result found = list(call);
    ObjectNode list = Json.object();
    list.put("kind", call.info().kind().kind() + "List");
    list.put("apiVersion", call.info().kind().apiVersion());
    list.set("metadata", Lists.metadata(found));
    var items = list.putArray("items");
    KindInfo kind = call.info().kind();
    found.objects().forEach(object -> items.add(conversions.view(kind, object).tree()));
    return list;
  }

  Function<Runnable, Watcher> watch(Call call) {
    return watches.prepare(
        call.info().kind(), ListOptions.of(call.info(), call.asked(), call.query()), call.query());
  }

  Duration watchTime(Call call) {
    return Duration.ofSeconds(watches.seconds(call.query()));
  }

  ObjectNode deleteCollection(Call call, UserInfo user, Deletion.Options options) {
    return writes.deleteCollection(
        new WriteRequest(user, call.info(), "", "", "", false),
        ListOptions.of(call.info(), call.asked(), call.query()),
        options);
  }
}
