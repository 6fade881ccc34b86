package dev.wherry.runtime.images.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Answers a registry's challenges: a password, or a token from the server it names. */
final class Tokens {
  private static final int TOKEN_BYTES_MAX = 1 << 20;
  private static final int OK = 200;
  private static final String CLIENT = "wherry";

  private final HttpClient http;
  private final Endpoint endpoint;
  private final String scope;
  private final Duration patience;

  Tokens(HttpClient http, Endpoint endpoint, String scope, Duration patience) {
    this.http = http;
    this.endpoint = endpoint;
    this.scope = scope;
    this.patience = patience;
  }

  /**
   * The Authorization header that should do.
   *
   * @param challenges the values of {@code WWW-Authenticate}
   * @throws PullException when nothing we have fits
   */
  String answer(List<String> challenges) throws IOException, InterruptedException {
    Optional<Credentials> credentials = endpoint.host().credentials();
    if (credentials.isPresent() && !credentials.get().registryToken().isEmpty()) {
      return "Bearer " + credentials.get().registryToken();
    }
    Optional<Challenge> challenge = Challenge.best(challenges);
    if (challenge.isPresent() && challenge.get().scheme().equals("bearer")) {
      return "Bearer " + fetched(challenge.get(), credentials);
    }
    if (challenge.isPresent() && credentials.isPresent() && credentials.get().hasUser()) {
      return credentials.get().basic();
    }
    throw denied(endpoint.base().getAuthority() + " wants credentials");
  }

  private static PullException denied(String why) {
    return new PullException(
        PullException.Reason.DENIED,
        "pull access denied, repository does not exist or may require authorization: " + why);
  }

  private String fetched(Challenge challenge, Optional<Credentials> credentials)
      throws IOException, InterruptedException {
    URI realm = realm(challenge.parameter("realm"));
    HttpRequest request =
        credentials.isPresent() && !credentials.get().identityToken().isEmpty()
            ? exchange(realm, challenge, credentials.get())
            : ask(realm, challenge, credentials);
    HttpResponse<InputStream> response =
        http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      String where = realm.getAuthority() + " answered " + response.statusCode();
      if (response.statusCode() / 100 == 5) {
        throw new IOException(where);
      }
      if (response.statusCode() != OK) {
        throw denied(where);
      }
      JsonNode answer = Trees.parse(body.readNBytes(TOKEN_BYTES_MAX));
      String token = answer.path("token").asText(answer.path("access_token").asText(""));
      if (token.isEmpty()) {
        throw denied(realm.getAuthority() + " gave no token");
      }
      return token;
    } catch (IllegalArgumentException e) {
      throw denied(realm.getAuthority() + " gave no token");
    }
  }

  private URI realm(String text) throws PullException {
    URI realm;
    try {
      realm = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw denied("the registry's token server has no address: " + text);
    }
    boolean secret = "https".equals(realm.getScheme());
    if (realm.getAuthority() == null || (!secret && endpoint.base().getScheme().equals("https"))) {
      throw denied("the registry's token server is not trusted with credentials: " + text);
    }
    return realm;
  }

  private HttpRequest ask(URI realm, Challenge challenge, Optional<Credentials> credentials) {
    String query =
        (realm.getQuery() == null ? "?" : "&")
            + "service="
            + encoded(challenge.parameter("service"))
            + "&scope="
            + encoded(scope);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(realm + query)).timeout(patience);
    if (credentials.isPresent() && credentials.get().hasUser()) {
      request.header("Authorization", credentials.get().basic());
    }
    return request.build();
  }

  private HttpRequest exchange(URI realm, Challenge challenge, Credentials credentials) {
    String form =
        "grant_type=refresh_token&client_id="
            + CLIENT
            + "&service="
            + encoded(challenge.parameter("service"))
            + "&scope="
            + encoded(scope)
            + "&refresh_token="
            + encoded(credentials.identityToken());
    return HttpRequest.newBuilder(realm)
        .timeout(patience)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(form))
        .build();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
