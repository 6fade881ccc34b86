package dev.wherry.apiserver.aggregation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.proxy.ServiceCalls;
import dev.wherry.apiserver.proxy.ServiceCalls.Reply;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One look at the server behind an APIService: is it there, what does it offer. */
final class ServerVisit {
  /** For each request of a visit (upstream's discovery check: 5 s). */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final Resource SERVICES = new Resource("", "services");
  private static final String JSON = "application/json";
  private static final UserInfo AGGREGATOR =
      UserInfo.of("system:kube-aggregator", UserInfo.MASTERS);

  private final ObjectView view;
  private final ServiceCalls calls;
  private final FrontProxy proxy;
  private final ApiService service;

  ServerVisit(ObjectView view, ServiceCalls calls, FrontProxy proxy, ApiService service) {
    this.view = view;
    this.calls = calls;
    this.proxy = proxy;
    this.service = service;
  }

  /** What a visit found; an offer only where it is new. */
  record Finding(Availability availability, Optional<Offer> offer) {}

  /**
   * Looks.
   *
   * @param known what the server offered last
   */
  Finding look(Optional<Offer> known) {
    Optional<Availability> unreachable = missing();
    if (unreachable.isPresent()) {
      return new Finding(unreachable.get(), Optional.empty());
    }
    String url = "https://" + service.place().host() + ":" + service.place().port();
    try {
      Reply reply = get(service.path());
      if (!reply.isGood()) {
        return failed(url, "bad status from " + url + service.path() + ": " + reply.code());
      }
      List<ResourceInfo> resources = Offer.resources(service, Json.parse(reply.body()));
      return new Finding(Availability.PASSED, documented(resources, known));
    } catch (IOException | DecodeException | PkiException e) {
      return failed(url, String.valueOf(e.getMessage()));
    } catch (ApiException e) {
      return new Finding(Availability.not("MissingEndpoints", e.text()), Optional.empty());
    }
  }

  private Finding failed(String url, String why) {
    return new Finding(
        Availability.not(
            "FailedDiscoveryCheck",
            "failing or missing response from " + url + service.path() + ": " + why),
        Optional.empty());
  }

  private Optional<Availability> missing() {
    String name = service.place().service();
    String namespace = service.place().namespace();
    Optional<ObjectNode> found = view.get(SERVICES, namespace, name);
    if (found.isEmpty()) {
      return Optional.of(
          Availability.not(
              "ServiceNotFound", "service/" + name + " in \"" + namespace + "\" is not present"));
    }
    for (JsonNode port : Trees.at(found.get(), "spec", "ports")) {
      if (port.path("port").asInt() == service.place().port()) {
        return Optional.empty();
      }
    }
    return Optional.of(
        Availability.not(
            "ServicePortError",
            "service/"
                + name
                + " in \""
                + namespace
                + "\" is not listening on port "
                + service.place().port()));
  }

  /** Documents are fetched when their hash is another one, or the resources are. */
  private Optional<Offer> documented(List<ResourceInfo> resources, Optional<Offer> known) {
    String hash = "";
    byte[] v3 = new byte[0];
    byte[] v2 = new byte[0];
    try {
      String url = documentUrl();
      hash = url;
      String now = hash;
      if (known.filter(k -> k.hash().equals(now) && k.resources().equals(resources)).isPresent()) {
        return Optional.empty();
      }
      v3 = url.isEmpty() ? v3 : good(get(url)).body();
      v2 = paths(good(get("/openapi/v2")));
    } catch (IOException | DecodeException e) {
      // A server without OpenAPI is served all the same.
      if (known.filter(k -> k.resources().equals(resources)).isPresent()) {
        return Optional.empty();
      }
      // One that answered too late is asked again at the next visit.
      hash = "";
    }
    return Optional.of(Offer.of(resources).documented(hash, v3, v2));
  }

  private String documentUrl() throws IOException {
    JsonNode index = Json.parse(good(get("/openapi/v3")).body());
    JsonNode entry = index.path("paths").path(service.path().substring(1));
    return Trees.text(entry, "serverRelativeURL");
  }

  private byte[] paths(Reply reply) {
    return Json.parse(reply.body()) instanceof ObjectNode document
        ? Json.write(Offer.ownPaths(service, document))
        : new byte[0];
  }

  private static Reply good(Reply reply) throws IOException {
    if (!reply.isGood()) {
      throw new IOException("the server answered " + reply.code());
    }
    return reply;
  }

  private Reply get(String path) throws IOException {
    HttpHeaders headers = FrontProxy.identity(AGGREGATOR);
    headers.set(HttpHeaderNames.ACCEPT, JSON);
    return calls.send(
        service.place(), ServiceCalls.Request.get(path, headers), proxy.tls(service), TIMEOUT);
  }
}
