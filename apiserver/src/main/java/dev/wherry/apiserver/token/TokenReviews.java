package dev.wherry.apiserver.token;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.Authenticator;
import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Optional;

/** The virtual resource TokenReview: whose token is this, and for which of these audiences? */
public final class TokenReviews {
  private final TokenConfig config;
  private final ServiceAccountTokens accounts;
  private final List<Authenticator> others;

  /** Asks service account tokens first, then others, whose tokens hold for every audience. */
  public TokenReviews(
      TokenConfig config, ServiceAccountTokens accounts, List<Authenticator> others) {
    this.config = config;
    this.accounts = accounts;
    this.others = List.copyOf(others);
  }

  /** Answers a review; the body comes back with its status. */
  public ObjectNode create(ObjectNode body) {
    String token = Trees.text(body, "spec", "token");
    if (token.isEmpty()) {
      throw ApiException.badRequest("token is required for TokenReview in authentication");
    }
    List<String> wanted = Trees.texts(body, "spec", "audiences");
    List<String> audiences = wanted.isEmpty() ? config.audiences() : wanted;
    ServiceAccountTokens.Judged judged = accounts.authenticate(token, audiences);
    List<String> shared = judged.audiences();
    Authenticator.Outcome outcome = judged.outcome();
    Credentials credentials = new Credentials(List.of(), Optional.of(token));
    for (Authenticator other : others) {
      if (outcome instanceof Authenticator.Outcome.NotMine) {
        outcome = other.authenticate(credentials);
        shared = audiences;
      }
    }
    ObjectNode answer = body.deepCopy();
    answer.put("apiVersion", "authentication.k8s.io/v1").put("kind", "TokenReview");
    Trees.object(answer, "metadata").putNull("creationTimestamp");
    fill(answer.putObject("status"), outcome, shared);
    return answer;
  }

  private static void fill(
      ObjectNode status, Authenticator.Outcome outcome, List<String> audiences) {
    switch (outcome) {
      case Authenticator.Outcome.Known known -> {
        status.put("authenticated", true);
        putUser(status.putObject("user"), known.user());
        audiences.forEach(status.putArray("audiences")::add);
      }
      case Authenticator.Outcome.Refused _ ->
          status.put("error", "invalid bearer token, token lookup failed").putObject("user");
      case Authenticator.Outcome.NotMine _ ->
          status.put("error", "invalid bearer token").putObject("user");
    }
  }

  /** Writes a user in the form of authentication.k8s.io/v1 UserInfo. */
  public static void putUser(ObjectNode json, UserInfo user) {
    json.put("username", user.name());
    if (!user.uid().isEmpty()) {
      json.put("uid", user.uid());
    }
    if (!user.groups().isEmpty()) {
      user.groups().forEach(json.putArray("groups")::add);
    }
    if (!user.extra().isEmpty()) {
      ObjectNode extra = json.putObject("extra");
      user.extra().forEach((key, values) -> values.forEach(extra.putArray(key)::add));
    }
  }
}
