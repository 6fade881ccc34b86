package dev.wherry.apiserver.authn;

import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * Who makes a request: the first authenticator that knows decides. Callers without credentials are
 * {@link UserInfo#ANONYMOUS} on a few paths and get 401 elsewhere; wrong credentials are 401
 * everywhere.
 */
public final class RequestAuthentication {
  private static final System.Logger LOG = System.getLogger(RequestAuthentication.class.getName());

  private final List<Authenticator> authenticators;
  private final AnonymousAccess anonymous;

  /** Asks in the given order: certificates first, then tokens. */
  public RequestAuthentication(List<Authenticator> authenticators, AnonymousAccess anonymous) {
    this.authenticators = List.copyOf(authenticators);
    this.anonymous = anonymous;
  }

  /**
   * The caller of a request for {@code path}.
   *
   * @throws ApiException UNAUTHORIZED
   */
  public UserInfo authenticate(Credentials credentials, String path) {
    for (Authenticator authenticator : authenticators) {
      switch (authenticator.authenticate(credentials)) {
        case Authenticator.Outcome.Known known -> {
          return known.user();
        }
        case Authenticator.Outcome.Refused refused ->
            LOG.log(Level.INFO, "unauthenticated path=" + path + " reason=" + refused.reason());
        case Authenticator.Outcome.NotMine _ -> {
          // The next one may know this kind of credential.
        }
      }
    }
    boolean shown = !credentials.certificates().isEmpty() || credentials.bearerToken().isPresent();
    if (shown || !anonymous.allows(path)) {
      throw unauthorized();
    }
    return UserInfo.ANONYMOUS;
  }

  /** The 401 every failure gets: it says nothing of why. */
  public static ApiException unauthorized() {
    return new ApiException(Reason.UNAUTHORIZED, "Unauthorized");
  }
}
