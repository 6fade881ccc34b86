package dev.wherry.apiserver.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.discovery.ApiCatalog;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.openapi.ForeignDocuments;
import dev.wherry.apiserver.proxy.ServiceCalls;
import dev.wherry.apiserver.proxy.ServiceProxy;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
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

  /** Of a component's own request, as upstream's servers give a request. */
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);

  /** Of a component's own watch; servers send a bookmark every minute or so. */
  private static final Duration SILENCE_MAX = Duration.ofMinutes(3);

  private final ObjectView view;
  private final RemoteApis apis;
  private final FrontProxy proxy;
  private final ServiceProxy services;
  private final ServiceCalls calls;
  private final AvailabilityWatch watch;

  private Aggregator(
      ObjectView view,
      RemoteApis apis,
      FrontProxy proxy,
      ServiceProxy services,
      ServiceCalls calls,
      AvailabilityWatch watch) {
    this.view = view;
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
        view,
        apis,
        proxy,
        services,
        calls,
        new AvailabilityWatch(view, apis, calls, proxy, statusWriter, clock));
  }

  /** By APIService ({@code name="v1.apps"}): 1 where it is marked unavailable, else 0. */
  public Map<String, Double> unavailable() {
    Map<String, Double> marks = new LinkedHashMap<>();
    for (ObjectNode service : view.list(API_SERVICES, "")) {
      String label = "name=\"" + Trees.name(service) + "\"";
      marks.put(label, ApiService.isAvailable(service) ? 0.0 : 1.0);
    }
    return marks;
  }

  /** A server that answers requests of a path. */
  public final class Remote {
    private final ApiService service;

    private Remote(ApiService service) {
      this.service = service;
    }

    /**
     * Sends a request in the name of a component of this process, which has been authorised, and
     * waits for the answer, whatever its code.
     *
     * @param target path and query
     * @param contentType "" when there is no body
     * @throws ApiException 503 when the server does not answer
     */
    public ServiceCalls.Reply send(
        UserInfo user,
        String method,
        String target,
        String accept,
        String contentType,
        byte[] body) {
      HttpHeaders headers = headers(user, accept);
      if (!contentType.isEmpty()) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
      }
      return reach(() ->
          calls.send(
              service.place(),
              new ServiceCalls.Request(method, target, headers, body),
              proxy.tls(service),
              CALL_TIMEOUT));
    }

    /**
     * The same for an answer that goes on; whoever asked closes it.
     *
     * @throws ApiException 503 when the server does not answer
     */
    public ServiceCalls.Stream open(UserInfo user, String target, String accept) {
      return reach(() ->
          calls.stream(
              service.place(),
              ServiceCalls.Request.get(target, headers(user, accept)),
              proxy.tls(service),
              CALL_TIMEOUT,
              SILENCE_MAX));
    }

    private static HttpHeaders headers(UserInfo user, String accept) {
      return FrontProxy.identity(user).set(HttpHeaderNames.ACCEPT, accept);
    }

    private <T> T reach(Reaching<T> call) {
      checkAvailable();
      try {
        return call.run();
      } catch (IOException | PkiException e) {
        throw new ApiException(Reason.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
      }
    }

    private void checkAvailable() {
      if (!service.available()) {
        throw new ApiException(Reason.SERVICE_UNAVAILABLE, "service unavailable");
      }
    }

    /**
     * Forwards; returns when the answer is complete, or the connection upgraded. The caller has
     * been authorised.
     *
     * @throws ApiException 503 when the server is not available
     */
    public void forward(Exchange exchange, UserInfo user) {
      checkAvailable();
      try {
        services.forward(exchange, service.place(), proxy.tls(service), FrontProxy.identity(user));
      } catch (PkiException e) {
        throw new ApiException(Reason.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
      }
    }
  }

  /** A call of another server. */
  @FunctionalInterface
  private interface Reaching<T> {
    T run() throws IOException;
  }

  /**
   * Refuses a group-version of which only is known what its server offered once.
   *
   * @param path such as {@code /apis/apps/v1}
   * @throws ApiException 503 in client-go's words for a version that discovery calls stale
   */
  public void requireFresh(String path) {
    apis.find(path)
        .filter(service -> !service.available() || apis.offer(service).isEmpty())
        .ifPresent(service -> {
          throw new ApiException(
              Reason.SERVICE_UNAVAILABLE,
              "stale GroupVersion discovery: " + service.groupVersion());
        });
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
