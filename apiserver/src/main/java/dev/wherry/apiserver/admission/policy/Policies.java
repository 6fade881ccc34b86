package dev.wherry.apiserver.admission.policy;

import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.view.ObjectView;

/** Both sorts of admission policies, wired. */
public final class Policies {
  private final MutatingPolicies mutating;
  private final ValidatingPolicies validating;

  public Policies(ObjectView view, KindForms forms, Authorizer authorizer) {
    Bindings bindings = new Bindings(view, forms, authorizer);
    this.mutating = new MutatingPolicies(bindings, forms);
    this.validating = new ValidatingPolicies(bindings, forms);
  }

  public AdmissionPlugin mutating() {
    return mutating;
  }

  public AdmissionPlugin validating() {
    return validating;
  }

  /** Knows no policy before this. */
  public void follow(ObjectView view) {
    mutating.follow(view);
    validating.follow(view);
  }
}
