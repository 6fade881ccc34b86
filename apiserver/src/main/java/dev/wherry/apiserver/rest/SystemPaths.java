package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.discovery.Discovery;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.openapi.OpenApi;
import dev.wherry.apiserver.token.OpenIdDocuments;
import dev.wherry.apiserver.token.TokenConfig;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Paths that are no resources: discovery, OpenAPI, health, version, the cluster's authority. */
final class SystemPaths {
  static final String AUTHORITY_PATH = "/wherry/v1/ca";

  /** What upstream's router knows for GET alone. */
  private static final Pattern READ_ONLY =
      Pattern.compile("/version/?|/api(/[^/]+)?/?|/apis/[^/]+/[^/]+/?");

  private static final List<String> READING = List.of("GET", "HEAD", "OPTIONS");

  private final Discovery discovery;
  private final Supplier<OpenApi> openApi;
  private final TokenConfig tokens;
  private final PublicKey tokenKey;
  private final String authorityPem;
  private final HealthChecks checks;
  private final Metrics metrics;
  private final TunnelRoute tunnel;

  /** Takes over the connection of an agent. */
  @FunctionalInterface
  interface TunnelRoute {
    void serve(Exchange exchange, UserInfo user);
  }

  SystemPaths(
      Discovery discovery,
      Supplier<OpenApi> openApi,
      TokenConfig tokens,
      PublicKey tokenKey,
      String authorityPem,
      HealthChecks checks,
      Metrics metrics,
      TunnelRoute tunnel) {
    this.discovery = discovery;
    this.openApi = openApi;
    this.tokens = tokens;
    this.tokenKey = tokenKey;
    this.authorityPem = authorityPem;
    this.checks = checks;
    this.metrics = metrics;
    this.tunnel = tunnel;
  }

  /** Whether the path was answered. */
  boolean serve(Exchange exchange, UserInfo user) {
    String path = exchange.path();
    if (READ_ONLY.matcher(path).matches() && !READING.contains(exchange.method())) {
      throw new ApiException(
          Reason.METHOD_NOT_ALLOWED,
          "the server does not allow this method on the requested resource");
    }
    switch (path) {
      case "/version", "/version/" -> Version.respond(exchange);
      case "/healthz", "/livez", "/readyz" -> checks.all(exchange, path);
      case "/metrics" -> exchange.respond(200, Metrics.CONTENT_TYPE, metrics.page());
      case "/metrics/slis" -> exchange.respond(200, Metrics.CONTENT_TYPE, checks.countsPage());
      case AUTHORITY_PATH -> Answers.text(exchange, 200, authorityPem);
      case dev.wherry.streaming.tunnel.TunnelProtocol.PATH -> tunnel.serve(exchange, user);
      case OpenIdDocuments.CONFIGURATION_PATH ->
          exchange.respond(
              200, Answers.JSON_TYPE, Json.write(OpenIdDocuments.configuration(tokens)));
      case OpenIdDocuments.KEY_SET_PATH ->
          exchange.respond(
              200,
              "application/jwk-set+json",
              Json.write(OpenIdDocuments.keySet(List.of(tokenKey))));
      default -> {
        return documents(exchange, path);
      }
    }
    return true;
  }

  private boolean documents(Exchange exchange, String path) {
    String accept = exchange.header("Accept");
    String etag = exchange.header("If-None-Match");
    if (Discovery.serves(path)) {
      Discovery.Answer answer =
          discovery
              .answer(path, accept, etag)
              .orElseThrow(() ->
                  new ApiException(
                      Reason.NOT_FOUND, "the server could not find the requested resource"));
      exchange.setHeader("ETag", answer.etag());
      exchange.setHeader("Vary", "Accept");
      exchange.respond(answer.status(), answer.contentType(), answer.body());
      return true;
    }
    if (OpenApi.serves(path)) {
      Optional<OpenApi.Answer> answer =
          openApi.get().answer(path, exchange.query().text("hash"), accept, etag);
      answer.ifPresent(found -> openApi(exchange, found));
      return answer.isPresent();
    }
    if (path.startsWith("/healthz/") || path.startsWith("/livez/") || path.startsWith("/readyz/")) {
      return checks.one(exchange, path);
    }
    return false;
  }

  private static void openApi(Exchange exchange, OpenApi.Answer answer) {
    exchange.setHeader("ETag", answer.etag());
    exchange.setHeader("Vary", "Accept, Accept-Encoding");
    if (!answer.cacheControl().isEmpty()) {
      exchange.setHeader("Cache-Control", answer.cacheControl());
    }
    if (!answer.location().isEmpty()) {
      exchange.setHeader("Location", answer.location());
    }
    boolean gzip = exchange.header("Accept-Encoding").contains("gzip");
    if (gzip && answer.gzip().length > 0) {
      exchange.setHeader("Content-Encoding", "gzip");
    }
    exchange.respond(answer.status(), answer.contentType(), gzip ? answer.gzip() : answer.plain());
  }
}
