package dev.wherry.apiserver.aggregation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.discovery.ApiCatalog;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.openapi.ForeignDocuments;
import dev.wherry.apiserver.proxy.ServiceCalls;
import dev.wherry.apiserver.proxy.ServiceProxy;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The APIs of other servers as part of this one. */
public final class Aggregator implements ForeignDocuments, AutoCloseable {
  public static final Resource API_SERVICES = RemoteApis.RESOURCE;

  /** Of a component's own request. */
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

  private final RemoteApis apis;
  private final FrontProxy proxy;
  private final ServiceProxy services;
  private final ServiceCalls calls;
  private final AvailabilityWatch watch;

  private Aggregator(
      RemoteApis apis,
      FrontProxy proxy,
      ServiceProxy services,
      ServiceCalls calls,
      AvailabilityWatch watch) {
    this.calls = calls;
    this.apis = apis;
    this.proxy = proxy;
    this.services = services;
    this.watch = watch;
  }

  /**
   * Follows the APIServices of a view.
   *
   * @param isOurs tells the group-versions of the program's own kinds
   * @param identity of the front proxy; asked anew for every handshake
   * @param statusWriter sets the status of an APIService, by name
   */
  public static Aggregator following(
      ObjectView view,
      Predicate<String> isOurs,
      ServiceCalls calls,
      ServiceProxy services,
      Supplier<TlsIdentity> identity,
      BiConsumer<String, ObjectNode> statusWriter,
      InstantSource clock,
      SecureRandom random) {
    RemoteApis apis = new RemoteApis(view, isOurs);
    FrontProxy proxy = new FrontProxy(identity, random);
    return new Aggregator(
        apis,
        proxy,
        services,
        calls,
        new AvailabilityWatch(view, apis, calls, proxy, statusWriter, clock));
  }

  /** A server that answers requests of a path. */
  public final class Remote {
    private final ApiService service;

    private Remote(ApiService service) {
      this.service = service;
    }

    /**
     * Asks for an object or a list in the name of a component of this process, which has been
     * authorised.
     *
     * @param target the path with its query
     * @throws ApiException 404 when the server has no such thing, 503 when it does not answer
     */
    public JsonNode get(UserInfo user, String target) {
      return Aggregator.this.get(service, user, target);
    }

    /**
     * Forwards; returns when the answer is complete, or the connection upgraded. The caller has
     * been authorised.
     *
     * @throws ApiException 503 when the server is not available
     */
    public void forward(Exchange exchange, UserInfo user) {
      if (!service.available()) {
        throw new ApiException(Reason.SERVICE_UNAVAILABLE, "service unavailable");
      }
      try {
        services.forward(exchange, service.place(), proxy.tls(service), FrontProxy.identity(user));
      } catch (PkiException e) {
        throw new ApiException(Reason.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
      }
    }
  }

  /** What a component of this process is answered; errors are the server's own. */
  private JsonNode get(ApiService service, UserInfo user, String target) {
    HttpHeaders headers = FrontProxy.identity(user);
    headers.set(HttpHeaderNames.ACCEPT, "application/json");
    ServiceCalls.Reply reply;
    try {
      reply = calls.get(service.place(), target, headers, proxy.tls(service), CALL_TIMEOUT);
    } catch (IOException | PkiException e) {
      throw new ApiException(Reason.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
    }
    if (reply.isGood()) {
      return Json.parse(reply.body());
    }
    throw reply.code() == 404
        ? new ApiException(Reason.NOT_FOUND, "the server could not find the requested resource")
        : new ApiException(
            Reason.INTERNAL_ERROR, "the server of " + service.name() + " answered " + reply.code());
  }

  /** The server of a path; empty for what is served here. */
  public Optional<Remote> remote(String path) {
    return apis.find(path).map(Remote::new);
  }

  /** All groups, other servers' behind our own. */
  public ApiCatalog catalog(ApiCatalog own) {
    return new MergedCatalog(own, apis);
  }

  @Override
  public long generation() {
    return apis.generation();
  }

  @Override
  public Map<String, Document> v3() {
    Map<String, Document> documents = new LinkedHashMap<>();
    for (ApiService service : apis.all()) {
      apis.offer(service)
          .filter(offer -> offer.v3().length > 0)
          .ifPresent(offer ->
              documents.put(service.path().substring(1), new Document(offer.hash(), offer.v3())));
    }
    return documents;
  }

  @Override
  public List<ObjectNode> v2() {
    List<ObjectNode> documents = new ArrayList<>();
    for (ApiService service : apis.all()) {
      apis.offer(service)
          .filter(offer -> offer.v2().length > 0)
          .ifPresent(offer -> documents.add((ObjectNode) Json.parse(offer.v2())));
    }
    return documents;
  }

  @Override
  public void close() {
    watch.close();
  }
}
