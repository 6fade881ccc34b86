package dev.wherry.apiserver.authz;

import java.util.ArrayList;
import java.util.List;

/**
 * Asks authorisers in order; the first that allows or denies decides. Masters may do everything.
 */
public final class UnionAuthorizer implements Authorizer {
  private static final Verdict SUPERUSER = new Verdict.Allowed("");

  private final List<Authorizer> authorizers;

  /** In the order they are asked: Node, then RBAC. */
  public UnionAuthorizer(List<Authorizer> authorizers) {
    this.authorizers = List.copyOf(authorizers);
  }

  @Override
  public Verdict authorize(AccessRequest request) {
    if (request.user().isMaster()) {
      return SUPERUSER;
    }
    List<String> reasons = new ArrayList<>();
    for (Authorizer authorizer : authorizers) {
      switch (authorizer.authorize(request)) {
        case Verdict.Allowed allowed -> {
          return allowed;
        }
        case Verdict.Denied denied -> {
          return denied;
        }
        case Verdict.NoOpinion none -> {
          if (!none.reason().isEmpty()) {
            reasons.add(none.reason());
          }
        }
      }
    }
    return new Verdict.NoOpinion(String.join("\n", reasons));
  }
}
