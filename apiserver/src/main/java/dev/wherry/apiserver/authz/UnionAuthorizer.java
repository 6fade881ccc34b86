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
    List<String> errors = new ArrayList<>();
    for (Authorizer authorizer : authorizers) {
      switch (authorizer.authorize(request)) {
        case Verdict.Allowed allowed -> {
          return allowed;
        }
        case Verdict.Denied denied -> {
          return denied;
        }
        case Verdict.NoOpinion(String reason, String error) -> {
          add(reasons, reason);
          add(errors, error);
        }
      }
    }
    return new Verdict.NoOpinion(String.join("\n", reasons), together(errors));
  }

  private static void add(List<String> all, String one) {
    if (!one.isEmpty()) {
      all.add(one);
    }
  }

  /** Several errors as Go's aggregate tells them. */
  static String together(List<String> errors) {
    return errors.size() > 1 ? "[" + String.join(", ", errors) + "]" : String.join("", errors);
  }
}
