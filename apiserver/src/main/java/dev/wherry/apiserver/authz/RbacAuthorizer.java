package dev.wherry.apiserver.authz;

/** Role-based access control: allowed when one rule of one bound role allows it. */
public final class RbacAuthorizer implements Authorizer {
  private final RbacPolicy policy;

  /** Judges by the policy as it stands at each question. */
  public RbacAuthorizer(RbacPolicy policy) {
    this.policy = policy;
  }

  @Override
  public Verdict authorize(AccessRequest request) {
    Search search = new Search(request);
    policy.visit(request.user(), request.namespace(), search);
    return search.verdict;
  }

  private static final class Search implements RbacPolicy.BoundVisitor {
    private static final Verdict NOTHING = new Verdict.NoOpinion("");
    private final AccessRequest request;
    private Verdict verdict = NOTHING;

    Search(AccessRequest request) {
      this.request = request;
    }

    @Override
    public boolean visit(RbacPolicy.Bound bound, java.util.List<PolicyRule> rules) {
      for (PolicyRule rule : rules) {
        if (rule.allows(request)) {
          verdict = new Verdict.Allowed(bound.reason());
          return false;
        }
      }
      return true;
    }
  }
}
